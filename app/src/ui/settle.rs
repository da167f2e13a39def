//! Two opinions side by side, nothing preselected: people settle them in place.

use leptos::prelude::*;
use serde_json::Value;
use sync::{Change, FieldName, Head};

use super::format;
use super::markup::Markup;
use super::parts;
use crate::state::book::{Book, TaskId};
use crate::words::Words;

/// One card for each disputed field of a task.
pub fn settle(book: Book, words: Words, id: &TaskId) -> AnyView {
    let id = id.clone();
    parts::dynamic(move || {
        let disputed = book
            .with_task(&id, |_, it, _| it.disputed.clone())
            .unwrap_or_default();
        disputed
            .iter()
            .map(|field| card(book, words, &id, field))
            .collect()
    })
}

fn card(book: Book, words: Words, id: &TaskId, field: &FieldName) -> AnyView {
    let key = book.key(id, field.as_str());
    let enabled = book.may_write(id, field.as_str());
    let mut head = Markup::new();
    head.line("<h2>", words.status_disputed(), "</h2>")
        .line("<p>", words.settle_why(), "</p>");
    if !enabled {
        head.line("<p class=\"meta\">", words.task_not_yours(), "</p>");
    }
    let mut content = vec![parts::still("stack-2", head)];
    for head in book.with_replica(|it| it.view(&key).heads) {
        let mut face = Markup::new();
        face.raw("<strong>")
            .text(&show(words, &head.value))
            .raw("</strong>");
        face.line(
            "<span class=\"meta\">",
            &authors(book, words, &head),
            "</span>",
        );
        let mut take = Markup::new();
        take.text(words.settle_take());
        let key = key.clone();
        let label = format!("{}: {}", words.settle_take(), show(words, &head.value));
        let choose = parts::button("btn", take, Some(label), enabled, move || {
            book.write(key.clone(), Change::Set(head.value.clone()));
        });
        content.push(parts::group(
            "choice",
            vec![parts::still("grow", face), choose],
        ));
    }
    parts::group(
        "note note-dispute",
        vec![parts::group("note-body stack-2", content)],
    )
}

fn authors(book: Book, words: Words, head: &Head) -> String {
    let mut line = String::new();
    for it in &head.by {
        if !line.is_empty() {
            line.push_str("; ");
        }
        line.push_str(&words.note_by(book.person(&it.author), format::moment(it.at_ms)));
    }
    line
}

fn show(words: Words, value: &Value) -> String {
    match value {
        Value::Bool(true) => words.value_yes().to_owned(),
        Value::Bool(false) | Value::Null => words.value_no().to_owned(),
        Value::String(text) => text.clone(),
        other => other.as_i64().map(|it| it.to_string()).unwrap_or_default(),
    }
}
