//! What a person may ask of this phone: theme, language, sending now, leaving, coming back.

use wasm_bindgen_futures::spawn_local;

use super::local;
use super::start::phone;
pub use super::worker::accept_update;
use crate::error::AppError;
use crate::words::Language;

/// Read by `public/theme.js` before the first paint.
const THEME_KEY: &str = "sotay.theme";

/// Shows another theme and remembers it.
pub fn set_theme(code: &str) {
    // Where it is refused, the theme lasts as long as the page.
    local::set(THEME_KEY, code);
    let root = web_sys::window()
        .and_then(|it| it.document())
        .and_then(|it| it.document_element());
    if let Some(root) = root {
        // Setting an attribute of the document's root cannot fail.
        let _ = root.set_attribute("data-theme", code);
    }
}

/// Remembers another language and starts the page again in it.
pub fn set_language(language: Language) {
    local::set(super::LANGUAGE_KEY, language.code());
    let Some(window) = web_sys::window() else {
        return;
    };
    // The server reads the cookie; nothing in it is secret.
    if let Some(document) = window.document().and_then(|it| {
        use wasm_bindgen::JsCast as _;
        it.dyn_into::<web_sys::HtmlDocument>().ok()
    }) {
        let cookie = format!(
            "sotay_language={}; Path=/; Max-Age=31536000; SameSite=Lax",
            language.code()
        );
        let _ = document.set_cookie(&cookie);
    }
    // Refused only when the page is already going.
    let _ = window.location().reload();
}

/// Calls the server now instead of at the next time.
pub fn sync_now() {
    if let Some(phone) = phone() {
        phone.wake();
    }
}

/// Signs in again in place.
pub fn sign_in(
    user: String,
    password: String,
    answer: impl FnOnce(Result<(), AppError>) + 'static,
) {
    let Some(phone) = phone() else { return };
    spawn_local(async move { answer(phone.sign_in(&user, &password).await) });
}

/// Ends the session and leaves for the sign-in page. Everything recorded stays in this person's own store.
pub fn sign_out(failed: impl FnOnce(AppError) + 'static) {
    spawn_local(async move {
        match super::api::sign_out().await {
            Ok(()) => {
                local::delete(super::start::LAST_USER);
                if let Some(window) = web_sys::window() {
                    let _ = window.location().replace("/sign-in");
                }
            }
            Err(error) => failed(error),
        }
    });
}
