//! The writer's statements, in PostgreSQL's words: rows travel as one array for each column, so that each statement is prepared once.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use sqlx::postgres::{PgPool, PgRow};
use sqlx::{PgConnection, Postgres, Row as _};
use sync::{DeviceId, Epoch, Incarnation, Lifetime, OpSeq, Scope, ServerSeq};

use super::super::backend::{AccountChange, Backend, Transaction};
use super::super::rows::{
    CheckpointRow, DeviceRow, PlanRow, ReceiptRow, RefusedRow, Rows, ScopeHead, SegmentRow,
};
use super::super::{Contact, StorageError, from_u64, to_u64};
use super::accounts;

/// Checkpoints kept of a scope.
const CHECKPOINTS_KEPT: i64 = 2;
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

    async fn commit(self: Box<Self>) -> Result<(), StorageError> {
        Ok(self.0.commit().await?)
    }
}

/// One column of rows.
fn column<'r, R, T>(rows: &'r [R], of: impl Fn(&'r R) -> T) -> Vec<T> {
    rows.iter().map(of).collect()
}

async fn write_scopes(
    connection: &mut PgConnection,
    rows: &[(Scope, ServerSeq)],
) -> Result<(), StorageError> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO scope (key, last_seq) SELECT * FROM unnest($1::TEXT[], $2::BIGINT[])
         ON CONFLICT (key) DO UPDATE SET last_seq = excluded.last_seq",
    )
    .bind(column(rows, |it| it.0.as_str()))
    .bind(column(rows, |it| from_u64(it.1.0)))
    .execute(connection)
    .await?;
    Ok(())
}

async fn write_segments(
    connection: &mut PgConnection,
    rows: &[SegmentRow],
) -> Result<(), StorageError> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO segment
             (scope, first_seq, last_seq, device, incarnation, first_op, author, received_ms, body)
         SELECT * FROM unnest($1::TEXT[], $2::BIGINT[], $3::BIGINT[], $4::TEXT[], $5::TEXT[],
             $6::BIGINT[], $7::TEXT[], $8::BIGINT[], $9::TEXT[])",
    )
    .bind(column(rows, |it| it.scope.as_str()))
    .bind(column(rows, |it| from_u64(it.first.0)))
    .bind(column(rows, |it| from_u64(it.last.0)))
    .bind(column(rows, |it| it.device.as_str()))
    .bind(column(rows, |it| it.incarnation.as_str()))
    .bind(column(rows, |it| from_u64(it.first_op.get())))
    .bind(column(rows, |it| it.author.as_str()))
    .bind(column(rows, |it| it.received_ms))
    .bind(column(rows, |it| it.body.as_str()))
    .execute(connection)
    .await?;
    Ok(())
}

async fn write_receipts(
    connection: &mut PgConnection,
    rows: &[ReceiptRow],
) -> Result<(), StorageError> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO receipt (device, incarnation, first_seq, last_seq, digests, verdicts)
         SELECT * FROM unnest($1::TEXT[], $2::TEXT[], $3::BIGINT[], $4::BIGINT[], $5::BYTEA[],
             $6::TEXT[])",
    )
    .bind(column(rows, |it| it.lifetime.0.as_str()))
    .bind(column(rows, |it| it.lifetime.1.as_str()))
    .bind(column(rows, |it| from_u64(it.first.get())))
    .bind(column(rows, |it| from_u64(it.last.get())))
    .bind(column(rows, |it| it.digests.as_slice()))
    .bind(column(rows, |it| it.verdicts.as_str()))
    .execute(connection)
    .await?;
    Ok(())
}

async fn write_refused(
    connection: &mut PgConnection,
    rows: &[RefusedRow],
) -> Result<(), StorageError> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO refused
             (device, incarnation, seq, digest, author, received_ms, offset_ms, raw, verdict)
         SELECT * FROM unnest($1::TEXT[], $2::TEXT[], $3::BIGINT[], $4::BYTEA[], $5::TEXT[],
             $6::BIGINT[], $7::BIGINT[], $8::TEXT[], $9::TEXT[])
         ON CONFLICT DO NOTHING",
    )
    .bind(column(rows, |it| it.id.device.as_str()))
    .bind(column(rows, |it| it.id.incarnation.as_str()))
    .bind(column(rows, |it| from_u64(it.id.seq.get())))
    .bind(column(rows, |it| it.digest.0.as_slice()))
    .bind(column(rows, |it| it.author.as_str()))
    .bind(column(rows, |it| it.received_ms))
    .bind(column(rows, |it| it.offset_ms))
    .bind(column(rows, |it| it.raw.as_str()))
    .bind(column(rows, |it| it.verdict.as_str()))
    .execute(connection)
    .await?;
    Ok(())
}

async fn write_checkpoints(
    connection: &mut PgConnection,
    rows: &[CheckpointRow],
) -> Result<(), StorageError> {
    for it in rows {
        sqlx::query(
            "INSERT INTO checkpoint (scope, seq, body) VALUES ($1, $2, $3)
             ON CONFLICT (scope, seq) DO UPDATE SET body = excluded.body",
        )
        .bind(it.scope.as_str())
        .bind(from_u64(it.seq.0))
        .bind(it.body.as_str())
        .execute(&mut *connection)
        .await?;
        sqlx::query(
            "DELETE FROM checkpoint WHERE scope = $1 AND seq NOT IN
                 (SELECT seq FROM checkpoint WHERE scope = $1 ORDER BY seq DESC LIMIT $2)",
        )
        .bind(it.scope.as_str())
        .bind(CHECKPOINTS_KEPT)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

async fn write_plans(connection: &mut PgConnection, rows: &[PlanRow]) -> Result<(), StorageError> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO plan (scope, kind, record, field, version, body)
         SELECT * FROM unnest($1::TEXT[], $2::TEXT[], $3::TEXT[], $4::TEXT[], $5::BIGINT[],
             $6::TEXT[])
         ON CONFLICT (scope, kind, record, field)
             DO UPDATE SET version = excluded.version, body = excluded.body",
    )
    .bind(column(rows, |it| it.key.scope.as_str()))
    .bind(column(rows, |it| it.key.kind.as_str()))
    .bind(column(rows, |it| it.key.record.as_str()))
    .bind(column(rows, |it| it.key.field.as_str()))
    .bind(column(rows, |it| from_u64(it.version.0)))
    .bind(column(rows, |it| it.body.as_str()))
    .execute(&mut *connection)
    .await?;
    sqlx::query("UPDATE meta SET value = value + 1 WHERE name = 'structure'")
        .execute(connection)
        .await?;
    Ok(())
}

/// Devices that called, each once. A lifetime that nobody heard of before replaces the others of that person on that device: what
/// they had not sent is lost, unless the new one goes on from them.
async fn write_devices(
    connection: &mut PgConnection,
    rows: &[&DeviceRow],
) -> Result<(), StorageError> {
    if rows.is_empty() {
        return Ok(());
    }
    let devices = column(rows, |it| it.contact.device.as_str());
    let incarnations = column(rows, |it| it.contact.incarnation.as_str());
    let accounts = column(rows, |it| it.contact.user.as_str());
    let times = column(rows, |it| it.contact.at_ms);
    let born_of = |it: &'_ &DeviceRow| it.contact.born_of.as_ref().map(ToString::to_string);
    sqlx::query(
        "UPDATE device AS d SET backed_up = NULL
         FROM unnest($1::TEXT[], $2::TEXT[], $3::BIGINT[]) AS f (device, incarnation, place)
         WHERE d.device = f.device AND d.incarnation = f.incarnation AND d.backed_up >= f.place",
    )
    .bind(&devices)
    .bind(&incarnations)
    .bind(column(rows, |it| it.filled.map(|it| from_u64(it.get()))))
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "UPDATE device AS d SET replaced_ms = n.at_ms,
             lost_unsent = CASE WHEN d.incarnation = n.born_of THEN 0 ELSE d.unsent_reported END
         FROM unnest($1::TEXT[], $2::TEXT[], $3::TEXT[], $4::BIGINT[], $5::TEXT[])
             AS n (device, incarnation, account, at_ms, born_of)
         WHERE d.device = n.device AND d.account = n.account AND d.replaced_ms IS NULL
             AND NOT EXISTS (SELECT 1 FROM device AS k
                 WHERE k.device = n.device AND k.incarnation = n.incarnation)",
    )
    .bind(&devices)
    .bind(&incarnations)
    .bind(&accounts)
    .bind(&times)
    .bind(column(rows, born_of))
    .execute(&mut *connection)
    .await?;
    // A head moves forward only: a late commit of an earlier contact must not lower it.
    sqlx::query(
        "INSERT INTO device (device, incarnation, account, last_contact_ms, high,
             unsent_reported, clock_skew_ms, app)
         SELECT * FROM unnest($1::TEXT[], $2::TEXT[], $3::TEXT[], $4::BIGINT[], $5::BIGINT[],
             $6::BIGINT[], $7::BIGINT[], $8::TEXT[])
         ON CONFLICT (device, incarnation) DO UPDATE SET account = excluded.account,
             high = coalesce(excluded.high, device.high),
             last_contact_ms = greatest(excluded.last_contact_ms, device.last_contact_ms),
             unsent_reported = excluded.unsent_reported, clock_skew_ms = excluded.clock_skew_ms,
             app = excluded.app",
    )
    .bind(&devices)
    .bind(&incarnations)
    .bind(&accounts)
    .bind(&times)
    .bind(column(rows, |it| it.high.map(|it| from_u64(it.get()))))
    .bind(column(rows, |it| {
        i64::try_from(it.contact.unsent).unwrap_or(i64::MAX)
    }))
    .bind(column(rows, |it| it.contact.clock_skew_ms))
    .bind(column(rows, |it| it.contact.app.as_str()))
    .execute(&mut *connection)
    .await?;
    Ok(())
}
