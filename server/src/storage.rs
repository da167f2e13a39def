//! What the server keeps, as a trait: the log and its registers, receipts, devices, accounts. No SQL and no HTTP here.
//!
//! Every implementation passes `tests/storage/conformance.rs`.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use sync::{
    AuthorId, Cursor, DeviceId, Incarnation, LogEntry, OpDigest, Operation, Register, RegisterKey,
    Scope, ScopeState, Segment, ServerSeq, Snapshot,
};

use backend::AccountChange;
use batch::Admission;
use queue::{Coming, Queue};
pub use records::*;

mod backend;
mod batch;
pub mod postgres;
mod queue;
mod records;
mod rows;
pub mod sqlite;
mod states;
mod upkeep;
mod writer;

/// Author of operations that come out of a workbook.
pub const IMPORT_AUTHOR: &str = "import";
/// Author of what the server writes by itself: records of people, days of the demonstration.
pub const SERVER_AUTHOR: &str = "server";
/// Authors who are not people: left out of "who did what", and no account may be named so.
pub const MACHINE_AUTHORS: [&str; 2] = [IMPORT_AUTHOR, SERVER_AUTHOR];
/// Field whose changes alter which units and records exist: raises [`Storage::structure_version`].
pub const STRUCTURE_FIELD: &str = "plan";
/// Most history entries that a snapshot carries.
pub const SNAPSHOT_HISTORY_MAX: usize = 200;

/// Why storage did not do as asked. Nothing of the request was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StorageError {
    /// Something of that name exists already.
    #[error("already there")]
    Conflict,
    /// No such thing.
    #[error("not there")]
    Missing,
    /// The database did not answer, or holds what this build cannot read; details are in the log.
    #[error("storage is unavailable")]
    Unavailable,
}

/// Opens the database of a data folder, or the one at `database` (`postgres://…`), and brings it to this build's form.
///
/// # Errors
/// `Unavailable` when it cannot be used, or when a newer build wrote it.
pub async fn open(data: &Path, database: Option<&str>) -> Result<Arc<dyn Storage>, StorageError> {
    Ok(match database {
        Some(url) => Arc::new(postgres::PostgresStorage::open(url).await?),
        None => Arc::new(sqlite::SqliteStorage::open(data).await?),
    })
}

/// Everything durable. Object-safe; all methods may be called at the same time.
#[async_trait]
pub trait Storage: Send + Sync + 'static {
    /// The way to the one task that writes.
    fn queue(&self) -> &Queue;

    /// Decides and commits operations; answers after they are durable, never before (invariant I1).
    async fn push(&self, push: Push) -> Result<Pushed, StorageError> {
        self.queue().push(push, None).await
    }

    /// Says that a push is here and will come within milliseconds.
    fn announce(&self) -> Coming {
        self.queue().announce()
    }

    /// As [`Self::push`], of a push that was announced.
    async fn push_announced(&self, push: Push, coming: Coming) -> Result<Pushed, StorageError> {
        self.queue().push(push, Some(coming)).await
    }

    /// Notes that a device called. Best effort: dropped when the writer is busy.
    fn note_contact(&self, contact: Contact) {
        self.queue().note(contact);
    }

    /// A device as last heard of.
    async fn device(
        &self,
        device: &DeviceId,
        incarnation: &Incarnation,
    ) -> Result<Option<DeviceRecord>, StorageError>;

    /// The current history and where the logs asked for end.
    async fn heads(&self, scopes: &[Scope]) -> Result<Heads, StorageError>;

    /// Every log that exists.
    async fn scopes(&self) -> Result<Vec<Scope>, StorageError>;

    /// The segments of a log that end after a place, in server order, until they hold `entries_max` entries.
    async fn segments(
        &self,
        scope: &Scope,
        after: ServerSeq,
        entries_max: usize,
    ) -> Result<Tail, StorageError>;

    /// A scope as it is.
    ///
    /// # Errors
    /// `Missing` when there is no such scope.
    async fn state(&self, scope: &Scope) -> Result<Arc<ScopeState>, StorageError> {
        self.queue().state(scope).await
    }

    /// All registers of a scope at one place of its log, with up to `history_max` latest entries written by people.
    ///
    /// # Errors
    /// `Missing` when there is no such scope.
    async fn snapshot(&self, scope: &Scope, history_max: usize) -> Result<Snapshot, StorageError> {
        let heads = self.heads(std::slice::from_ref(scope)).await?;
        let state = self.state(scope).await?;
        let newest_first = self.history(scope, history_max).await?;
        let seen = |it: &HistoryLine| it.entry.server_seq <= state.end;
        let oldest_first = newest_first.into_iter().filter(seen).rev();
        Ok(Snapshot {
            scope: scope.clone(),
            cursor: Cursor {
                epoch: heads.epoch,
                seq: state.end,
            },
            registers: states::registers_of(&state),
            history: oldest_first.map(|it| it.entry).collect(),
        })
    }

    /// The latest entries written by people, newest first.
    async fn history(&self, scope: &Scope, limit: usize) -> Result<Vec<HistoryLine>, StorageError>;

    /// Registers of [`STRUCTURE_FIELD`] in every scope: which units and records exist.
    async fn structure(&self) -> Result<Vec<(RegisterKey, Register)>, StorageError>;

    /// Rises whenever a register of [`STRUCTURE_FIELD`] changes.
    async fn structure_version(&self) -> Result<u64, StorageError>;

    /// What the devices of each unit's people last said.
    async fn contacts(&self) -> Result<Vec<UnitContact>, StorageError>;

    /// Operations of one incarnation that were not accepted, by place.
    async fn refused(
        &self,
        device: &DeviceId,
        incarnation: &Incarnation,
    ) -> Result<Vec<RefusedRecord>, StorageError>;

    /// What was kept for a later release, in order of arrival.
    async fn newer(&self) -> Result<Vec<NewerRecord>, StorageError>;

    /// Judges again what was kept; `op` is what it is read as now. Whether it found its place in the log.
    async fn admit(
        &self,
        newer: &NewerRecord,
        op: Operation,
        policy: SharedPolicy,
    ) -> Result<bool, StorageError> {
        let admission = Admission {
            op,
            digest: newer.digest,
            policy,
            received_ms: newer.received_ms,
            offset_ms: newer.offset_ms,
        };
        self.queue().admit(admission).await
    }

    /// Makes a scope's checkpoint and plans anew from its log (invariant I5). Whether they were what the log says.
    ///
    /// # Errors
    /// `Missing` when there is no such scope; `Unavailable` when its log cannot be read: nothing is changed then.
    async fn rebuild(&self, scope: &Scope) -> Result<bool, StorageError> {
        self.queue().rebuild(scope).await
    }

    /// Every accepted operation of one author, scope by scope in server order.
    async fn entries_by(&self, author: &AuthorId) -> Result<Vec<LogEntry>, StorageError>;

    /// Adds accounts, all or none.
    ///
    /// # Errors
    /// `Conflict` when a name is taken.
    async fn add_users(&self, users: Vec<NewUser>, now_ms: i64) -> Result<(), StorageError> {
        let change = AccountChange::AddUsers { users, now_ms };
        self.queue().change(change).await
    }

    /// Whether there is any account.
    async fn has_users(&self) -> Result<bool, StorageError>;

    /// An account by its sign-in name.
    async fn user(&self, name: &AuthorId) -> Result<Option<UserRecord>, StorageError>;

    /// Opens a session.
    async fn open_session(
        &self,
        token: TokenHash,
        user: &AuthorId,
        now_ms: i64,
        expires_ms: i64,
    ) -> Result<(), StorageError> {
        let change = AccountChange::OpenSession {
            token,
            user: user.clone(),
            now_ms,
            expires_ms,
        };
        self.queue().change(change).await
    }

    /// A session that has not ended at `now_ms`, with its account.
    async fn session(
        &self,
        token: TokenHash,
        now_ms: i64,
    ) -> Result<Option<SessionRecord>, StorageError>;

    /// Moves a session's end.
    async fn extend_session(&self, token: TokenHash, expires_ms: i64) -> Result<(), StorageError> {
        let change = AccountChange::ExtendSession { token, expires_ms };
        self.queue().change(change).await
    }

    /// Ends a session; not an error when there is none.
    async fn close_session(&self, token: TokenHash) -> Result<(), StorageError> {
        let change = AccountChange::CloseSession { token };
        self.queue().change(change).await
    }

    /// Forgets sessions that ended at or before `now_ms`.
    async fn purge_sessions(&self, now_ms: i64) -> Result<(), StorageError> {
        let change = AccountChange::PurgeSessions { now_ms };
        self.queue().change(change).await
    }

    /// Withdraws a right as of now. What was written while it held is still judged by it.
    ///
    /// # Errors
    /// `Missing` when the account does not hold it.
    async fn withdraw_grant(
        &self,
        user: &AuthorId,
        unit: &Scope,
        role: &str,
        now_ms: i64,
    ) -> Result<(), StorageError> {
        let change = AccountChange::WithdrawGrant {
            user: user.clone(),
            unit: unit.clone(),
            role: role.to_owned(),
            now_ms,
        };
        self.queue().change(change).await
    }

    /// Finishes what is queued and closes the database; later writes are `Unavailable`.
    async fn close(&self);
}

impl From<sqlx::Error> for StorageError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::RowNotFound => Self::Missing,
            sqlx::Error::Database(it) if it.is_unique_violation() => Self::Conflict,
            _ => {
                tracing::error!(%error, "database");
                Self::Unavailable
            }
        }
    }
}

/// Reads a run of the log that this server wrote.
fn segment_of(body: &str) -> Result<Segment, StorageError> {
    Segment::from_json(body).map_err(states::unreadable)
}

/// Reads a digest that this server wrote.
fn digest_of(bytes: &[u8]) -> Result<OpDigest, StorageError> {
    bytes.try_into().map(OpDigest).map_err(|_| {
        tracing::error!("a digest in the database is not one");
        StorageError::Unavailable
    })
}

/// Reads JSON that this server wrote.
fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, StorageError> {
    serde_json::from_str(text).map_err(|error| {
        tracing::error!(%error, "unreadable JSON in the database");
        StorageError::Unavailable
    })
}

/// Writes JSON of plain data types; cannot fail for those.
fn to_json<T: serde::Serialize>(value: &T) -> Result<String, StorageError> {
    serde_json::to_string(value).map_err(|error| {
        tracing::error!(%error, "unwritable JSON");
        StorageError::Unavailable
    })
}

/// The databases' integers are signed: places travel by their bits, so that every `u64` comes back as it was.
fn from_u64(value: u64) -> i64 {
    value.cast_signed()
}

/// The reverse of [`from_u64`].
fn to_u64(value: i64) -> u64 {
    value.cast_unsigned()
}
