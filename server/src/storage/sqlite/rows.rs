//! How rows are inserted: a statement for each table, and the columns of each row in its order.

use std::sync::LazyLock;

use sync::{Scope, ServerSeq};

use super::super::from_u64;
use super::super::rows::{CheckpointRow, DeviceRow, PlanRow, ReceiptRow, RefusedRow, SegmentRow};
use super::insert::{Insert, Row, Statement};

pub(super) static SEGMENT: LazyLock<Insert> = LazyLock::new(|| {
    Insert::new(
        "INSERT INTO segment (scope, first_seq, last_seq, device, incarnation, first_op, author, \
         received_ms, body)",
        9,
        "",
    )
});
pub(super) static RECEIPT: LazyLock<Insert> = LazyLock::new(|| {
    Insert::new(
        "INSERT INTO receipt (device, incarnation, first_seq, last_seq, digests, verdicts)",
        6,
        "",
    )
});
pub(super) static REFUSED: LazyLock<Insert> = LazyLock::new(|| {
    Insert::new(
        "INSERT INTO refused (device, incarnation, seq, digest, author, received_ms, offset_ms, \
         raw, verdict)",
        9,
        "ON CONFLICT DO NOTHING",
    )
});
pub(super) static CHECKPOINT: LazyLock<Insert> = LazyLock::new(|| {
    Insert::new(
        "INSERT INTO checkpoint (scope, seq, body)",
        3,
        "ON CONFLICT DO UPDATE SET body = excluded.body",
    )
});
pub(super) static PLAN: LazyLock<Insert> = LazyLock::new(|| {
    Insert::new(
        "INSERT INTO plan (scope, kind, record, field, version, body)",
        6,
        "ON CONFLICT DO UPDATE SET version = excluded.version, body = excluded.body",
    )
});
pub(super) static SCOPE: LazyLock<Insert> = LazyLock::new(|| {
    Insert::new(
        "INSERT INTO scope (key, last_seq)",
        2,
        "ON CONFLICT DO UPDATE SET last_seq = excluded.last_seq",
    )
});
/// A head moves forward only: a late commit of an earlier contact must not lower it.
pub(super) static DEVICE: LazyLock<Insert> = LazyLock::new(|| {
    Insert::new(
        "INSERT INTO device (device, incarnation, user, high, last_contact_ms, unsent_reported, \
         clock_skew_ms, app)",
        8,
        "ON CONFLICT DO UPDATE SET user = excluded.user, high = coalesce(excluded.high, high), \
         last_contact_ms = max(excluded.last_contact_ms, last_contact_ms), \
         unsent_reported = excluded.unsent_reported, clock_skew_ms = excluded.clock_skew_ms, \
         app = excluded.app",
    )
});

impl Row for SegmentRow {
    fn bind<'q>(&'q self, statement: Statement<'q>) -> Statement<'q> {
        statement
            .bind(self.scope.as_str())
            .bind(from_u64(self.first.0))
            .bind(from_u64(self.last.0))
            .bind(self.device.as_str())
            .bind(self.incarnation.as_str())
            .bind(from_u64(self.first_op.get()))
            .bind(self.author.as_str())
            .bind(self.received_ms)
            .bind(self.body.as_str())
    }
}

impl Row for ReceiptRow {
    fn bind<'q>(&'q self, statement: Statement<'q>) -> Statement<'q> {
        statement
            .bind(self.lifetime.0.as_str())
            .bind(self.lifetime.1.as_str())
            .bind(from_u64(self.first.get()))
            .bind(from_u64(self.last.get()))
            .bind(self.digests.as_slice())
            .bind(self.verdicts.as_str())
    }
}

impl Row for RefusedRow {
    fn bind<'q>(&'q self, statement: Statement<'q>) -> Statement<'q> {
        statement
            .bind(self.id.device.as_str())
            .bind(self.id.incarnation.as_str())
            .bind(from_u64(self.id.seq.get()))
            .bind(self.digest.0.as_slice())
            .bind(self.author.as_str())
            .bind(self.received_ms)
            .bind(self.offset_ms)
            .bind(self.raw.as_str())
            .bind(self.verdict.as_str())
    }
}

impl Row for CheckpointRow {
    fn bind<'q>(&'q self, statement: Statement<'q>) -> Statement<'q> {
        statement
            .bind(self.scope.as_str())
            .bind(from_u64(self.seq.0))
            .bind(self.body.as_str())
    }
}

impl Row for PlanRow {
    fn bind<'q>(&'q self, statement: Statement<'q>) -> Statement<'q> {
        statement
            .bind(self.key.scope.as_str())
            .bind(self.key.kind.as_str())
            .bind(self.key.record.as_str())
            .bind(self.key.field.as_str())
            .bind(from_u64(self.version.0))
            .bind(self.body.as_str())
    }
}

impl Row for (Scope, ServerSeq) {
    fn bind<'q>(&'q self, statement: Statement<'q>) -> Statement<'q> {
        statement.bind(self.0.as_str()).bind(from_u64(self.1.0))
    }
}

impl Row for DeviceRow {
    fn bind<'q>(&'q self, statement: Statement<'q>) -> Statement<'q> {
        statement
            .bind(self.contact.device.as_str())
            .bind(self.contact.incarnation.as_str())
            .bind(self.contact.user.as_str())
            .bind(self.high.map(|it| from_u64(it.get())))
            .bind(self.contact.at_ms)
            .bind(i64::try_from(self.contact.unsent).unwrap_or(i64::MAX))
            .bind(self.contact.clock_skew_ms)
            .bind(self.contact.app.as_str())
    }
}
