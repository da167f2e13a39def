//! The file of wasm that holds the further screens, on its way and when it is here.

#![expect(
    clippy::unnecessary_wraps,
    reason = "the macro turns a file that does not come into an `Err` of this function"
)]

use std::cell::Cell;

use futures_util::FutureExt as _;
use leptos::prelude::*;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use crate::screen::Further;
use crate::state::book::Book;
use crate::words::Words;

thread_local! {
    static HERE: Cell<bool> = const { Cell::new(false) };
}

#[wasm_split(further, fallible, preload(bring))]
fn drawn(book: Book, words: Words, screen: Further) -> Result<AnyView, SplitLoaderError> {
    Ok(super::view(book, words, screen))
}

/// Draws such a screen; `None` while the file is not here.
pub fn draw(book: Book, words: Words, screen: Further) -> Option<AnyView> {
    // Once it is here the call does not wait. Before, it must not begin: a load that is given up is begun again.
    is_here()
        .then(|| drawn(book, words, screen).now_or_never())??
        .ok()
}

/// Whether the file is here.
pub fn is_here() -> bool {
    HERE.get()
}

/// Brings the file; whether it came. The next call tries again.
pub async fn fetch() -> bool {
    let came = bring().await.is_ok();
    HERE.set(came);
    came
}
