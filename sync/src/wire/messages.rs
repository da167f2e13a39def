//! What travels between phone and server.

use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::Value;

use super::{Fields, Wire, WireError, verdict};
use crate::protocol::{Receipt, ScopePull, Snapshot, SnapshotRegister, SyncReply, SyncRequest};
use crate::{deserialize_through_wire, serde_through_wire, wire_struct};

wire_struct!(SyncRequest { protocol, app, device, incarnation, now_ms, unsent, kept_from } default { ops, cursors });
wire_struct!(SyncReply { protocol, epoch, now_ms, expect } default { backed_up, receipts, scopes });
wire_struct!(SnapshotRegister {
    kind,
    record,
    field,
    register
});
wire_struct!(Snapshot { scope, cursor, registers } default { history });
serde_through_wire!(Receipt);
deserialize_through_wire!(ScopePull);

/// The verdict's fields stand beside the place.
impl Wire for Receipt {
    fn to_wire(&self) -> Value {
        let mut object = Fields::new();
        object.put("seq", self.seq.to_wire());
        verdict::put(&self.verdict, &mut object);
        object.into()
    }

    fn from_wire(value: Value) -> Result<Self, WireError> {
        let mut object = Fields::read(value)?;
        Ok(Self {
            seq: object.take("seq")?,
            verdict: verdict::take(&mut object)?,
        })
    }
}

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
            "entries" => Ok(Self::Entries {
                cursor: object.take("cursor")?,
                entries: object.take("entries")?,
                more: object.take("more")?,
            }),
            "reset" => Ok(Self::Reset),
            "denied" => Ok(Self::Denied),
            _ => Err(WireError::new("an answer to a pull")),
        }
    }
}

/// Without a detour, for the server, which writes whole logs.
impl Serialize for ScopePull {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self::Entries {
            cursor,
            entries,
            more,
        } = self
        else {
            return self.to_wire().serialize(serializer);
        };
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("pull", "entries")?;
        map.serialize_entry("cursor", cursor)?;
        map.serialize_entry("entries", entries)?;
        map.serialize_entry("more", more)?;
        map.end()
    }
}
