//! What happens a few times in a server's life: operations kept for a later release are judged again, projections are made anew
//! from the log.

use std::sync::Arc;

use sync::{Decision, Register, RegisterKey, Scope, ScopeState, ServerClock, Verdict, Working};

use super::backend::{Backend, Transaction};
use super::batch::{Admission, Upkeep};
use super::rows::{PlanRow, Rows, ScopeHead};
use super::states::{States, checkpoint_of, fold_until};
use super::writer::segment_row;
use super::{STRUCTURE_FIELD, StorageError, to_json};

/// Runs one piece of upkeep and answers it.
pub(super) async fn run(backend: &mut dyn Backend, upkeep: Upkeep) {
    // Whoever has gone away does not need the answer.
    match upkeep {
        Upkeep::Admit(admission, answer) => {
            let _ = answer.send(admit(backend, &admission).await);
        }
        Upkeep::Rebuild(scope, answer) => {
            let _ = answer.send(rebuild_scope(backend, &scope).await);
        }
    }
}

/// Whether the operation found its place in the log.
async fn admit(backend: &mut dyn Backend, admission: &Admission) -> Result<bool, StorageError> {
    let Admission { op, offset_ms, .. } = admission;
    let mut tx = backend.begin().await?;
    let mut working = Working {
        epoch: tx.epoch().await?,
        ..Working::default()
    };
    for head in tx.scopes(&[op.scope.clone()].into()).await? {
        let kept = States::default().take(&mut *tx, &head).await?;
        let state = Arc::unwrap_or_clone(kept.state);
        working.scopes.insert(head.scope, state);
    }
    let mut decision = Decision::empty(*offset_ms, 1);
    let clock = ServerClock {
        now_ms: admission.received_ms,
    };
    let verdict = sync::admit(&mut working, op, &*admission.policy, clock, &mut decision);
    if verdict == Verdict::NeedsUpgrade {
        return Ok(false);
    }
    let admitted = !decision.accepted.is_empty();
    let mut rows = Rows::default();
    let key = op.key();
    if admitted && op.field.as_str() == STRUCTURE_FIELD {
        let plans = working
            .scopes
            .get(&op.scope)
            .map(|it| plans_of(&op.scope, it));
        let plans = plans.transpose()?.unwrap_or_default();
        rows.plans = plans.into_iter().filter(|it| it.key == key).collect();
    }
    rows.scopes = (working.scopes.into_iter())
        .filter(|_| admitted)
        .map(|(scope, state)| (scope, state.end))
        .collect();
    rows.segments = segment_row(decision.accepted, admission.received_ms, *offset_ms)
        .into_iter()
        .collect();
    tx.write(&rows).await?;
    let lifetime = (op.id.device.clone(), op.id.incarnation.clone());
    for mut row in tx.receipts(&lifetime, op.id.seq, op.id.seq).await? {
        row.answer_anew(op.id.seq, &verdict)?;
        tx.replace_receipt(&row).await?;
    }
    let refusal = if admitted {
        None
    } else {
        Some(to_json(&verdict)?)
    };
    tx.settle_refused(&op.id, &admission.digest, refusal.as_deref())
        .await?;
    tx.commit().await?;
    Ok(admitted)
}

/// Whether the projections of a scope were what its log says.
async fn rebuild_scope(backend: &mut dyn Backend, scope: &Scope) -> Result<bool, StorageError> {
    let mut tx = backend.begin().await?;
    let heads = tx.scopes(&[scope.clone()].into()).await?;
    let Some(head) = heads.first() else {
        return Err(StorageError::Missing);
    };
    let mut agrees = true;
    let mut state = match tx.checkpoint(scope).await? {
        Some((at, body)) => {
            let state = state_of(&mut *tx, head, at).await?;
            agrees = checkpoint_of(scope, &state).body == body;
            state
        }
        None => ScopeState {
            restored_at: head.restored_at,
            ..ScopeState::default()
        },
    };
    fold_until(&mut *tx, scope, &mut state, head.last).await?;
    let plans = plans_of(scope, &state)?;
    agrees &= tx.plans(scope).await? == plans;
    tx.forget_projections(scope).await?;
    let rows = Rows {
        checkpoints: vec![checkpoint_of(scope, &state)],
        plans,
        ..Rows::default()
    };
    tx.write(&rows).await?;
    tx.commit().await?;
    Ok(agrees)
}

/// A scope folded from the beginning of its log, without any checkpoint's help.
async fn state_of(
    tx: &mut dyn Transaction,
    head: &ScopeHead,
    until: sync::ServerSeq,
) -> Result<ScopeState, StorageError> {
    let mut state = ScopeState {
        restored_at: head.restored_at,
        ..ScopeState::default()
    };
    fold_until(tx, &head.scope, &mut state, until).await?;
    Ok(state)
}

/// The registers of a state that are kept as plans, in order of their address.
fn plans_of(scope: &Scope, state: &ScopeState) -> Result<Vec<PlanRow>, StorageError> {
    let is_plan = |it: &(&sync::Address, &Register)| it.0.field.as_str() == STRUCTURE_FIELD;
    let mut plans: Vec<(RegisterKey, &Register)> = (state.registers.iter())
        .filter(is_plan)
        .map(|(address, register)| (address.within(scope), register))
        .collect();
    plans.sort_by(|a, b| a.0.cmp(&b.0));
    plans
        .into_iter()
        .map(|(key, register)| PlanRow::of(key, register))
        .collect()
}
