//! A run of one scope's log that entered it together: what the server keeps and what travels, in the same bytes.

use crate::ids::{Scope, ServerSeq};
use crate::operation::{LogEntry, Operation};

/// Log entries with contiguous places, whose corrected times follow from one correction.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// Log that they are of.
    pub scope: Scope,
    /// Place of the first.
    pub first: ServerSeq,
    /// Server time of arrival, in milliseconds since 1970: nothing is written later than it arrives.
    pub received_ms: i64,
    /// Server time minus device time when they came, in milliseconds.
    pub offset_ms: i64,
    /// The operations, in log order. Never empty.
    pub ops: Vec<Operation>,
    /// What the author of each had seen of this log; empty when that is each one's base.
    pub seen: Vec<ServerSeq>,
}

impl Segment {
    /// Groups entries of one log, oldest first, into as few segments as can hold them.
    #[must_use]
    pub fn of_entries(entries: Vec<LogEntry>) -> Vec<Self> {
        let mut segments: Vec<Self> = Vec::new();
        for entry in entries {
            let offset_ms = entry.corrected_ms.saturating_sub(entry.op.at_ms);
            let next = segments.last_mut().filter(|it| {
                it.offset_ms == offset_ms
                    && it.scope == entry.op.scope
                    && it.last().next() == entry.server_seq
            });
            match next {
                Some(segment) => {
                    segment.received_ms = segment.received_ms.max(entry.corrected_ms);
                    segment.seen.push(entry.seen);
                    segment.ops.push(entry.op);
                }
                None => segments.push(Self {
                    scope: entry.op.scope.clone(),
                    first: entry.server_seq,
                    received_ms: entry.corrected_ms,
                    offset_ms,
                    seen: vec![entry.seen],
                    ops: vec![entry.op],
                }),
            }
        }
        for segment in &mut segments {
            segment.tidy();
        }
        segments
    }

    /// Entries that came by one push into one log, as [`decide`](crate::decide) accepted them.
    #[must_use]
    pub fn of_push(entries: Vec<LogEntry>, received_ms: i64, offset_ms: i64) -> Option<Self> {
        let first = entries.first()?;
        let mut segment = Self {
            scope: first.op.scope.clone(),
            first: first.server_seq,
            received_ms,
            offset_ms,
            ops: Vec::with_capacity(entries.len()),
            seen: Vec::with_capacity(entries.len()),
        };
        for entry in entries {
            segment.seen.push(entry.seen);
            segment.ops.push(entry.op);
        }
        segment.tidy();
        Some(segment)
    }

    fn tidy(&mut self) {
        let same = |(op, seen): (&Operation, &ServerSeq)| op.base.seq == *seen;
        if self.ops.iter().zip(&self.seen).all(same) {
            self.seen.clear();
        }
    }

    /// Place of the last entry.
    #[must_use]
    pub fn last(&self) -> ServerSeq {
        let more = self.ops.len().saturating_sub(1) as u64;
        ServerSeq(self.first.0.saturating_add(more))
    }

    /// The entries, oldest first.
    pub fn into_entries(self) -> impl Iterator<Item = LogEntry> {
        let Self {
            first,
            received_ms,
            offset_ms,
            ops,
            seen,
            ..
        } = self;
        ops.into_iter().enumerate().map(move |(row, op)| LogEntry {
            server_seq: ServerSeq(first.0.saturating_add(row as u64)),
            seen: seen.get(row).copied().unwrap_or(op.base.seq),
            corrected_ms: op.at_ms.saturating_add(offset_ms).min(received_ms),
            op,
        })
    }
}
