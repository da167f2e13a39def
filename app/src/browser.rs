//! Everything that touches the browser: storage, transport, tabs, clock and the service worker.

mod api;
mod clock;
mod database;
mod local;
mod navigation;
mod phone;
mod settings;
mod start;
mod tabs;
mod worker;

pub use database::{Besides, Database, StoreError};
pub use local::{get as kept, set as keep};
pub use navigation::fetch_further;
pub use phone::Phone;
pub use settings::{accept_update, set_language, set_theme, sign_in, sign_out, sync_now};
pub use start::{hydrate, mount};
pub use tabs::{TabMessage, TabNews, Tabs};

/// Where this phone keeps the chosen language.
const LANGUAGE_KEY: &str = "sotay.language";
