//! The writer's statements, in `SQLite`'s words.

use std::collections::BTreeSet;

use async_trait::async_trait;
use sqlx::{Connection, Row as _, Sqlite, SqliteConnection};
use sync::{
    DeviceId, Epoch, Incarnation, Lifetime, OpDigest, OpId, OpSeq, RegisterKey, Scope, ServerSeq,
};

use super::super::backend::{AccountChange, Backend, Transaction};
use super::super::rows::{DeviceRow, PlanRow, ReceiptRow, Rows, ScopeHead};
use super::super::{Contact, StorageError, from_u64, to_json, to_u64};
use super::accounts;
use super::rows::{CHECKPOINT, DEVICE, PLAN, RECEIPT, REFUSED, SCOPE, SEGMENT};

/// Checkpoints kept of a scope.
const CHECKPOINTS_KEPT: i64 = 2;

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

    async fn plans(&mut self, scope: &Scope) -> Result<Vec<PlanRow>, StorageError> {
        let rows = sqlx::query(
            "SELECT kind, record, field, version, body FROM plan WHERE scope = ?
             ORDER BY kind, record, field",
        )
        .bind(scope.as_str())
        .fetch_all(&mut *self.0)
        .await?;
        let plan = |row: sqlx::sqlite::SqliteRow| {
            let text = |column: usize| row.try_get::<&str, _>(column);
            Ok(PlanRow {
                key: RegisterKey::new(scope.as_str(), text(0)?, text(1)?, text(2)?),
                version: ServerSeq(to_u64(row.try_get(3)?)),
                body: row.try_get(4)?,
            })
        };
        rows.into_iter().map(plan).collect()
    }

    async fn forget_projections(&mut self, scope: &Scope) -> Result<(), StorageError> {
        for sql in [
            "DELETE FROM checkpoint WHERE scope = ?",
            "DELETE FROM plan WHERE scope = ?",
        ] {
            let forget = sqlx::query(sql).bind(scope.as_str());
            forget.execute(&mut *self.0).await?;
        }
        Ok(())
    }

    async fn replace_receipt(&mut self, row: &ReceiptRow) -> Result<(), StorageError> {
        sqlx::query(
            "UPDATE receipt SET verdicts = ? WHERE device = ? AND incarnation = ? AND last_seq = ?",
        )
        .bind(row.verdicts.as_str())
        .bind(row.lifetime.0.as_str())
        .bind(row.lifetime.1.as_str())
        .bind(from_u64(row.last.get()))
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }

    async fn settle_refused(
        &mut self,
        id: &OpId,
        digest: &OpDigest,
        refusal: Option<&str>,
    ) -> Result<(), StorageError> {
        let statement = match refusal {
            Some(verdict) => sqlx::query(
                "UPDATE refused SET verdict = ?
                 WHERE device = ? AND incarnation = ? AND seq = ? AND digest = ?",
            )
            .bind(verdict),
            None => sqlx::query(
                "DELETE FROM refused
                 WHERE device = ? AND incarnation = ? AND seq = ? AND digest = ?",
            ),
        };
        statement
            .bind(id.device.as_str())
            .bind(id.incarnation.as_str())
            .bind(from_u64(id.seq.get()))
            .bind(digest.0.as_slice())
            .execute(&mut *self.0)
            .await?;
        Ok(())
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
    if rows.is_empty() {
        return Ok(());
    }
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
    }
    // One statement for all of them: each is a way to SQLite's thread and back.
    let called = |it: &DeviceRow| {
        let DeviceRow { contact, .. } = it;
        let born_of = contact.born_of.as_ref().map(Incarnation::as_str);
        serde_json::json!([
            contact.device.as_str(),
            contact.incarnation.as_str(),
            contact.user.as_str(),
            contact.at_ms,
            born_of
        ])
    };
    let called: Vec<_> = rows.iter().map(called).collect();
    sqlx::query(
        "UPDATE device SET replaced_ms = n.at_ms,
             lost_unsent = CASE WHEN device.incarnation = n.born_of THEN 0 ELSE device.unsent_reported END
         FROM (SELECT value ->> 0 AS device, value ->> 1 AS incarnation, value ->> 2 AS user,
                 value ->> 3 AS at_ms, value ->> 4 AS born_of FROM json_each(?)) AS n
         WHERE device.device = n.device AND device.user = n.user AND device.replaced_ms IS NULL
             AND NOT EXISTS (SELECT 1 FROM device AS k
                 WHERE k.device = n.device AND k.incarnation = n.incarnation)",
    )
    .bind(serde_json::Value::from(called).to_string())
    .execute(&mut *connection)
    .await?;
    Ok(DEVICE.run(connection, rows).await?)
}
