//! Answers to operations.

use serde_json::Value;

use super::{Fields, Wire, WireError};
use crate::serde_through_wire;
use crate::verdict::{RejectCode, Verdict};

serde_through_wire!(Verdict, RejectCode);

/// Every code, as `docs/protocol.md` lists them.
const CODES: [(RejectCode, &str); 10] = [
    (RejectCode::Malformed, "malformed"),
    (RejectCode::TooLarge, "too_large"),
    (RejectCode::Fork, "fork"),
    (RejectCode::WrongAuthor, "wrong_author"),
    (RejectCode::Forbidden, "forbidden"),
    (RejectCode::UnknownScope, "unknown_scope"),
    (RejectCode::UnknownField, "unknown_field"),
    (RejectCode::BadValue, "bad_value"),
    (RejectCode::UnknownTarget, "unknown_target"),
    (RejectCode::Other, "other"),
];

impl Wire for RejectCode {
    fn to_wire(&self) -> Value {
        let mut text = "other";
        for (code, name) in &CODES {
            if code == self {
                text = name;
            }
        }
        text.into()
    }

    fn from_wire(value: Value) -> Result<Self, WireError> {
        let text = String::from_wire(value)?;
        for (code, name) in CODES {
            if name == text {
                return Ok(code);
            }
        }
        Ok(Self::Other)
    }
}

impl Wire for Verdict {
    fn to_wire(&self) -> Value {
        let mut object = Fields::new();
        put(self, &mut object);
        object.into()
    }

    fn from_wire(value: Value) -> Result<Self, WireError> {
        take(&mut Fields::read(value)?)
    }
}

pub(super) fn put(verdict: &Verdict, object: &mut Fields) {
    let (tag, name, detail) = match verdict {
        Verdict::Applied { server_seq } => ("applied", "server_seq", server_seq.to_wire()),
        Verdict::Merged { server_seq } => ("merged", "server_seq", server_seq.to_wire()),
        Verdict::Sibling { server_seq } => ("sibling", "server_seq", server_seq.to_wire()),
        Verdict::Rejected { code } => ("rejected", "code", code.to_wire()),
        Verdict::Quarantined { code } => ("quarantined", "code", code.to_wire()),
        Verdict::NeedsUpgrade => ("needs_upgrade", "code", Value::Null),
    };
    object.put("verdict", tag.into());
    if !detail.is_null() {
        object.put(name, detail);
    }
}

pub(super) fn take(object: &mut Fields) -> Result<Verdict, WireError> {
    match object.take::<String>("verdict")?.as_str() {
        "applied" => Ok(Verdict::Applied {
            server_seq: object.take("server_seq")?,
        }),
        "merged" => Ok(Verdict::Merged {
            server_seq: object.take("server_seq")?,
        }),
        "sibling" => Ok(Verdict::Sibling {
            server_seq: object.take("server_seq")?,
        }),
        "rejected" => Ok(Verdict::Rejected {
            code: object.take("code")?,
        }),
        "quarantined" => Ok(Verdict::Quarantined {
            code: object.take("code")?,
        }),
        "needs_upgrade" => Ok(Verdict::NeedsUpgrade),
        _ => Err(WireError::new("a verdict")),
    }
}
