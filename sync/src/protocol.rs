//! The messages of `POST /api/v1/sync` and of a scope's snapshot (`docs/protocol.md`), and their limits.

use crate::ids::{
    Cursor, DeviceId, Epoch, FieldName, Incarnation, Kind, OpSeq, RecordId, Scope, ServerSeq,
};
use crate::operation::{Incoming, LogEntry};
use crate::register::Register;
use crate::sorted_map::SortedMap;
use crate::verdict::Verdict;
use crate::wire::{Wire as _, WireError};

/// Version of the protocol that this build speaks. It also speaks [`PLAIN_VERSION`].
pub const VERSION: u32 = 2;
/// The version before columns: operations and entries as an object each.
pub const PLAIN_VERSION: u32 = 1;
/// Most bytes of one request body, after decompression.
pub const REQUEST_BYTES_MAX: usize = 1024 * 1024;
/// Most operations in one request.
pub const REQUEST_OPS_MAX: usize = 256;
/// Most bytes of one operation: a bigger one could never be sent, so it is never recorded (invariant I9).
pub const OPERATION_BYTES_MAX: usize = REQUEST_BYTES_MAX / 4;
/// Longest name of a scope, in bytes: 120 letters of any script.
pub const SCOPE_BYTES_MAX: usize = 480;
/// Deepest nesting of a value in an operation. JSON is read to 128 levels, and a reply, a page and a phone's store put an
/// operation deeper than a request does: one that only just came in would spoil them for everybody (invariant I9).
pub const VALUE_DEPTH_MAX: usize = 32;
/// Log entries of one scope after which a reply ends; the last segment goes whole. A broken line costs no more than these.
pub const REPLY_ENTRIES_MAX: usize = 500;

/// Most registers of one page of a snapshot.
pub const PAGE_REGISTERS_MAX: usize = 1_000;

/// Hello, push and pull in one message.
#[derive(Debug, Clone, PartialEq)]
pub struct SyncRequest {
    /// Version that the sender speaks here: the answer comes in the same.
    pub protocol: u32,
    /// Build of the sender, for the device list.
    pub app: String,
    /// The device.
    pub device: DeviceId,
    /// Lifetime of its storage that the operations are of.
    pub incarnation: Incarnation,
    /// The lifetime that this one goes on from, when it began as a fork of it: nothing was lost then.
    pub born_of: Option<Incarnation>,
    /// The device's clock when it sent this; may be years off.
    pub now_ms: i64,
    /// Operations on the phone that no server has received, including those in `ops`.
    pub unsent: u64,
    /// Smallest place that the phone still keeps; earlier ones are inside a verified backup.
    pub kept_from: OpSeq,
    /// Operations in order of their place. Each is read by itself: a bad one never spoils its neighbours.
    pub ops: Vec<Incoming>,
    /// Scopes to pull, each from its cursor.
    pub cursors: SortedMap<Scope, Cursor>,
}

/// What became of one pushed operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Place in the incarnation's log.
    pub seq: OpSeq,
    /// The server's answer.
    pub verdict: Verdict,
}

/// One scope's answer to a pull.
#[derive(Debug, Clone, PartialEq)]
pub enum ScopePull {
    /// Operations after the cursor, in server order.
    Entries {
        /// Where the phone stands after folding them.
        cursor: Cursor,
        /// The operations.
        entries: Vec<LogEntry>,
        /// Whether to ask again at once.
        more: bool,
    },
    /// The cursor is of another history or too far back: load the snapshot again.
    Reset,
    /// The person may not read this scope any more; its data leaves the phone.
    Denied,
}

/// Answer to a [`SyncRequest`].
#[derive(Debug, Clone, PartialEq)]
pub struct SyncReply {
    /// Version that this answer is in: the request's, or the server's own when that is lower.
    pub protocol: u32,
    /// Lifetime that `expect`, `backed_up` and the receipts are of; `None` from a server of version 1: the one asked about.
    pub incarnation: Option<Incarnation>,
    /// Current history.
    pub epoch: Epoch,
    /// The server's clock.
    pub now_ms: i64,
    /// Place that the server expects next of this incarnation.
    pub expect: OpSeq,
    /// Last place that is inside a verified backup; the phone may forget up to here.
    pub backed_up: Option<OpSeq>,
    /// One receipt for each operation that was looked at.
    pub receipts: Vec<Receipt>,
    /// One answer for each scope asked for.
    pub scopes: SortedMap<Scope, ScopePull>,
}

/// One register of a snapshot.
#[derive(Debug, Clone, PartialEq)]
pub struct SnapshotRegister {
    /// Kind of the record.
    pub kind: Kind,
    /// The record.
    pub record: RecordId,
    /// The field.
    pub field: FieldName,
    /// Its state.
    pub register: Register,
}

/// First load of a scope: every register at one place of its log, and the latest of its history.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// The scope.
    pub scope: Scope,
    /// Place and history that the registers stand for.
    pub cursor: Cursor,
    /// Every register, in order of its address.
    pub registers: Vec<SnapshotRegister>,
    /// Latest operations written by people, oldest first, for "who did what when".
    pub history: Vec<LogEntry>,
}

/// Part of a snapshot: some of a scope's registers at one place of its log. Complete when all pages of one cursor are there.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The scope.
    pub scope: Scope,
    /// Place and history that the registers stand for, the same in all pages.
    pub cursor: Cursor,
    /// Which page this is, from 0.
    pub number: u32,
    /// How many pages there are.
    pub of: u32,
    /// At most [`PAGE_REGISTERS_MAX`], in the order in which people need them.
    pub registers: Vec<SnapshotRegister>,
    /// In the last page: latest operations written by people, oldest first.
    pub history: Vec<LogEntry>,
}

/// Why a message cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProtocolError {
    /// Longer than [`REQUEST_BYTES_MAX`], or more operations than [`REQUEST_OPS_MAX`].
    #[error("message too large")]
    TooLarge,
    /// Not JSON of this message.
    #[error("unreadable message: {0}")]
    Unreadable(String),
    /// Sender and receiver are too many releases apart.
    #[error("protocol version {0} is not spoken here")]
    UnknownVersion(u32),
}

impl SyncRequest {
    /// Reads a request body. Single operations stay raw: a bad one gets its own verdict later.
    ///
    /// # Errors
    /// `TooLarge` past the limits, `UnknownVersion` for version 0, `Unreadable` for anything else.
    pub fn parse(body: &[u8]) -> Result<Self, ProtocolError> {
        if body.len() > REQUEST_BYTES_MAX {
            return Err(ProtocolError::TooLarge);
        }
        let request = Self::from_json_bytes(body).map_err(|error| match error {
            WireError::TOO_MANY_ROWS => ProtocolError::TooLarge,
            other => ProtocolError::Unreadable(other.to_string()),
        })?;
        if request.protocol == 0 {
            return Err(ProtocolError::UnknownVersion(request.protocol));
        }
        if request.ops.len() > REQUEST_OPS_MAX {
            return Err(ProtocolError::TooLarge);
        }
        Ok(request)
    }
}

/// A whole snapshot is one page.
impl From<Snapshot> for Page {
    fn from(whole: Snapshot) -> Self {
        Self {
            scope: whole.scope,
            cursor: whole.cursor,
            number: 0,
            of: 1,
            registers: whole.registers,
            history: whole.history,
        }
    }
}

/// A page of a snapshot to ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageWanted {
    /// The scope.
    pub scope: Scope,
    /// Which page of which snapshot; `None`: the first of whichever the server gives.
    pub at: Option<(Cursor, u32)>,
}

impl Page {
    /// Whether it is the last of its snapshot.
    #[must_use]
    pub fn is_last(&self) -> bool {
        self.number.checked_add(1) == Some(self.of)
    }

    /// The page after this one, if there is one.
    #[must_use]
    pub fn following(&self) -> Option<PageWanted> {
        let number = self.number.checked_add(1).filter(|it| *it < self.of)?;
        Some(PageWanted {
            scope: self.scope.clone(),
            at: Some((self.cursor, number)),
        })
    }
}

impl SyncReply {
    /// Reads a reply body.
    ///
    /// # Errors
    /// `Unreadable` for anything that is not a reply of our server (a captive portal's page, say).
    pub fn parse(body: &[u8]) -> Result<Self, ProtocolError> {
        Self::from_json_bytes(body).map_err(|error| ProtocolError::Unreadable(error.to_string()))
    }

    /// Snapshots start a scope; this is the cursor of a scope nobody has written.
    #[must_use]
    pub fn start(epoch: Epoch) -> Cursor {
        Cursor {
            epoch,
            seq: ServerSeq::ZERO,
        }
    }
}
