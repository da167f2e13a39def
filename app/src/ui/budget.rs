//! The time budget as one bar: classes in solid, the session's limit as a heavy line.

use domain::agenda::{TimeClass, Timetable};

use super::markup::Markup;
use crate::words::Words;

/// The colour key and the word of a class.
pub fn class_words(words: Words, class: TimeClass) -> (&'static str, &'static str) {
    match class {
        TimeClass::Discussion => ("rk-discuss", words.class_discussion()),
        TimeClass::Report => ("rk-report", words.class_report()),
        TimeClass::Election => ("rk-elect", words.class_election()),
        TimeClass::Ceremony => ("rk-other", words.class_ceremony()),
        TimeClass::Other => ("rk-other", words.class_other()),
    }
}

/// The bar; its numbers stand in words beside it.
pub fn budget_bar(out: &mut Markup, words: Words, table: &Timetable) {
    let whole = table
        .hall_minutes
        .max(table.budget_minutes.unwrap_or(0))
        .max(1);
    out.raw("<svg class=\"ruler\" height=\"28\" role=\"img\" aria-label=\"");
    out.text(&words.budget_label(table.hall_minutes, table.budget_minutes.unwrap_or(0)))
        .raw("\">");
    let mut from = 0_u32;
    for it in table.by_class.iter().filter(|it| it.minutes > 0) {
        out.raw("<rect class=\"")
            .raw(class_words(words, it.class).0);
        out.raw("\" x=\"")
            .text(&percent(from, whole))
            .raw("\" y=\"4\" width=\"");
        out.text(&percent(it.minutes, whole))
            .raw("\" height=\"20\"/>");
        from += it.minutes;
    }
    if let Some(budget) = table.budget_minutes {
        let at = percent(budget, whole);
        out.raw("<line class=\"rk-now\" x1=\"")
            .text(&at)
            .raw("\" x2=\"")
            .text(&at);
        out.raw("\" y1=\"0\" y2=\"28\"/>");
    }
    out.raw("</svg>");
}

fn percent(part: u32, whole: u32) -> String {
    let hundredths = part * 10_000 / whole;
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}
