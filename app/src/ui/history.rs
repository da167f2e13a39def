//! Who did what when, and from which device, as far as the server has told; the phone's own unsent work stands above.

use leptos::prelude::*;
use serde_json::Value;
use sync::{Change, Operation};

use super::format;
use super::frame::section_head;
use super::markup::Markup;
use super::parts;
use crate::state::book::{Book, TaskId};
use crate::words::Words;

/// The history of one record, newest first.
pub fn history(book: Book, words: Words, id: &TaskId) -> AnyView {
    let id = id.clone();
    parts::live("", move || {
        let mut rows = Markup::new();
        for it in book.outbox() {
            let is_here =
                it.op.kind.as_str() == id.family.kind() && it.op.record.as_str() == id.record;
            if it.verdict.is_none() && is_here {
                line(
                    &mut rows,
                    book,
                    words,
                    "s-unsent",
                    &it.op,
                    it.op.at_ms,
                    words.status_unsent(),
                );
            }
        }
        for it in book.history(&id) {
            let device: String = it.op.id.device.as_str().chars().take(6).collect();
            let device = words.history_device(device);
            line(
                &mut rows,
                book,
                words,
                "s-received",
                &it.op,
                it.corrected_ms,
                &device,
            );
        }
        let mut out = Markup::new();
        section_head(&mut out, words.history_title(), "");
        if rows.is_empty() {
            out.line("<p class=\"card meta\">", words.history_empty(), "</p>");
        } else {
            out.raw("<ol class=\"card time\">")
                .piece(&rows)
                .raw("</ol>");
        }
        out
    })
}

fn line(
    out: &mut Markup,
    book: Book,
    words: Words,
    shape: &'static str,
    op: &Operation,
    at_ms: i64,
    remark: &str,
) {
    let when = words.history_when(book.person(&op.author), format::moment(at_ms), remark);
    out.raw("<li class=\"time-i\">")
        .icon(shape)
        .line("<p>", &describe(words, op), "</p>");
    out.line("<span class=\"time-w\">", &when, "</span>")
        .raw("</li>");
}

/// One operation in words.
pub fn describe(words: Words, op: &Operation) -> String {
    let value = match &op.change {
        Change::Add(value) => return words.history_note(value.as_str().unwrap_or_default()),
        Change::Retract(_) => return words.history_retracted().to_owned(),
        Change::Set(value) => value,
    };
    let is_yes = *value == Value::Bool(true);
    let text = value.as_str().unwrap_or_default();
    match op.field.as_str() {
        "done" if is_yes => words.history_done().to_owned(),
        "done" => words.history_undone().to_owned(),
        "quantity" => words.history_quantity(value.as_i64().unwrap_or_default()),
        "number" => words.history_number(text),
        "date" => words.history_date(date_words(text)),
        "not_applicable" if is_yes => words.history_not_applicable().to_owned(),
        field => match field.strip_prefix("step.") {
            Some(step) if is_yes => words.history_step_done(step),
            Some(step) => words.history_step_undone(step),
            None => words.history_other(field),
        },
    }
}

fn date_words(text: &str) -> String {
    domain::date::CivilDate::parse_iso(text).map_or_else(|_| text.to_owned(), |it| it.to_string())
}
