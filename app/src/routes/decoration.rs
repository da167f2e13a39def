//! Tuyên truyền: the catalogue by place, each with its count, so that a round is walked place by place.

use domain::task::{Phase, Task, TaskFamily};
use leptos::prelude::*;

use crate::state::book::{Book, TaskId};
use crate::ui::frame::{Tab, screen, unit_name};
use crate::ui::markup::Markup;
use crate::ui::parts;
use crate::ui::stepper::stepper;
use crate::ui::task_row::{row_class, task_link, tick_box};
use crate::words::Words;

const PHASES: [Option<Phase>; 4] = [
    None,
    Some(Phase::Before),
    Some(Phase::During),
    Some(Phase::After),
];

/// The catalogue.
pub fn decoration(book: Book, words: Words) -> AnyView {
    let chosen = RwSignal::new(0_u32);
    let is_shown = move |task: &Task| {
        let phase = PHASES.get(chosen.get() as usize).copied().flatten();
        task.family == TaskFamily::Propaganda && phase.is_none_or(|it| it == task.plan.phase)
    };
    let ids = Memo::new(move |_| by_place(book, book.pick(|_, task| is_shown(task))));
    let filters: Vec<AnyView> = (0_u32..)
        .zip(PHASES)
        .map(|(index, phase)| {
            let word = match phase {
                None => words.decoration_all(),
                Some(Phase::Before) => words.phase_before(),
                Some(Phase::During) => words.phase_during(),
                Some(Phase::After) => words.phase_after(),
            };
            let face = move || {
                let mut out = Markup::new();
                out.text(word);
                out
            };
            parts::toggle(
                "filter",
                face,
                move || chosen.get() == index,
                move || chosen.set(index),
            )
        })
        .collect();
    let filters =
        view! { <div class="filters" role="group" aria-label=words.filter_group()>{filters}</div> };
    let places = parts::dynamic(move || ids.with(|it| places(book, words, it)));
    let title = move || {
        let (done, all) = book.with(|it| {
            let tasks = || it.tasks_of(TaskFamily::Propaganda);
            (tasks().filter(|it| it.done).count(), tasks().count())
        });
        let subtitle = words.decoration_subtitle(unit_name(book), done, all);
        (words.decoration_title().to_owned(), subtitle)
    };
    screen(
        book,
        words,
        Tab::Decoration,
        None,
        title,
        vec![filters.into_any(), places],
    )
}

fn place_of(book: Book, id: &TaskId) -> String {
    book.with_task(id, |_, it, _| it.plan.place.clone())
        .unwrap_or_default()
}

/// Tasks of one place stand together, places in the order of their first due task.
fn by_place(book: Book, ids: Vec<TaskId>) -> Vec<TaskId> {
    let mut places: Vec<(String, Vec<TaskId>)> = Vec::new();
    for id in ids {
        let place = untrack(|| place_of(book, &id));
        match places.iter_mut().find(|(it, _)| *it == place) {
            Some((_, ids)) => ids.push(id),
            None => places.push((place, vec![id])),
        }
    }
    places.into_iter().flat_map(|(_, ids)| ids).collect()
}

fn places(book: Book, words: Words, ids: &[TaskId]) -> Vec<AnyView> {
    if ids.is_empty() {
        let mut out = Markup::new();
        out.line(
            "<p class=\"card sec meta\">",
            words.decoration_empty(),
            "</p>",
        );
        return vec![parts::still("", out)];
    }
    let place = |id: &TaskId| untrack(|| place_of(book, id));
    ids.chunk_by(|a, b| place(a) == place(b))
        .map(|ids| {
            let mut head = Markup::new();
            head.raw("<h2 class=\"cluster\">").icon("road");
            head.line(
                "<span>",
                &ids.first().map(place).unwrap_or_default(),
                "</span>",
            )
            .raw("</h2>");
            head.line(
                "<span class=\"sec-n\">",
                &words.count_tasks(ids.len()),
                "</span>",
            );
            let rows: Vec<AnyView> =
                untrack(|| ids.iter().map(|id| row(book, words, id)).collect());
            parts::group(
                "sec",
                vec![parts::still("sec-h", head), parts::list("rows", rows)],
            )
        })
        .collect()
}

fn row(book: Book, words: Words, id: &TaskId) -> AnyView {
    let counts = untrack(|| book.with_task(id, |_, it, _| it.planned().is_some()));
    let head = vec![
        tick_box(book, words, id),
        task_link(book, words, id, "dec-a grow"),
    ];
    let mut content = vec![parts::group("dec-head", head)];
    if counts.unwrap_or_default() {
        content.push(stepper(book, words, id));
    }
    parts::row(row_class(book, id, "dec", "dec row-done"), content)
}
