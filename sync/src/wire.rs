//! JSON to and from our types, through `serde_json::Value` alone: the browser then carries one JSON reader, not one for
//! each type and each format (a quarter of its code, when serde's derives did this).
//!
//! Unknown fields are passed over; [`Operation`](crate::Operation) keeps them (invariant I14). serde's traits are for
//! callers who have a serializer of their own: the server, the tests.

mod batch;
pub(crate) mod columns;
mod leaves;
mod messages;
mod operation;
mod page;
mod receipts;
mod register;
mod segment;
mod store;
mod verdict;

use serde_json::{Map, Value};

pub(crate) use batch::write_change;
pub use messages::WrittenPull;
pub use page::{registers_from_json, registers_to_json};
pub use receipts::{read_receipts, receipt_runs};
pub use segment::SEGMENT_ROWS_MAX;

/// A type with a form on the wire and in the store.
pub trait Wire: Sized {
    /// The JSON form.
    fn to_wire(&self) -> Value;

    /// Reads the JSON form, taking texts out of it without copying.
    ///
    /// # Errors
    /// Names the innermost field that is missing or of another kind.
    fn from_wire(value: Value) -> Result<Self, WireError>;

    /// Whether a field that may be left out is left out: nothing, false, or an empty list.
    fn says_nothing(&self) -> bool {
        false
    }

    /// The JSON form as text.
    fn to_json(&self) -> String {
        write(&self.to_wire())
    }

    /// Reads text.
    ///
    /// # Errors
    /// As [`Self::from_wire`], and when it is not JSON.
    fn from_json(text: &str) -> Result<Self, WireError> {
        Self::from_wire(read(text.as_bytes())?)
    }

    /// Reads bytes.
    ///
    /// # Errors
    /// As [`Self::from_json`].
    fn from_json_bytes(bytes: &[u8]) -> Result<Self, WireError> {
        Self::from_wire(read(bytes)?)
    }
}

/// Why JSON is not of the expected type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`{field}`: expected {expected}")]
pub struct WireError {
    field: &'static str,
    expected: &'static str,
}

impl WireError {
    /// More rows of columns than the message may hold.
    pub(crate) const TOO_MANY_ROWS: Self = Self {
        field: "rows",
        expected: "fewer rows",
    };

    /// `expected` names what should have stood there ("a day").
    #[must_use]
    pub fn new(expected: &'static str) -> Self {
        Self {
            field: "",
            expected,
        }
    }

    fn within(self, field: &'static str) -> Self {
        if self.field.is_empty() {
            Self { field, ..self }
        } else {
            self
        }
    }
}

/// A JSON object being read or written, field by field.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Fields(Map<String, Value>);

impl Fields {
    /// Without fields.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts to read `value`.
    ///
    /// # Errors
    /// When it is no object.
    pub fn read(value: Value) -> Result<Self, WireError> {
        match value {
            Value::Object(map) => Ok(Self(map)),
            _ => Err(WireError::new("an object")),
        }
    }

    /// Writes a field.
    #[inline(never)]
    pub fn put(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }

    /// Reads a field.
    ///
    /// # Errors
    /// When it is missing or of another kind.
    pub fn take<T: Wire>(&mut self, name: &'static str) -> Result<T, WireError> {
        match self.0.remove(name) {
            Some(value) => T::from_wire(value).map_err(|it| it.within(name)),
            None => Err(WireError::new("a value").within(name)),
        }
    }

    /// Reads a field that older releases do not write.
    ///
    /// # Errors
    /// When it is of another kind.
    pub fn take_or_default<T: Wire + Default>(
        &mut self,
        name: &'static str,
    ) -> Result<T, WireError> {
        match self.0.remove(name) {
            Some(value) => T::from_wire(value).map_err(|it| it.within(name)),
            None => Ok(T::default()),
        }
    }

    /// Reads `{"name": value}`, the form of an enum's variant that holds something.
    ///
    /// # Errors
    /// When there is not exactly one field.
    pub fn into_only(self) -> Result<(String, Value), WireError> {
        let mut fields = self.0.into_iter();
        match (fields.next(), fields.next()) {
            (Some(only), None) => Ok(only),
            _ => Err(WireError::new("one field")),
        }
    }

    /// `{"name": value}`.
    #[must_use]
    pub fn only(name: &str, value: Value) -> Value {
        let mut object = Self::new();
        object.put(name, value);
        object.into()
    }
}

impl From<Fields> for Value {
    fn from(object: Fields) -> Self {
        Self::Object(object.0)
    }
}

/// The one place where text becomes JSON. Text is checked to be UTF-8 once, not string by string.
#[inline(never)]
fn read(bytes: &[u8]) -> Result<Value, WireError> {
    str::from_utf8(bytes)
        .ok()
        .and_then(|text| serde_json::from_str(text).ok())
        .ok_or_else(|| WireError::new("JSON"))
}

/// The one place where JSON becomes text.
#[inline(never)]
pub(crate) fn write(value: &Value) -> String {
    // Keys are strings: writing cannot fail.
    serde_json::to_string(value).unwrap_or_default()
}

/// Makes a struct [`Wire`](crate::wire::Wire) and serde-able, from the names of its own fields. Fields after `default`
/// may be missing; those after `sparse` also are not written when they say nothing.
#[macro_export]
macro_rules! wire_struct {
    (
        $name:ident { $($field:ident),* $(,)? }
        $(default { $($late:ident),* $(,)? })?
        $(sparse { $($sparse:ident),* $(,)? })?
    ) => {
        impl $crate::wire::Wire for $name {
            fn to_wire(&self) -> ::serde_json::Value {
                let mut object = $crate::wire::Fields::new();
                $(object.put(stringify!($field), $crate::wire::Wire::to_wire(&self.$field));)*
                $($(object.put(stringify!($late), $crate::wire::Wire::to_wire(&self.$late));)*)?
                $($(if !$crate::wire::Wire::says_nothing(&self.$sparse) {
                    object.put(stringify!($sparse), $crate::wire::Wire::to_wire(&self.$sparse));
                })*)?
                object.into()
            }

            fn from_wire(value: ::serde_json::Value) -> Result<Self, $crate::wire::WireError> {
                let mut object = $crate::wire::Fields::read(value)?;
                Ok(Self {
                    $($field: object.take(stringify!($field))?,)*
                    $($($late: object.take_or_default(stringify!($late))?,)*)?
                    $($($sparse: object.take_or_default(stringify!($sparse))?,)*)?
                })
            }
        }
        $crate::deserialize_through_wire!($name);

        // Without a detour, for the server, which writes whole snapshots.
        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use ::serde::ser::SerializeMap as _;
                let mut map = serializer.serialize_map(None)?;
                $(map.serialize_entry(stringify!($field), &self.$field)?;)*
                $($(map.serialize_entry(stringify!($late), &self.$late)?;)*)?
                $($(if !$crate::wire::Wire::says_nothing(&self.$sparse) {
                    map.serialize_entry(stringify!($sparse), &self.$sparse)?;
                })*)?
                map.end()
            }
        }
    };
}

/// Implements serde's traits by [`Wire`](crate::wire::Wire).
#[macro_export]
macro_rules! serde_through_wire {
    ($($name:ident),* $(,)?) => {$(
        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                ::serde::Serialize::serialize(&$crate::wire::Wire::to_wire(self), serializer)
            }
        }

        $crate::deserialize_through_wire!($name);
    )*};
}

/// Implements `Deserialize` by [`Wire`](crate::wire::Wire).
#[macro_export]
macro_rules! deserialize_through_wire {
    ($($name:ident),* $(,)?) => {$(
        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = <::serde_json::Value as ::serde::Deserialize>::deserialize(deserializer)?;
                $crate::wire::Wire::from_wire(value).map_err(::serde::de::Error::custom)
            }
        }
    )*};
}
