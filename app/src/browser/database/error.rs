//! What the store refuses, and what helps: room, another try, a reload, or nothing.

use js_sys::Reflect;
use sync::wire::WireError;
use wasm_bindgen::JsValue;

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
            StoreError::Full => Self::StorageFull,
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

/// By the exception's name, which is the standard's.
impl From<JsValue> for StoreError {
    fn from(thrown: JsValue) -> Self {
        let text = |of: &str| {
            let value = Reflect::get(&thrown, &of.into()).ok();
            value.and_then(|it| it.as_string()).unwrap_or_default()
        };
        let name = text("name");
        let reason = [name.as_str(), ": ", &text("message")].concat();
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

impl From<WireError> for StoreError {
    fn from(error: WireError) -> Self {
        Self::Unreadable(error.to_string())
    }
}
