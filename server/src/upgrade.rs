//! After an upgrade: what an older server kept because it did not know it is judged by this one.

use std::sync::Arc;

use sync::{Judgement, Operation, Policy, RejectCode};

use crate::accounts::principal::Principal;
use crate::directory::DirectoryCache;
use crate::policy::PersonPolicy;
use crate::storage::{SharedPolicy, Storage, StorageError};

/// For what claims to be another's.
struct NotTheirs;

impl Policy for NotTheirs {
    fn judge(&self, _: &Operation, _: i64) -> Judgement {
        Judgement::Quarantine(RejectCode::WrongAuthor)
    }
}

/// Judges everything again that was kept for a later release; gives how many operations found their place in the log. Phones
/// learn of them as of any other entry. What this build does not know either stays as it is.
///
/// # Errors
/// When storage does not answer. What was judged until then stays so, the rest is tried at the next start.
pub async fn judge_again(
    storage: &dyn Storage,
    directory: &DirectoryCache,
) -> Result<usize, StorageError> {
    let mut admitted = 0;
    for newer in storage.newer().await? {
        let Ok(op) = Operation::from_value(&newer.raw) else {
            continue;
        };
        let policy: SharedPolicy = if op.author == newer.author {
            let Some(user) = storage.user(&op.author).await? else {
                continue;
            };
            let Principal {
                grants, withdrawn, ..
            } = Principal::new(user);
            Arc::new(PersonPolicy {
                directory: directory.current(storage).await?,
                grants,
                withdrawn,
            })
        } else {
            Arc::new(NotTheirs)
        };
        admitted += usize::from(storage.admit(&newer, op, policy).await?);
    }
    Ok(admitted)
}
