//! One task: where it stands, what to do, evidence, notes, and who did what when.

use domain::date::CivilDate;
use domain::handbook::Handbook;
use domain::kinds::task::TaskEdit;
use domain::offset::Offset;
use domain::task::{EvidenceKind, Task, TaskFamily, fill};
use leptos::prelude::*;

use crate::state::book::{Book, TaskId};
use crate::ui::format;
use crate::ui::frame::{Tab, screen, section_head, unit_name};
use crate::ui::history::history;
use crate::ui::markup::Markup;
use crate::ui::notes::notes;
use crate::ui::parts::{self, Entry};
use crate::ui::settle::settle;
use crate::ui::status::task_badges;
use crate::ui::stepper::stepper;
use crate::ui::task_row::{due_words, tick_box};
use crate::words::Words;

/// The screen of one task of either family.
pub fn task(book: Book, words: Words, record: &str) -> AnyView {
    let record = record.to_owned();
    // Rebuilt when the task comes or goes, not when it changes.
    let found = Memo::new(move |_| book.find(&record).map(|it| vec![it]).unwrap_or_default());
    parts::dynamic(move || {
        let id = found.with(|it| it.first().cloned());
        let (tab, back) = match id.as_ref().map(|it| it.family) {
            Some(TaskFamily::Propaganda) => (Tab::Decoration, "/decoration"),
            _ => (Tab::Tasks, "/tasks"),
        };
        let content = match &id {
            // Its parts watch the task themselves: built anew, they would lose a note being typed.
            Some(id) => untrack(|| detail(book, words, id)),
            None => {
                let mut out = Markup::new();
                out.line("<p class=\"card\">", words.error_not_found(), "</p>");
                vec![parts::still("", out)]
            }
        };
        let title = move || {
            let group = id
                .as_ref()
                .and_then(|id| book.with_task(id, |_, it, _| it.plan.group.clone()));
            let subtitle = words.task_subtitle(unit_name(book), group.unwrap_or_default());
            (words.task_title().to_owned(), subtitle)
        };
        let content = vec![parts::group("stack", content)];
        vec![screen(book, words, tab, Some(back), title, content)]
    })
}

fn detail(book: Book, words: Words, id: &TaskId) -> Vec<AnyView> {
    let by_superior = book
        .with_task(id, |_, it, _| it.plan.owed_by_superior())
        .unwrap_or_default();
    let may_tick = book.may_write(id, "done");
    let mut head = Vec::new();
    if !by_superior {
        head.push(tick_box(book, words, id));
    }
    let shown = id.clone();
    head.push(parts::live("grow", move || {
        heading(book, words, &shown, may_tick)
    }));
    let shown = id.clone();
    let facts = parts::live("", move || {
        let mut out = Markup::new();
        let today = book.today();
        book.with_task(&shown, |handbook, it, _| {
            facts(&mut out, words, handbook, it, today);
        });
        out
    });
    let shown = id.clone();
    let texts = parts::live("stack", move || {
        let mut out = Markup::new();
        book.with_task(&shown, |handbook, it, _| {
            texts(&mut out, words, handbook, it);
        });
        out
    });
    let shown = id.clone();
    let guidelines = parts::live("", move || {
        let mut out = Markup::new();
        // The library may arrive after the first page: read again when it does.
        book.with(|handbook| {
            if let Some(task) = handbook.task(shown.family, &shown.record) {
                guidelines(&mut out, words, handbook, task);
            }
        });
        out
    });
    vec![
        parts::group("card task-head", head),
        settle(book, words, id),
        facts,
        steps(book, words, id),
        texts,
        evidence(book, words, id),
        notes(book, words, id),
        guidelines,
        history(book, words, id),
    ]
}

fn heading(book: Book, words: Words, id: &TaskId, may_tick: bool) -> Markup {
    let today = book.today();
    let mut out = Markup::new();
    book.with_task(id, |handbook, task, transport| {
        out.line("<h2 class=\"lead\">", &task.plan.title, "</h2>");
        task_badges(&mut out, words, handbook, task, transport, today);
        if let Some(by) = task.done_by.as_ref().filter(|_| task.done) {
            let who = words.task_done_by(book.person(&by.author), format::moment(by.at_ms));
            out.line("<p class=\"meta\">", &who, "</p>");
        }
        if !may_tick {
            out.line("<p class=\"meta\">", words.task_not_yours(), "</p>");
        }
    });
    out
}

fn facts(out: &mut Markup, words: Words, book: &Handbook, task: &Task, today: CivilDate) {
    out.raw("<dl class=\"card facts\">");
    let mut fact = |name: &str, value: &str| {
        if !value.is_empty() {
            out.line("<dt>", name, "</dt>").line("<dd>", value, "</dd>");
        }
    };
    let plan = &task.plan;
    fact(words.task_due(), &due_words(words, book, task, today));
    fact(words.task_owner(), &format::roles(book, &plan.owners));
    fact(words.task_place(), &plan.place);
    if let Some(planned) = task.planned() {
        fact(words.task_planned(), &format!("{planned} {}", plan.measure));
    }
    if let (Some(from), Some(to)) = (plan.display_from, plan.display_to) {
        fact(
            words.task_window(),
            &words.task_window_value(day(book, from), day(book, to)),
        );
    }
    fact(words.task_remark(), &plan.note);
    fact(words.task_source(), &plan.confidence);
    out.raw("</dl>");
}

/// "14/02 (T-7)", or the offset alone while the congress has no day.
fn day(book: &Handbook, offset: Offset) -> String {
    match book.congress.origin() {
        Some(opening) => format!(
            "{} ({offset})",
            offset.resolve(opening, &book.calendar).short()
        ),
        None => offset.to_string(),
    }
}

fn steps(book: Book, words: Words, id: &TaskId) -> AnyView {
    let plan = book
        .with_task(id, |_, it, _| it.plan.steps.clone())
        .unwrap_or_default();
    if plan.is_empty() {
        return parts::group("", Vec::new());
    }
    let shown = id.clone();
    let head = parts::live("", move || {
        let mut out = Markup::new();
        book.with_task(&shown, |_, it, _| {
            let done = it.steps_done.iter().filter(|it| **it).count();
            let count = words.tasks_done_of(done, it.plan.steps.len());
            section_head(&mut out, words.task_steps(), &count);
        });
        out
    });
    let enabled = book.may_write(id, "step.1");
    let rows: Vec<AnyView> = plan
        .into_iter()
        .enumerate()
        .map(|(index, step)| {
            let mut out = Markup::new();
            out.line("<span class=\"row-title\">", &step.text, "</span>");
            if let Some(due) = step.due {
                out.line("<span class=\"row-meta\">", &due.to_string(), "</span>");
            }
            let (id, shown) = (id.clone(), id.clone());
            let tick = parts::check(
                &words.tick_done(&step.text),
                enabled,
                move || {
                    let is_done = |it: &Task| it.steps_done.get(index) == Some(&true);
                    book.with_task(&shown, |_, it, _| is_done(it))
                        .unwrap_or_default()
                },
                move |done| {
                    let step = index + 1;
                    book.edit(&id, TaskEdit::Step { step, done });
                },
            );
            parts::row(|| "row", vec![tick, parts::still("row-main", out)])
        })
        .collect();
    parts::group("", vec![head, parts::list("rows", rows)])
}

/// The text to copy, and how it must look.
fn texts(out: &mut Markup, words: Words, book: &Handbook, task: &Task) {
    let plan = &task.plan;
    if !plan.slogan.is_empty() {
        out.raw("<section class=\"card stack-2\">").line(
            "<h2 class=\"card-h\">",
            words.task_slogan(),
            "</h2>",
        );
        for line in fill(&plan.slogan, &book.unit).split('|') {
            out.line("<p class=\"slogan\">", line.trim(), "</p>");
        }
        out.line("<p class=\"meta\">", words.task_slogan_exact(), "</p>")
            .raw("</section>");
    }
    if !plan.specification.is_empty() {
        out.raw("<section class=\"card stack-2\">");
        out.line("<h2 class=\"card-h\">", words.task_specification(), "</h2>");
        out.line("<p>", &plan.specification, "</p>");
        let mut places = String::new();
        for code in &plan.positions {
            if !places.is_empty() {
                places.push_str("; ");
            }
            places.push_str(book.position(code).map_or(code, |it| &it.name));
        }
        if !places.is_empty() {
            out.line("<p class=\"meta\">", &words.task_position(places), "</p>");
        }
        out.raw("</section>");
    }
}

fn evidence(book: Book, words: Words, id: &TaskId) -> AnyView {
    let (kinds, counts) = book
        .with_task(id, |_, it, _| {
            (it.plan.evidence.clone(), it.planned().is_some())
        })
        .unwrap_or_default();
    let mut content = Vec::new();
    if kinds.contains(&EvidenceKind::Number) {
        let (id, shown) = (id.clone(), id.clone());
        content.push(parts::field(
            Entry::Text,
            "field-in",
            words.evidence_number(),
            book.may_write(&id, "number"),
            move || {
                book.with_task(&shown, |_, it, _| it.number.clone())
                    .flatten()
                    .unwrap_or_default()
            },
            move |text| book.edit(&id, TaskEdit::Number(text)),
        ));
    }
    if kinds.contains(&EvidenceKind::Date) {
        let (id, shown) = (id.clone(), id.clone());
        content.push(parts::field(
            Entry::Date,
            "field-in",
            words.evidence_date(),
            book.may_write(&id, "date"),
            move || {
                book.with_task(&shown, |_, it, _| it.date)
                    .flatten()
                    .map(CivilDate::iso)
                    .unwrap_or_default()
            },
            move |text| book.edit(&id, TaskEdit::Date(CivilDate::parse_iso(&text).ok())),
        ));
    }
    if counts || kinds.contains(&EvidenceKind::Count) {
        let mut label = Markup::new();
        label.line("<p class=\"field-l\">", words.evidence_count(), "</p>");
        content.push(parts::still("", label));
        content.push(stepper(book, words, id));
    }
    if content.is_empty() && !kinds.contains(&EvidenceKind::Minutes) {
        return parts::group("", Vec::new());
    }
    let mut head = Markup::new();
    head.line("<h2 class=\"card-h\">", words.evidence_title(), "</h2>");
    content.insert(0, parts::still("", head));
    let mut foot = Markup::new();
    if kinds.contains(&EvidenceKind::Minutes) {
        foot.line("<p class=\"meta\">", words.evidence_minutes(), "</p>");
    }
    foot.line("<p class=\"fine\">", words.secrecy(), "</p>");
    content.push(parts::still("", foot));
    parts::group("card stack-2", content)
}

fn guidelines(out: &mut Markup, words: Words, book: &Handbook, task: &Task) {
    if task.plan.guidelines.is_empty() {
        return;
    }
    section_head(out, words.task_guidelines(), "");
    for key in &task.plan.guidelines {
        let Some(document) = book.documents.iter().find(|it| it.id == *key) else {
            out.line("<p class=\"card meta\">", key, "</p>");
            continue;
        };
        let plan = &document.plan;
        out.line(
            "<details class=\"scn\"><summary>",
            &format::document(plan),
            "</summary>",
        );
        out.raw("<div class=\"scn-body stack-2\">")
            .line("<p>", &plan.title, "</p>");
        out.line("<p class=\"meta\">", &plan.summary, "</p>")
            .raw("</div></details>");
    }
}
