//! What a phone keeps of one answer: verdicts, what to send again, what to forget, and the pulled log.
//!
//! Only computes changes. It trusts nothing about when the answer was given: receipts repeat, cursors never go back.

use crate::ids::{Cursor, Epoch, Incarnation, OpSeq, RegisterKey, Scope, ServerSeq};
use crate::operation::LogEntry;
use crate::protocol::{ScopePull, SyncReply};
use crate::register::{Effect, Register};
use crate::replica::Replica;
use crate::sorted_map::SortedMap;
use crate::store::{Outgoing, StoreChange};
use crate::verdict::{RejectCode, Verdict};

/// Changes to commit, and what the exchange has to know of them.
pub(super) struct Intake {
    /// To commit together.
    pub(super) changes: Vec<StoreChange>,
    /// Scopes whose snapshot must be loaded again.
    pub(super) stale: Vec<Scope>,
    /// Scopes that the person may not read any more.
    pub(super) denied: Vec<Scope>,
    /// The server's history.
    pub(super) epoch: Epoch,
    /// Place that the server expects next.
    pub(super) expect: OpSeq,
    /// The server's clock.
    pub(super) server_now_ms: i64,
    /// Whether another phone shares the lifetime that the answer is of.
    pub(super) shared: bool,
    /// Whether anything got further.
    pub(super) moved: bool,
    /// Whether there is more to send or to pull.
    pub(super) unfinished: bool,
}

/// Own operations whose verdict changes.
struct Settling<'a> {
    replica: &'a Replica,
    changed: SortedMap<OpSeq, Outgoing>,
}

impl Settling<'_> {
    fn set(&mut self, outgoing: &Outgoing, verdict: Option<Verdict>, epoch: Option<Epoch>) {
        let settled = Outgoing {
            verdict,
            verdict_epoch: epoch,
            ..outgoing.clone()
        };
        if settled == *outgoing {
            self.changed.remove(&outgoing.op.id.seq);
        } else {
            self.changed.insert(outgoing.op.id.seq, settled);
        }
    }

    fn state<'b>(&'b self, seq: OpSeq, stored: &'b Outgoing) -> &'b Outgoing {
        self.changed.get(&seq).unwrap_or(stored)
    }
}

/// `of`: the lifetime that the answer is of.
pub(super) fn take_in(
    replica: &Replica,
    reply: SyncReply,
    of: &Incarnation,
    sent_from: Option<OpSeq>,
) -> Intake {
    let mut settling = Settling {
        replica,
        changed: SortedMap::new(),
    };
    unsettle(&mut settling, &reply, of, sent_from);
    // Places that nobody here took: our storage came back from an earlier day, or another phone has our identity.
    let head = replica.head();
    let mut shared = *of == head.incarnation && reply.expect > head.next_seq;
    for receipt in &reply.receipts {
        let own = replica.outbox().get(&receipt.seq);
        let own = own.filter(|it| !it.archived && it.op.id.incarnation == *of);
        if let Some(outgoing) = own {
            let code = RejectCode::Fork;
            shared |= receipt.verdict == Verdict::Quarantined { code };
            settling.set(outgoing, Some(receipt.verdict.clone()), Some(reply.epoch));
        }
    }

    let mut intake = Intake {
        changes: Vec::new(),
        stale: Vec::new(),
        denied: Vec::new(),
        epoch: reply.epoch,
        expect: reply.expect,
        server_now_ms: reply.now_ms,
        shared,
        moved: false,
        unfinished: false,
    };
    for (scope, pull) in reply.scopes {
        match pull {
            ScopePull::Entries {
                cursor,
                entries,
                more,
            } => match fold(&mut settling, &scope, cursor, entries, &mut intake.changes) {
                Folded::Further => {
                    intake.moved = true;
                    intake.unfinished |= more;
                }
                Folded::Nothing => {}
                Folded::Broken => intake.stale.push(scope),
            },
            ScopePull::Reset => intake.stale.push(scope),
            ScopePull::Denied => {
                if replica.cursors().contains_key(&scope) || !replica.staged(&scope).is_empty() {
                    intake.changes.push(StoreChange::ForgetScope(scope.clone()));
                }
                intake.denied.push(scope);
            }
        }
    }
    if let Some(backed_up) = reply.backed_up {
        forget(
            &mut settling,
            of,
            backed_up,
            reply.expect,
            &mut intake.changes,
        );
    }
    intake.moved |= !settling.changed.is_empty();
    intake.unfinished |= replica
        .outbox()
        .iter()
        .any(|(seq, it)| settling.state(*seq, it).verdict.is_none());
    for (_, it) in settling.changed {
        intake.changes.push(StoreChange::PutOutgoing(Box::new(it)));
    }
    intake
}

/// Operations to send again: a verdict of another history holds no longer (invariant I12). So do those of this one
/// when the server plainly lacks them: it waits for an earlier place than the first we sent, and answered none.
fn unsettle(
    settling: &mut Settling,
    reply: &SyncReply,
    of: &Incarnation,
    sent_from: Option<OpSeq>,
) {
    let behind = reply.receipts.is_empty() && sent_from.is_some_and(|it| reply.expect < it);
    for (seq, outgoing) in settling.replica.outbox() {
        let gone = outgoing.verdict_epoch != Some(reply.epoch)
            || (behind && *seq >= reply.expect && outgoing.op.id.incarnation == *of);
        if outgoing.verdict.is_some() && !outgoing.archived && gone {
            settling.set(outgoing, None, None);
        }
    }
}

/// Forgets what a verified backup holds, oldest first and without leaving a hole. Refused ones stay, archived, to be
/// read. An accepted one stays, and all after it, until the checkpoint shows it (invariants I8, I12).
fn forget(
    settling: &mut Settling,
    of: &Incarnation,
    backed_up: OpSeq,
    expect: OpSeq,
    changes: &mut Vec<StoreChange>,
) {
    let replica = settling.replica;
    let current = *of == replica.head().incarnation;
    let mut due = replica.kept_from();
    for (seq, stored) in replica
        .outbox()
        .iter()
        .take_while(|(seq, _)| **seq <= backed_up)
        .filter(|(_, it)| !it.archived && it.op.id.incarnation == *of)
    {
        // What another tab wrote before it is in the store, and may have no verdict yet: behind a forgotten place it would
        // never be sent (invariant I9).
        if current && *seq != due {
            break;
        }
        due = seq.next().unwrap_or(*seq);
        let outgoing = settling.state(*seq, stored);
        let settled = outgoing.verdict.is_some() && *seq < expect;
        if !settled || replica.is_ahead(outgoing) {
            break;
        }
        if outgoing
            .verdict
            .as_ref()
            .is_some_and(|it| it.server_seq().is_some())
        {
            settling.changed.remove(seq);
            changes.push(StoreChange::DropOutgoing(*seq));
        } else {
            let archived = Outgoing {
                archived: true,
                ..outgoing.clone()
            };
            settling.changed.insert(*seq, archived);
        }
    }
}

enum Folded {
    Further,
    Nothing,
    /// Not the continuation of what is here: only a snapshot helps.
    Broken,
}

/// Folds pulled operations into copies of the checkpoint's registers, all or none.
fn fold(
    settling: &mut Settling,
    scope: &Scope,
    cursor: Cursor,
    entries: Vec<LogEntry>,
    changes: &mut Vec<StoreChange>,
) -> Folded {
    let replica = settling.replica;
    // Forgotten since it was asked for: entries without what came before them would be a false checkpoint.
    let Some(from) = replica.cursors().get(scope) else {
        return Folded::Nothing;
    };
    if cursor.epoch != from.epoch {
        return Folded::Broken;
    }
    let mut at = from.seq;
    for entry in entries.iter().filter(|it| it.server_seq > from.seq) {
        if entry.server_seq != at.next() || entry.op.scope != *scope {
            return Folded::Broken;
        }
        at = entry.server_seq;
    }
    if cursor.seq > at {
        return Folded::Broken;
    }
    if at == from.seq {
        return Folded::Nothing;
    }
    let mut touched: SortedMap<RegisterKey, Register> = SortedMap::new();
    for entry in entries.into_iter().filter(|it| it.server_seq > from.seq) {
        let key = entry.op.key();
        let effect = touched
            .get_or_insert_with(&key, || {
                replica.checkpoint().get(&key).cloned().unwrap_or_default()
            })
            .apply(&entry);
        settle_from_log(settling, &entry, effect, cursor.epoch);
        changes.push(StoreChange::PutHistory(Box::new(entry)));
    }
    for (key, it) in touched {
        changes.push(StoreChange::PutRegister(key, it));
    }
    changes.push(StoreChange::PutCursor(
        scope.clone(),
        Cursor {
            epoch: cursor.epoch,
            seq: at,
        },
    ));
    Folded::Further
}

/// The log is a receipt too, when the answer that carried the receipt was lost.
fn settle_from_log(settling: &mut Settling, entry: &LogEntry, effect: Effect, epoch: Epoch) {
    let head = settling.replica.head();
    let id = &entry.op.id;
    if id.device != head.device {
        return;
    }
    // A fork has our identity and other bytes: its receipt is not ours.
    let Some(stored) = settling
        .replica
        .outbox()
        .get(&id.seq)
        .filter(|it| it.op == entry.op)
    else {
        return;
    };
    // What the server was too old for, it may have understood since.
    let verdict = &settling.state(id.seq, stored).verdict;
    if matches!(verdict, None | Some(Verdict::NeedsUpgrade)) {
        settling.set(stored, verdict_of(effect, entry.server_seq), Some(epoch));
    }
}

fn verdict_of(effect: Effect, server_seq: ServerSeq) -> Option<Verdict> {
    match effect {
        Effect::Applied => Some(Verdict::Applied { server_seq }),
        Effect::Merged => Some(Verdict::Merged { server_seq }),
        Effect::Sibling => Some(Verdict::Sibling { server_seq }),
        Effect::NoTarget => None,
    }
}
