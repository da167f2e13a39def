//! Đại hội: both sessions, the time budget by class, and whether each item's papers are ready.

use domain::agenda::{AgendaItem, AgendaWarning, Session, TimeClass, Timetable, TimetableRow};
use domain::date::CivilDate;
use domain::handbook::Handbook;
use leptos::prelude::*;

use crate::state::book::Book;
use crate::ui::budget::{budget_bar, class_words};
use crate::ui::format;
use crate::ui::frame::{Tab, screen, section_head, unit_line};
use crate::ui::markup::Markup;
use crate::ui::parts;
use crate::ui::status::badge;
use crate::words::Words;

/// The congress's own timetable.
pub fn schedule(book: Book, words: Words) -> AnyView {
    let official = RwSignal::new(1_u32);
    let choice = |index: u32, session: Session| {
        let face = move || {
            let day = book.with(|it| match session {
                Session::Preparatory => it.congress.preparatory,
                Session::Official => it.congress.opening,
            });
            let mut out = Markup::new();
            out.line("<span>", session_word(words, session), "</span>");
            out.line(
                "<span>",
                &day.map(CivilDate::short).unwrap_or_default(),
                "</span>",
            );
            out
        };
        parts::toggle(
            "seg-b",
            face,
            move || official.get() == index,
            move || official.set(index),
        )
    };
    let choices = vec![
        choice(0, Session::Preparatory),
        choice(1, Session::Official),
    ];
    let table = parts::live("", move || {
        let session = if official.get() == 0 {
            Session::Preparatory
        } else {
            Session::Official
        };
        book.with(|it| session_view(words, it, session))
    });
    let seg = view! { <div class="seg" role="group" aria-label=words.schedule_sessions()>{choices}</div> };
    let title = move || (words.schedule_title().to_owned(), unit_line(book));
    screen(
        book,
        words,
        Tab::Schedule,
        None,
        title,
        vec![seg.into_any(), table],
    )
}

fn session_word(words: Words, session: Session) -> &'static str {
    match session {
        Session::Preparatory => words.session_preparatory(),
        Session::Official => words.session_official(),
    }
}

fn session_view(words: Words, book: &Handbook, session: Session) -> Markup {
    let table = book.timetable(session);
    let mut out = Markup::new();
    if table.rows.is_empty() {
        out.line(
            "<p class=\"card sec meta\">",
            words.schedule_empty(),
            "</p>",
        );
        return out;
    }
    budget(&mut out, words, &table);
    out.raw("<section class=\"sec\">");
    section_head(
        &mut out,
        session_word(words, session),
        &format!("{}–{}", table.start, table.end),
    );
    out.raw("<ol class=\"rows agenda\">");
    for row in &table.rows {
        let item = book
            .agenda
            .iter()
            .find(|it| it.id == row.item && it.plan.session == session);
        if let Some(item) = item {
            agenda_row(&mut out, words, book, row, item);
        }
    }
    out.raw("</ol></section>");
    out
}

fn budget(out: &mut Markup, words: Words, table: &Timetable) {
    let figure = match table.budget_minutes {
        Some(budget) => words.budget_of(table.hall_minutes, budget),
        None => words.budget_minutes(table.hall_minutes),
    };
    out.raw(
        "<section class=\"card sec stack-2\" aria-labelledby=\"h-budget\"><div class=\"split\">",
    );
    out.line(
        "<h2 class=\"card-h\" id=\"h-budget\">",
        words.budget_title(),
        "</h2>",
    );
    out.line("<span class=\"num\">", &figure, "</span></div>");
    if table.over_minutes > 0 {
        badge(
            out,
            "st st-late",
            "s-late",
            &words.budget_over(table.over_minutes),
        );
    }
    out.line("<p class=\"meta\">", &words.budget_ends(table.end), "</p>");
    budget_bar(out, words, table);
    out.raw("<ul class=\"legend legend-list\">");
    for it in table.by_class.iter().filter(|it| it.minutes > 0) {
        let share = (it.minutes * 100 + table.hall_minutes / 2) / table.hall_minutes.max(1);
        let (class, word) = class_words(words, it.class);
        out.raw("<li><svg class=\"key\" aria-hidden=\"true\"><rect class=\"")
            .raw(class);
        out.raw("\" width=\"14\" height=\"14\"/></svg>")
            .text(word)
            .raw(" ");
        out.line(
            "<b class=\"num\">",
            &words.budget_share(it.minutes, share),
            "</b>",
        );
        if it.class == TimeClass::Discussion {
            out.raw("<span class=\"cluster\">")
                .icon("lock")
                .text(words.budget_kept())
                .raw("</span>");
        }
        out.raw("</li>");
    }
    out.raw("</ul>");
    let beside = table.sum_minutes.saturating_sub(table.hall_minutes);
    if beside > 0 {
        out.line(
            "<p class=\"meta\">",
            &words.budget_beside(beside, table.sum_minutes),
            "</p>",
        );
    }
    for it in &table.warnings {
        out.line("<p class=\"meta\">", &warning(words, it), "</p>");
    }
    out.raw("</section>");
}

/// Empty for what the badge already says.
fn warning(words: Words, warning: &AgendaWarning) -> String {
    match warning {
        AgendaWarning::OverBudget { .. } => String::new(),
        AgendaWarning::OverCap {
            item,
            minutes,
            minutes_max,
        } => words.warning_over_cap(item, minutes, minutes_max),
        AgendaWarning::UnderFloor {
            item,
            minutes,
            minutes_min,
        } => words.warning_under_floor(item, minutes, minutes_min),
        AgendaWarning::DiscussionShort {
            minutes,
            minutes_min,
        } => words.warning_discussion_short(minutes, minutes_min),
        AgendaWarning::Clash { item, minutes } => words.warning_clash(item, minutes),
    }
}

fn agenda_row(
    out: &mut Markup,
    words: Words,
    book: &Handbook,
    row: &TimetableRow,
    item: &AgendaItem,
) {
    let mut meta = format::roles(book, &item.plan.conductors);
    let mut add = |text: &str| {
        if !meta.is_empty() {
            meta.push_str(" · ");
        }
        meta.push_str(text);
    };
    if let Some(part) = row.part {
        add(&words.schedule_part(part));
    }
    if row.fixed {
        add(words.schedule_fixed());
    }
    if let Some(minutes_max) = item.plan.minutes_max {
        add(&words.schedule_cap(minutes_max));
    }
    out.raw(if row.parallel {
        "<li class=\"ag ag-par\">"
    } else {
        "<li class=\"ag\">"
    });
    out.line(
        "<span class=\"ag-t num\">",
        &row.start.to_string(),
        "</span>",
    );
    out.line("<div><p class=\"ag-title\">", &item.plan.title, "</p>");
    out.line("<p class=\"meta\">", &meta, "</p>").raw("</div>");
    out.line(
        "<span class=\"ag-m\">",
        &words.schedule_minutes(row.minutes),
        "</span>",
    );
    // A divided item's papers are asked for once.
    if row.part.is_none_or(|it| it == 1) {
        gate(out, words, book, item);
    }
    out.raw("</li>");
}

/// The papers that must be ready before the item may start.
fn gate(out: &mut Markup, words: Words, book: &Handbook, item: &AgendaItem) {
    if item.plan.papers.is_empty() {
        return;
    }
    let gate = book.gate(item);
    let open = if gate.is_open() {
        "<details class=\"gate gate-open ag-full\"><summary>"
    } else {
        "<details class=\"gate gate-wait ag-full\"><summary>"
    };
    out.raw(open).icon("hall");
    out.line(
        "<span class=\"grow\">",
        &words.gate_title(gate.ready, gate.total),
        "</span>",
    );
    out.icon("down").raw("</summary><ul>");
    for key in &item.plan.papers {
        let paper = book.papers.iter().find(|it| it.id == *key);
        let is_ready = paper.is_some_and(domain::paper::Paper::is_ready);
        out.raw("<li>")
            .icon(if is_ready { "s-done" } else { "s-todo" });
        out.line("<span>", paper.map_or(key, |it| &it.plan.name), "</span>")
            .raw("</li>");
    }
    out.raw("</ul></details>");
}
