//! Loads what a batch of pushes will look at: a handful of statements for the whole batch.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{Row, SqliteConnection};
use sync::{
    DeviceId, DeviceState, Epoch, Incarnation, OpDigest, OpId, OpSeq, RegisterKey, Scope,
    ServerSeq, StoredReceipt, Working,
};

use super::super::StorageError;
use super::writer::PushJob;
use super::{from_json, from_u64, to_json, to_u64};

type Lifetime = (DeviceId, Incarnation);

/// The part of the store that these pushes may touch.
pub(super) async fn working(
    connection: &mut SqliteConnection,
    jobs: &[PushJob],
) -> Result<Working, StorageError> {
    let lifetimes: BTreeSet<Lifetime> = jobs
        .iter()
        .map(|it| {
            (
                it.push.request.device.clone(),
                it.push.request.incarnation.clone(),
            )
        })
        .collect();
    let devices = devices(connection, &lifetimes).await?;
    let receipts = receipts(connection, jobs, &devices).await?;
    let (scopes, restored_at) = scopes(connection, jobs).await?;
    let registers = registers(connection, jobs).await?;
    let epoch = epoch(connection).await?;
    Ok(Working {
        devices,
        receipts,
        registers,
        scopes,
        epoch,
        restored_at,
    })
}

/// The current history.
pub(super) async fn epoch(connection: &mut SqliteConnection) -> Result<Epoch, StorageError> {
    let value: i64 = sqlx::query_scalar("SELECT value FROM meta WHERE name = 'epoch'")
        .fetch_one(connection)
        .await?;
    Ok(Epoch(to_u64(value)))
}

async fn devices(
    connection: &mut SqliteConnection,
    lifetimes: &BTreeSet<Lifetime>,
) -> Result<BTreeMap<Lifetime, DeviceState>, StorageError> {
    let rows = sqlx::query(
        "SELECT d.device, d.incarnation, d.high FROM json_each(?) AS k
         CROSS JOIN device AS d ON d.device = k.value ->> 0 AND d.incarnation = k.value ->> 1",
    )
    .bind(to_json(lifetimes)?)
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let lifetime = (
                DeviceId::new(row.try_get::<String, _>(0)?),
                Incarnation::new(row.try_get::<String, _>(1)?),
            );
            let high = row
                .try_get::<Option<i64>, _>(2)?
                .and_then(|it| OpSeq::new(to_u64(it)));
            Ok((lifetime, DeviceState { high }))
        })
        .collect()
}

/// Known answers. A place past the last one received has none, so that most pushes need no look-up.
async fn receipts(
    connection: &mut SqliteConnection,
    jobs: &[PushJob],
    devices: &BTreeMap<Lifetime, DeviceState>,
) -> Result<BTreeMap<OpId, StoredReceipt>, StorageError> {
    let asked: Vec<(&str, &str, i64)> = jobs
        .iter()
        .flat_map(|it| &it.needs.receipts)
        .filter(|id| {
            devices
                .get(&(id.device.clone(), id.incarnation.clone()))
                .is_some_and(|it| it.high.is_some_and(|high| id.seq <= high))
        })
        .map(|id| {
            (
                id.device.as_str(),
                id.incarnation.as_str(),
                from_u64(id.seq.get()),
            )
        })
        .collect();
    if asked.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = sqlx::query(
        "SELECT r.device, r.incarnation, r.seq, r.digest, r.verdict FROM json_each(?) AS k
         CROSS JOIN receipt AS r ON r.device = k.value ->> 0 AND r.incarnation = k.value ->> 1
             AND r.seq = k.value ->> 2",
    )
    .bind(to_json(&asked)?)
    .fetch_all(connection)
    .await?;
    let mut receipts = BTreeMap::new();
    for row in rows {
        let digest: Vec<u8> = row.try_get(3)?;
        let verdict: String = row.try_get(4)?;
        let (Some(seq), Ok(digest)) = (
            OpSeq::new(to_u64(row.try_get(2)?)),
            <[u8; 32]>::try_from(digest),
        ) else {
            tracing::error!("unreadable receipt");
            return Err(StorageError::Unavailable);
        };
        let id = OpId {
            device: DeviceId::new(row.try_get::<String, _>(0)?),
            incarnation: Incarnation::new(row.try_get::<String, _>(1)?),
            seq,
        };
        let verdict = from_json(&verdict)?;
        receipts.insert(
            id,
            StoredReceipt {
                digest: OpDigest(digest),
                verdict,
            },
        );
    }
    Ok(receipts)
}

async fn scopes(
    connection: &mut SqliteConnection,
    jobs: &[PushJob],
) -> Result<(BTreeMap<Scope, ServerSeq>, BTreeMap<Scope, ServerSeq>), StorageError> {
    let asked: BTreeSet<&Scope> = jobs
        .iter()
        .flat_map(|it| it.needs.scopes.iter().chain(&it.push.new_scopes))
        .collect();
    let rows = sqlx::query(
        "SELECT s.key, s.last_seq, s.restored_at FROM json_each(?) AS k
         CROSS JOIN scope AS s ON s.key = k.value",
    )
    .bind(to_json(&asked)?)
    .fetch_all(connection)
    .await?;
    let mut ends = BTreeMap::new();
    let mut restored_at = BTreeMap::new();
    for row in rows {
        let scope = Scope::new(row.try_get::<String, _>(0)?);
        ends.insert(scope.clone(), ServerSeq(to_u64(row.try_get(1)?)));
        restored_at.insert(scope, ServerSeq(to_u64(row.try_get(2)?)));
    }
    Ok((ends, restored_at))
}

async fn registers(
    connection: &mut SqliteConnection,
    jobs: &[PushJob],
) -> Result<BTreeMap<RegisterKey, sync::Register>, StorageError> {
    let asked: BTreeSet<&RegisterKey> = jobs.iter().flat_map(|it| &it.needs.registers).collect();
    let asked: Vec<[&str; 4]> = asked
        .into_iter()
        .map(|it| {
            [
                it.scope.as_str(),
                it.kind.as_str(),
                it.record.as_str(),
                it.field.as_str(),
            ]
        })
        .collect();
    let rows = sqlx::query(
        "SELECT r.scope, r.kind, r.record, r.field, r.body FROM json_each(?) AS k
         CROSS JOIN register AS r ON r.scope = k.value ->> 0 AND r.kind = k.value ->> 1
             AND r.record = k.value ->> 2 AND r.field = k.value ->> 3",
    )
    .bind(to_json(&asked)?)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| Ok((register_key(row)?, from_json(row.try_get(4)?)?)))
        .collect()
}

/// The address in a row's first four columns.
pub(super) fn register_key(row: &sqlx::sqlite::SqliteRow) -> Result<RegisterKey, sqlx::Error> {
    Ok(RegisterKey::new(
        row.try_get::<String, _>(0)?,
        row.try_get::<String, _>(1)?,
        row.try_get::<String, _>(2)?,
        row.try_get::<String, _>(3)?,
    ))
}
