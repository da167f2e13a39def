//! The one error that pages show: a code with parameters; its words come from the locale.

use serde::{Deserialize, Serialize};

use crate::words::Words;

/// What went wrong, said so that a person knows what is safe and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum AppError {
    /// User name or password is wrong; which of them is not said.
    #[error("wrong credentials")]
    WrongCredentials,
    /// Too many tries; wait.
    #[error("too many tries")]
    TooManyTries,
    /// Nobody is signed in.
    #[error("signed out")]
    SignedOut,
    /// The person may not see or do this.
    #[error("forbidden")]
    Forbidden,
    /// No such page, unit or record.
    #[error("not found")]
    NotFound,
    /// The request could not be read.
    #[error("malformed request")]
    Malformed,
    /// No answer from our server.
    #[error("server out of reach")]
    Unreachable,
    /// The server failed; nothing was half-written.
    #[error("server failure")]
    Server,
    /// The browser refused to store: nothing was written.
    #[error("storage refused: {reason}")]
    Storage {
        /// The browser's own words, for support.
        reason: String,
    },
    /// The phone has no room left: nothing was written.
    #[error("storage full")]
    StorageFull,
    /// An older build in another tab holds the storage open: it goes on by itself once that tab is closed.
    #[error("storage held by an older tab")]
    OldTab,
    /// A newer build has taken over the storage: nothing was written.
    #[error("storage of a newer build")]
    Outdated,
}

impl AppError {
    /// The sentence for the person.
    #[must_use]
    pub fn sentence(&self, words: Words) -> String {
        match self {
            Self::WrongCredentials => words.error_wrong_credentials().to_owned(),
            Self::TooManyTries => words.error_too_many_tries().to_owned(),
            Self::SignedOut => words.error_signed_out().to_owned(),
            Self::Forbidden => words.error_forbidden().to_owned(),
            Self::NotFound => words.error_not_found().to_owned(),
            Self::Malformed => words.error_malformed().to_owned(),
            Self::Unreachable => words.error_unreachable().to_owned(),
            Self::Server => words.error_server().to_owned(),
            Self::Storage { reason } => words.error_storage(reason),
            Self::StorageFull => words.error_storage_full().to_owned(),
            Self::OldTab => words.error_old_tab().to_owned(),
            Self::Outdated => words.error_outdated().to_owned(),
        }
    }
}
