//! What the store refuses, and what helps: room, another try, or nothing.

use indexed_db_futures::error::{DomException, Error as IdbError, OpenDbError};
use sync::wire::WireError;

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
    /// The browser keeps no storage here (private window) or has broken it.
    #[error("storage is not available: {0}")]
    Unavailable(String),
    /// Stored bytes cannot be read by this build.
    #[error("stored data cannot be read: {0}")]
    Unreadable(String),
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full => Self::StorageFull,
            StoreError::Interrupted(reason)
            | StoreError::Unavailable(reason)
            | StoreError::Unreadable(reason) => Self::Storage { reason },
        }
    }
}

impl From<IdbError> for StoreError {
    fn from(error: IdbError) -> Self {
        match &error {
            // The crate has no variant of its own for a full disk; the exception's name is the standard's.
            IdbError::DomException(DomException::Other(it))
                if it.name() == "QuotaExceededError" =>
            {
                Self::Full
            }
            IdbError::DomException(
                DomException::AbortError(_)
                | DomException::TransactionInactiveError(_)
                | DomException::InvalidStateError(_),
            ) => Self::Interrupted(error.to_string()),
            _ => Self::Unavailable(error.to_string()),
        }
    }
}

impl From<OpenDbError> for StoreError {
    fn from(error: OpenDbError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl From<WireError> for StoreError {
    fn from(error: WireError) -> Self {
        Self::Unreadable(error.to_string())
    }
}
