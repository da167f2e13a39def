//! The phone's settings: theme, language, leaving. Remembered on this phone only.

use leptos::prelude::*;

use super::device::{self, Theme};
use super::frame::section_head;
use super::markup::Markup;
use super::parts;
use crate::state::book::{Book, Snack};
use crate::words::{Language, Words};

/// The settings card.
pub fn settings(book: Book, words: Words) -> AnyView {
    let mut head = Markup::new();
    section_head(&mut head, words.settings_title(), "");
    let choice = |word: &'static str, act: fn()| {
        let mut face = Markup::new();
        face.text(word);
        parts::button("btn", face, None, true, act)
    };
    let title = |text: &str| {
        let mut out = Markup::new();
        out.line("<p class=\"field-l\">", text, "</p>");
        parts::still("", out)
    };
    let themes = vec![
        choice(words.theme_light(), || device::set_theme(Theme::Light)),
        choice(words.theme_sun(), || device::set_theme(Theme::Sun)),
        choice(words.theme_dark(), || device::set_theme(Theme::Dark)),
    ];
    let languages = vec![
        choice("Tiếng Việt", || device::set_language(Language::Vi)),
        choice("English", || device::set_language(Language::En)),
    ];
    let mut face = Markup::new();
    face.text(words.leave());
    let leave = parts::button("btn btn-wide", face, None, true, move || {
        let unsent = untrack(|| book.status()).unsent;
        if unsent > 0 {
            // Leaving must never look like losing: the work waits here for the same person.
            book.say(Some(Snack::Said(words.leave_unsent(unsent))));
            return;
        }
        device::sign_out(move |error| book.say(Some(Snack::Failed(error))));
    });
    let card = vec![
        title(words.settings_theme()),
        parts::group("btns", themes),
        title(words.settings_language()),
        parts::group("btns", languages),
        leave,
    ];
    parts::group(
        "sec",
        vec![parts::still("", head), parts::group("card stack-2", card)],
    )
}
