//! The server's own writing: planned changes of an import become operations that go the same way as a phone's.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::Value;
use sync::{
    AuthorId, Change, Cursor, DeviceId, Incarnation, Incoming, OpId, OpSeq, Operation, RegisterKey,
    Scope, ServerSeq, SortedMap, SyncRequest, VERSION, Verdict,
};

use crate::import::{self, PlannedChange};
use crate::policy::ServerPolicy;
use crate::storage::{IMPORT_AUTHOR, Push, Storage, StorageError};

/// Device of operations that the server writes.
const DEVICE: &str = "server";

/// Why the server's own writing was not taken in whole. Nothing of it was kept.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// Storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The system gave no random bytes.
    #[error("no random bytes")]
    NoRandom,
    /// An operation was refused: a defect of this server.
    #[error("operation {seq} was refused: {verdict:?}")]
    Refused {
        /// Its place.
        seq: u64,
        /// The answer.
        verdict: Verdict,
    },
}

/// What an import would change, given what imports wrote before.
///
/// # Errors
/// When storage does not answer.
pub async fn plan_import(
    storage: &dyn Storage,
    desired: &BTreeMap<RegisterKey, Value>,
) -> Result<Vec<PlannedChange>, StorageError> {
    let mut imported = BTreeMap::new();
    for entry in storage.entries_by(&AuthorId::new(IMPORT_AUTHOR)).await? {
        let key = entry.op.key();
        if let Change::Set(value) = entry.op.change {
            imported.insert(key, value);
        }
    }
    Ok(import::plan(&imported, desired))
}

/// Writes an import's changes in one transaction, as one push.
///
/// # Errors
/// See [`IntakeError`].
pub async fn import(
    storage: &dyn Storage,
    changes: Vec<PlannedChange>,
    now_ms: i64,
) -> Result<usize, IntakeError> {
    let values = changes
        .into_iter()
        .map(|it| (it.key, it.after.unwrap_or(Value::Null)));
    write(storage, IMPORT_AUTHOR, values.collect(), now_ms).await
}

/// Sets registers in the name of a machine author; each value replaces whatever is there now.
///
/// # Errors
/// See [`IntakeError`].
pub async fn write(
    storage: &dyn Storage,
    author: &str,
    values: BTreeMap<RegisterKey, Value>,
    now_ms: i64,
) -> Result<usize, IntakeError> {
    if values.is_empty() {
        return Ok(0);
    }
    let scopes: BTreeSet<Scope> = values.keys().map(|it| it.scope.clone()).collect();
    let scopes: Vec<Scope> = scopes.into_iter().collect();
    let heads = storage.heads(&scopes).await?;
    let (device, incarnation) = (DeviceId::new(DEVICE), random_incarnation()?);
    let author = AuthorId::new(author);
    let ops = values
        .into_iter()
        .zip(1_u64..)
        .filter_map(|((key, value), seq)| {
            let start = Cursor {
                epoch: heads.epoch,
                seq: ServerSeq::ZERO,
            };
            let id = OpId {
                device: device.clone(),
                incarnation: incarnation.clone(),
                seq: OpSeq::new(seq)?,
            };
            let op = Operation {
                id,
                author: author.clone(),
                at_ms: now_ms,
                base: heads.cursor(&key.scope).unwrap_or(start),
                scope: key.scope,
                kind: key.kind,
                record: key.record,
                field: key.field,
                change: Change::Set(value),
                extra: BTreeMap::new(),
            };
            Some(Incoming::Op(op))
        })
        .collect();
    let request = SyncRequest {
        protocol: VERSION,
        app: env!("CARGO_PKG_VERSION").to_owned(),
        device,
        incarnation,
        born_of: None,
        now_ms,
        unsent: 0,
        kept_from: OpSeq::FIRST,
        ops,
        cursors: SortedMap::new(),
    };
    let policy = Arc::new(ServerPolicy);
    let push = Push {
        request,
        author,
        policy,
        now_ms,
        new_scopes: scopes,
    };
    let pushed = storage.push(push).await?;
    let refused = pushed
        .receipts
        .into_iter()
        .find(|it| it.verdict.server_seq().is_none());
    match refused {
        None => Ok(pushed.accepted),
        Some(it) => Err(IntakeError::Refused {
            seq: it.seq.get(),
            verdict: it.verdict,
        }),
    }
}

fn random_incarnation() -> Result<Incarnation, IntakeError> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|_| IntakeError::NoRandom)?;
    let text = bytes
        .iter()
        .fold(String::with_capacity(32), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        });
    Ok(Incarnation::new(text))
}
