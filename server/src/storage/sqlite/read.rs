//! Reading: heads, tails, snapshots, history, devices. Readers never wait for the writer.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection, SqlitePool};
use sync::{
    AuthorId, Cursor, DeviceId, FieldName, Incarnation, Kind, LogEntry, OpSeq, RecordId, Register,
    RegisterKey, Scope, ServerSeq, Snapshot, SnapshotRegister,
};

use super::super::{
    Contact, DeviceRecord, Heads, HistoryLine, MACHINE_AUTHORS, RefusedRecord, StorageError,
    UnitContact,
};
use super::load::{epoch, register_key};
use super::{from_json, from_u64, to_json, to_u64};

pub(super) async fn device(
    pool: &SqlitePool,
    device: &DeviceId,
    incarnation: &Incarnation,
) -> Result<Option<DeviceRecord>, StorageError> {
    let row = sqlx::query(
        "SELECT high, user, last_contact_ms, unsent_reported, clock_skew_ms, app FROM device
         WHERE device = ? AND incarnation = ?",
    )
    .bind(device.as_str())
    .bind(incarnation.as_str())
    .fetch_optional(pool)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(DeviceRecord {
        high: row
            .try_get::<Option<i64>, _>(0)?
            .and_then(|it| OpSeq::new(to_u64(it))),
        contact: Contact {
            device: device.clone(),
            incarnation: incarnation.clone(),
            user: AuthorId::new(row.try_get::<String, _>(1)?),
            at_ms: row.try_get(2)?,
            unsent: to_u64(row.try_get(3)?),
            clock_skew_ms: row.try_get(4)?,
            app: row.try_get(5)?,
        },
    }))
}

pub(super) async fn heads(pool: &SqlitePool, scopes: &[Scope]) -> Result<Heads, StorageError> {
    // One statement, so that epoch and ends belong to the same moment.
    let rows = sqlx::query(
        "SELECT NULL, value FROM meta WHERE name = 'epoch'
         UNION ALL
         SELECT s.key, s.last_seq FROM json_each(?) AS k CROSS JOIN scope AS s ON s.key = k.value",
    )
    .bind(to_json(&scopes)?)
    .fetch_all(pool)
    .await?;
    let mut heads = Heads::default();
    for row in rows {
        let value = to_u64(row.try_get(1)?);
        match row.try_get::<Option<String>, _>(0)? {
            None => heads.epoch = sync::Epoch(value),
            Some(scope) => {
                heads.seqs.insert(Scope::new(scope), ServerSeq(value));
            }
        }
    }
    Ok(heads)
}

pub(super) async fn scopes(pool: &SqlitePool) -> Result<Vec<Scope>, StorageError> {
    let keys: Vec<String> = sqlx::query_scalar("SELECT key FROM scope ORDER BY key")
        .fetch_all(pool)
        .await?;
    Ok(keys.into_iter().map(Scope::new).collect())
}

pub(super) async fn entries(
    pool: &SqlitePool,
    scope: &Scope,
    after: ServerSeq,
    limit: usize,
) -> Result<Vec<LogEntry>, StorageError> {
    let rows = sqlx::query(
        "SELECT server_seq, seen, corrected_ms, op FROM log
         WHERE scope = ? AND server_seq > ? ORDER BY server_seq LIMIT ?",
    )
    .bind(scope.as_str())
    .bind(from_u64(after.0))
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(pool)
    .await?;
    rows.iter().map(entry).collect()
}

pub(super) async fn entries_by(
    pool: &SqlitePool,
    author: &AuthorId,
) -> Result<Vec<LogEntry>, StorageError> {
    let rows = sqlx::query(
        "SELECT server_seq, seen, corrected_ms, op FROM log WHERE author = ?
         ORDER BY scope, server_seq",
    )
    .bind(author.as_str())
    .fetch_all(pool)
    .await?;
    rows.iter().map(entry).collect()
}

pub(super) async fn snapshot(
    pool: &SqlitePool,
    scope: &Scope,
    history_max: usize,
) -> Result<Snapshot, StorageError> {
    // A read transaction sees one moment: registers, history and cursor agree.
    let mut transaction = pool.begin().await?;
    let last: i64 = sqlx::query_scalar("SELECT last_seq FROM scope WHERE key = ?")
        .bind(scope.as_str())
        .fetch_one(&mut *transaction)
        .await?;
    let epoch = epoch(&mut transaction).await?;
    let rows = sqlx::query(
        "SELECT kind, record, field, body FROM register WHERE scope = ?
         ORDER BY kind, record, field",
    )
    .bind(scope.as_str())
    .fetch_all(&mut *transaction)
    .await?;
    let registers = rows
        .iter()
        .map(|row| {
            Ok(SnapshotRegister {
                kind: Kind::new(row.try_get::<String, _>(0)?),
                record: RecordId::new(row.try_get::<String, _>(1)?),
                field: FieldName::new(row.try_get::<String, _>(2)?),
                register: from_json(row.try_get(3)?)?,
            })
        })
        .collect::<Result<_, StorageError>>()?;
    let newest_first = history(&mut transaction, scope, history_max).await?;
    Ok(Snapshot {
        scope: scope.clone(),
        cursor: Cursor {
            epoch,
            seq: ServerSeq(to_u64(last)),
        },
        registers,
        history: newest_first.into_iter().rev().map(|it| it.entry).collect(),
    })
}

pub(super) async fn history(
    connection: &mut SqliteConnection,
    scope: &Scope,
    limit: usize,
) -> Result<Vec<HistoryLine>, StorageError> {
    if limit == 0 {
        return Ok(Vec::new());
    }
    let rows = sqlx::query(
        "SELECT server_seq, seen, corrected_ms, op, received_ms FROM log
         WHERE scope = ? AND author NOT IN (SELECT value FROM json_each(?))
         ORDER BY server_seq DESC LIMIT ?",
    )
    .bind(scope.as_str())
    .bind(to_json(&MACHINE_AUTHORS)?)
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(HistoryLine {
                entry: entry(row)?,
                received_ms: row.try_get(4)?,
            })
        })
        .collect()
}

pub(super) async fn structure(
    pool: &SqlitePool,
) -> Result<Vec<(RegisterKey, Register)>, StorageError> {
    let rows = sqlx::query(
        "SELECT scope, kind, record, field, body FROM register WHERE field = 'plan'
         ORDER BY scope, kind, record",
    )
    .fetch_all(pool)
    .await?;
    rows.iter()
        .map(|row| Ok((register_key(row)?, from_json(row.try_get(4)?)?)))
        .collect()
}

pub(super) async fn structure_version(pool: &SqlitePool) -> Result<u64, StorageError> {
    let value: i64 = sqlx::query_scalar("SELECT value FROM meta WHERE name = 'structure'")
        .fetch_one(pool)
        .await?;
    Ok(to_u64(value))
}

pub(super) async fn contacts(pool: &SqlitePool) -> Result<Vec<UnitContact>, StorageError> {
    let rows = sqlx::query(
        "SELECT g.unit, max(d.last_contact_ms), sum(d.unsent_reported), count(*)
         FROM (SELECT DISTINCT user, unit FROM grant_of) AS g JOIN device AS d ON d.user = g.user
         GROUP BY g.unit ORDER BY g.unit",
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(UnitContact {
                unit: Scope::new(row.try_get::<String, _>(0)?),
                last_contact_ms: row.try_get(1)?,
                unsent: to_u64(row.try_get(2)?),
                devices: to_u64(row.try_get(3)?),
            })
        })
        .collect()
}

pub(super) async fn refused(
    pool: &SqlitePool,
    device: &DeviceId,
    incarnation: &Incarnation,
) -> Result<Vec<RefusedRecord>, StorageError> {
    let rows = sqlx::query(
        "SELECT seq, raw, verdict FROM refused WHERE device = ? AND incarnation = ?
         ORDER BY seq, received_ms",
    )
    .bind(device.as_str())
    .bind(incarnation.as_str())
    .fetch_all(pool)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(RefusedRecord {
                seq: OpSeq::new(to_u64(row.try_get(0)?)).ok_or(StorageError::Unavailable)?,
                raw: from_json(row.try_get(1)?)?,
                verdict: from_json(row.try_get(2)?)?,
            })
        })
        .collect()
}

/// The log entry in a row's first four columns.
fn entry(row: &SqliteRow) -> Result<LogEntry, StorageError> {
    Ok(LogEntry {
        server_seq: ServerSeq(to_u64(row.try_get(0)?)),
        seen: ServerSeq(to_u64(row.try_get(1)?)),
        corrected_ms: row.try_get(2)?,
        op: from_json(row.try_get(3)?)?,
    })
}
