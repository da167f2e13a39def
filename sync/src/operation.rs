//! One change: who, on which device, when by that device's clock, which field, the value, and the version looked at.

use std::collections::BTreeMap;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::ids::{
    AuthorId, Cursor, FieldName, Kind, OpId, RecordId, RegisterKey, Scope, ServerSeq,
};
use crate::wire::Wire as _;

/// What an operation does to its register.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Replaces the value that its author was looking at.
    Set(Value),
    /// Adds an entry that nothing else can displace (notes, photos).
    Add(Value),
    /// Marks an added entry as withdrawn; its text stays in the log.
    Retract(OpId),
}

/// What a person wants written, before the phone gives it an identity.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// Register to write.
    pub key: RegisterKey,
    /// Version of that register on the author's screen, and the history it counts in.
    pub base: Cursor,
    /// The change.
    pub change: Change,
    /// The person writing.
    pub author: AuthorId,
}

/// A change with its identity. Never altered once written.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// Identity: device, incarnation and place.
    pub id: OpId,
    /// The person who wrote it.
    pub author: AuthorId,
    /// Milliseconds since 1970 by the device's own clock, right or wrong.
    pub at_ms: i64,
    /// Log that the record belongs to.
    pub scope: Scope,
    /// Kind of the record.
    pub kind: Kind,
    /// The record.
    pub record: RecordId,
    /// The field.
    pub field: FieldName,
    /// Version of the register that the author was looking at, and the history it counts in.
    pub base: Cursor,
    /// The change.
    pub change: Change,
    /// Fields of a newer release, kept as they came (invariant I14).
    pub extra: BTreeMap<String, Value>,
}

/// An operation as the server accepted it.
#[derive(Debug, Clone, PartialEq)]
pub struct LogEntry {
    /// Place in the scope's log.
    pub server_seq: ServerSeq,
    /// What the author had seen, in this log's own places: differs from `op.base` after a restored backup.
    pub seen: ServerSeq,
    /// The author's time corrected by what the device's clock said at contact: breaks ties, nothing else.
    pub corrected_ms: i64,
    /// The operation.
    pub op: Operation,
}

/// SHA-256 of an operation's canonical bytes: tells a repeat from a fork.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpDigest(pub [u8; 32]);

/// Why bytes could not be read as an operation that this build understands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Written by a newer release: keep it, ask for an upgrade.
    #[error("a newer kind of change: {0}")]
    Newer(String),
    /// Not an operation at all.
    #[error("malformed operation: {0}")]
    Malformed(String),
}

impl Operation {
    /// Address of the register it writes.
    #[must_use]
    pub fn key(&self) -> RegisterKey {
        RegisterKey {
            scope: self.scope.clone(),
            kind: self.kind.clone(),
            record: self.record.clone(),
            field: self.field.clone(),
        }
    }

    /// Reads one operation.
    ///
    /// # Errors
    /// `Newer` when only the kind of change is unknown; `Malformed` otherwise.
    pub fn from_value(raw: &Value) -> Result<Self, Unreadable> {
        match Self::from_wire(raw.clone()) {
            Ok(operation) => Ok(operation),
            Err(error) => {
                let unknown = raw
                    .get("change")
                    .and_then(Value::as_object)
                    .and_then(|it| it.keys().next())
                    .filter(|it| !matches!(it.as_str(), "set" | "add" | "retract"));
                Err(match unknown {
                    Some(tag) => Unreadable::Newer(tag.clone()),
                    None => Unreadable::Malformed(error.to_string()),
                })
            }
        }
    }
}

impl OpDigest {
    /// Digest of a raw operation. Key order and white space do not matter: the bytes are made canonical first.
    #[must_use]
    pub fn of(raw: &Value) -> Self {
        let mut bytes = Vec::with_capacity(256);
        write_canonical(raw, &mut bytes);
        Self(Sha256::digest(&bytes).into())
    }
}

/// JSON with object keys in byte order and no white space, whatever features `serde_json` was built with.
fn write_canonical(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort_unstable();
            out.push(b'{');
            for (index, key) in keys.into_iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_scalar(&Value::String(key.clone()), out);
                out.push(b':');
                write_canonical(&map[key], out);
            }
            out.push(b'}');
        }
        Value::Array(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_canonical(item, out);
            }
            out.push(b']');
        }
        scalar => write_scalar(scalar, out),
    }
}

fn write_scalar(value: &Value, out: &mut Vec<u8>) {
    out.extend_from_slice(value.to_string().as_bytes());
}
