//! The HTML documents around the pages: the signed-in app, the offline shell, sign-in, and the district's pages.

use leptos::prelude::*;
use sync::wire::Wire as _;

use crate::app::{App, AppProps};
use crate::error::AppError;
use crate::session::{Assets, BootData, Start};
use crate::state::book::Book;
use crate::words::Words;

/// The app as the server renders it, with the data that the browser starts from.
pub fn app_page(
    data: BootData,
    path: &str,
    assets: &Assets,
    words: Words,
) -> impl IntoView + use<> {
    let start = Start::from(data);
    let json = script_json(&start);
    let book = Book::from_start(start);
    let path = RwSignal::new(path.to_owned());
    let app = App(AppProps { book, words, path });
    document(
        assets,
        words,
        Kind::App,
        view! {
            {app}
            <script type="application/json" id="boot" inner_html=json></script>
        }
        .into_any(),
    )
}

/// The page that the service worker keeps: no data of anybody, filled from the phone's store.
pub fn offline_shell(assets: &Assets, words: Words) -> impl IntoView + use<> {
    document(assets, words, Kind::App, ().into_any())
}

/// Sign-in by a plain form: works without wasm. `next` is a path of this site.
pub fn sign_in_page(
    assets: &Assets,
    words: Words,
    next: String,
    error: Option<AppError>,
) -> impl IntoView + use<> {
    let content = view! {
        <header class="bar"><div class="bar-row"><div class="bar-title"><h1>{words.app_name()}</h1><p>{words.sign_in_title()}</p></div></div></header>
        <main class="page stack" id="main">
            <p class="card meta">{words.sign_in_why()}</p>
            <form class="card stack" method="post" action="/api/v1/sign-in">
                <label class="field"><span class="field-l">{words.sign_in_user()}</span>
                    <input class="field-in" name="user" autocomplete="username" autocapitalize="none" spellcheck="false" required=true maxlength="64"/></label>
                <label class="field"><span class="field-l">{words.sign_in_password()}</span>
                    <input class="field-in" type="password" name="password" autocomplete="current-password" required=true maxlength="256"/></label>
                {error.map(|it| view! { <p class="note note-reject" role="alert">{it.sentence(words)}</p> })}
                <input type="hidden" name="next" value=next/>
                <button class="btn btn-1 btn-wide" type="submit">{words.sign_in_button()}</button>
            </form>
        </main>
    };
    document(assets, words, Kind::Plain, content.into_any())
}

/// A page that only says what went wrong.
pub fn error_page(assets: &Assets, words: Words, error: &AppError) -> impl IntoView + use<> {
    let content = view! {
        <header class="bar"><div class="bar-row"><div class="bar-title"><h1>{words.app_name()}</h1></div></div></header>
        <main class="page stack" id="main">
            <p class="card">{error.sentence(words)}</p>
            <p class="btns"><a class="btn btn-1" href="/">{words.tab_today()}</a></p>
        </main>
    };
    document(assets, words, Kind::Plain, content.into_any())
}

/// Whose page a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Taken over by the app.
    App,
    /// Complete as the server renders it, for a phone.
    Plain,
    /// Complete as the server renders it, for a wide screen.
    Wide,
}

/// The frame of every document.
pub(crate) fn document(
    assets: &Assets,
    words: Words,
    kind: Kind,
    content: AnyView,
) -> impl IntoView + use<> {
    let (css, js, module) = (assets.css.clone(), assets.js.clone(), assets.wasm.clone());
    let class = if kind == Kind::Wide { "wide" } else { "phone" };
    let boot = (kind == Kind::App).then(|| {
        view! {
            <link rel="modulepreload" href=js/>
            <link rel="preload" href=module r#as="fetch" r#type="application/wasm" crossorigin="anonymous"/>
            <script type="module" src="/boot.js"></script>
        }
    });
    view! {
        <!DOCTYPE html>
        <html lang=words.0.code()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover"/>
                <meta name="theme-color" content="#1B3168"/>
                <title>{words.app_name()}</title>
                <link rel="stylesheet" href=css/>
                <link rel="manifest" href="/manifest.webmanifest"/>
                <link rel="icon" href="/icons/icon.svg" r#type="image/svg+xml"/>
                <link rel="apple-touch-icon" href="/icons/icon-192.png"/>
                <script src="/theme.js"></script>
                {boot}
            </head>
            <body class=class>{content}</body>
        </html>
    }
}

/// JSON that cannot end its script element early.
fn script_json(start: &Start) -> String {
    start.to_json().replace('<', "\\u003c")
}
