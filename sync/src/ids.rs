//! Identities and positions: who wrote, on which device, where in which order. All are newtypes, so none can be swapped.

use std::fmt;
use std::num::NonZeroU64;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::protocol::SCOPE_BYTES_MAX;

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// Cloning shares the text.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Wraps `text` as it is; meaning is the caller's.
            pub fn new(text: impl Into<Arc<str>>) -> Self {
                Self(text.into())
            }

            /// The identity as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer).map(Self::new)
            }
        }
    };
}

text_id!(
    /// A phone or desktop browser, as the server knows it. Random, given at first sign-in.
    DeviceId
);
text_id!(
    /// One lifetime of a device's storage: random, new whenever the storage was found empty.
    Incarnation
);
text_id!(
    /// The person who wrote, as the server's account id.
    AuthorId
);
text_id!(
    /// The log that a record belongs to (for us: one unit).
    Scope
);
text_id!(
    /// Kind of a record; opaque here.
    Kind
);
text_id!(
    /// Identity of a record within its scope and kind.
    RecordId
);
text_id!(
    /// Name of a field of a record; opaque here.
    FieldName
);

impl Scope {
    /// Whether a log may have this name: there is one, it is no longer than [`SCOPE_BYTES_MAX`], and nothing in it controls a
    /// terminal or a database.
    #[must_use]
    pub fn may_be_a_log(&self) -> bool {
        let name = self.as_str();
        !name.is_empty() && name.len() <= SCOPE_BYTES_MAX && !name.contains(char::is_control)
    }
}

/// Place of an operation in one incarnation's log: gap-free, from 1 (invariant I4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OpSeq(NonZeroU64);

impl OpSeq {
    /// The first operation of an incarnation.
    pub const FIRST: Self = Self(NonZeroU64::MIN);

    /// `None` for zero, which no operation has.
    #[must_use]
    pub fn new(value: u64) -> Option<Self> {
        NonZeroU64::new(value).map(Self)
    }

    /// The place after this one; `None` at the end of `u64`.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        self.0.checked_add(1).map(Self)
    }

    /// The place as a number.
    #[must_use]
    pub fn get(self) -> u64 {
        self.0.get()
    }
}

/// Place of an accepted operation in its scope's log: contiguous from 1; 0 means "before the first".
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct ServerSeq(pub u64);

impl ServerSeq {
    /// Before the first operation: the version of a register nobody has written.
    pub const ZERO: Self = Self(0);
    /// Stands for "after everything the server has", for operations still on the phone.
    pub const UNSENT: Self = Self(u64::MAX);

    /// The place after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// Generation of a server's history: raised whenever a backup is restored.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Epoch(pub u64);

/// How far a phone has read a scope's log, and of which history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// History that `seq` counts in.
    pub epoch: Epoch,
    /// Last place read.
    pub seq: ServerSeq,
}

/// Identity of an operation: the same identity with other bytes is a fork.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OpId {
    /// Device that wrote it.
    pub device: DeviceId,
    /// Lifetime of that device's storage.
    pub incarnation: Incarnation,
    /// Place in that lifetime's log.
    pub seq: OpSeq,
}

/// Address of one register: a field of a record of a scope.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegisterKey {
    /// Log that the record belongs to.
    pub scope: Scope,
    /// Kind of the record.
    pub kind: Kind,
    /// The record.
    pub record: RecordId,
    /// The field.
    pub field: FieldName,
}

impl RegisterKey {
    /// Builds an address from its four parts.
    pub fn new(
        scope: impl Into<Arc<str>>,
        kind: impl Into<Arc<str>>,
        record: impl Into<Arc<str>>,
        field: impl Into<Arc<str>>,
    ) -> Self {
        Self {
            scope: Scope::new(scope),
            kind: Kind::new(kind),
            record: RecordId::new(record),
            field: FieldName::new(field),
        }
    }
}
