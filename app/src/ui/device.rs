//! The few things a component may ask of the device; they do nothing while the server renders.

use crate::error::AppError;
use crate::state::book::Book;
use crate::words::Language;

/// How the screen looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// The default.
    Light,
    /// Black on white, thick edges, larger text.
    Sun,
    /// For the evening.
    Dark,
}

#[cfg(feature = "hydrate")]
impl Theme {
    /// Value of `data-theme` on the page.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Sun => "sun",
            Self::Dark => "dark",
        }
    }
}

#[cfg(feature = "hydrate")]
pub use in_browser::{
    accept_update, after, fetch_further, keep, kept, set_language, set_theme, sign_in, sign_out,
    sync_now,
};
#[cfg(not(feature = "hydrate"))]
pub use on_server::{
    accept_update, after, fetch_further, keep, kept, set_language, set_theme, sign_in, sign_out,
    sync_now,
};

#[cfg(feature = "hydrate")]
mod in_browser {
    use super::{AppError, Book, Language, Theme};
    use crate::browser;

    /// Runs `action` later.
    pub fn after(delay_ms: u32, action: impl FnOnce() + 'static) {
        gloo_timers::callback::Timeout::new(delay_ms, action).forget();
    }

    /// A small text that this phone keeps; nothing secret.
    pub fn kept(key: &str) -> Option<String> {
        browser::kept(key)
    }

    /// Keeps a small text on this phone.
    pub fn keep(key: &str, text: &str) {
        browser::keep(key, text);
    }

    /// Brings the further screens and draws again when they came.
    pub fn fetch_further(book: Book) {
        browser::fetch_further(book);
    }

    /// Calls the server now instead of at the next time.
    pub fn sync_now() {
        browser::sync_now();
    }

    /// Lets a waiting build take over.
    pub fn accept_update() {
        browser::accept_update();
    }

    /// Shows another theme and remembers it.
    pub fn set_theme(theme: Theme) {
        browser::set_theme(theme.code());
    }

    /// Remembers another language and starts the page again in it.
    pub fn set_language(language: Language) {
        browser::set_language(language);
    }

    /// Signs in again in place.
    pub fn sign_in(
        user: String,
        password: String,
        answer: impl FnOnce(Result<(), AppError>) + 'static,
    ) {
        browser::sign_in(user, password, answer);
    }

    /// Ends the session and leaves for the sign-in page.
    pub fn sign_out(failed: impl FnOnce(AppError) + 'static) {
        browser::sign_out(failed);
    }
}

#[cfg(not(feature = "hydrate"))]
mod on_server {
    use super::{AppError, Book, Language, Theme};

    /// In the browser only.
    pub fn kept(_key: &str) -> Option<String> {
        None
    }
    /// In the browser only.
    pub fn keep(_key: &str, _text: &str) {}
    /// In the browser only: the server has them.
    pub fn fetch_further(_book: Book) {}
    /// Runs `action` later, in the browser only.
    pub fn after(_delay_ms: u32, _action: impl FnOnce() + 'static) {}
    /// In the browser only.
    pub fn sync_now() {}
    /// In the browser only.
    pub fn accept_update() {}
    /// In the browser only.
    pub fn set_theme(_theme: Theme) {}
    /// In the browser only.
    pub fn set_language(_language: Language) {}
    /// In the browser only.
    pub fn sign_in(
        _user: String,
        _password: String,
        _answer: impl FnOnce(Result<(), AppError>) + 'static,
    ) {
    }
    /// In the browser only.
    pub fn sign_out(_failed: impl FnOnce(AppError) + 'static) {}
}
