//! The writer's transaction, in PostgreSQL's words.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use sqlx::postgres::{PgPool, PgRow};
use sqlx::{Postgres, Row as _};
use sync::{
    DeviceId, Epoch, Incarnation, Lifetime, OpDigest, OpId, OpSeq, RegisterKey, Scope, ServerSeq,
};

use super::super::backend::{AccountChange, Backend, Transaction};
use super::super::rows::{DeviceRow, PlanRow, ReceiptRow, Rows, ScopeHead};
use super::super::{Contact, StorageError, from_u64, to_u64};
use super::accounts;
use super::write::{
    write_checkpoints, write_devices, write_plans, write_receipts, write_refused, write_scopes,
    write_segments,
};

/// Names the lock that a writer holds until its transaction ends ("sotay" in bytes).
const WRITER_LOCK: i64 = 0x0073_6f74_6179;

/// The pool of the one connection that writes.
pub(super) struct PostgresBackend(pub(super) PgPool);

#[async_trait]
impl Backend for PostgresBackend {
    async fn begin(&mut self) -> Result<Box<dyn Transaction + '_>, StorageError> {
        let mut tx = self.0.begin().await?;
        // Another process may write beside us (an import, a second server): one after the other.
        sqlx::query("SELECT pg_advisory_xact_lock($1)")
            .bind(WRITER_LOCK)
            .execute(&mut *tx)
            .await?;
        Ok(Box::new(PostgresTransaction(tx)))
    }

    async fn close(self: Box<Self>) {
        self.0.close().await;
    }
}

struct PostgresTransaction(sqlx::Transaction<'static, Postgres>);

#[async_trait]
impl Transaction for PostgresTransaction {
    async fn epoch(&mut self) -> Result<Epoch, StorageError> {
        let value: i64 = sqlx::query_scalar("SELECT value FROM meta WHERE name = 'epoch'")
            .fetch_one(&mut *self.0)
            .await?;
        Ok(Epoch(to_u64(value)))
    }

    async fn scopes(&mut self, asked: &BTreeSet<Scope>) -> Result<Vec<ScopeHead>, StorageError> {
        let keys: Vec<&str> = asked.iter().map(Scope::as_str).collect();
        let rows = sqlx::query("SELECT key, last_seq, restored_at FROM scope WHERE key = ANY ($1)")
            .bind(keys)
            .fetch_all(&mut *self.0)
            .await?;
        let head = |row: PgRow| {
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
        let (devices, incarnations): (Vec<&str>, Vec<&str>) = asked
            .iter()
            .map(|(device, incarnation)| (device.as_str(), incarnation.as_str()))
            .unzip();
        let rows = sqlx::query(
            "SELECT d.device, d.incarnation, d.high
             FROM unnest($1::TEXT[], $2::TEXT[]) AS k (device, incarnation)
             JOIN device AS d ON d.device = k.device AND d.incarnation = k.incarnation",
        )
        .bind(devices)
        .bind(incarnations)
        .fetch_all(&mut *self.0)
        .await?;
        let known = |row: PgRow| {
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
             WHERE device = $1 AND incarnation = $2 AND last_seq >= $3 AND first_seq <= $4",
        )
        .bind(lifetime.0.as_str())
        .bind(lifetime.1.as_str())
        .bind(from_u64(first.get()))
        .bind(from_u64(last.get()))
        .fetch_all(&mut *self.0)
        .await?;
        let place = |value: i64| OpSeq::new(to_u64(value)).ok_or(StorageError::Unavailable);
        let row = |row: PgRow| {
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
            "SELECT seq, body FROM checkpoint WHERE scope = $1 ORDER BY seq DESC LIMIT 1",
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
            "SELECT body FROM segment WHERE scope = $1 AND last_seq > $2
             ORDER BY last_seq LIMIT $3",
        )
        .bind(scope.as_str())
        .bind(from_u64(after.0))
        .bind(i64::from(limit))
        .fetch_all(&mut *self.0)
        .await?)
    }

    async fn write(&mut self, rows: &Rows) -> Result<(), StorageError> {
        let connection = &mut *self.0;
        write_scopes(connection, &rows.scopes).await?;
        write_segments(connection, &rows.segments).await?;
        write_receipts(connection, &rows.receipts).await?;
        write_refused(connection, &rows.refused).await?;
        write_checkpoints(connection, &rows.checkpoints).await?;
        write_plans(connection, &rows.plans).await?;
        let devices: Vec<&DeviceRow> = rows.devices.iter().collect();
        write_devices(connection, &devices).await
    }

    async fn note(&mut self, contacts: &[Contact]) -> Result<(), StorageError> {
        // One statement may touch a row once: a device's latest word counts.
        let mut latest = BTreeMap::new();
        for contact in contacts {
            let row = DeviceRow {
                contact: contact.clone(),
                high: None,
                filled: None,
            };
            latest.insert((&contact.device, &contact.incarnation), row);
        }
        let rows: Vec<&DeviceRow> = latest.values().collect();
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
            "SELECT kind, record, field, version, body FROM plan WHERE scope = $1
             ORDER BY kind, record, field",
        )
        .bind(scope.as_str())
        .fetch_all(&mut *self.0)
        .await?;
        let plan = |row: PgRow| {
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
            "DELETE FROM checkpoint WHERE scope = $1",
            "DELETE FROM plan WHERE scope = $1",
        ] {
            let forget = sqlx::query(sql).bind(scope.as_str());
            forget.execute(&mut *self.0).await?;
        }
        Ok(())
    }

    async fn replace_receipt(&mut self, row: &ReceiptRow) -> Result<(), StorageError> {
        sqlx::query(
            "UPDATE receipt SET verdicts = $1 WHERE device = $2 AND incarnation = $3 AND last_seq = $4",
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
                "UPDATE refused SET verdict = $1
                 WHERE device = $2 AND incarnation = $3 AND seq = $4 AND digest = $5",
            )
            .bind(verdict),
            None => sqlx::query(
                "DELETE FROM refused
                 WHERE device = $1 AND incarnation = $2 AND seq = $3 AND digest = $4",
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
