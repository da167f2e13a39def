//! What the phone keeps.

use serde_json::Value;

use super::{Fields, Wire, WireError};
use crate::store::{DeviceHead, Outgoing, StoreChange};
use crate::{serde_through_wire, wire_struct};

wire_struct!(DeviceHead { device, incarnation, next_seq } default { clock_offset_ms } sparse { born_of });
wire_struct!(Outgoing { op } default { verdict } sparse { verdict_epoch, archived });
serde_through_wire!(StoreChange);

/// As an object with one field; a key and its value stand in a list of two.
impl Wire for StoreChange {
    fn to_wire(&self) -> Value {
        let (tag, value) = match self {
            Self::PutHead(head) => ("put_head", head.to_wire()),
            Self::PutClockOffset(offset_ms) => ("put_clock_offset", offset_ms.to_wire()),
            Self::PutOutgoing(outgoing) => ("put_outgoing", outgoing.to_wire()),
            Self::DropOutgoing(seq) => ("drop_outgoing", seq.to_wire()),
            Self::PutRegister(key, register) => {
                ("put_register", pair(key.to_wire(), register.to_wire()))
            }
            Self::PutCursor(scope, cursor) => {
                ("put_cursor", pair(scope.to_wire(), cursor.to_wire()))
            }
            Self::PutHistory(entry) => ("put_history", entry.to_wire()),
            Self::ForgetScope(scope) => ("forget_scope", scope.to_wire()),
            Self::PutPage(page) => ("put_page", page.to_wire()),
            Self::DropPages(scope) => ("drop_pages", scope.to_wire()),
        };
        Fields::only(tag, value)
    }

    fn from_wire(value: Value) -> Result<Self, WireError> {
        let (tag, value) = Fields::read(value)?.into_only()?;
        match tag.as_str() {
            "put_head" => Wire::from_wire(value).map(Self::PutHead),
            "put_clock_offset" => Wire::from_wire(value).map(Self::PutClockOffset),
            "put_outgoing" => Outgoing::from_wire(value).map(|it| Self::PutOutgoing(Box::new(it))),
            "drop_outgoing" => Wire::from_wire(value).map(Self::DropOutgoing),
            "put_register" => {
                let (key, register) = unpair(value)?;
                Ok(Self::PutRegister(
                    Wire::from_wire(key)?,
                    Wire::from_wire(register)?,
                ))
            }
            "put_cursor" => {
                let (scope, cursor) = unpair(value)?;
                Ok(Self::PutCursor(
                    Wire::from_wire(scope)?,
                    Wire::from_wire(cursor)?,
                ))
            }
            "put_history" => Wire::from_wire(value).map(|it| Self::PutHistory(Box::new(it))),
            "forget_scope" => Wire::from_wire(value).map(Self::ForgetScope),
            "put_page" => Wire::from_wire(value).map(|it| Self::PutPage(Box::new(it))),
            "drop_pages" => Wire::from_wire(value).map(Self::DropPages),
            _ => Err(WireError::new("a change of the store")),
        }
    }
}

fn pair(key: Value, value: Value) -> Value {
    Value::Array(vec![key, value])
}

fn unpair(value: Value) -> Result<(Value, Value), WireError> {
    match <[Value; 2]>::try_from(Vec::from_wire(value)?) {
        Ok([key, value]) => Ok((key, value)),
        Err(_) => Err(WireError::new("a key and its value")),
    }
}
