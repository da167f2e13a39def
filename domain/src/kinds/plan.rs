//! Reading plans out of JSON by hand: readers derived for fourteen structs made the wasm of a phone that uses this
//! crate 12 kB heavier (`wasm-opt -Oz`, brotli 11: 48.5 kB of domain code with them, 36 kB without).
//!
//! Tolerant in what may be missing and what may come on top, strict in what is there: a value of the wrong type makes
//! the whole plan unreadable.

use serde_json::{Map, Value};

use crate::date::{CivilDate, Minute};
use crate::offset::Offset;

/// What the workbook says of a record, as stored in its [`super::PLAN`] field.
pub trait Plan: Sized {
    /// Reads a plan; `None` when it is not one of this kind. Fields of a newer release are passed over.
    fn read(value: &Value) -> Option<Self>;
}

/// A value that a field of a plan can have.
pub(crate) trait FieldValue: Sized {
    fn read(value: &Value) -> Option<Self>;
}

/// A field that must be there.
pub(crate) fn required<T: FieldValue>(fields: &Map<String, Value>, name: &str) -> Option<T> {
    fields.get(name).and_then(T::read)
}

/// A field that may be missing: then it has its type's default.
pub(crate) fn optional<T: FieldValue + Default>(
    fields: &Map<String, Value>,
    name: &str,
) -> Option<T> {
    match fields.get(name) {
        None | Some(Value::Null) => Some(T::default()),
        Some(value) => T::read(value),
    }
}

impl FieldValue for String {
    fn read(value: &Value) -> Option<Self> {
        value.as_str().map(str::to_owned)
    }
}

impl FieldValue for bool {
    fn read(value: &Value) -> Option<Self> {
        value.as_bool()
    }
}

impl FieldValue for i64 {
    fn read(value: &Value) -> Option<Self> {
        value.as_i64()
    }
}

macro_rules! narrow_numbers {
    ($($number:ty),*) => {$(
        impl FieldValue for $number {
            fn read(value: &Value) -> Option<Self> {
                value.as_i64().and_then(|it| it.try_into().ok())
            }
        }
    )*};
}
narrow_numbers!(i32, u16, u32);

impl FieldValue for CivilDate {
    fn read(value: &Value) -> Option<Self> {
        Self::parse_iso(value.as_str()?).ok()
    }
}

impl FieldValue for Minute {
    fn read(value: &Value) -> Option<Self> {
        Self::parse(value.as_str()?).ok()
    }
}

impl FieldValue for Offset {
    fn read(value: &Value) -> Option<Self> {
        Self::parse(value.as_str()?).ok()
    }
}

impl<T: FieldValue> FieldValue for Option<T> {
    fn read(value: &Value) -> Option<Self> {
        T::read(value).map(Some)
    }
}

impl<T: FieldValue> FieldValue for Vec<T> {
    fn read(value: &Value) -> Option<Self> {
        value.as_array()?.iter().map(T::read).collect()
    }
}

/// Makes a struct readable from JSON, by [`Plan`] and by serde, from the names of its own fields.
macro_rules! readable {
    ($plan:ty { required: $($required:ident),*; optional: $($optional:ident),* $(,)? }) => {
        impl $crate::kinds::plan::Plan for $plan {
            fn read(value: &serde_json::Value) -> Option<Self> {
                let fields = value.as_object()?;
                Some(Self {
                    $($required: $crate::kinds::plan::required(fields, stringify!($required))?,)*
                    $($optional: $crate::kinds::plan::optional(fields, stringify!($optional))?,)*
                })
            }
        }

        impl<'de> serde::Deserialize<'de> for $plan {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = serde_json::Value::deserialize(deserializer)?;
                $crate::kinds::plan::Plan::read(&value)
                    .ok_or_else(|| serde::de::Error::custom(concat!("not a ", stringify!($plan))))
            }
        }
    };
}

/// Gives an enum of plain variants the words that it is stored as.
macro_rules! stored_words {
    ($words:ty { $($variant:ident = $word:literal),* $(,)? }) => {
        impl $words {
            /// The word that stands for it in stored data.
            #[must_use]
            pub fn stored(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
        }

        impl serde::Serialize for $words {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.stored())
            }
        }

        impl<'de> serde::Deserialize<'de> for $words {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = serde_json::Value::deserialize(deserializer)?;
                $crate::kinds::plan::FieldValue::read(&value)
                    .ok_or_else(|| serde::de::Error::custom(concat!("no ", stringify!($words))))
            }
        }

        impl $crate::kinds::plan::FieldValue for $words {
            fn read(value: &serde_json::Value) -> Option<Self> {
                match value.as_str()? {
                    $($word => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

pub(crate) use {readable, stored_words};
