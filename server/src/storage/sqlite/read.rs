//! Reading: heads, tails, snapshots, history, devices. Readers never wait for the writer.

use futures_util::TryStreamExt as _;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqlitePool};
use sync::{
    AuthorId, DeviceId, Incarnation, LogEntry, OpSeq, Register, RegisterKey, Scope, ServerSeq,
};

use super::super::{
    Contact, DeviceRecord, Heads, HistoryLine, MACHINE_AUTHORS, NewerRecord, RefusedRecord,
    StorageError, Tail, UnitContact, digest_of, from_json, from_u64, segment_of, to_json, to_u64,
};

pub(super) async fn device(
    pool: &SqlitePool,
    device: &DeviceId,
    incarnation: &Incarnation,
) -> Result<Option<DeviceRecord>, StorageError> {
    let row = sqlx::query(
        "SELECT high, user, last_contact_ms, unsent_reported, clock_skew_ms, app, backed_up
         FROM device WHERE device = ? AND incarnation = ?",
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
        backed_up: row
            .try_get::<Option<i64>, _>(6)?
            .and_then(|it| OpSeq::new(to_u64(it))),
        contact: Contact {
            device: device.clone(),
            incarnation: incarnation.clone(),
            born_of: None,
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

/// Segments that end after a place, until they hold `entries_max` entries.
pub(super) async fn segments(
    pool: &SqlitePool,
    scope: &Scope,
    after: ServerSeq,
    entries_max: usize,
) -> Result<Tail, StorageError> {
    let mut tail = Tail {
        segments: Vec::new(),
        last: after,
    };
    let mut rows = sqlx::query_as::<_, (i64, String)>(
        "SELECT last_seq, body FROM segment WHERE scope = ? AND last_seq > ?
         ORDER BY last_seq LIMIT ?",
    )
    .bind(scope.as_str())
    .bind(from_u64(after.0))
    .bind(i64::try_from(entries_max).unwrap_or(i64::MAX))
    .fetch(pool);
    while let Some((last, body)) = rows.try_next().await? {
        tail.last = ServerSeq(to_u64(last));
        tail.segments.push(body);
        if tail.last.0.saturating_sub(after.0) >= entries_max as u64 {
            break;
        }
    }
    Ok(tail)
}

pub(super) async fn entries_by(
    pool: &SqlitePool,
    author: &AuthorId,
) -> Result<Vec<LogEntry>, StorageError> {
    let bodies: Vec<String> =
        sqlx::query_scalar("SELECT body FROM segment WHERE author = ? ORDER BY scope, last_seq")
            .bind(author.as_str())
            .fetch_all(pool)
            .await?;
    let mut entries = Vec::new();
    for body in bodies {
        entries.extend(segment_of(&body)?.into_entries());
    }
    Ok(entries)
}

pub(super) async fn history(
    pool: &SqlitePool,
    scope: &Scope,
    limit: usize,
) -> Result<Vec<HistoryLine>, StorageError> {
    let mut lines = Vec::new();
    if limit == 0 {
        return Ok(lines);
    }
    let mut rows = sqlx::query_as::<_, (i64, String)>(
        "SELECT received_ms, body FROM segment
         WHERE scope = ? AND author NOT IN (SELECT value FROM json_each(?))
         ORDER BY last_seq DESC LIMIT ?",
    )
    .bind(scope.as_str())
    .bind(to_json(&MACHINE_AUTHORS)?)
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch(pool);
    while let Some((received_ms, body)) = rows.try_next().await? {
        let entries: Vec<LogEntry> = segment_of(&body)?.into_entries().collect();
        for entry in entries.into_iter().rev().take(limit - lines.len()) {
            lines.push(HistoryLine { entry, received_ms });
        }
        if lines.len() == limit {
            break;
        }
    }
    Ok(lines)
}

pub(super) async fn structure(
    pool: &SqlitePool,
) -> Result<Vec<(RegisterKey, Register)>, StorageError> {
    let rows = sqlx::query(
        "SELECT scope, kind, record, field, body FROM plan ORDER BY scope, kind, record",
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
        "SELECT g.unit, max(d.last_contact_ms),
             sum(CASE WHEN d.replaced_ms IS NULL THEN d.unsent_reported ELSE 0 END),
             sum(d.replaced_ms IS NULL), sum(d.lost_unsent)
         FROM (SELECT DISTINCT user, unit FROM grant_of WHERE until_ms IS NULL) AS g
         JOIN device AS d ON d.user = g.user
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
                lost_unsent: to_u64(row.try_get(4)?),
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

/// The address in a row's first four columns.
fn register_key(row: &SqliteRow) -> Result<RegisterKey, sqlx::Error> {
    Ok(RegisterKey::new(
        row.try_get::<&str, _>(0)?,
        row.try_get::<&str, _>(1)?,
        row.try_get::<&str, _>(2)?,
        row.try_get::<&str, _>(3)?,
    ))
}

/// What was kept for a later release, in order of arrival.
pub(super) async fn newer(pool: &SqlitePool) -> Result<Vec<NewerRecord>, StorageError> {
    let rows = sqlx::query(
        "SELECT raw, digest, received_ms, offset_ms, author FROM refused WHERE is_newer = 1
         ORDER BY received_ms, device, incarnation, seq",
    )
    .fetch_all(pool)
    .await?;
    let read = |row: &SqliteRow| {
        let digest: Vec<u8> = row.try_get(1)?;
        Ok(NewerRecord {
            raw: from_json(row.try_get(0)?)?,
            digest: digest_of(&digest)?,
            received_ms: row.try_get(2)?,
            offset_ms: row.try_get(3)?,
            author: AuthorId::new(row.try_get::<&str, _>(4)?),
        })
    };
    rows.iter().map(read).collect()
}
