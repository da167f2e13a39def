//! Texts, numbers, lists and identities.

use serde_json::Value;

use super::{Wire, WireError};
use crate::ids::{
    AuthorId, Cursor, DeviceId, Epoch, FieldName, Incarnation, Kind, OpId, OpSeq, RecordId,
    RegisterKey, Scope, ServerSeq,
};
use crate::sorted_map::SortedMap;
use crate::wire_struct;

impl Wire for Value {
    fn to_wire(&self) -> Value {
        self.clone()
    }

    fn from_wire(value: Value) -> Result<Self, WireError> {
        Ok(value)
    }
}

impl Wire for bool {
    fn to_wire(&self) -> Value {
        Value::Bool(*self)
    }

    fn from_wire(value: Value) -> Result<Self, WireError> {
        value.as_bool().ok_or(WireError::new("true or false"))
    }

    fn says_nothing(&self) -> bool {
        !self
    }
}

impl Wire for u64 {
    fn to_wire(&self) -> Value {
        Value::from(*self)
    }

    fn from_wire(value: Value) -> Result<Self, WireError> {
        value.as_u64().ok_or(WireError::new("a count"))
    }
}

impl Wire for u32 {
    fn to_wire(&self) -> Value {
        Value::from(*self)
    }

    fn from_wire(value: Value) -> Result<Self, WireError> {
        let wide = u64::from_wire(value)?;
        Self::try_from(wide).map_err(|_| WireError::new("a small count"))
    }
}

impl Wire for i64 {
    fn to_wire(&self) -> Value {
        Value::from(*self)
    }

    fn from_wire(value: Value) -> Result<Self, WireError> {
        value.as_i64().ok_or(WireError::new("a whole number"))
    }
}

impl Wire for String {
    fn to_wire(&self) -> Value {
        Value::String(self.clone())
    }

    fn from_wire(value: Value) -> Result<Self, WireError> {
        match value {
            Value::String(text) => Ok(text),
            _ => Err(WireError::new("a text")),
        }
    }
}

impl<T: Wire> Wire for Option<T> {
    fn to_wire(&self) -> Value {
        self.as_ref().map_or(Value::Null, Wire::to_wire)
    }

    fn from_wire(value: Value) -> Result<Self, WireError> {
        if value.is_null() {
            return Ok(None);
        }
        T::from_wire(value).map(Some)
    }

    fn says_nothing(&self) -> bool {
        self.is_none()
    }
}

impl<T: Wire> Wire for Vec<T> {
    fn to_wire(&self) -> Value {
        let mut items = Vec::with_capacity(self.len());
        for item in self {
            items.push(item.to_wire());
        }
        Value::Array(items)
    }

    fn from_wire(value: Value) -> Result<Self, WireError> {
        let Value::Array(items) = value else {
            return Err(WireError::new("a list"));
        };
        let mut read = Self::with_capacity(items.len());
        for item in items {
            read.push(T::from_wire(item)?);
        }
        Ok(read)
    }

    fn says_nothing(&self) -> bool {
        self.is_empty()
    }
}

impl<T: Wire> Wire for SortedMap<Scope, T> {
    fn to_wire(&self) -> Value {
        let mut object = super::Fields::new();
        for (scope, value) in self {
            object.put(scope.as_str(), value.to_wire());
        }
        object.into()
    }

    fn from_wire(value: Value) -> Result<Self, WireError> {
        let mut read = Self::new();
        for (scope, value) in super::Fields::read(value)?.0 {
            read.insert(Scope::new(scope), T::from_wire(value)?);
        }
        Ok(read)
    }
}

macro_rules! text_ids {
    ($($name:ident),*) => {$(
        impl Wire for $name {
            fn to_wire(&self) -> Value {
                Value::String(self.as_str().to_owned())
            }

            fn from_wire(value: Value) -> Result<Self, WireError> {
                String::from_wire(value).map(Self::new)
            }
        }
    )*};
}

text_ids!(
    DeviceId,
    Incarnation,
    AuthorId,
    Scope,
    Kind,
    RecordId,
    FieldName
);

impl Wire for OpSeq {
    fn to_wire(&self) -> Value {
        Value::from(self.get())
    }

    fn from_wire(value: Value) -> Result<Self, WireError> {
        let place = u64::from_wire(value)?;
        Self::new(place).ok_or(WireError::new("a place from 1"))
    }
}

impl Wire for ServerSeq {
    fn to_wire(&self) -> Value {
        Value::from(self.0)
    }

    fn from_wire(value: Value) -> Result<Self, WireError> {
        u64::from_wire(value).map(Self)
    }
}

impl Wire for Epoch {
    fn to_wire(&self) -> Value {
        Value::from(self.0)
    }

    fn from_wire(value: Value) -> Result<Self, WireError> {
        u64::from_wire(value).map(Self)
    }
}

wire_struct!(Cursor { epoch, seq });
wire_struct!(OpId {
    device,
    incarnation,
    seq
});
wire_struct!(RegisterKey {
    scope,
    kind,
    record,
    field
});
