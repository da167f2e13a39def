//! One change: who, on which device, when by that device's clock, which field, the value, and the version looked at.

use std::collections::BTreeMap;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::ids::{
    AuthorId, Cursor, FieldName, Kind, OpId, OpSeq, RecordId, RegisterKey, Scope, ServerSeq,
};
use crate::protocol::{OPERATION_BYTES_MAX, VALUE_DEPTH_MAX};
use crate::wire::{self, Wire as _, columns};

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

/// An operation as it arrives at the server: read, or as raw JSON when this build cannot read it.
#[derive(Debug, Clone, PartialEq)]
pub enum Incoming {
    /// Understood.
    Op(Operation),
    /// Malformed, or of a newer release.
    Raw(Value),
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

    /// Whether it holds a value that is nested deeper than [`VALUE_DEPTH_MAX`].
    pub(crate) fn is_too_deep(&self) -> bool {
        let value = match &self.change {
            Change::Set(value) | Change::Add(value) => is_deeper(value, VALUE_DEPTH_MAX),
            Change::Retract(_) => false,
        };
        value || self.extra.values().any(|it| is_deeper(it, VALUE_DEPTH_MAX))
    }

    /// Whether its JSON is longer than [`OPERATION_BYTES_MAX`].
    #[must_use]
    pub fn is_too_large(&self) -> bool {
        let texts = [
            self.id.device.as_str(),
            self.id.incarnation.as_str(),
            self.author.as_str(),
            self.scope.as_str(),
            self.kind.as_str(),
            self.record.as_str(),
            self.field.as_str(),
        ];
        let plain = matches!(
            &self.change,
            Change::Set(Value::Null | Value::Bool(_) | Value::Number(_))
        );
        // A tick is not worth writing it down: one byte of text is six of JSON at most.
        let texts: usize = texts.iter().map(|it| it.len()).sum();
        let short = plain && self.extra.is_empty() && texts < OPERATION_BYTES_MAX / 8;
        !short && self.to_json().len() > OPERATION_BYTES_MAX
    }

    /// Reads one operation. What is read comes back as it came: nothing of it is passed over.
    ///
    /// # Errors
    /// `Newer` when only the kind of change is unknown, or says more than this build knows, as its base may; `Malformed`
    /// otherwise.
    pub fn from_value(raw: &Value) -> Result<Self, Unreadable> {
        let says_more = |it: Option<&Value>, fields| {
            it.and_then(Value::as_object)
                .is_some_and(|it| it.len() > fields)
        };
        match Self::from_wire(raw.clone()) {
            Ok(_) if says_more(raw.get("base"), 2) => Err(Unreadable::Newer("base".to_owned())),
            Ok(operation) => Ok(operation),
            Err(error) => {
                let change = raw.get("change").and_then(Value::as_object);
                let newer = |(tag, value): &(&String, &Value)| match tag.as_str() {
                    "set" | "add" => false,
                    "retract" => says_more(Some(*value), 3),
                    _ => true,
                };
                let unknown = change.and_then(|it| it.iter().next()).filter(newer);
                Err(match unknown {
                    Some((tag, _)) => Unreadable::Newer(tag.clone()),
                    None => Unreadable::Malformed(error.to_string()),
                })
            }
        }
    }
}

impl Incoming {
    /// Reads raw JSON as far as this build can.
    #[must_use]
    pub fn from_value(raw: Value) -> Self {
        match Operation::from_value(&raw) {
            Ok(op) => Self::Op(op),
            Err(_) => Self::Raw(raw),
        }
    }

    /// The place that it claims.
    #[must_use]
    pub fn place(&self) -> Option<OpSeq> {
        match self {
            Self::Op(op) => Some(op.id.seq),
            Self::Raw(raw) => raw.get("seq").and_then(Value::as_u64).and_then(OpSeq::new),
        }
    }

    /// Digest of its canonical bytes, the same whichever way it came.
    #[must_use]
    pub fn digest(&self) -> OpDigest {
        match self {
            Self::Op(op) => OpDigest::of_operation(op),
            Self::Raw(raw) => OpDigest::of(raw),
        }
    }

    /// Its JSON form.
    #[must_use]
    pub fn to_value(&self) -> Value {
        match self {
            Self::Op(op) => op.to_wire(),
            Self::Raw(raw) => raw.clone(),
        }
    }
}

impl OpDigest {
    /// Digest of an operation: that of its JSON form, without building it.
    #[must_use]
    pub fn of_operation(op: &Operation) -> Self {
        if !op.extra.is_empty() {
            return Self::of(&op.to_wire());
        }
        // Names in byte order, as in `write_canonical`.
        let mut bytes = Vec::with_capacity(384);
        bytes.extend_from_slice(b"{\"at_ms\":");
        columns::number(&mut bytes, op.at_ms);
        put_text(&mut bytes, "author", op.author.as_str());
        bytes.extend_from_slice(b",\"base\":{\"epoch\":");
        columns::count(&mut bytes, op.base.epoch.0);
        bytes.extend_from_slice(b",\"seq\":");
        columns::count(&mut bytes, op.base.seq.0);
        bytes.extend_from_slice(b"},\"change\":");
        match &op.change {
            Change::Set(Value::Object(_) | Value::Array(_))
            | Change::Add(Value::Object(_) | Value::Array(_)) => {
                write_canonical(&op.change.to_wire(), &mut bytes);
            }
            plain => wire::write_change(&mut bytes, plain),
        }
        put_text(&mut bytes, "device", op.id.device.as_str());
        put_text(&mut bytes, "field", op.field.as_str());
        put_text(&mut bytes, "incarnation", op.id.incarnation.as_str());
        put_text(&mut bytes, "kind", op.kind.as_str());
        put_text(&mut bytes, "record", op.record.as_str());
        put_text(&mut bytes, "scope", op.scope.as_str());
        bytes.extend_from_slice(b",\"seq\":");
        columns::count(&mut bytes, op.id.seq.get());
        bytes.push(b'}');
        Self(Sha256::digest(&bytes).into())
    }

    /// Digest of a raw operation. Key order and white space do not matter: the bytes are made canonical first.
    #[must_use]
    pub fn of(raw: &Value) -> Self {
        let mut bytes = Vec::with_capacity(256);
        write_canonical(raw, &mut bytes);
        Self(Sha256::digest(&bytes).into())
    }
}

/// Whether a value is nested deeper than `levels` lists and objects.
fn is_deeper(value: &Value, levels: usize) -> bool {
    let inner = |it| levels == 0 || is_deeper(it, levels - 1);
    match value {
        Value::Array(items) => levels == 0 || items.iter().any(inner),
        Value::Object(fields) => levels == 0 || fields.values().any(inner),
        _ => false,
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

fn put_text(out: &mut Vec<u8>, name: &str, text: &str) {
    out.extend_from_slice(b",\"");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
    columns::text(out, text);
}

fn write_scalar(value: &Value, out: &mut Vec<u8>) {
    out.extend_from_slice(value.to_string().as_bytes());
}
