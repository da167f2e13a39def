//! Changes and who made them.

use std::collections::BTreeMap;

use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::Value;

use super::{Fields, Wire, WireError};
use crate::ids::OpId;
use crate::operation::{Change, LogEntry, Operation};
use crate::{deserialize_through_wire, serde_through_wire, wire_struct};

wire_struct!(LogEntry {
    server_seq,
    seen,
    corrected_ms,
    op
});
serde_through_wire!(Change);
deserialize_through_wire!(Operation);

impl Wire for Change {
    fn to_wire(&self) -> Value {
        match self {
            Self::Set(value) => Fields::only("set", value.clone()),
            Self::Add(value) => Fields::only("add", value.clone()),
            Self::Retract(id) => Fields::only("retract", id.to_wire()),
        }
    }

    fn from_wire(value: Value) -> Result<Self, WireError> {
        let (tag, value) = Fields::read(value)?.into_only()?;
        match tag.as_str() {
            "set" => Ok(Self::Set(value)),
            "add" => Ok(Self::Add(value)),
            // One that says more says it to a newer release, and would come back another.
            "retract" if value.as_object().is_some_and(|it| it.len() > 3) => {
                Err(WireError::new("a known kind of change"))
            }
            "retract" => OpId::from_wire(value).map(Self::Retract),
            _ => Err(WireError::new("a known kind of change")),
        }
    }
}

/// Every field of an operation that this release knows.
pub(super) const OPERATION_FIELDS: [&str; 11] = [
    "device",
    "incarnation",
    "seq",
    "author",
    "at_ms",
    "scope",
    "kind",
    "record",
    "field",
    "base",
    "change",
];

/// Identity and unknown fields stand beside the others.
impl Wire for Operation {
    fn to_wire(&self) -> Value {
        let mut object = Fields::new();
        object.put("device", self.id.device.to_wire());
        object.put("incarnation", self.id.incarnation.to_wire());
        object.put("seq", self.id.seq.to_wire());
        object.put("author", self.author.to_wire());
        object.put("at_ms", self.at_ms.to_wire());
        object.put("scope", self.scope.to_wire());
        object.put("kind", self.kind.to_wire());
        object.put("record", self.record.to_wire());
        object.put("field", self.field.to_wire());
        object.put("base", self.base.to_wire());
        object.put("change", self.change.to_wire());
        for (name, value) in &self.extra {
            object.put(name, value.clone());
        }
        object.into()
    }

    fn from_wire(value: Value) -> Result<Self, WireError> {
        let mut object = Fields::read(value)?;
        let mut operation = Self {
            id: OpId {
                device: object.take("device")?,
                incarnation: object.take("incarnation")?,
                seq: object.take("seq")?,
            },
            author: object.take("author")?,
            at_ms: object.take("at_ms")?,
            scope: object.take("scope")?,
            kind: object.take("kind")?,
            record: object.take("record")?,
            field: object.take("field")?,
            base: object.take("base")?,
            change: object.take("change")?,
            extra: BTreeMap::new(),
        };
        for (name, value) in object.0 {
            operation.extra.insert(name, value);
        }
        if operation.is_too_deep() {
            return Err(WireError::new("less depth"));
        }
        Ok(operation)
    }
}

/// Without a detour, for the server, which writes whole logs.
impl Serialize for Operation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("device", &self.id.device)?;
        map.serialize_entry("incarnation", &self.id.incarnation)?;
        map.serialize_entry("seq", &self.id.seq)?;
        map.serialize_entry("author", &self.author)?;
        map.serialize_entry("at_ms", &self.at_ms)?;
        map.serialize_entry("scope", &self.scope)?;
        map.serialize_entry("kind", &self.kind)?;
        map.serialize_entry("record", &self.record)?;
        map.serialize_entry("field", &self.field)?;
        map.serialize_entry("base", &self.base)?;
        map.serialize_entry("change", &self.change)?;
        for (name, value) in &self.extra {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}
