//! Hôm nay: the countdown, and what the hand must do now, in that order.

use std::sync::Arc;

use domain::date::CivilDate;
use domain::handbook::Handbook;
use domain::task::{Standing, Task, TaskFamily};
use leptos::prelude::*;

use crate::state::book::{Book, TaskId};
use crate::state::status::Offline;
use crate::ui::frame::{Tab, screen, section_head, unit_line};
use crate::ui::markup::Markup;
use crate::ui::news::news;
use crate::ui::ruler::day_ruler;
use crate::ui::task_row::{due_words, task_rows};
use crate::ui::{device, format, parts};
use crate::words::Words;

/// A superior's task is shown from two weeks before it is due.
const SUPERIOR_AHEAD_DAYS: i64 = 14;

/// What a task asks for today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Call {
    Overdue,
    Today,
    Superior,
    Soon,
}

impl Call {
    fn of(book: &Handbook, task: &Task, today: CivilDate) -> Option<Self> {
        match task.standing(today, &book.congress, &book.calendar) {
            Standing::Overdue { .. } => Some(Self::Overdue),
            Standing::DueToday => Some(Self::Today),
            Standing::Done => {
                (task.due(&book.congress, &book.calendar) == Some(today)).then_some(Self::Today)
            }
            Standing::WaitingSuperior { late_days } => {
                (late_days >= -SUPERIOR_AHEAD_DAYS).then_some(Self::Superior)
            }
            Standing::Soon { .. } => Some(Self::Soon),
            Standing::NotApplicable | Standing::Later | Standing::Undated | Standing::Suspended => {
                None
            }
        }
    }
}

/// The first screen.
pub fn today(book: Book, words: Words) -> AnyView {
    let called = Memo::new(move |_| called(book));
    let section = |call, title| section(book, words, called, call, title);
    let content = vec![
        parts::live("", move || countdown_card(book, words)),
        parts::live("", move || offline_note(book, words)),
        update_note(book, words),
        news(book, words),
        section(Call::Overdue, words.today_overdue()),
        section(Call::Today, words.today_today()),
        section(Call::Superior, words.today_superior()),
        section(Call::Soon, words.today_soon()),
        parts::live("", move || next_note(book, words, called)),
    ];
    let title = move || (words.today_title().to_owned(), unit_line(book));
    screen(book, words, Tab::Today, None, title, content)
}

/// Tasks by their call, in the order of [`Call`]; of each those that the person can do first, then by due date.
type Called = [Arc<Vec<TaskId>>; 4];

fn called(book: Book) -> Called {
    let today = book.today();
    let may_tick = TaskFamily::ALL.map(|it| book.may_write_each(it, "done"));
    let mut mine: [Vec<TaskId>; 4] = Default::default();
    let mut others = mine.clone();
    book.with(|handbook| {
        for task in &handbook.tasks {
            if let Some(call) = Call::of(handbook, task, today) {
                let may_tick = may_tick[task.family as usize];
                let is_mine = may_tick[usize::from(task.plan.owed_by_superior())];
                let list = if is_mine { &mut mine } else { &mut others };
                list[call as usize].push(TaskId::of(task));
            }
        }
    });
    for (mine, others) in mine.iter_mut().zip(&mut others) {
        mine.append(others);
    }
    mine.map(Arc::new)
}

fn countdown_card(book: Book, words: Words) -> Markup {
    let today = book.today();
    book.with(|it| {
        let (figure, why) = format::countdown(words, it.congress.clock(today), it.congress.opening);
        let day = words.today_date(format::weekday(words, today), today);
        let mut out = Markup::new();
        out.raw("<section class=\"card\" aria-labelledby=\"h-t\">")
            .line("<p class=\"meta\">", &day, "</p>");
        out.raw("<h2 class=\"hero-fig\" id=\"h-t\">")
            .line("<b>", &figure, "</b> ");
        out.line("<span>", &why, "</span>").raw("</h2>");
        day_ruler(&mut out, words, it, today);
        out.raw("<ul class=\"legend\">");
        let keys = [
            ("rk-done", words.ruler_done()),
            ("rk-late", words.ruler_late()),
            ("rk-todo", words.ruler_todo()),
        ];
        for (class, word) in keys {
            out.raw("<li><svg class=\"key\" aria-hidden=\"true\"><rect class=\"")
                .raw(class);
            out.raw("\" x=\"1\" y=\"1\" width=\"12\" height=\"12\"/></svg>")
                .text(word)
                .raw("</li>");
        }
        out.raw("</ul></section>");
        out
    })
}

/// A titled list. Today's is there even when it is empty: that is an answer too.
fn section(
    book: Book,
    words: Words,
    called: Memo<Called>,
    call: Call,
    title: &'static str,
) -> AnyView {
    let ids = move || called.with(|it| it[call as usize].clone());
    let head = parts::live("", move || {
        let ids = ids();
        let mut out = Markup::new();
        if call == Call::Today {
            let is_done = |id: &&TaskId| book.with_task(id, |_, it, _| it.done).unwrap_or_default();
            let done = ids.iter().filter(is_done).count();
            section_head(&mut out, title, &words.today_done_of(done, ids.len()));
            if ids.is_empty() {
                out.line("<p class=\"card meta\">", words.today_nothing(), "</p>");
            }
        } else if call == Call::Soon && ids.is_empty() {
            section_head(&mut out, title, words.today_none_due());
        } else if !ids.is_empty() {
            section_head(&mut out, title, &words.count_tasks(ids.len()));
        }
        out
    });
    parts::group("sec", vec![head, task_rows(book, words, ids)])
}

/// The next task when nothing is due soon.
fn next_note(book: Book, words: Words, called: Memo<Called>) -> Markup {
    let today = book.today();
    let mut out = Markup::new();
    if !called.with(|it| it[Call::Soon as usize].is_empty()) {
        return out;
    }
    book.with(|it| {
        let later =
            |task: &&Task| task.standing(today, &it.congress, &it.calendar) == Standing::Later;
        if let Some(task) = it.tasks.iter().find(later) {
            let due = due_words(words, it, task, today);
            out.line(
                "<p class=\"card meta\">",
                &words.today_next(&task.plan.title, due),
                "</p>",
            );
        }
    });
    out
}

fn offline_note(book: Book, words: Words) -> Markup {
    let sentence = match book.status().offline {
        Offline::Unknown => return Markup::new(),
        Offline::Fetching {
            done_bytes,
            total_bytes,
        } => {
            let megabytes = |bytes: u64| {
                let hundredths = bytes.div_ceil(10_000);
                format!("{},{:02}", hundredths / 100, hundredths % 100)
            };
            words.offline_fetching(megabytes(done_bytes), megabytes(total_bytes))
        }
        // The files alone are not the handbook.
        Offline::Ready if !book.is_whole() => return Markup::new(),
        Offline::Ready => words.offline_ready().to_owned(),
    };
    let mut out = Markup::new();
    out.raw("<p class=\"card meta offline\" role=\"status\">")
        .icon("phone");
    out.line("<span>", &sentence, "</span>").raw("</p>");
    out
}

fn update_note(book: Book, words: Words) -> AnyView {
    parts::dynamic(move || {
        if !book.status().update_waiting {
            return Vec::new();
        }
        let mut out = Markup::new();
        out.line("<p>", words.update_waiting(), "</p>");
        let mut face = Markup::new();
        face.icon("refresh").text(words.update_accept());
        let accept = parts::button("btn", face, None, true, device::accept_update);
        vec![parts::group(
            "note sec",
            vec![parts::still("note-body", out), accept],
        )]
    })
}
