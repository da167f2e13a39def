//! What storage takes and gives.

use std::collections::BTreeMap;
use std::sync::Arc;

use sync::{
    AuthorId, Cursor, DeviceId, Epoch, Incarnation, LogEntry, OpDigest, OpSeq, Policy, Receipt,
    Scope, ServerSeq, SyncRequest,
};

use super::{StorageError, segment_of};

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

/// An operation that was kept because this server was too old for it.
#[derive(Debug, Clone, PartialEq)]
pub struct NewerRecord {
    /// Its bytes.
    pub raw: serde_json::Value,
    /// SHA-256 of its canonical bytes.
    pub digest: OpDigest,
    /// Who was signed in when it came.
    pub author: AuthorId,
    /// Server time at which it came, in milliseconds since 1970.
    pub received_ms: i64,
    /// Server time minus device time then, in milliseconds.
    pub offset_ms: i64,
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
