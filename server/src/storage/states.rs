//! Scopes' states between batches: folds of their logs, true as long as the log ends where they do. Bounded; whatever is
//! forgotten is read again from a checkpoint and the log's tail.

use std::collections::HashMap;
use std::sync::Arc;

use sync::wire::{registers_from_json, registers_to_json};
use sync::{Address, Scope, ScopeState, ServerSeq, SnapshotRegister};

use super::StorageError;
use super::backend::Transaction;
use super::rows::{CheckpointRow, ScopeHead};

/// Registers kept in all, some 500 bytes each.
const REGISTERS_MAX: usize = 200_000;
/// A checkpoint is written when the log has grown by this much, or by as many entries as there are registers.
const CHECKPOINT_ENTRIES_MIN: u64 = 1_000;
/// Segments read at a time.
const SEGMENTS_READ: u32 = 256;

/// A scope in the cache, or taken out of it for a batch.
pub(super) struct Kept {
    pub(super) state: Arc<ScopeState>,
    /// Place of its latest checkpoint.
    checkpoint: ServerSeq,
    used: u64,
}

/// States by scope.
#[derive(Default)]
pub(super) struct States {
    kept: HashMap<Scope, Kept>,
    registers: usize,
    clock: u64,
}

impl States {
    /// Takes a scope out, brought to where its log ends.
    pub(super) async fn take(
        &mut self,
        tx: &mut dyn Transaction,
        head: &ScopeHead,
    ) -> Result<Kept, StorageError> {
        let known = self.kept.remove(&head.scope);
        if let Some(known) = &known {
            self.registers -= known.state.registers.len();
        }
        let agrees =
            |it: &Kept| it.state.end <= head.last && it.state.restored_at == head.restored_at;
        let mut kept = match known.filter(agrees) {
            Some(kept) => kept,
            None => read_checkpoint(tx, head).await?,
        };
        if kept.state.end < head.last {
            let state = Arc::make_mut(&mut kept.state);
            fold_until(tx, &head.scope, state, head.last).await?;
        }
        Ok(kept)
    }

    /// Puts a scope back after its commit.
    pub(super) fn put(&mut self, scope: Scope, mut kept: Kept) {
        self.clock += 1;
        kept.used = self.clock;
        self.registers += kept.state.registers.len();
        if let Some(before) = self.kept.insert(scope, kept) {
            self.registers -= before.state.registers.len();
        }
        while self.registers > REGISTERS_MAX && self.kept.len() > 1 {
            let oldest = self.kept.iter().min_by_key(|(_, it)| it.used);
            let Some(oldest) = oldest.map(|(scope, _)| scope.clone()) else {
                return;
            };
            if let Some(gone) = self.kept.remove(&oldest) {
                self.registers -= gone.state.registers.len();
            }
        }
    }
}

impl Kept {
    /// Where the latest checkpoint stands, for a state that a batch changed.
    pub(super) fn with(self, state: ScopeState) -> Self {
        Self {
            state: Arc::new(state),
            ..self
        }
    }

    /// A checkpoint to write with this batch, when one is due.
    pub(super) fn checkpoint_due(&mut self, scope: &Scope) -> Option<CheckpointRow> {
        let state = &self.state;
        let every = CHECKPOINT_ENTRIES_MIN.max(state.registers.len() as u64);
        if state.end.0 - self.checkpoint.0.min(state.end.0) < every {
            return None;
        }
        self.checkpoint = state.end;
        Some(checkpoint_of(scope, state))
    }

    /// A scope that nobody has written.
    pub(super) fn empty() -> Self {
        Self {
            state: Arc::default(),
            checkpoint: ServerSeq::ZERO,
            used: 0,
        }
    }
}

/// All registers in order of their address: the same state gives the same bytes.
pub(super) fn checkpoint_of(scope: &Scope, state: &ScopeState) -> CheckpointRow {
    CheckpointRow {
        scope: scope.clone(),
        seq: state.end,
        body: registers_to_json(&registers_of(state)),
    }
}

/// Copies of all registers, in order of their address.
pub(super) fn registers_of(state: &ScopeState) -> Vec<SnapshotRegister> {
    let mut addresses: Vec<_> = state.registers.iter().collect();
    addresses.sort_unstable_by_key(|(address, _)| *address);
    addresses
        .into_iter()
        .map(|(address, register)| SnapshotRegister {
            kind: address.kind.clone(),
            record: address.record.clone(),
            field: address.field.clone(),
            register: register.clone(),
        })
        .collect()
}

async fn read_checkpoint(tx: &mut dyn Transaction, head: &ScopeHead) -> Result<Kept, StorageError> {
    let mut state = ScopeState {
        restored_at: head.restored_at,
        ..ScopeState::default()
    };
    if let Some((seq, body)) = tx.checkpoint(&head.scope).await? {
        state.end = seq;
        for it in registers_from_json(&body).map_err(unreadable)? {
            let address = Address {
                kind: it.kind,
                record: it.record,
                field: it.field,
            };
            state.registers.insert(address, it.register);
        }
    }
    Ok(Kept {
        checkpoint: state.end,
        state: Arc::new(state),
        used: 0,
    })
}

/// Folds what the log holds after a state's end, up to a place: another process wrote it, or no checkpoint holds it yet.
pub(super) async fn fold_until(
    tx: &mut dyn Transaction,
    scope: &Scope,
    state: &mut ScopeState,
    last: ServerSeq,
) -> Result<(), StorageError> {
    while state.end < last {
        let before = state.end;
        for body in tx.segments(scope, before, SEGMENTS_READ).await? {
            fold(state, &body, last)?;
        }
        if state.end == before {
            tracing::error!(%scope, at = before.0, "the log ends before its head");
            return Err(StorageError::Unavailable);
        }
    }
    Ok(())
}

/// Folds a segment's entries after a state's end, up to a place.
fn fold(state: &mut ScopeState, body: &str, last: ServerSeq) -> Result<(), StorageError> {
    for entry in super::segment_of(body)?.into_entries() {
        if entry.server_seq > state.end && entry.server_seq <= last {
            state.apply(&entry);
            // Whatever it did, it is behind us.
            state.end = entry.server_seq;
        }
    }
    Ok(())
}

pub(super) fn unreadable(error: sync::wire::WireError) -> StorageError {
    tracing::error!(%error, "unreadable log or checkpoint in the database");
    StorageError::Unavailable
}
