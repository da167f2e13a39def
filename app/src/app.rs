//! The phone app: its context, its frame and its routes.

use leptos::prelude::*;
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::path;

use crate::error::AppError;
use crate::routes;
use crate::state::book::Book;
use crate::ui::icons::sprite;
use crate::ui::snack::snack_bar;
use crate::words::Words;

/// The app of one signed-in person: the same first render on the server and in the browser.
#[component]
pub fn App(
    /// The person's handbook.
    book: Book,
    /// The language.
    words: Words,
) -> impl IntoView {
    provide_context(book);
    provide_context(words);
    view! {
        {sprite()}
        <a class="skip" href="#main">{words.nav_skip()}</a>
        <Router>
            <FlatRoutes fallback=routes::not_found::NotFound>
                <Route path=path!("/") view=routes::today::Today/>
                <Route path=path!("/tasks") view=routes::tasks::Tasks/>
                <Route path=path!("/tasks/:id") view=routes::task::TaskPage/>
                <Route path=path!("/schedule") view=routes::schedule::Schedule/>
                <Route path=path!("/decoration") view=routes::decoration::Decoration/>
                <Route path=path!("/decoration/:id") view=routes::task::TaskPage/>
                <Route path=path!("/more") view=routes::more::More/>
                <Route path=path!("/more/sync") view=routes::sync::SyncPage/>
            </FlatRoutes>
        </Router>
        {snack_bar(book, words)}
    }
}

/// Shown when there is no book to open: what is safe, and the way on.
#[component]
pub fn Unavailable(
    /// Why.
    error: AppError,
    /// The language.
    words: Words,
) -> impl IntoView {
    view! {
        <header class="bar"><div class="bar-row"><div class="bar-title"><h1>{words.app_name()}</h1></div></div></header>
        <main class="page stack" id="main">
            <section class="note note-reject">
                <div class="note-body stack-2">
                    <h2>{words.unavailable_title()}</h2>
                    <p>{error.sentence(words)}</p>
                    <p class="btns"><a class="btn btn-1" href="/" rel="external">{words.unavailable_again()}</a></p>
                </div>
            </section>
        </main>
    }
}
