//! An address that is no screen of the app.

use leptos::prelude::*;

use crate::state::book::Book;
use crate::ui::frame::{Tab, screen, unit_line};
use crate::ui::markup::Markup;
use crate::ui::parts;
use crate::words::Words;

/// Says so; the tabs lead on.
pub fn not_found(book: Book, words: Words) -> AnyView {
    let mut out = Markup::new();
    out.line("<p class=\"card\">", words.error_not_found(), "</p>");
    let title = move || (words.not_found_title().to_owned(), unit_line(book));
    screen(
        book,
        words,
        Tab::Today,
        None,
        title,
        vec![parts::still("", out)],
    )
}
