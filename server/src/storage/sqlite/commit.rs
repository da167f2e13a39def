//! Writes decisions: log, receipts, refused operations, registers, log ends and device heads, all in the caller's transaction.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use sqlx::SqliteConnection;
use sync::{Decision, LogEntry, OpDigest, OpId, OpSeq, RegisterKey, Scope, ServerSeq, Working};

use super::super::{Contact, Push, STRUCTURE_FIELD, StorageError};
use super::rows::{Insert, Row, Statement};
use super::writer::PushJob;
use super::{from_u64, to_json};

static LOG: LazyLock<Insert> = LazyLock::new(|| {
    Insert::new(
        "INSERT INTO log (scope, server_seq, device, incarnation, op_seq, author, kind, record, \
         field, corrected_ms, received_ms, seen, op)",
        13,
        "",
    )
});
static RECEIPT: LazyLock<Insert> = LazyLock::new(|| {
    Insert::new(
        "INSERT INTO receipt (device, incarnation, seq, digest, verdict)",
        5,
        "",
    )
});
static REFUSED: LazyLock<Insert> = LazyLock::new(|| {
    Insert::new(
        "INSERT INTO refused (device, incarnation, seq, digest, author, received_ms, raw, verdict)",
        8,
        "ON CONFLICT DO NOTHING",
    )
});
static REGISTER: LazyLock<Insert> = LazyLock::new(|| {
    Insert::new(
        "INSERT INTO register (scope, kind, record, field, version, body)",
        6,
        "ON CONFLICT DO UPDATE SET version = excluded.version, body = excluded.body",
    )
});
static SCOPE: LazyLock<Insert> = LazyLock::new(|| {
    Insert::new(
        "INSERT INTO scope (key, last_seq)",
        2,
        "ON CONFLICT DO UPDATE SET last_seq = excluded.last_seq",
    )
});
/// A head moves forward only: a late commit of an earlier contact must not lower it.
static DEVICE: LazyLock<Insert> = LazyLock::new(|| {
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

struct LogRow<'a> {
    entry: &'a LogEntry,
    received_ms: i64,
    op: String,
}

impl Row for LogRow<'_> {
    fn bind<'q>(&'q self, statement: Statement<'q>) -> Statement<'q> {
        let LogEntry {
            server_seq,
            seen,
            corrected_ms,
            op,
        } = self.entry;
        statement
            .bind(op.scope.as_str())
            .bind(from_u64(server_seq.0))
            .bind(op.id.device.as_str())
            .bind(op.id.incarnation.as_str())
            .bind(from_u64(op.id.seq.get()))
            .bind(op.author.as_str())
            .bind(op.kind.as_str())
            .bind(op.record.as_str())
            .bind(op.field.as_str())
            .bind(*corrected_ms)
            .bind(self.received_ms)
            .bind(from_u64(seen.0))
            .bind(self.op.as_str())
    }
}

struct ReceiptRow<'a> {
    id: &'a OpId,
    digest: &'a OpDigest,
    verdict: String,
}

impl Row for ReceiptRow<'_> {
    fn bind<'q>(&'q self, statement: Statement<'q>) -> Statement<'q> {
        statement
            .bind(self.id.device.as_str())
            .bind(self.id.incarnation.as_str())
            .bind(from_u64(self.id.seq.get()))
            .bind(self.digest.0.as_slice())
            .bind(self.verdict.as_str())
    }
}

struct RefusedRow<'a> {
    id: &'a OpId,
    digest: &'a OpDigest,
    push: &'a Push,
    raw: String,
    verdict: String,
}

impl Row for RefusedRow<'_> {
    fn bind<'q>(&'q self, statement: Statement<'q>) -> Statement<'q> {
        statement
            .bind(self.id.device.as_str())
            .bind(self.id.incarnation.as_str())
            .bind(from_u64(self.id.seq.get()))
            .bind(self.digest.0.as_slice())
            .bind(self.push.author.as_str())
            .bind(self.push.now_ms)
            .bind(self.raw.as_str())
            .bind(self.verdict.as_str())
    }
}

struct RegisterRow<'a> {
    key: &'a RegisterKey,
    version: ServerSeq,
    body: String,
}

impl Row for RegisterRow<'_> {
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

struct ScopeRow<'a> {
    scope: &'a Scope,
    last: ServerSeq,
}

impl Row for ScopeRow<'_> {
    fn bind<'q>(&'q self, statement: Statement<'q>) -> Statement<'q> {
        statement
            .bind(self.scope.as_str())
            .bind(from_u64(self.last.0))
    }
}

struct DeviceRow {
    contact: Contact,
    high: Option<OpSeq>,
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

/// Writes what a batch decided. `working` is the state after the last decision.
pub(super) async fn decisions(
    connection: &mut SqliteConnection,
    working: &Working,
    jobs: &[PushJob],
    decisions: &[Decision],
) -> Result<(), StorageError> {
    let mut log = Vec::new();
    let mut receipts = Vec::new();
    let mut refused = Vec::new();
    let mut touched: BTreeSet<&RegisterKey> = BTreeSet::new();
    let mut ends: BTreeSet<&Scope> = BTreeSet::new();
    for (PushJob { push, .. }, decision) in jobs.iter().zip(decisions) {
        for entry in &decision.accepted {
            log.push(LogRow {
                entry,
                received_ms: push.now_ms,
                op: to_json(&entry.op)?,
            });
            ends.insert(&entry.op.scope);
        }
        for (id, it) in &decision.new_receipts {
            let verdict = to_json(&it.verdict)?;
            receipts.push(ReceiptRow {
                id,
                digest: &it.digest,
                verdict,
            });
        }
        for it in &decision.refused {
            refused.push(RefusedRow {
                id: &it.id,
                digest: &it.digest,
                push,
                raw: to_json(&it.raw)?,
                verdict: to_json(&it.verdict)?,
            });
        }
        touched.extend(&decision.touched);
        ends.extend(&push.new_scopes);
    }
    let scopes: Vec<ScopeRow<'_>> = ends
        .into_iter()
        .filter_map(|scope| {
            working
                .scopes
                .get(scope)
                .map(|last| ScopeRow { scope, last: *last })
        })
        .collect();
    let registers = touched
        .iter()
        .filter_map(|key| working.registers.get(*key).map(|it| (*key, it)))
        .map(|(key, it)| {
            Ok(RegisterRow {
                key,
                version: it.version,
                body: to_json(it)?,
            })
        })
        .collect::<Result<Vec<_>, StorageError>>()?;

    SCOPE.run(connection, &scopes).await?;
    LOG.run(connection, &log).await?;
    RECEIPT.run(connection, &receipts).await?;
    REFUSED.run(connection, &refused).await?;
    REGISTER.run(connection, &registers).await?;
    DEVICE.run(connection, &device_heads(working, jobs)).await?;
    if touched
        .iter()
        .any(|it| it.field.as_str() == STRUCTURE_FIELD)
    {
        sqlx::query("UPDATE meta SET value = value + 1 WHERE name = 'structure'")
            .execute(connection)
            .await?;
    }
    Ok(())
}

/// Notes devices that called without operations.
pub(super) async fn contacts(
    connection: &mut SqliteConnection,
    contacts: &[Contact],
) -> Result<(), StorageError> {
    let rows: Vec<DeviceRow> = contacts
        .iter()
        .map(|it| DeviceRow {
            contact: it.clone(),
            high: None,
        })
        .collect();
    Ok(DEVICE.run(connection, &rows).await?)
}

/// One row for each device of the batch: its latest request, and its head after all of them.
fn device_heads(working: &Working, jobs: &[PushJob]) -> Vec<DeviceRow> {
    let mut rows = BTreeMap::new();
    for PushJob { push, .. } in jobs {
        let lifetime = (
            push.request.device.clone(),
            push.request.incarnation.clone(),
        );
        let high = working.devices.get(&lifetime).and_then(|it| it.high);
        rows.insert(
            lifetime,
            DeviceRow {
                contact: contact_of(push),
                high,
            },
        );
    }
    rows.into_values().collect()
}

/// What a push says of its device once its operations are in.
fn contact_of(push: &Push) -> Contact {
    let request = &push.request;
    Contact {
        device: request.device.clone(),
        incarnation: request.incarnation.clone(),
        user: push.author.clone(),
        at_ms: push.now_ms,
        unsent: request.unsent.saturating_sub(request.ops.len() as u64),
        clock_skew_ms: request.now_ms.saturating_sub(push.now_ms),
        app: request.app.clone(),
    }
}
