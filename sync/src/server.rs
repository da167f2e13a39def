//! The server's side of the exchange: which operations are new, in what order, and what they do to the registers.
//!
//! Storage loads what [`needs`] names into a [`Working`] set, calls [`decide`], and commits the decision in one
//! transaction before anything is acknowledged (invariant I1).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::ids::{
    AuthorId, Cursor, DeviceId, Epoch, Incarnation, OpId, OpSeq, RegisterKey, Scope, ServerSeq,
};
use crate::operation::{LogEntry, OpDigest, Operation, Unreadable};
use crate::protocol::{Receipt, SyncRequest};
use crate::register::{Effect, Register};
use crate::verdict::{RejectCode, Verdict};

/// What the server keeps about one incarnation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeviceState {
    /// Last place received; `None` before the first.
    pub high: Option<OpSeq>,
}

/// What the server answered to an operation, kept for ever so that a repeat gets the same answer (invariant I3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredReceipt {
    /// Digest of the operation's canonical bytes.
    pub digest: OpDigest,
    /// The answer.
    pub verdict: Verdict,
}

/// What storage must load before [`decide`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Needs {
    /// Receipts that may exist.
    pub receipts: BTreeSet<OpId>,
    /// Registers that may change.
    pub registers: BTreeSet<RegisterKey>,
    /// Logs that may grow.
    pub scopes: BTreeSet<Scope>,
}

/// The part of the server's state that a request may touch, loaded by storage and changed in memory.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Working {
    /// By device and incarnation.
    pub devices: BTreeMap<(DeviceId, Incarnation), DeviceState>,
    /// Known answers.
    pub receipts: BTreeMap<OpId, StoredReceipt>,
    /// Known registers; a missing one was never written.
    pub registers: BTreeMap<RegisterKey, Register>,
    /// Last place of each log; a missing scope does not exist.
    pub scopes: BTreeMap<Scope, ServerSeq>,
    /// Current history.
    pub epoch: Epoch,
    /// Lowest place at which each log ever entered a new history (on restore: the smaller of the known one and
    /// the log's end); missing means before the first. Up to here all histories agree.
    pub restored_at: BTreeMap<Scope, ServerSeq>,
}

impl Working {
    /// What an author had seen, counted in the current history: places after a restored backup's end
    /// meant other operations when that author looked. Errs on the side of "not seen": siblings, never a loss (I11).
    fn seen(&self, scope: &Scope, base: Cursor) -> ServerSeq {
        let end = self.scopes.get(scope).copied().unwrap_or_default();
        let common = if base.epoch == self.epoch {
            end
        } else {
            self.restored_at.get(scope).copied().unwrap_or_default()
        };
        base.seq.min(common).min(end)
    }
}

/// The server's time, handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerClock {
    /// Milliseconds since 1970.
    pub now_ms: i64,
}

/// What a policy says of one operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    /// Let it in.
    Accept,
    /// Refuse it, with a reason the phone shows.
    Reject(RejectCode),
    /// Set it aside in full for a person.
    Quarantine(RejectCode),
    /// Its kind or field belongs to a newer release.
    NeedsUpgrade,
}

/// Rights and meaning of fields, given by the caller: this crate knows neither.
pub trait Policy {
    /// Judges a well-formed operation of the signed-in person.
    fn judge(&self, op: &Operation) -> Judgement;
}

/// An operation that was not accepted, kept in full.
#[derive(Debug, Clone, PartialEq)]
pub struct Refused {
    /// Identity that it claims.
    pub id: OpId,
    /// Its bytes.
    pub raw: Value,
    /// Digest of its canonical bytes. Storage keeps one row for each identity and digest: a fork that is sent
    /// again is named again here (invariant I3).
    pub digest: OpDigest,
    /// The answer.
    pub verdict: Verdict,
}

/// Everything to commit together, then acknowledge.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// Answers, one for each operation looked at.
    pub receipts: Vec<Receipt>,
    /// New answers to keep, by identity.
    pub new_receipts: Vec<(OpId, StoredReceipt)>,
    /// Accepted operations, in log order.
    pub accepted: Vec<LogEntry>,
    /// Operations not accepted, forks among them.
    pub refused: Vec<Refused>,
    /// Registers that changed.
    pub touched: BTreeSet<RegisterKey>,
    /// Place expected next of this incarnation.
    pub expect: OpSeq,
}

/// Names what [`decide`] will look at.
#[must_use]
pub fn needs(request: &SyncRequest) -> Needs {
    let mut needs = Needs::default();
    for raw in &request.ops {
        if let Some(seq) = claimed_seq(raw) {
            needs.receipts.insert(op_id(request, seq));
        }
        if let Ok(op) = Operation::from_value(raw) {
            needs.scopes.insert(op.scope.clone());
            needs.registers.insert(op.key());
        }
    }
    needs
}

/// Decides a request's operations in order. Never fails: each gets its own verdict (invariant I9).
///
/// An operation past a gap is not looked at; `expect` tells the phone where to go on. One before `expect` that was
/// never received fills a hole that a restored backup left, and is taken.
pub fn decide(
    working: &mut Working,
    request: &SyncRequest,
    author: &AuthorId,
    policy: &dyn Policy,
    clock: ServerClock,
) -> Decision {
    let device = (request.device.clone(), request.incarnation.clone());
    let mut high = working.devices.get(&device).and_then(|it| it.high);
    let mut decision = Decision {
        receipts: Vec::new(),
        new_receipts: Vec::new(),
        accepted: Vec::new(),
        refused: Vec::new(),
        touched: BTreeSet::new(),
        expect: OpSeq::FIRST,
    };

    for raw in &request.ops {
        // Without a place there is nothing to answer to; the phone never writes such an operation.
        let Some(seq) = claimed_seq(raw) else {
            continue;
        };
        let id = op_id(request, seq);
        let digest = OpDigest::of(raw);
        if let Some(known) = working.receipts.get(&id) {
            let verdict = if known.digest == digest {
                known.verdict.clone()
            } else {
                let verdict = Verdict::Quarantined {
                    code: RejectCode::Fork,
                };
                let verdict_kept = verdict.clone();
                decision.refused.push(Refused {
                    id,
                    raw: raw.clone(),
                    digest,
                    verdict: verdict_kept,
                });
                verdict
            };
            decision.receipts.push(Receipt { seq, verdict });
            continue;
        }
        // `None`: the log is full, and every place is at or before its end.
        let past_gap = high
            .map_or(Some(OpSeq::FIRST), OpSeq::next)
            .is_some_and(|it| it < seq);
        // A phone forgets only what a verified backup holds: a gap that ends at `kept_from` is an older backup's.
        if past_gap && seq != request.kept_from {
            continue;
        }
        let verdict = decide_one(working, request, raw, author, policy, clock, &mut decision);
        if verdict.server_seq().is_none() {
            decision.refused.push(Refused {
                id: id.clone(),
                raw: raw.clone(),
                digest,
                verdict: verdict.clone(),
            });
        }
        let stored = StoredReceipt {
            digest,
            verdict: verdict.clone(),
        };
        working.receipts.insert(id.clone(), stored.clone());
        decision.new_receipts.push((id, stored));
        decision.receipts.push(Receipt { seq, verdict });
        high = high.max(Some(seq));
    }

    if let Some(high) = high {
        working
            .devices
            .insert(device, DeviceState { high: Some(high) });
    }
    decision.expect = high.map_or(OpSeq::FIRST, |it| it.next().unwrap_or(it));
    decision
}

fn decide_one(
    working: &mut Working,
    request: &SyncRequest,
    raw: &Value,
    author: &AuthorId,
    policy: &dyn Policy,
    clock: ServerClock,
    decision: &mut Decision,
) -> Verdict {
    let op = match Operation::from_value(raw) {
        Ok(op) => op,
        Err(Unreadable::Newer(_)) => return Verdict::NeedsUpgrade,
        Err(Unreadable::Malformed(_)) => {
            return Verdict::Rejected {
                code: RejectCode::Malformed,
            };
        }
    };
    if op.id.device != request.device || op.id.incarnation != request.incarnation {
        return Verdict::Rejected {
            code: RejectCode::Malformed,
        };
    }
    if op.author != *author {
        return Verdict::Quarantined {
            code: RejectCode::WrongAuthor,
        };
    }
    let Some(log_end) = working.scopes.get(&op.scope).copied() else {
        return Verdict::Rejected {
            code: RejectCode::UnknownScope,
        };
    };
    match policy.judge(&op) {
        Judgement::Accept => {}
        Judgement::Reject(code) => return Verdict::Rejected { code },
        Judgement::Quarantine(code) => return Verdict::Quarantined { code },
        Judgement::NeedsUpgrade => return Verdict::NeedsUpgrade,
    }
    let offset_ms = clock.now_ms.saturating_sub(request.now_ms);
    let key = op.key();
    let entry = LogEntry {
        server_seq: log_end.next(),
        seen: working.seen(&op.scope, op.base),
        // Nothing is written after it arrives: a clock set ahead must not win every tie.
        corrected_ms: op.at_ms.saturating_add(offset_ms).min(clock.now_ms),
        op,
    };
    let server_seq = entry.server_seq;
    let mut register = working.registers.remove(&key).unwrap_or_default();
    let effect = register.apply(&entry);
    if register.version > ServerSeq::ZERO {
        working.registers.insert(key.clone(), register);
    }
    let verdict = match effect {
        Effect::Applied => Verdict::Applied { server_seq },
        Effect::Merged => Verdict::Merged { server_seq },
        Effect::Sibling => Verdict::Sibling { server_seq },
        Effect::NoTarget => {
            return Verdict::Rejected {
                code: RejectCode::UnknownTarget,
            };
        }
    };
    working.scopes.insert(entry.op.scope.clone(), server_seq);
    decision.touched.insert(key);
    decision.accepted.push(entry);
    verdict
}

fn claimed_seq(raw: &Value) -> Option<OpSeq> {
    raw.get("seq").and_then(Value::as_u64).and_then(OpSeq::new)
}

fn op_id(request: &SyncRequest, seq: OpSeq) -> OpId {
    OpId {
        device: request.device.clone(),
        incarnation: request.incarnation.clone(),
        seq,
    }
}

#[cfg(test)]
mod tests;
