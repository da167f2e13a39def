//! The phone app: the screen that the address means, and the message at the bottom edge.

use leptos::prelude::*;

use crate::screen::Screen;
use crate::state::book::Book;
use crate::ui::icons::sprite;
use crate::ui::snack::snack_bar;
use crate::ui::{device, parts};
use crate::words::Words;
use crate::{further, routes};

/// The app of one signed-in person: the same rendering on the server and in the browser.
#[component]
pub fn App(
    /// The person's handbook.
    book: Book,
    /// The language.
    words: Words,
    /// Path of the address; follows the person's way through the app.
    path: RwSignal<String>,
) -> impl IntoView {
    let screen = parts::dynamic(move || {
        book.track_drawing();
        let view = match Screen::of_path(&path.get()) {
            Screen::Today => routes::today::today(book, words),
            Screen::Tasks => routes::tasks::tasks(book, words),
            Screen::Further(screen) => further::draw(book, words, screen).unwrap_or_else(|| {
                device::fetch_further(book);
                routes::on_the_way::on_the_way(book, words)
            }),
        };
        vec![view]
    });
    view! {
        {sprite()}
        <a class="skip" href="#main">{words.nav_skip()}</a>
        {screen}
        {snack_bar(book, words)}
    }
}

/// Shown when there is no book to open: what is safe, and the way on.
#[component]
pub fn Unavailable(
    /// What is safe, and what to do.
    sentence: String,
    /// The language.
    words: Words,
) -> impl IntoView {
    view! {
        <header class="bar"><div class="bar-row"><div class="bar-title"><h1>{words.app_name()}</h1></div></div></header>
        <main class="page stack" id="main">
            <section class="note note-reject">
                <div class="note-body stack-2">
                    <h2>{words.unavailable_title()}</h2>
                    <p>{sentence}</p>
                    <p class="btns"><a class="btn btn-1" href="/" rel="external">{words.unavailable_again()}</a></p>
                </div>
            </section>
        </main>
    }
}
