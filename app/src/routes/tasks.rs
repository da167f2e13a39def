//! Việc: the preparation checklist by phase, with search that forgives missing marks.

use domain::handbook::Handbook;
use domain::task::{Phase, Standing, Task, TaskFamily};
use domain::text;
use leptos::prelude::*;

use crate::state::book::{Book, TaskId};
use crate::ui::frame::{Tab, screen, section_head, unit_name};
use crate::ui::markup::Markup;
use crate::ui::parts::{self, Entry};
use crate::ui::task_row::task_rows;
use crate::words::Words;

/// What of the list to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Filter {
    All,
    Mine,
    Overdue,
    Superior,
}

impl Filter {
    const EACH: [Self; 4] = [Self::All, Self::Mine, Self::Overdue, Self::Superior];

    fn word(self, words: Words) -> &'static str {
        match self {
            Self::All => words.filter_all(),
            Self::Mine => words.filter_mine(),
            Self::Overdue => words.filter_overdue(),
            Self::Superior => words.filter_superior(),
        }
    }
}

/// What the person is looking for.
#[derive(Clone, Copy)]
struct Search {
    book: Book,
    query: RwSignal<String>,
    filter: RwSignal<u32>,
}

impl Search {
    fn takes(&self, filter: Filter, handbook: &Handbook, task: &Task) -> bool {
        let standing = || {
            task.standing(
                untrack(|| self.book.today()),
                &handbook.congress,
                &handbook.calendar,
            )
        };
        task.family == TaskFamily::Checklist
            && match filter {
                Filter::All => true,
                Filter::Mine => {
                    let id = TaskId {
                        family: task.family,
                        record: task.id.clone(),
                    };
                    self.book.may_write(&id, "done")
                }
                Filter::Overdue => matches!(standing(), Standing::Overdue { .. }),
                Filter::Superior => matches!(standing(), Standing::WaitingSuperior { .. }),
            }
    }

    fn found(&self, phase: Option<Phase>) -> Vec<TaskId> {
        let filter = Filter::EACH
            .get(self.filter.get() as usize)
            .copied()
            .unwrap_or(Filter::All);
        let query = self.query.get();
        self.book.pick(|handbook, task| {
            phase.is_none_or(|it| it == task.plan.phase)
                && self.takes(filter, handbook, task)
                && (query.is_empty() || text::matches(&query, &haystack(task)))
        })
    }
}

fn haystack(task: &Task) -> String {
    [
        &task.id,
        " ",
        &task.plan.title,
        " ",
        &task.plan.group,
        " ",
        &task.plan.note,
    ]
    .concat()
}

/// The checklist.
pub fn tasks(book: Book, words: Words) -> AnyView {
    let search = Search {
        book,
        query: RwSignal::new(String::new()),
        filter: RwSignal::new(0),
    };
    let mut content = vec![search_field(words, search), filters(words, search)];
    content.extend(Phase::ALL.map(|phase| phase_group(words, search, phase)));
    content.push(parts::live("", move || {
        let mut out = Markup::new();
        if search.found(None).is_empty() {
            out.line(
                "<p class=\"card sec meta\">",
                words.search_nothing(),
                "</p>",
            );
        }
        out
    }));
    let title = move || {
        let (done, all) = count(book, |_| true);
        (
            words.tasks_title().to_owned(),
            words.tasks_subtitle(unit_name(book), done, all),
        )
    };
    screen(book, words, Tab::Tasks, None, title, content)
}

fn search_field(words: Words, search: Search) -> AnyView {
    let mut face = Markup::new();
    face.icon("search");
    let field = parts::field(
        Entry::Search,
        "field-in",
        words.search_label(),
        true,
        move || search.query.get(),
        move |text| search.query.set(text),
    );
    parts::group("search", vec![parts::still("search-i", face), field])
}

fn filters(words: Words, search: Search) -> AnyView {
    let buttons: Vec<AnyView> = (0_u32..)
        .zip(Filter::EACH)
        .map(|(index, filter)| {
            let face = move || {
                let found = search
                    .book
                    .pick(|handbook, task| search.takes(filter, handbook, task));
                let mut out = Markup::new();
                out.text(filter.word(words)).raw(" ").show(found.len());
                out
            };
            parts::toggle(
                "filter",
                face,
                move || search.filter.get() == index,
                move || search.filter.set(index),
            )
        })
        .collect();
    view! { <div class="filters" role="group" aria-label=words.filter_group()>{buttons}</div> }
        .into_any()
}

fn phase_group(words: Words, search: Search, phase: Phase) -> AnyView {
    let head = parts::live("", move || {
        let mut out = Markup::new();
        if !search.found(Some(phase)).is_empty() {
            let (done, all) = count(search.book, |it| it.plan.phase == phase);
            let title = match phase {
                Phase::Before => words.phase_before(),
                Phase::During => words.phase_during(),
                Phase::After => words.phase_after(),
            };
            section_head(&mut out, title, &words.tasks_done_of(done, all));
        }
        out
    });
    let rows = task_rows(search.book, words, move || search.found(Some(phase)));
    parts::group("sec", vec![head, rows])
}

fn count(book: Book, of: impl Fn(&Task) -> bool) -> (usize, usize) {
    book.with(|handbook| {
        let of_list = || handbook.tasks_of(TaskFamily::Checklist).filter(|it| of(it));
        (of_list().filter(|it| it.done).count(), of_list().count())
    })
}
