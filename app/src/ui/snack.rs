//! The message at the bottom edge: every tap answers, and a tick can be taken back for eight seconds.

use domain::kinds::task::TaskEdit;
use leptos::prelude::*;

use super::device;
use super::markup::Markup;
use super::parts;
use crate::state::book::{Book, Snack};
use crate::words::Words;

/// How long a message stays.
const STAY_MS: u32 = 8_000;

/// The live region; empty most of the time.
pub fn snack_bar(book: Book, words: Words) -> AnyView {
    Effect::new(move |_| {
        if let Some(shown) = book.snack().filter(|it| !matches!(it, Snack::HeldUp(_))) {
            device::after(STAY_MS, move || {
                // A newer message has its own time.
                if untrack(|| book.snack()).as_ref() == Some(&shown) {
                    book.say(None);
                }
            });
        }
    });
    let content = parts::dynamic(move || {
        let Some(snack) = book.snack() else {
            return Vec::new();
        };
        vec![parts::group("snack", message(book, words, snack))]
    });
    view! { <div role="status">{content}</div> }.into_any()
}

fn message(book: Book, words: Words, snack: Snack) -> Vec<AnyView> {
    let (sentence, way_back) = match snack {
        Snack::Ticked { id, done } => {
            let title = book
                .with_task(&id, |_, it, _| it.plan.title.clone())
                .unwrap_or_default();
            let sentence = if done {
                words.snack_ticked(title)
            } else {
                words.snack_unticked(title)
            };
            (sentence, Some((id, done)))
        }
        Snack::Said(sentence) => (sentence, None),
        Snack::Failed(error) | Snack::HeldUp(error) => (error.sentence(words), None),
    };
    let mut text = Markup::new();
    text.line("<p>", &sentence, "</p>");
    let mut content = vec![parts::still("grow", text)];
    if let Some((id, done)) = way_back {
        let mut face = Markup::new();
        face.text(words.snack_undo());
        content.push(parts::button("snack-undo", face, None, true, move || {
            book.edit(&id, TaskEdit::Done(!done));
            book.say(None);
        }));
    }
    content
}
