//! Việc: the preparation checklist by phase, with search that forgives missing marks.

use std::sync::Arc;

use domain::task::{Phase, Standing, Task, TaskFamily};
use domain::text;
use leptos::prelude::*;

use crate::state::book::{Book, TaskId};
use crate::ui::device;
use crate::ui::frame::{Tab, screen, section_head, unit_name};
use crate::ui::markup::Markup;
use crate::ui::parts::{self, Entry};
use crate::ui::task_row::task_rows;
use crate::words::Words;

/// Where this phone keeps the filter between visits.
const FILTER_KEY: &str = "sotay.tasks.filter";

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

/// What the person is looking for, and what was found.
#[derive(Clone, Copy)]
struct Search {
    book: Book,
    query: RwSignal<String>,
    filter: RwSignal<u32>,
    /// Read once for the whole screen: a unit may have thousands of tasks.
    found: Memo<Found>,
}

/// What one reading of the checklist gives.
#[derive(Clone, Default, PartialEq)]
struct Found {
    /// What each filter takes, in order of [`Filter::EACH`].
    by_filter: [usize; 4],
    /// In order of [`Phase::ALL`].
    phases: [PhaseFound; 3],
}

#[derive(Clone, Default, PartialEq)]
struct PhaseFound {
    done: usize,
    total: usize,
    /// Those that the filter and the search take.
    ids: Arc<Vec<TaskId>>,
}

impl Search {
    fn new(book: Book) -> Self {
        let query = RwSignal::new(String::new());
        let kept = device::kept(FILTER_KEY).and_then(|it| it.parse().ok());
        let kept = kept.filter(|it: &u32| (*it as usize) < Filter::EACH.len());
        let filter = RwSignal::new(kept.unwrap_or_default());
        // Nothing is folded before somebody searches.
        let hays = Memo::new(move |_| -> Vec<String> {
            book.with(|handbook| {
                let checklist = handbook.tasks_of(TaskFamily::Checklist);
                checklist.map(|it| text::fold(&haystack(it))).collect()
            })
        });
        let found = Memo::new(move |_| {
            let words = query.with(|it| text::fold(it));
            let fits =
                |at: usize| words.is_empty() || hays.with(|it| text::has_words(&words, &it[at]));
            find(book, filter.get() as usize, fits)
        });
        Self {
            book,
            query,
            filter,
            found,
        }
    }

    fn in_phase<T>(&self, phase: Phase, read: impl FnOnce(&PhaseFound) -> T) -> T {
        self.found.with(|it| read(&it.phases[phase as usize]))
    }
}

fn find(book: Book, filter: usize, fits: impl Fn(usize) -> bool) -> Found {
    let today = book.today();
    let may_tick = book.may_write_each(TaskFamily::Checklist, "done");
    let mut found = Found::default();
    let mut ids: [Vec<TaskId>; 3] = Default::default();
    book.with(|handbook| {
        let checklist = handbook.tasks_of(TaskFamily::Checklist);
        for (at, task) in checklist.enumerate() {
            let standing = task.standing(today, &handbook.congress, &handbook.calendar);
            let takes = Filter::EACH.map(|it| match it {
                Filter::All => true,
                Filter::Mine => may_tick[usize::from(task.plan.owed_by_superior())],
                Filter::Overdue => matches!(standing, Standing::Overdue { .. }),
                Filter::Superior => matches!(standing, Standing::WaitingSuperior { .. }),
            });
            for (count, takes) in found.by_filter.iter_mut().zip(takes) {
                *count += usize::from(takes);
            }
            let phase = task.plan.phase as usize;
            found.phases[phase].done += usize::from(task.done);
            found.phases[phase].total += 1;
            if takes[filter] && fits(at) {
                ids[phase].push(TaskId::of(task));
            }
        }
    });
    for (phase, ids) in found.phases.iter_mut().zip(ids) {
        phase.ids = Arc::new(ids);
    }
    found
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
    let search = Search::new(book);
    let mut content = vec![search_field(words, search), filters(words, search)];
    content.extend(Phase::ALL.map(|phase| phase_group(words, search, phase)));
    content.push(parts::live("", move || {
        let mut out = Markup::new();
        if search
            .found
            .with(|it| it.phases.iter().all(|it| it.ids.is_empty()))
        {
            out.line(
                "<p class=\"card sec meta\">",
                words.search_nothing(),
                "</p>",
            );
        }
        out
    }));
    let title = move || {
        let (done, all) = search.found.with(|it| {
            let sum = |of: fn(&PhaseFound) -> usize| it.phases.iter().map(of).sum::<usize>();
            (sum(|it| it.done), sum(|it| it.total))
        });
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
                let mut out = Markup::new();
                out.text(filter.word(words)).raw(" ");
                out.show(search.found.with(|it| it.by_filter[index as usize]));
                out
            };
            parts::toggle(
                "filter",
                face,
                move || search.filter.get() == index,
                move || {
                    device::keep(FILTER_KEY, &index.to_string());
                    search.filter.set(index);
                },
            )
        })
        .collect();
    view! { <div class="filters" role="group" aria-label=words.filter_group()>{buttons}</div> }
        .into_any()
}

fn phase_group(words: Words, search: Search, phase: Phase) -> AnyView {
    let head = parts::live("", move || {
        let mut out = Markup::new();
        let (is_empty, done, all) =
            search.in_phase(phase, |it| (it.ids.is_empty(), it.done, it.total));
        if !is_empty {
            let title = match phase {
                Phase::Before => words.phase_before(),
                Phase::During => words.phase_during(),
                Phase::After => words.phase_after(),
            };
            section_head(&mut out, title, &words.tasks_done_of(done, all));
        }
        out
    });
    let rows = task_rows(search.book, words, move || {
        search.in_phase(phase, |it| it.ids.clone())
    });
    parts::group("sec", vec![head, rows])
}
