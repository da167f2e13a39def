//! The status vocabulary: one word and one shape for each state, colour last.

use domain::handbook::Handbook;
use domain::task::{Standing, Task};

use super::markup::Markup;
use crate::state::status::Transport;
use crate::words::Words;

/// A badge: shape, word, colour.
pub fn badge(out: &mut Markup, class: &'static str, shape: &'static str, word: &str) {
    out.raw("<span class=\"")
        .raw(class)
        .raw("\">")
        .icon(shape)
        .text(word)
        .raw("</span>");
}

/// Where a task stands, when that needs saying.
fn standing_badge(out: &mut Markup, words: Words, standing: Standing) {
    match standing {
        Standing::Overdue { days } => {
            badge(out, "st st-late", "s-late", &words.status_overdue(days));
        }
        Standing::WaitingSuperior { .. } => {
            badge(out, "st", "s-wait", words.status_waiting_superior());
        }
        Standing::NotApplicable => badge(out, "st", "s-na", words.status_not_applicable()),
        Standing::Done
        | Standing::DueToday
        | Standing::Soon { .. }
        | Standing::Later
        | Standing::Undated
        | Standing::Suspended => {}
    }
}

/// Sent or not, when there is something to say.
pub fn transport_badge(out: &mut Markup, words: Words, transport: Transport) {
    match transport {
        Transport::Quiet => {}
        Transport::Unsent => badge(out, "st", "s-unsent", words.status_unsent()),
        Transport::Received => badge(out, "st st-info", "s-received", words.status_received()),
        Transport::Refused => badge(out, "st st-reject", "s-reject", words.status_refused()),
    }
}

/// Every badge of a task, most urgent first.
pub fn task_badges(
    out: &mut Markup,
    words: Words,
    book: &Handbook,
    task: &Task,
    transport: Transport,
    today: domain::date::CivilDate,
) {
    let mut badges = Markup::new();
    standing_badge(
        &mut badges,
        words,
        task.standing(today, &book.congress, &book.calendar),
    );
    if !task.disputed.is_empty() {
        badge(
            &mut badges,
            "st st-dispute",
            "s-dispute",
            words.status_disputed(),
        );
    }
    if task.done && !task.missing_evidence().is_empty() {
        badge(&mut badges, "st", "doc", words.status_evidence_missing());
    }
    transport_badge(&mut badges, words, transport);
    if !badges.is_empty() {
        out.raw("<span class=\"row-st\">")
            .piece(&badges)
            .raw("</span>");
    }
}
