//! Following links within the app without leaving it; back and forward as the browser keeps them.

use leptos::prelude::{GetUntracked as _, RwSignal, Set as _};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, Event, HtmlElement, MouseEvent};

use crate::further;
use crate::screen::Screen;
use crate::state::book::Book;

/// The path of the page's address.
pub(crate) fn current_path() -> String {
    web_sys::window()
        .and_then(|it| it.location().pathname().ok())
        .unwrap_or_else(|| "/".to_owned())
}

/// Lets `path` follow the person: clicks on our own links, back, forward.
pub(crate) fn follow(path: RwSignal<String>) {
    let Some(window) = web_sys::window() else {
        return;
    };
    let click = Closure::<dyn Fn(MouseEvent)>::new(move |event: MouseEvent| {
        if let Some(to) = own_target(&event) {
            event.prevent_default();
            go(path, &to);
        }
    });
    let back = Closure::<dyn Fn(Event)>::new(move |_| path.set(current_path()));
    // Adding a listener to a live window cannot fail; the page listens as long as it lives.
    let _ = window.add_event_listener_with_callback("click", click.as_ref().unchecked_ref());
    let _ = window.add_event_listener_with_callback("popstate", back.as_ref().unchecked_ref());
    click.forget();
    back.forget();
}

fn go(path: RwSignal<String>, to: &str) {
    let Some(window) = web_sys::window() else {
        return;
    };
    if path.get_untracked() == to {
        return;
    }
    let pushed = window
        .history()
        .and_then(|it| it.push_state_with_url(&JsValue::NULL, "", Some(to)));
    if pushed.is_err() {
        // Some browsers bound the history; an ordinary navigation is answered by the worker's shell.
        let _ = window.location().assign(to);
        return;
    }
    let to = to.to_owned();
    if matches!(Screen::of_path(&to), Screen::Further(_)) && !further::is_here() {
        // What is on the screen stays until the other one can stand there.
        spawn_local(async move {
            further::fetch().await;
            if current_path() == to {
                arrive(path, to);
            }
        });
    } else {
        arrive(path, to);
    }
}

/// Draws the screen of the address, from its beginning.
fn arrive(path: RwSignal<String>, to: String) {
    let Some(window) = web_sys::window() else {
        return;
    };
    path.set(to);
    // A screen reader starts at the new content, as after a page load.
    let main = window
        .document()
        .and_then(|it| it.get_element_by_id("main"));
    if let Some(main) = main.and_then(|it| it.dyn_into::<HtmlElement>().ok()) {
        let _ = main.focus();
    }
    // Last: focus scrolls to what it is given.
    window.scroll_to_with_x_and_y(0.0, 0.0);
}

/// Brings the further screens and draws again when they came.
pub fn fetch_further(book: Book) {
    spawn_local(async move {
        if further::fetch().await {
            book.redraw();
        }
    });
}

/// The path that a plain click on a link of this app leads to; everything else is the browser's.
fn own_target(event: &MouseEvent) -> Option<String> {
    let is_plain = event.button() == 0
        && !(event.meta_key() || event.ctrl_key() || event.shift_key() || event.alt_key());
    if !is_plain || event.default_prevented() {
        return None;
    }
    let link = event
        .target()?
        .dyn_into::<Element>()
        .ok()?
        .closest("a[href]")
        .ok()??;
    let to = link.get_attribute("href")?;
    // Paths that are no screen (the board) and other sites are ordinary navigations.
    let is_ours = to.starts_with('/') && Screen::of_path(&to).is_known();
    (is_ours && link.get_attribute("rel").is_none()).then_some(to)
}
