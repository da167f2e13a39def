//! The writer's statements, in `SQLite`'s words.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use async_trait::async_trait;
use sqlx::{Connection, Row as _, Sqlite, SqliteConnection};
use sync::{DeviceId, Epoch, Incarnation, Lifetime, OpSeq, Scope, ServerSeq};

use super::super::backend::{AccountChange, Backend, Transaction};
use super::super::rows::{
    CheckpointRow, DeviceRow, PlanRow, ReceiptRow, RefusedRow, Rows, ScopeHead, SegmentRow,
};
use super::super::{Contact, StorageError, from_u64, to_json, to_u64};
use super::accounts;
use super::insert::{Insert, Row, Statement};

/// Checkpoints kept of a scope.
const CHECKPOINTS_KEPT: i64 = 2;

static SEGMENT: LazyLock<Insert> = LazyLock::new(|| {
    Insert::new(
        "INSERT INTO segment (scope, first_seq, last_seq, device, incarnation, first_op, author, \
         received_ms, body)",
        9,
        "",
    )
});
static RECEIPT: LazyLock<Insert> = LazyLock::new(|| {
    Insert::new(
        "INSERT INTO receipt (device, incarnation, first_seq, last_seq, digests, verdicts)",
        6,
        "",
    )
});
static REFUSED: LazyLock<Insert> = LazyLock::new(|| {
    Insert::new(
        "INSERT INTO refused (device, incarnation, seq, digest, author, received_ms, offset_ms, \
         raw, verdict)",
        9,
        "ON CONFLICT DO NOTHING",
    )
});
static CHECKPOINT: LazyLock<Insert> = LazyLock::new(|| {
    Insert::new(
        "INSERT INTO checkpoint (scope, seq, body)",
        3,
        "ON CONFLICT DO UPDATE SET body = excluded.body",
    )
});
static PLAN: LazyLock<Insert> = LazyLock::new(|| {
    Insert::new(
        "INSERT INTO plan (scope, kind, record, field, version, body)",
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

/// The connection that writes.
pub(super) struct SqliteBackend(pub(super) SqliteConnection);

#[async_trait]
impl Backend for SqliteBackend {
    async fn begin(&mut self) -> Result<Box<dyn Transaction + '_>, StorageError> {
        let tx = self.0.begin_with("BEGIN IMMEDIATE").await?;
        Ok(Box::new(SqliteTransaction(tx)))
    }

    async fn close(mut self: Box<Self>) {
        // Closing folds the log in as well, but only where nothing else happens to look at the file.
        let folded = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
            .execute(&mut self.0)
            .await;
        if let Err(error) = folded {
            tracing::warn!(%error, "SQLite's log stays beside the database until the next start");
        }
        if let Err(error) = self.0.close().await {
            tracing::error!(%error, "the database did not close well");
        }
    }
}

struct SqliteTransaction<'c>(sqlx::Transaction<'c, Sqlite>);

#[async_trait]
impl Transaction for SqliteTransaction<'_> {
    async fn epoch(&mut self) -> Result<Epoch, StorageError> {
        epoch(&mut self.0).await
    }

    async fn scopes(&mut self, asked: &BTreeSet<Scope>) -> Result<Vec<ScopeHead>, StorageError> {
        let rows = sqlx::query(
            "SELECT s.key, s.last_seq, s.restored_at FROM json_each(?) AS k
             CROSS JOIN scope AS s ON s.key = k.value",
        )
        .bind(to_json(asked)?)
        .fetch_all(&mut *self.0)
        .await?;
        let head = |row: sqlx::sqlite::SqliteRow| {
            Ok(ScopeHead {
                scope: Scope::new(row.try_get::<&str, _>(0)?),
                last: ServerSeq(to_u64(row.try_get(1)?)),
                restored_at: ServerSeq(to_u64(row.try_get(2)?)),
            })
        };
        rows.into_iter().map(head).collect()
    }

    async fn lifetimes(
        &mut self,
        asked: &BTreeSet<Lifetime>,
    ) -> Result<Vec<(Lifetime, Option<OpSeq>)>, StorageError> {
        let rows = sqlx::query(
            "SELECT d.device, d.incarnation, d.high FROM json_each(?) AS k
             CROSS JOIN device AS d ON d.device = k.value ->> 0 AND d.incarnation = k.value ->> 1",
        )
        .bind(to_json(asked)?)
        .fetch_all(&mut *self.0)
        .await?;
        let known = |row: sqlx::sqlite::SqliteRow| {
            let lifetime = (
                DeviceId::new(row.try_get::<&str, _>(0)?),
                Incarnation::new(row.try_get::<&str, _>(1)?),
            );
            let high: Option<i64> = row.try_get(2)?;
            Ok((lifetime, high.and_then(|it| OpSeq::new(to_u64(it)))))
        };
        rows.into_iter().map(known).collect()
    }

    async fn receipts(
        &mut self,
        lifetime: &Lifetime,
        first: OpSeq,
        last: OpSeq,
    ) -> Result<Vec<ReceiptRow>, StorageError> {
        let rows = sqlx::query(
            "SELECT first_seq, last_seq, digests, verdicts FROM receipt
             WHERE device = ? AND incarnation = ? AND last_seq >= ? AND first_seq <= ?",
        )
        .bind(lifetime.0.as_str())
        .bind(lifetime.1.as_str())
        .bind(from_u64(first.get()))
        .bind(from_u64(last.get()))
        .fetch_all(&mut *self.0)
        .await?;
        let place = |value: i64| OpSeq::new(to_u64(value)).ok_or(StorageError::Unavailable);
        let row = |row: sqlx::sqlite::SqliteRow| {
            Ok(ReceiptRow {
                lifetime: lifetime.clone(),
                first: place(row.try_get(0)?)?,
                last: place(row.try_get(1)?)?,
                digests: row.try_get(2)?,
                verdicts: row.try_get(3)?,
            })
        };
        rows.into_iter().map(row).collect()
    }

    async fn checkpoint(
        &mut self,
        scope: &Scope,
    ) -> Result<Option<(ServerSeq, String)>, StorageError> {
        let row: Option<(i64, String)> = sqlx::query_as(
            "SELECT seq, body FROM checkpoint WHERE scope = ? ORDER BY seq DESC LIMIT 1",
        )
        .bind(scope.as_str())
        .fetch_optional(&mut *self.0)
        .await?;
        Ok(row.map(|(seq, body)| (ServerSeq(to_u64(seq)), body)))
    }

    async fn segments(
        &mut self,
        scope: &Scope,
        after: ServerSeq,
        limit: u32,
    ) -> Result<Vec<String>, StorageError> {
        Ok(sqlx::query_scalar(
            "SELECT body FROM segment WHERE scope = ? AND last_seq > ? ORDER BY last_seq LIMIT ?",
        )
        .bind(scope.as_str())
        .bind(from_u64(after.0))
        .bind(limit)
        .fetch_all(&mut *self.0)
        .await?)
    }

    async fn write(&mut self, rows: &Rows) -> Result<(), StorageError> {
        let connection = &mut *self.0;
        SCOPE.run(connection, &rows.scopes).await?;
        SEGMENT.run(connection, &rows.segments).await?;
        RECEIPT.run(connection, &rows.receipts).await?;
        REFUSED.run(connection, &rows.refused).await?;
        CHECKPOINT.run(connection, &rows.checkpoints).await?;
        for it in &rows.checkpoints {
            sqlx::query(
                "DELETE FROM checkpoint WHERE scope = ?1 AND seq NOT IN
                     (SELECT seq FROM checkpoint WHERE scope = ?1 ORDER BY seq DESC LIMIT ?2)",
            )
            .bind(it.scope.as_str())
            .bind(CHECKPOINTS_KEPT)
            .execute(&mut *connection)
            .await?;
        }
        PLAN.run(connection, &rows.plans).await?;
        if !rows.plans.is_empty() {
            sqlx::query("UPDATE meta SET value = value + 1 WHERE name = 'structure'")
                .execute(&mut *connection)
                .await?;
        }
        write_devices(connection, &rows.devices).await
    }

    async fn note(&mut self, contacts: &[Contact]) -> Result<(), StorageError> {
        let rows: Vec<DeviceRow> = contacts
            .iter()
            .map(|it| DeviceRow {
                contact: it.clone(),
                high: None,
                filled: None,
            })
            .collect();
        write_devices(&mut self.0, &rows).await
    }

    async fn change(
        &mut self,
        change: &AccountChange,
    ) -> Result<Result<(), StorageError>, StorageError> {
        accounts::change(&mut self.0, change).await
    }

    async fn commit(self: Box<Self>) -> Result<(), StorageError> {
        Ok(self.0.commit().await?)
    }
}

/// The current history.
pub(super) async fn epoch(connection: &mut SqliteConnection) -> Result<Epoch, StorageError> {
    let value: i64 = sqlx::query_scalar("SELECT value FROM meta WHERE name = 'epoch'")
        .fetch_one(connection)
        .await?;
    Ok(Epoch(to_u64(value)))
}

/// Devices that called. A lifetime that nobody heard of before replaces the others of that person on that device: what they had
/// not sent is lost, unless the new one goes on from them.
async fn write_devices(
    connection: &mut SqliteConnection,
    rows: &[DeviceRow],
) -> Result<(), StorageError> {
    for DeviceRow {
        contact, filled, ..
    } in rows
    {
        if let Some(filled) = filled {
            sqlx::query(
                "UPDATE device SET backed_up = NULL
                 WHERE device = ? AND incarnation = ? AND backed_up >= ?",
            )
            .bind(contact.device.as_str())
            .bind(contact.incarnation.as_str())
            .bind(from_u64(filled.get()))
            .execute(&mut *connection)
            .await?;
        }
        let born_of = contact.born_of.as_ref().map(Incarnation::as_str);
        sqlx::query(
            "UPDATE device SET replaced_ms = ?1,
                 lost_unsent = CASE WHEN incarnation = ?2 THEN 0 ELSE unsent_reported END
             WHERE device = ?3 AND user = ?4 AND replaced_ms IS NULL AND NOT EXISTS
                 (SELECT 1 FROM device WHERE device = ?3 AND incarnation = ?5)",
        )
        .bind(contact.at_ms)
        .bind(born_of.unwrap_or_default())
        .bind(contact.device.as_str())
        .bind(contact.user.as_str())
        .bind(contact.incarnation.as_str())
        .execute(&mut *connection)
        .await?;
    }
    Ok(DEVICE.run(connection, rows).await?)
}
