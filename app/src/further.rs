//! The screens behind the first two. In the browser they are a file of wasm of their own, which comes once the first screen
//! stands (`split`); elsewhere they are at hand.

use leptos::prelude::*;

use crate::routes;
use crate::screen::Further;
use crate::state::book::Book;
use crate::words::Words;

#[cfg(feature = "split")]
mod fetched;
#[cfg(feature = "split")]
pub use fetched::{draw, fetch, is_here};
#[cfg(not(feature = "split"))]
pub use whole::*;

fn view(book: Book, words: Words, screen: Further) -> AnyView {
    match screen {
        Further::Task(record) => routes::task::task(book, words, &record),
        Further::Schedule => routes::schedule::schedule(book, words),
        Further::Decoration => routes::decoration::decoration(book, words),
        Further::More => routes::more::more(book, words),
        Further::Sync => routes::sync::sync(book, words),
        Further::NotFound => routes::not_found::not_found(book, words),
    }
}

#[cfg(not(feature = "split"))]
mod whole {
    use super::{AnyView, Book, Further, Words, view};

    /// Draws such a screen.
    #[expect(
        clippy::unnecessary_wraps,
        reason = "as where the file may not be here"
    )]
    pub fn draw(book: Book, words: Words, screen: Further) -> Option<AnyView> {
        Some(view(book, words, screen))
    }

    /// Whether they are at hand.
    #[cfg(feature = "hydrate")]
    pub fn is_here() -> bool {
        true
    }

    /// Brings them; whether they came.
    #[cfg(feature = "hydrate")]
    pub async fn fetch() -> bool {
        true
    }
}
