//! One row of a list of tasks: the tick, the words, the badges.

use std::sync::Arc;

use domain::date::CivilDate;
use domain::handbook::Handbook;
use domain::task::{Standing, Task, TaskFamily};
use leptos::prelude::*;

use super::format;
use super::markup::Markup;
use super::parts;
use super::status::task_badges;
use crate::state::book::{Book, TaskId};
use crate::words::Words;

/// Address of a task's own screen.
pub fn task_path(id: &TaskId) -> String {
    let list = match id.family {
        TaskFamily::Checklist => "/tasks/",
        TaskFamily::Propaganda => "/decoration/",
    };
    [list, &id.record].concat()
}

/// A row of a list.
pub fn task_row(book: Book, words: Words, id: &TaskId) -> AnyView {
    let by_superior = book
        .with_task(id, |_, it, _| it.plan.owed_by_superior())
        .unwrap_or_default();
    let lead = if by_superior {
        let mut face = Markup::new();
        face.icon("hall");
        parts::still("row-lead", face)
    } else {
        tick_box(book, words, id)
    };
    let parts = vec![lead, task_link(book, words, id, "row-main")];
    parts::row(row_class(book, id, "row", "row row-done"), parts)
}

/// The class of a row by whether its task is done.
pub fn row_class(
    book: Book,
    id: &TaskId,
    open: &'static str,
    done: &'static str,
) -> impl Fn() -> &'static str + Send + Sync + 'static {
    let id = id.clone();
    move || {
        let is_done = book.with_task(&id, |_, it, _| it.done).unwrap_or_default();
        if is_done { done } else { open }
    }
}

/// Title, one line of facts and badges, leading to the task's own screen.
pub fn task_link(book: Book, words: Words, id: &TaskId, class: &'static str) -> AnyView {
    let to = task_path(id);
    let id = id.clone();
    parts::link(class, to, move || {
        let today = book.today();
        let mut out = Markup::new();
        book.with_task(&id, |handbook, task, transport| {
            out.line("<span class=\"row-title\">", &task.plan.title, "</span>");
            out.line(
                "<span class=\"row-meta\">",
                &meta_line(words, handbook, task, today),
                "</span>",
            );
            task_badges(&mut out, words, handbook, task, transport, today);
        });
        out
    })
}

/// The tick of a task.
pub fn tick_box(book: Book, words: Words, id: &TaskId) -> AnyView {
    let title = book
        .with_task(id, |_, it, _| it.plan.title.clone())
        .unwrap_or_default();
    let enabled = book.may_write(id, "done");
    let (id, shown) = (id.clone(), id.clone());
    parts::check(
        &words.tick_done(title),
        enabled,
        move || {
            book.with_task(&shown, |_, it, _| it.done)
                .unwrap_or_default()
        },
        move |done| book.tick(&id, done),
    )
}

/// Owner · due date with T-offset · count.
pub fn meta_line(words: Words, book: &Handbook, task: &Task, today: CivilDate) -> String {
    let mut line = String::new();
    let mut add = |text: &str| {
        if !text.is_empty() {
            if !line.is_empty() {
                line.push_str(" · ");
            }
            line.push_str(text);
        }
    };
    if let Some(owner) = task.plan.owners.first() {
        add(format::role(book, owner));
    }
    add(&due_words(words, book, task, today));
    if let (Some(quantity), Some(planned)) = (task.quantity, task.planned()) {
        add(&format!("{quantity}/{planned} {}", task.plan.measure));
    }
    if let Standing::WaitingSuperior {
        late_days: days @ 1..,
    } = task.standing(today, &book.congress, &book.calendar)
    {
        add(&words.meta_superior_late(days));
    }
    line
}

/// "hạn 09/02 (T-12)", or the offset alone while the congress has no day.
pub fn due_words(words: Words, book: &Handbook, task: &Task, today: CivilDate) -> String {
    let offset = task.due_offset();
    match task.due(&book.congress, &book.calendar) {
        Some(due) if due == today => words.meta_due_today(offset),
        Some(due) => words.meta_due(due.short(), offset),
        None => words.meta_due_undated(offset),
    }
}

/// Rows shown at first, and more at each press. With so many the first are there in a fifth of a
/// second at a quarter of the speed (docs/performance.md).
const ROWS_STEP: usize = 30;

/// Rows in a card; built anew only when `ids` change, not when a row does.
pub fn task_rows(
    book: Book,
    words: Words,
    ids: impl Fn() -> Arc<Vec<TaskId>> + Send + Sync + 'static,
) -> AnyView {
    let ids: Box<dyn Fn() -> Arc<Vec<TaskId>> + Send + Sync> = Box::new(ids);
    let ids = Memo::new(move |_| ids());
    let steps = RwSignal::new(1_u32);
    parts::dynamic(move || {
        let shown = ROWS_STEP * steps.get() as usize;
        let row = |id: &TaskId| task_row(book, words, id);
        let rows: Vec<AnyView> =
            ids.with(|it| untrack(|| it.iter().take(shown).map(row).collect()));
        if rows.is_empty() {
            return Vec::new();
        }
        let mut content = vec![parts::list("rows", rows)];
        let more = ids.with(|it| it.len()).saturating_sub(shown);
        if more > 0 {
            let mut face = Markup::new();
            face.text(&words.rows_more(more));
            let act = move || steps.update(|it| *it += 1);
            content.push(parts::button("btn btn-wide", face, None, true, act));
        }
        content
    })
}
