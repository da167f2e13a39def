//! The server's side of the exchange: which operations are new, in what order, and what they do to the registers.
//!
//! Storage loads what [`needs`] names into a [`Working`] set, calls [`decide`], and commits the decision in one
//! transaction before anything is acknowledged (invariant I1). The scopes' states may be kept between batches: a decision
//! leaves them as its commit makes them; when that fails, they are thrown away.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use crate::ids::{
    AuthorId, Cursor, DeviceId, Epoch, FieldName, Incarnation, Kind, OpId, OpSeq, RecordId,
    RegisterKey, Scope, ServerSeq,
};
use crate::operation::{Incoming, LogEntry, OpDigest, Operation, Unreadable};
use crate::protocol::{OPERATION_BYTES_MAX, PLAIN_VERSION, Receipt, SyncRequest};
use crate::register::{Effect, Register};
use crate::verdict::{RejectCode, Verdict};
use crate::wire::Wire as _;

/// One lifetime of a device's storage.
pub type Lifetime = (DeviceId, Incarnation);

/// What the server keeps about one incarnation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DeviceState {
    /// Last place received; `None` before the first.
    pub high: Option<OpSeq>,
}

/// What the server answered to an operation, kept for ever so that a repeat gets the same answer (invariant I3). Only
/// [`Verdict::NeedsUpgrade`] may give way to another, once a later release understands the operation.
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
    /// First and last place whose receipts may exist.
    pub places: Option<(OpSeq, OpSeq)>,
    /// Logs that may grow.
    pub scopes: BTreeSet<Scope>,
}

/// Address of a register within its scope.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// Kind of the record.
    pub kind: Kind,
    /// The record.
    pub record: RecordId,
    /// The field.
    pub field: FieldName,
}

impl Address {
    /// Where an operation writes.
    #[must_use]
    pub fn of(op: &Operation) -> Self {
        Self {
            kind: op.kind.clone(),
            record: op.record.clone(),
            field: op.field.clone(),
        }
    }

    /// With its scope.
    #[must_use]
    pub fn within(&self, scope: &Scope) -> RegisterKey {
        RegisterKey {
            scope: scope.clone(),
            kind: self.kind.clone(),
            record: self.record.clone(),
            field: self.field.clone(),
        }
    }
}

/// One scope at one place of its log.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ScopeState {
    /// The log's last place.
    pub end: ServerSeq,
    /// Lowest place at which this log ever entered a new history (on restore: the smaller of the known one and the log's
    /// end); 0 when it never did. Up to here all histories agree.
    pub restored_at: ServerSeq,
    /// Fold of the log (invariant I5); a missing register was never written.
    pub registers: HashMap<Address, Register>,
}

impl ScopeState {
    /// Folds the next entry of the log.
    pub fn apply(&mut self, entry: &LogEntry) -> Effect {
        let address = Address::of(&entry.op);
        let effect = match self.registers.get_mut(&address) {
            Some(register) => register.apply(entry),
            None => {
                let mut register = Register::default();
                let effect = register.apply(entry);
                if effect != Effect::NoTarget {
                    self.registers.insert(address, register);
                }
                effect
            }
        };
        if effect != Effect::NoTarget {
            self.end = entry.server_seq;
        }
        effect
    }

    /// What an author had seen, counted in the current history: places after a restored backup's end
    /// meant other operations when that author looked. Errs on the side of "not seen": siblings, never a loss (I11).
    fn seen(&self, base: Cursor, epoch: Epoch) -> ServerSeq {
        let common = if base.epoch == epoch {
            self.end
        } else {
            self.restored_at
        };
        base.seq.min(common).min(self.end)
    }
}

/// The part of the server's state that a request may touch, loaded by storage and changed in memory.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Working {
    /// By device and incarnation.
    pub devices: HashMap<Lifetime, DeviceState>,
    /// Known answers.
    pub receipts: HashMap<OpId, StoredReceipt>,
    /// Known logs; a missing scope does not exist.
    pub scopes: HashMap<Scope, ScopeState>,
    /// Current history.
    pub epoch: Epoch,
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
    /// Judges a well-formed operation of the signed-in person, written at `written_ms` of the server's clock as far as the
    /// phone's clock tells: what it allowed then, it still allows (invariant I13).
    fn judge(&self, op: &Operation, written_ms: i64) -> Judgement;
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
    /// New answers to keep, by place of the request's incarnation, in order.
    pub new_receipts: Vec<(OpSeq, StoredReceipt)>,
    /// Accepted operations; those of one scope in log order.
    pub accepted: Vec<LogEntry>,
    /// Server time minus device time when they came, in milliseconds: `corrected_ms` follows from it.
    pub offset_ms: i64,
    /// Operations not accepted, forks among them.
    pub refused: Vec<Refused>,
    /// Lowest place taken although later ones were here before: a backup made meanwhile does not hold it.
    pub filled: Option<OpSeq>,
    /// Place expected next of this incarnation.
    pub expect: OpSeq,
}

/// Names what [`decide`] will look at.
#[must_use]
pub fn needs(request: &SyncRequest) -> Needs {
    let mut needs = Needs::default();
    for incoming in &request.ops {
        if let Some(seq) = incoming.place() {
            let (first, last) = needs.places.unwrap_or((seq, seq));
            needs.places = Some((first.min(seq), last.max(seq)));
        }
        // What no log is named by is not asked for: a database may know texts that it cannot even look for.
        if let Incoming::Op(op) = incoming
            && op.scope.may_be_a_log()
            && !needs.scopes.contains(&op.scope)
        {
            needs.scopes.insert(op.scope.clone());
        }
    }
    needs
}

/// Decides a request's operations in order. Never fails: each gets its own verdict (invariant I9).
///
/// An operation past a gap is not looked at; `expect` tells the phone where to go on. One before `expect` that was
/// never received fills a hole that a restored backup left, and is taken. Nothing after a fork is looked at: the phone
/// writes it again under an identity of its own (a phone of version 1 knows none, and has every operation looked at).
pub fn decide(
    working: &mut Working,
    request: &SyncRequest,
    author: &AuthorId,
    policy: &dyn Policy,
    clock: ServerClock,
) -> Decision {
    let lifetime = (request.device.clone(), request.incarnation.clone());
    let mut high = working.devices.get(&lifetime).and_then(|it| it.high);
    let offset_ms = clock.now_ms.saturating_sub(request.now_ms);
    let mut decision = Decision::empty(offset_ms, request.ops.len());
    for incoming in &request.ops {
        // Without a place there is nothing to answer to; the phone never writes such an operation.
        let Some(seq) = incoming.place() else {
            continue;
        };
        let digest = incoming.digest();
        let id = OpId {
            device: request.device.clone(),
            incarnation: request.incarnation.clone(),
            seq,
        };
        if let Some(known) = working.receipts.get(&id) {
            if known.digest == digest {
                let verdict = known.verdict.clone();
                decision.receipts.push(Receipt { seq, verdict });
                continue;
            }
            let verdict = Verdict::Quarantined {
                code: RejectCode::Fork,
            };
            decision.refuse(id, incoming, digest, &verdict);
            decision.receipts.push(Receipt { seq, verdict });
            if request.protocol > PLAIN_VERSION {
                break;
            }
            continue;
        }
        // `None`: the log is full, and every place is at or before its end.
        let past_gap = high
            .map_or(Some(OpSeq::FIRST), OpSeq::next)
            .is_some_and(|it| it < seq);
        // A phone forgets only what a verified backup holds, and a fork's new life begins at its own first place: a gap
        // that ends at `kept_from` is no gap.
        if past_gap && seq != request.kept_from {
            continue;
        }
        let verdict = match incoming {
            Incoming::Op(op) => {
                decide_one(working, request, op, author, policy, clock, &mut decision)
            }
            Incoming::Raw(raw) => match Operation::from_value(raw) {
                // Kept for a release that understands it: for ever, it may be.
                Err(Unreadable::Newer(_)) if raw.to_json().len() > OPERATION_BYTES_MAX => {
                    rejected(RejectCode::TooLarge)
                }
                Err(Unreadable::Newer(_)) => Verdict::NeedsUpgrade,
                _ => rejected(RejectCode::Malformed),
            },
        };
        if verdict.server_seq().is_none() {
            decision.refuse(id.clone(), incoming, digest, &verdict);
        }
        let stored = StoredReceipt {
            digest,
            verdict: verdict.clone(),
        };
        working.receipts.insert(id, stored.clone());
        decision.new_receipts.push((seq, stored));
        decision.receipts.push(Receipt { seq, verdict });
        if high.is_some_and(|high| seq < high) {
            decision.filled = Some(decision.filled.map_or(seq, |it| it.min(seq)));
        }
        high = high.max(Some(seq));
    }
    if let Some(high) = high {
        working
            .devices
            .insert(lifetime, DeviceState { high: Some(high) });
    }
    decision.expect = high.map_or(OpSeq::FIRST, |it| it.next().unwrap_or(it));
    decision
}

impl Decision {
    /// Nothing decided yet, with room for the answers to `ops`.
    #[must_use]
    pub fn empty(offset_ms: i64, ops: usize) -> Self {
        Self {
            receipts: Vec::with_capacity(ops),
            new_receipts: Vec::with_capacity(ops),
            accepted: Vec::with_capacity(ops),
            offset_ms,
            refused: Vec::new(),
            filled: None,
            expect: OpSeq::FIRST,
        }
    }

    fn refuse(&mut self, id: OpId, incoming: &Incoming, digest: OpDigest, verdict: &Verdict) {
        self.refused.push(Refused {
            id,
            raw: incoming.to_value(),
            digest,
            verdict: verdict.clone(),
        });
    }
}

fn decide_one(
    working: &mut Working,
    request: &SyncRequest,
    op: &Operation,
    author: &AuthorId,
    policy: &dyn Policy,
    clock: ServerClock,
    decision: &mut Decision,
) -> Verdict {
    if op.id.device != request.device || op.id.incarnation != request.incarnation {
        return rejected(RejectCode::Malformed);
    }
    if op.author != *author {
        return Verdict::Quarantined {
            code: RejectCode::WrongAuthor,
        };
    }
    admit(working, op, policy, clock, decision)
}

/// Lets one operation into its log, if the policy does; `decision` takes it in. Also for what was kept raw until a later
/// release understood it.
pub fn admit(
    working: &mut Working,
    op: &Operation,
    policy: &dyn Policy,
    clock: ServerClock,
    decision: &mut Decision,
) -> Verdict {
    let epoch = working.epoch;
    let Some(state) = working.scopes.get_mut(&op.scope) else {
        return rejected(RejectCode::UnknownScope);
    };
    // Nothing is written after it arrives: a clock set ahead must not win every tie.
    let corrected_ms = op
        .at_ms
        .saturating_add(decision.offset_ms)
        .min(clock.now_ms);
    match policy.judge(op, corrected_ms) {
        Judgement::Accept => {}
        Judgement::Reject(code) => return rejected(code),
        Judgement::Quarantine(code) => return Verdict::Quarantined { code },
        Judgement::NeedsUpgrade => return Verdict::NeedsUpgrade,
    }
    let entry = LogEntry {
        server_seq: state.end.next(),
        seen: state.seen(op.base, epoch),
        corrected_ms,
        op: op.clone(),
    };
    let server_seq = entry.server_seq;
    let verdict = match state.apply(&entry) {
        Effect::Applied => Verdict::Applied { server_seq },
        Effect::Merged => Verdict::Merged { server_seq },
        Effect::Sibling => Verdict::Sibling { server_seq },
        Effect::NoTarget => return rejected(RejectCode::UnknownTarget),
    };
    decision.accepted.push(entry);
    verdict
}

fn rejected(code: RejectCode) -> Verdict {
    Verdict::Rejected { code }
}

#[cfg(test)]
mod tests;
