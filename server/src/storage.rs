//! What the server keeps, as a trait: the log and its registers, receipts, devices, accounts. No SQL and no HTTP here.
//!
//! Every implementation passes `tests/storage/conformance.rs`.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use sync::{
    AuthorId, Cursor, DeviceId, Epoch, Incarnation, LogEntry, OpSeq, Policy, Receipt, Register,
    RegisterKey, Scope, ScopeState, Segment, ServerSeq, Snapshot, SyncRequest,
};

use backend::AccountChange;
use queue::Queue;

mod backend;
pub mod postgres;
mod queue;
mod rows;
pub mod sqlite;
mod states;
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

/// A policy that may be judged on the writer's task.
pub type SharedPolicy = Arc<dyn Policy + Send + Sync>;

/// A request's operations, to be decided and committed.
pub struct Push {
    /// The request; its `cursors` are not looked at.
    pub request: SyncRequest,
    /// The signed-in person.
    pub author: AuthorId,
    /// Rights and meaning of fields.
    pub policy: SharedPolicy,
    /// The server's time, in milliseconds since 1970.
    pub now_ms: i64,
    /// Logs to open first when they do not exist (new units of an import).
    pub new_scopes: Vec<Scope>,
}

/// What became of a push. It is durable by the time that anybody sees this (invariant I1).
#[derive(Debug, Clone, PartialEq)]
pub struct Pushed {
    /// One for each operation looked at.
    pub receipts: Vec<Receipt>,
    /// Place expected next of this incarnation.
    pub expect: OpSeq,
    /// How many operations entered the log.
    pub accepted: usize,
}

/// A device that called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// The device.
    pub device: DeviceId,
    /// Lifetime of its storage.
    pub incarnation: Incarnation,
    /// The lifetime that this one says it goes on from. Not read back.
    pub born_of: Option<Incarnation>,
    /// Who was signed in.
    pub user: AuthorId,
    /// The server's time, in milliseconds since 1970.
    pub at_ms: i64,
    /// Operations that the device says are on it only.
    pub unsent: u64,
    /// Device time less server time, in milliseconds.
    pub clock_skew_ms: i64,
    /// Build of its app.
    pub app: String,
}

/// A device as last heard of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRecord {
    /// Last place received of this incarnation.
    pub high: Option<OpSeq>,
    /// Last place of it inside a verified backup.
    pub backed_up: Option<OpSeq>,
    /// The last contact.
    pub contact: Contact,
}

/// The current history and the last place of each log asked for; a missing scope does not exist.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Heads {
    /// Current history.
    pub epoch: Epoch,
    /// Last places.
    pub seqs: BTreeMap<Scope, ServerSeq>,
}

impl Heads {
    /// Where a scope's log ends.
    pub fn cursor(&self, scope: &Scope) -> Option<Cursor> {
        self.seqs.get(scope).map(|seq| Cursor {
            epoch: self.epoch,
            seq: *seq,
        })
    }
}

/// What the devices of one unit's people last said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitContact {
    /// The unit that the people's grants name.
    pub unit: Scope,
    /// Server time of the latest contact, in milliseconds since 1970.
    pub last_contact_ms: i64,
    /// Operations that the devices say are on them only.
    pub unsent: u64,
    /// How many devices.
    pub devices: u64,
    /// Operations that were on devices only when their storage was lost, by what they last said.
    pub lost_unsent: u64,
}

/// The end of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tail {
    /// [`Segment`]s as JSON, oldest first. The first may begin before the place that was asked with.
    pub segments: Vec<String>,
    /// Last place that they hold; the place asked with when there is none.
    pub last: ServerSeq,
}

impl Tail {
    /// The entries after a place.
    ///
    /// # Errors
    /// `Unavailable` when a segment is not one.
    pub fn entries(&self, after: ServerSeq) -> Result<Vec<LogEntry>, StorageError> {
        let mut entries = Vec::new();
        for body in &self.segments {
            entries.extend(
                segment_of(body)?
                    .into_entries()
                    .filter(|it| it.server_seq > after),
            );
        }
        Ok(entries)
    }
}

/// One line of a unit's history, with the time that it reached the server.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryLine {
    /// The accepted operation.
    pub entry: LogEntry,
    /// Server time of acceptance, in milliseconds since 1970.
    pub received_ms: i64,
}

/// An operation that was not accepted, as kept.
#[derive(Debug, Clone, PartialEq)]
pub struct RefusedRecord {
    /// Identity that it claims.
    pub seq: OpSeq,
    /// Its bytes.
    pub raw: serde_json::Value,
    /// The answer.
    pub verdict: sync::Verdict,
}

/// A role in a unit, by the workbook's English identifier.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct StoredGrant {
    /// Identifier of the role (`domain::rights::Role`).
    pub role: String,
    /// The unit.
    pub unit: Scope,
    /// When it was withdrawn, in milliseconds since 1970; `None` while it holds.
    pub until_ms: Option<i64>,
}

/// A new account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUser {
    /// Sign-in name: lower case, never reused, and the author of the person's operations.
    pub name: AuthorId,
    /// Name as people write it.
    pub display_name: String,
    /// argon2id, as a PHC string.
    pub password_hash: String,
    /// Rights.
    pub grants: Vec<StoredGrant>,
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserRecord {
    /// Sign-in name.
    pub name: AuthorId,
    /// Name as people write it.
    pub display_name: String,
    /// argon2id, as a PHC string.
    pub password_hash: String,
    /// Rights.
    pub grants: Vec<StoredGrant>,
}

/// SHA-256 of a session's token.
pub type TokenHash = [u8; 32];

/// A session that has not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRecord {
    /// Whose it is.
    pub user: UserRecord,
    /// Its end, in milliseconds since 1970.
    pub expires_ms: i64,
}

/// Everything durable. Object-safe; all methods may be called at the same time.
#[async_trait]
pub trait Storage: Send + Sync + 'static {
    /// The way to the one task that writes.
    fn queue(&self) -> &Queue;

    /// Decides and commits operations; answers after they are durable, never before (invariant I1).
    async fn push(&self, push: Push) -> Result<Pushed, StorageError> {
        self.queue().push(push).await
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
