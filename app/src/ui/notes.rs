//! Notes under a task: they only ever add, and a withdrawn one stays readable as such.

use domain::kinds::task::TaskEdit;
use leptos::prelude::*;

use super::format;
use super::frame::section_head;
use super::markup::Markup;
use super::parts;
use crate::state::book::{Book, TaskId};
use crate::words::Words;

/// Longest note, in characters; the server checks the same bound.
const NOTE_CHARS_MAX: usize = domain::kinds::NOTE_CHARS_MAX;

/// The notes and the field for a new one.
pub fn notes(book: Book, words: Words, id: &TaskId) -> AnyView {
    let mut head = Markup::new();
    section_head(&mut head, words.note_title(), "");
    let shown = id.clone();
    let rows = parts::dynamic(move || {
        let notes = book
            .with_task(&shown, |_, it, _| it.notes.clone())
            .unwrap_or_default();
        let rows: Vec<AnyView> = notes
            .into_iter()
            .map(|note| note_row(book, words, &shown, note))
            .collect();
        vec![parts::list("stack-2", rows)]
    });
    let mut content = vec![parts::still("", head), rows];
    if book.may_write(id, "note") {
        content.push(note_form(book, words, id.clone()));
    }
    parts::group("", content)
}

fn note_row(book: Book, words: Words, id: &TaskId, note: domain::task::Note) -> AnyView {
    let mut out = Markup::new();
    let (open, close) = if note.retracted {
        ("<del>", "</del>")
    } else {
        ("<p>", "</p>")
    };
    let who = words.note_by(book.person(&note.by.author), format::moment(note.by.at_ms));
    out.line(open, &note.text, close)
        .line("<p class=\"meta\">", &who, "</p>");
    let mut content = vec![parts::still("stack-2", out)];
    // A note can be withdrawn once the server has it: a retraction names what everybody can see.
    if !note.retracted && note.by.author == book.me().user {
        let id = id.clone();
        let mut face = Markup::new();
        face.text(words.note_withdraw());
        content.push(parts::button(
            "btn btn-quiet",
            face,
            None,
            true,
            move || {
                book.edit(&id, TaskEdit::Retract(note.by.op.clone()));
            },
        ));
    }
    parts::row(|| "card stack-2", content)
}

fn note_form(book: Book, words: Words, id: TaskId) -> AnyView {
    let text = RwSignal::new(String::new());
    let save = move || {
        let note = text.get_untracked().trim().to_owned();
        if !note.is_empty() {
            book.edit(&id, TaskEdit::Note(note));
            text.set(String::new());
        }
    };
    let mut face = Markup::new();
    face.text(words.note_save());
    let mut secrecy = Markup::new();
    secrecy.line("<p class=\"fine\">", words.secrecy(), "</p>");
    view! {
        <div class="card stack-2 sec-list">
            <label class="field">
                <span class="field-l">{words.note_new()}</span>
                <textarea class="field-in" rows="3" maxlength=NOTE_CHARS_MAX prop:value=move || text.get()
                    on:input=move |event| text.set(event_target_value(&event))></textarea>
            </label>
            {parts::still("", secrecy)}
            {parts::button("btn btn-wide", face, None, true, save)}
        </div>
    }
    .into_any()
}
