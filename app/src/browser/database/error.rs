//! What the store refuses, and what helps: room, another try, a reload, or nothing.

use indexed_db_futures::error::{Error as IdbError, OpenDbError, UnexpectedDataError};
use sync::wire::WireError;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::DomException;

use crate::error::AppError;

/// Why the store refused. Nothing of that write was kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// No room left on the phone.
    #[error("storage is full")]
    Full,
    /// The browser gave the transaction up, or closed the connection under it: the same may hold a moment later.
    #[error("the store was interrupted: {0}")]
    Interrupted(String),
    /// The browser took a transaction back at its commit and the crate cannot tell why. Where it happens again, the disk is full:
    /// Chromium tells so at the commit only, after every request has succeeded.
    #[error("the browser took the transaction back")]
    GivenUp,
    /// The browser threw away what was stored here, under the app's feet.
    #[error("the store was emptied")]
    Emptied,
    /// A newer build has changed the schema: this one can neither read nor write any more.
    #[error("the store belongs to a newer build")]
    Outdated,
    /// The browser keeps no storage here (private window) or has broken it.
    #[error("storage is not available: {0}")]
    Unavailable(String),
    /// Stored bytes cannot be read by this build.
    #[error("stored data cannot be read: {0}")]
    Unreadable(String),
}

impl StoreError {
    pub(super) fn no_storage() -> Self {
        Self::Unavailable("no IndexedDB".to_owned())
    }
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full | StoreError::GivenUp => Self::StorageFull,
            StoreError::Outdated => Self::Outdated,
            StoreError::Emptied => Self::Storage {
                reason: error.to_string(),
            },
            StoreError::Interrupted(reason)
            | StoreError::Unavailable(reason)
            | StoreError::Unreadable(reason) => Self::Storage { reason },
        }
    }
}

/// By the exception's name, which is the standard's. What the crate's errors say by themselves stays unsaid: their sentences print
/// floating numbers, at 7 kB of the phone's wasm.
impl From<IdbError> for StoreError {
    fn from(error: IdbError) -> Self {
        match error {
            IdbError::DomException(it) => DomException::from(it).into(),
            IdbError::MissingData(UnexpectedDataError::TransactionAborted) => Self::GivenUp,
            _ => Self::no_storage(),
        }
    }
}

/// What IndexedDB throws are exceptions.
impl From<JsValue> for StoreError {
    fn from(thrown: JsValue) -> Self {
        thrown.unchecked_into::<DomException>().into()
    }
}

impl From<DomException> for StoreError {
    fn from(exception: DomException) -> Self {
        let name = exception.name();
        let reason = [name.as_str(), ": ", &exception.message()].concat();
        match name.as_str() {
            "QuotaExceededError" => Self::Full,
            "VersionError" => Self::Outdated,
            // UnknownError: the disk failed, or the process that keeps the databases went away.
            "AbortError"
            | "InvalidStateError"
            | "TransactionInactiveError"
            | "TimeoutError"
            | "UnknownError" => Self::Interrupted(reason),
            _ => Self::Unavailable(reason),
        }
    }
}

impl From<OpenDbError> for StoreError {
    fn from(error: OpenDbError) -> Self {
        match error {
            OpenDbError::Base(error) => error.into(),
            // Null or missing: a private window of some browsers.
            _ => Self::no_storage(),
        }
    }
}

impl From<WireError> for StoreError {
    fn from(error: WireError) -> Self {
        Self::Unreadable(error.to_string())
    }
}
