//! Requests and answers, in either version of the protocol.

use serde_json::Value;

use super::columns::ObjectWriter;
use super::receipts::{read_receipts, receipt_runs};
use super::{Fields, Wire, WireError, batch};
use crate::ids::{Cursor, Scope, ServerSeq};
use crate::operation::{Incoming, Operation};
use crate::protocol::{
    PLAIN_VERSION, REQUEST_OPS_MAX, ScopePull, Snapshot, SnapshotRegister, SyncReply, SyncRequest,
};
use crate::segment::Segment;
use crate::sorted_map::SortedMap;
use crate::{deserialize_through_wire, serde_through_wire, wire_struct};

wire_struct!(SnapshotRegister {
    kind,
    record,
    field,
    register
});
wire_struct!(Snapshot { scope, cursor, registers } default { history });
deserialize_through_wire!(SyncRequest, SyncReply);

/// By its own `protocol`: version 1 writes each operation as an object, version 2 columns of all it understands.
impl Wire for SyncRequest {
    fn to_wire(&self) -> Value {
        // Written text can be read again.
        Value::from_json(&self.to_json()).unwrap_or_default()
    }

    fn to_json(&self) -> String {
        let mut writer = ObjectWriter::new();
        writer.count("protocol", self.protocol.into());
        writer.text("app", &self.app);
        writer.text("device", self.device.as_str());
        writer.text("incarnation", self.incarnation.as_str());
        if let Some(born_of) = &self.born_of {
            writer.text("born_of", born_of.as_str());
        }
        writer.number("now_ms", self.now_ms);
        writer.count("unsent", self.unsent);
        writer.count("kept_from", self.kept_from.get());
        let mut read: Vec<&Operation> = Vec::new();
        let mut raw: Vec<Value> = Vec::new();
        for incoming in &self.ops {
            match incoming {
                Incoming::Op(op) if self.protocol > PLAIN_VERSION => read.push(op),
                other => raw.push(other.to_value()),
            }
        }
        if !read.is_empty() {
            let mut columns = ObjectWriter::new();
            batch::put(&mut columns, &read);
            writer.raw("batch", &columns.finish());
        }
        if !raw.is_empty() || self.protocol == PLAIN_VERSION {
            writer.value("ops", &Value::Array(raw));
        }
        writer.value("cursors", &self.cursors.to_wire());
        writer.finish()
    }

    fn from_wire(value: Value) -> Result<Self, WireError> {
        let mut object = Fields::read(value)?;
        let mut ops: Vec<Incoming> = Vec::new();
        if let Some(columns) = object.0.remove("batch") {
            ops = batch::take(&mut Fields::read(columns)?, REQUEST_OPS_MAX)
                .map_err(|it| it.within("batch"))?;
        }
        let raw: Vec<Value> = object.take_or_default("ops")?;
        if !raw.is_empty() {
            ops.extend(raw.into_iter().map(Incoming::from_value));
            // Raw ones stand among those in columns by their place; what has none is passed over later.
            ops.sort_by_key(Incoming::place);
        }
        Ok(Self {
            protocol: object.take("protocol")?,
            app: object.take("app")?,
            device: object.take("device")?,
            incarnation: object.take("incarnation")?,
            born_of: object.take_or_default("born_of")?,
            now_ms: object.take("now_ms")?,
            unsent: object.take("unsent")?,
            kept_from: object.take("kept_from")?,
            ops,
            cursors: object.take_or_default("cursors")?,
        })
    }
}

/// One scope's answer whose entries are written already.
#[derive(Debug)]
pub enum WrittenPull {
    /// Segments after the cursor that was asked with, oldest first, as [`Segment::to_json`] wrote them. The first may begin
    /// before that cursor.
    Segments {
        /// Where the phone stands after folding them.
        cursor: Cursor,
        /// Place that was asked with.
        after: ServerSeq,
        /// The segments.
        segments: Vec<String>,
        /// Whether to ask again at once.
        more: bool,
    },
    /// As [`ScopePull::Reset`].
    Reset,
    /// As [`ScopePull::Denied`].
    Denied,
}

impl WrittenPull {
    fn to_json(&self) -> String {
        let mut writer = ObjectWriter::new();
        match self {
            Self::Segments {
                cursor,
                segments,
                more,
                ..
            } => {
                writer.text("pull", "entries");
                writer.value("cursor", &cursor.to_wire());
                writer.raw_list("segments", segments.iter().map(String::as_str));
                writer.value("more", &Value::Bool(*more));
            }
            Self::Reset => writer.text("pull", "reset"),
            Self::Denied => writer.text("pull", "denied"),
        }
        writer.finish()
    }
}

impl SyncReply {
    /// The answer of version 2 with pulls that are written already; its own `scopes` are not looked at.
    #[must_use]
    pub fn to_json_with(&self, scopes: &SortedMap<Scope, WrittenPull>) -> String {
        let mut pulls = ObjectWriter::new();
        for (scope, pull) in scopes {
            pulls.raw(scope.as_str(), &pull.to_json());
        }
        let mut writer = ObjectWriter::new();
        writer.count("protocol", self.protocol.into());
        if let Some(incarnation) = &self.incarnation {
            writer.text("incarnation", incarnation.as_str());
        }
        writer.count("epoch", self.epoch.0);
        writer.number("now_ms", self.now_ms);
        writer.count("expect", self.expect.get());
        if let Some(backed_up) = self.backed_up {
            writer.count("backed_up", backed_up.get());
        }
        writer.value("receipts", &receipt_runs(&self.receipts));
        writer.raw("scopes", &pulls.finish());
        writer.finish()
    }

    /// The answer of version 1.
    fn to_plain(&self) -> Value {
        let mut object = Fields::new();
        object.put("protocol", self.protocol.to_wire());
        object.put("epoch", self.epoch.to_wire());
        object.put("now_ms", self.now_ms.to_wire());
        object.put("expect", self.expect.to_wire());
        object.put("backed_up", self.backed_up.to_wire());
        object.put("receipts", self.receipts.to_wire());
        object.put("scopes", self.scopes.to_wire());
        object.into()
    }
}

/// By its own `protocol`.
impl Wire for SyncReply {
    fn to_wire(&self) -> Value {
        if self.protocol == PLAIN_VERSION {
            return self.to_plain();
        }
        Value::from_json(&self.to_json()).unwrap_or_default()
    }

    fn to_json(&self) -> String {
        if self.protocol == PLAIN_VERSION {
            return super::write(&self.to_plain());
        }
        let mut scopes = SortedMap::new();
        for (scope, pull) in &self.scopes {
            let pull = match pull {
                ScopePull::Entries {
                    cursor,
                    entries,
                    more,
                } => WrittenPull::Segments {
                    cursor: *cursor,
                    after: ServerSeq::ZERO,
                    segments: Segment::of_entries(entries.clone())
                        .iter()
                        .map(Segment::to_json)
                        .collect(),
                    more: *more,
                },
                ScopePull::Reset => WrittenPull::Reset,
                ScopePull::Denied => WrittenPull::Denied,
            };
            scopes.insert(scope.clone(), pull);
        }
        self.to_json_with(&scopes)
    }

    fn from_wire(value: Value) -> Result<Self, WireError> {
        let mut object = Fields::read(value)?;
        let receipts = object.0.remove("receipts");
        Ok(Self {
            protocol: object.take("protocol")?,
            incarnation: object.take_or_default("incarnation")?,
            epoch: object.take("epoch")?,
            now_ms: object.take("now_ms")?,
            expect: object.take("expect")?,
            backed_up: object.take_or_default("backed_up")?,
            receipts: receipts.map(read_receipts).transpose()?.unwrap_or_default(),
            scopes: object.take_or_default("scopes")?,
        })
    }
}

serde_through_wire!(ScopePull);

/// Writes the form of version 1; reads both.
impl Wire for ScopePull {
    fn to_wire(&self) -> Value {
        let mut object = Fields::new();
        let tag = match self {
            Self::Entries {
                cursor,
                entries,
                more,
            } => {
                object.put("cursor", cursor.to_wire());
                object.put("entries", entries.to_wire());
                object.put("more", more.to_wire());
                "entries"
            }
            Self::Reset => "reset",
            Self::Denied => "denied",
        };
        object.put("pull", tag.into());
        object.into()
    }

    fn from_wire(value: Value) -> Result<Self, WireError> {
        let mut object = Fields::read(value)?;
        match object.take::<String>("pull")?.as_str() {
            "entries" => {
                let mut entries = object.take_or_default::<Vec<_>>("entries")?;
                for segment in object.take_or_default::<Vec<Value>>("segments")? {
                    entries.extend(Segment::from_value(segment)?.into_entries());
                }
                Ok(Self::Entries {
                    cursor: object.take("cursor")?,
                    entries,
                    more: object.take("more")?,
                })
            }
            "reset" => Ok(Self::Reset),
            "denied" => Ok(Self::Denied),
            _ => Err(WireError::new("an answer to a pull")),
        }
    }
}
