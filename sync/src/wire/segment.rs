//! Segments of the log as columns.

use serde_json::Value;

use super::columns::{Column, ObjectWriter};
use super::{Fields, WireError, batch};
use crate::ids::ServerSeq;
use crate::operation::{Incoming, Operation};
use crate::segment::Segment;

/// Most entries of one segment.
pub const SEGMENT_ROWS_MAX: usize = 65_536;

impl Segment {
    /// The segment as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut writer = ObjectWriter::new();
        writer.text("of", self.scope.as_str());
        writer.count("first", self.first.0);
        writer.number("received_ms", self.received_ms);
        writer.number("offset_ms", self.offset_ms);
        if !self.seen.is_empty() {
            let seen: Vec<u64> = self.seen.iter().map(|it| it.0).collect();
            writer.counts("seen", &seen);
        }
        let ops: Vec<&Operation> = self.ops.iter().collect();
        batch::put(&mut writer, &ops);
        writer.finish()
    }

    /// Reads a segment.
    ///
    /// # Errors
    /// When it is not one, or holds a change of a newer release.
    pub fn from_json(text: &str) -> Result<Self, WireError> {
        Self::from_value(super::read(text.as_bytes())?)
    }

    pub(super) fn from_value(value: Value) -> Result<Self, WireError> {
        let mut fields = Fields::read(value)?;
        let scope = fields.take("of")?;
        let first: ServerSeq = fields.take("first")?;
        let received_ms = fields.take("received_ms")?;
        let offset_ms = fields.take("offset_ms")?;
        let ops = batch::take(&mut fields, SEGMENT_ROWS_MAX)?;
        if ops.is_empty() || first == ServerSeq::ZERO {
            return Err(WireError::new("an entry"));
        }
        if first.0.checked_add(ops.len() as u64).is_none() {
            return Err(WireError::new("a place of a log").within("first"));
        }
        let mut seen = Vec::new();
        if fields.0.contains_key("seen") {
            let mut column = Column::take(&mut fields, "seen", ops.len())?;
            for _ in &ops {
                seen.push(ServerSeq(column.next_count()?));
            }
        }
        let ops = ops
            .into_iter()
            .map(|it| match it {
                Incoming::Op(op) => Ok(op),
                Incoming::Raw(_) => Err(WireError::new("a known kind of change")),
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            scope,
            first,
            received_ms,
            offset_ms,
            ops,
            seen,
        })
    }
}
