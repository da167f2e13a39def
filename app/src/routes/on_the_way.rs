//! Where a further screen will stand once its file is here.

use leptos::prelude::*;

use crate::state::book::Book;
use crate::ui::frame::{Tab, screen, unit_line};
use crate::ui::markup::Markup;
use crate::ui::parts;
use crate::words::Words;

/// Says so; the tabs lead on.
pub fn on_the_way(book: Book, words: Words) -> AnyView {
    let mut out = Markup::new();
    out.line(
        "<p class=\"card\" role=\"status\">",
        words.further_coming(),
        "</p>",
    );
    let title = move || (words.app_name().to_owned(), unit_line(book));
    let content = vec![parts::still("", out)];
    screen(book, words, Tab::Today, None, title, content)
}
