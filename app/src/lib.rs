//! The pages, and the phone's side of the handbook.
//!
//! A tick travels tap → [`state::book::Book::write`] → `browser::Phone::record` → store → view, and on by the exchange.

pub mod app;
#[cfg(feature = "ssr")]
pub mod board;
#[cfg(feature = "hydrate")]
pub mod browser;
pub mod error;
mod further;
mod routes;
pub mod screen;
pub mod session;
#[cfg(feature = "ssr")]
pub mod shell;
pub mod state;
mod ui;
pub mod words;

#[cfg(feature = "hydrate")]
pub use browser::{hydrate, mount};

/// The one style sheet, made from `style/` by `build.rs`.
#[cfg(feature = "ssr")]
pub const STYLE: &str = include_str!(concat!(env!("OUT_DIR"), "/app.css"));
