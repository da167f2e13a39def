//! How rows are written: one array for each column, so that each statement is prepared once whatever the number of rows.

use sqlx::PgConnection;
use sync::{Scope, ServerSeq};

use super::super::rows::{CheckpointRow, DeviceRow, PlanRow, ReceiptRow, RefusedRow, SegmentRow};
use super::super::{StorageError, from_u64};

/// Checkpoints kept of a scope.
const CHECKPOINTS_KEPT: i64 = 2;
/// One column of rows.
fn column<'r, R, T>(rows: &'r [R], of: impl Fn(&'r R) -> T) -> Vec<T> {
    rows.iter().map(of).collect()
}

pub(super) async fn write_scopes(
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

pub(super) async fn write_segments(
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

pub(super) async fn write_receipts(
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

pub(super) async fn write_refused(
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

pub(super) async fn write_checkpoints(
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

pub(super) async fn write_plans(
    connection: &mut PgConnection,
    rows: &[PlanRow],
) -> Result<(), StorageError> {
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
pub(super) async fn write_devices(
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
