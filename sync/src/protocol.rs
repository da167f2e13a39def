//! The messages of `POST /api/v1/sync` and of a scope's snapshot (`docs/protocol.md`), and their limits.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::ids::{
    Cursor, DeviceId, Epoch, FieldName, Incarnation, Kind, OpSeq, RecordId, Scope, ServerSeq,
};
use crate::operation::LogEntry;
use crate::register::Register;
use crate::verdict::Verdict;
use crate::wire::Wire as _;

/// Version of the protocol that this build speaks.
pub const VERSION: u32 = 1;
/// Most bytes of one request body, after decompression.
pub const REQUEST_BYTES_MAX: usize = 1024 * 1024;
/// Most operations in one request.
pub const REQUEST_OPS_MAX: usize = 256;
/// Most bytes of one operation: a bigger one could never be sent, so it is never recorded (invariant I9).
pub const OPERATION_BYTES_MAX: usize = REQUEST_BYTES_MAX / 4;
/// Most log entries of one scope in one reply.
pub const REPLY_ENTRIES_MAX: usize = 2_000;

/// An operation as it travels: read one by one, so that a bad one never spoils its neighbours.
pub type RawOperation = Value;

/// Hello, push and pull in one message.
#[derive(Debug, Clone, PartialEq)]
pub struct SyncRequest {
    /// [`VERSION`] of the sender.
    pub protocol: u32,
    /// Build of the sender, for the device list.
    pub app: String,
    /// The device.
    pub device: DeviceId,
    /// Lifetime of its storage.
    pub incarnation: Incarnation,
    /// The device's clock when it sent this; may be years off.
    pub now_ms: i64,
    /// Operations on the phone that no server has received, including those in `ops`.
    pub unsent: u64,
    /// Smallest place that the phone still keeps; earlier ones are inside a verified backup.
    pub kept_from: OpSeq,
    /// Operations in order of their place, each as raw JSON.
    pub ops: Vec<RawOperation>,
    /// Scopes to pull, each from its cursor.
    pub cursors: BTreeMap<Scope, Cursor>,
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
    /// [`VERSION`] of the server.
    pub protocol: u32,
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
    pub scopes: BTreeMap<Scope, ScopePull>,
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
        let request: Self = serde_json::from_slice(body)
            .map_err(|error| ProtocolError::Unreadable(error.to_string()))?;
        if request.protocol == 0 {
            return Err(ProtocolError::UnknownVersion(request.protocol));
        }
        if request.ops.len() > REQUEST_OPS_MAX {
            return Err(ProtocolError::TooLarge);
        }
        Ok(request)
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
