//! Watches the world from outside. Written naively and apart from the code it judges: it looks at whole logs, and
//! never calls what it checks except to see the result.

mod screen;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::ids::{DeviceId, Epoch, Incarnation, OpId, OpSeq, RegisterKey, Scope, ServerSeq};
use crate::operation::{Change, LogEntry, OpDigest, Operation};
use crate::protocol::SyncReply;
use crate::register::Register;
use crate::store::{Outgoing, StoreChange};
use crate::verdict::{RejectCode, Verdict};

use super::phone::{Disk, Phone};
use super::server::{Durable, Log, counted};

/// A broken invariant, before the schedule's particulars are added.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) invariant: &'static str,
    pub(super) detail: String,
}

pub(super) type Check = Result<(), Fault>;

pub(super) fn demand(
    holds: bool,
    invariant: &'static str,
    detail: impl FnOnce() -> String,
) -> Check {
    if holds {
        Ok(())
    } else {
        Err(Fault {
            invariant,
            detail: detail(),
        })
    }
}

/// An operation of one phone: two phones that share an identity write different ones under the same place.
pub(super) type Written = (usize, OpId);

/// Memory of everything that was promised.
#[derive(Debug, Default)]
pub(super) struct Checkers {
    /// Every operation that a phone's store holds in trust, as its author wrote it.
    pub(super) written: BTreeMap<Written, Operation>,
    /// The same by phone and register, in order.
    by_key: BTreeMap<(usize, RegisterKey), Vec<OpId>>,
    /// Operations that a phone's storage lost, or wrote anew under another identity: they may arrive, or not.
    stray: BTreeMap<OpId, Vec<Operation>>,
    /// Operations that are, or once were, inside a verified backup.
    backed_up: BTreeSet<OpId>,
    /// Operations that an older backup than the verified one lacked when it was restored. A request still under way
    /// may bring one back after its phone had forgotten it.
    lost: BTreeSet<OpId>,
    /// Logs of histories that a restore ended.
    past: BTreeMap<Epoch, Log>,
    /// Operations in the current log.
    logged: BTreeMap<OpId, Operation>,
    /// How much of each log was looked at.
    looked_at: BTreeMap<Scope, usize>,
}

impl Checkers {
    /// A store committed a new operation: I4.
    pub(super) fn recorded(&mut self, phone: usize, op: &Operation) -> Check {
        if let Some(last) = self.last(phone, &op.id.device, &op.id.incarnation) {
            demand(last.next() == Some(op.id.seq), "I4", || {
                format!("{:?} written after {last:?}", op.id)
            })?;
        }
        self.add(phone, op.clone());
        Ok(())
    }

    fn add(&mut self, phone: usize, op: Operation) {
        let ids = self.by_key.entry((phone, op.key())).or_default();
        ids.push(op.id.clone());
        self.written.insert((phone, op.id.clone()), op);
    }

    /// The last place of a lifetime on a phone.
    fn last(&self, phone: usize, device: &DeviceId, incarnation: &Incarnation) -> Option<OpSeq> {
        let own = |it: &&Written| {
            it.0 == phone && it.1.device == *device && it.1.incarnation == *incarnation
        };
        self.written.keys().filter(own).map(|it| it.1.seq).max()
    }

    /// A phone's storage forgot what it no longer holds: nobody can demand that back.
    pub(super) fn torn(&mut self, phone: usize, disk: &Disk) {
        let gone: Vec<Written> = self
            .written
            .keys()
            .filter(|it| it.0 == phone)
            .filter(|it| {
                let kept = disk.outbox.get(&it.1.seq).map(|it| &it.op.id);
                kept != Some(&it.1) && !self.is_before(disk, &it.1)
            })
            .cloned()
            .collect();
        for written in gone {
            self.forget(&written);
        }
        // What came back with an earlier day is held in trust again.
        for outgoing in disk.outbox.values() {
            if !self.written.contains_key(&(phone, outgoing.op.id.clone())) {
                self.add(phone, outgoing.op.clone());
            }
        }
    }

    /// Whether an operation was dropped in good order before the head that came back.
    fn is_before(&self, disk: &Disk, id: &OpId) -> bool {
        id.incarnation == disk.head.incarnation
            && id.seq < disk.head.next_seq
            && self.backed_up.contains(id)
    }

    fn forget(&mut self, written: &Written) {
        if let Some(op) = self.written.remove(written) {
            if let Some(ids) = self.by_key.get_mut(&(written.0, op.key())) {
                ids.retain(|it| *it != written.1);
            }
            self.stray.entry(written.1.clone()).or_default().push(op);
        }
    }

    /// A copy of a phone holds the same in trust.
    pub(super) fn copied(&mut self, from: usize, to: usize) {
        let all = self.written.iter().filter(|(it, _)| it.0 == from);
        let all: Vec<_> = all
            .map(|(it, op)| ((to, it.1.clone()), op.clone()))
            .collect();
        self.written.extend(all);
        let all = self.by_key.iter().filter(|(it, _)| it.0 == from);
        let all: Vec<_> = all
            .map(|(it, ids)| ((to, it.1.clone()), ids.clone()))
            .collect();
        self.by_key.extend(all);
    }

    /// A phone writes anew what no server took as its own: the same content, at places that count on (I2, I4).
    pub(super) fn reborn(before: &Disk, changes: &[StoreChange]) -> Check {
        let mut next = Some(before.head.next_seq);
        let mut dropped = None;
        for change in changes {
            match change {
                StoreChange::DropOutgoing(seq) => {
                    dropped = before.outbox.get(seq).map(|it| it.op.clone());
                }
                StoreChange::PutOutgoing(anew) => {
                    let old = dropped.take();
                    let same = old.as_ref().is_some_and(|old| {
                        let retracts = matches!(old.change, Change::Retract(_));
                        old.at_ms == anew.op.at_ms
                            && old.base == anew.op.base
                            && old.extra == anew.op.extra
                            && old.key() == anew.op.key()
                            && (old.change == anew.op.change || retracts)
                    });
                    demand(same, "I2", || format!("{old:?} became {anew:?}"))?;
                    demand(next == Some(anew.op.id.seq), "I4", || {
                        format!("{:?} instead of {next:?}", anew.op.id)
                    })?;
                    next = anew.op.id.seq.next();
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// A store committed: I2. What left the outbox must be inside a verified backup, or stand there anew. I16: the head
    /// stands right behind the last operation.
    pub(super) fn phone_committed(&self, phone: usize, disk: &Disk) -> Check {
        for (_, id) in self.written.keys().filter(|it| it.0 == phone) {
            let there = disk.outbox.get(&id.seq).is_some_and(|it| it.op.id == *id);
            demand(there || self.backed_up.contains(id), "I2", || {
                format!("{id:?} left the phone and is in no backup")
            })?;
        }
        let head = &disk.head;
        if let Some(last) = self.last(phone, &head.device, &head.incarnation) {
            demand(last.next() == Some(head.next_seq), "I16", || {
                format!("{head:?} stands after {last:?}")
            })?;
        }
        Ok(())
    }

    /// Takes in what a rebirth that was committed wrote anew.
    pub(super) fn moved(&mut self, phone: usize, changes: &[StoreChange]) {
        for change in changes {
            match change {
                StoreChange::DropOutgoing(seq) => {
                    let old = self
                        .written
                        .keys()
                        .find(|it| it.0 == phone && it.1.seq == *seq);
                    if let Some(old) = old.cloned() {
                        self.forget(&old);
                    }
                }
                StoreChange::PutOutgoing(anew) => self.add(phone, anew.op.clone()),
                _ => {}
            }
        }
    }

    /// The server committed: I3 (once each, as written), I11, I5 and I17 for what was touched.
    pub(super) fn server_committed(
        &mut self,
        durable: &Durable,
        touched: &BTreeSet<RegisterKey>,
    ) -> Check {
        for (scope, log) in &durable.log {
            let from = self.looked_at.get(scope).copied().unwrap_or_default();
            for (index, entry) in log.iter().enumerate().skip(from) {
                let contiguous = entry.server_seq == ServerSeq(index as u64 + 1);
                demand(contiguous, "I3", || {
                    format!("{scope} has a hole before {entry:?}")
                })?;
                let twice = self.logged.insert(entry.op.id.clone(), entry.op.clone());
                demand(twice.is_none(), "I3", || {
                    format!("{:?} is twice in the log", entry.op.id)
                })?;
                self.is_as_written(&entry.op)?;
                self.had_been_there(durable, entry)?;
            }
            self.looked_at.insert(scope.clone(), log.len());
        }
        touched
            .iter()
            .try_for_each(|key| self.register(durable, key))?;
        let scopes: BTreeSet<&Scope> = touched.iter().map(|it| &it.scope).collect();
        scopes.into_iter().try_for_each(|it| tallied(durable, it))
    }

    /// What an author is said to have seen was in the log that the author looked at: I11. Else it would displace what
    /// nobody saw.
    fn had_been_there(&self, durable: &Durable, entry: &LogEntry) -> Check {
        let (scope, base) = (&entry.op.scope, entry.op.base);
        let looked_at = self
            .log_of(durable, base.epoch)
            .and_then(|it| it.get(scope));
        let looked_at = looked_at.into_iter().flatten().map(|it| &it.op.id);
        let here = durable.log.get(scope).into_iter().flatten();
        let seen: Vec<&OpId> = here
            .take_while(|it| it.server_seq <= entry.seen)
            .map(|it| &it.op.id)
            .collect();
        let same = entry.seen <= base.seq && looked_at.take(seen.len()).eq(seen.iter().copied());
        demand(same, "I11", || {
            format!("{entry:?} counts as seen what its author cannot have seen")
        })
    }

    fn is_as_written(&self, op: &Operation) -> Check {
        let own = self.written.iter().filter(|(it, _)| it.1 == op.id);
        let stray = self.stray.get(&op.id).into_iter().flatten();
        let wrote: Vec<&Operation> = own.map(|(_, op)| op).chain(stray).collect();
        if wrote.contains(&op) {
            return Ok(());
        }
        let but_for_extra = wrote.iter().any(|it| {
            let mut stripped = (*it).clone();
            stripped.extra.clone_from(&op.extra);
            stripped == *op
        });
        let invariant = if but_for_extra { "I14" } else { "I3" };
        demand(false, invariant, || {
            format!("{:?} is not what was written", op.id)
        })
    }

    fn register(&self, durable: &Durable, key: &RegisterKey) -> Check {
        let stored = durable.registers.get(key).cloned().unwrap_or_default();
        let log = entries_of(&durable.log, key);
        let due = visible(&log);
        let shown: BTreeSet<OpId> = heads_of(&stored).collect();
        demand(shown.is_superset(&due), "I11", || {
            format!("{key:?} shows {shown:?}, not {due:?}")
        })?;
        demand(shown == due, "I5", || {
            format!("{key:?} shows {shown:?}, not only {due:?}")
        })?;
        for head in &stored.heads {
            for by in &head.by {
                let wrote = self.logged.get(&by.op).map(|it| &it.change);
                let same = wrote == Some(&Change::Set(head.value.clone()));
                demand(same, "I5", || {
                    format!("{key:?} says that {:?} wrote another value", by.op)
                })?;
            }
        }
        let folded = fold(&log);
        demand(folded == stored, "I5", || {
            format!("{key:?}: stored {stored:?}, folded {folded:?}")
        })
    }

    /// A backup was verified.
    pub(super) fn backed_up(&mut self, durable: &Durable) {
        self.backed_up
            .extend(durable.log.values().flatten().map(|it| it.op.id.clone()));
        self.backed_up
            .extend(durable.refused.keys().map(|(id, _)| id.clone()));
    }

    /// A backup replaced the server's state.
    pub(super) fn restored(&mut self, ended: Epoch, log: Log, durable: &Durable) -> Check {
        self.past.insert(ended, log);
        self.logged.clear();
        self.looked_at.clear();
        self.server_committed(durable, &BTreeSet::new())?;
        let there = |id: &&OpId| self.logged.contains_key(*id) || is_refused(durable, id);
        let lost: Vec<OpId> = self
            .backed_up
            .iter()
            .filter(|it| !there(it))
            .cloned()
            .collect();
        self.lost.extend(lost);
        Ok(())
    }

    fn log_of<'a>(&'a self, durable: &'a Durable, epoch: Epoch) -> Option<&'a Log> {
        if epoch == durable.epoch {
            Some(&durable.log)
        } else {
            self.past.get(&epoch)
        }
    }

    /// A tab's checkpoint is the log's beginning, folded: I5 on the phone.
    pub(super) fn checkpoint(&self, phone: &Phone, tab: usize, durable: &Durable) -> Check {
        let replica = &phone.tabs[tab].replica;
        for (scope, cursor) in replica.cursors() {
            let Some(log) = self
                .log_of(durable, cursor.epoch)
                .and_then(|it| it.get(scope))
            else {
                continue;
            };
            let mut due: BTreeMap<RegisterKey, Register> = BTreeMap::new();
            for entry in log.iter().filter(|it| it.server_seq <= cursor.seq) {
                due.entry(entry.op.key()).or_default().apply(entry);
            }
            let here: BTreeMap<_, _> = replica
                .checkpoint()
                .iter()
                .filter(|(key, _)| key.scope == *scope)
                .collect();
            let same = here.len() == due.len() && due.iter().all(|(k, v)| here.get(k) == Some(&v));
            let device = &replica.head().device;
            demand(same, "I5", || {
                format!("{device}: {scope} at {cursor:?} is not the log folded")
            })?;
        }
        Ok(())
    }

    /// The healed world is quiet: I5 and I11 everywhere, I12, I3 (nothing missing), I6, I7.
    pub(super) fn converged(&self, phones: &[Phone], durable: &Durable) -> Check {
        let keys: BTreeSet<RegisterKey> = durable
            .log
            .values()
            .flatten()
            .map(|it| it.op.key())
            .collect();
        keys.iter()
            .try_for_each(|key| self.register(durable, key))?;
        let stray = durable.registers.keys().find(|it| !keys.contains(it));
        demand(stray.is_none(), "I5", || {
            format!("{stray:?} was never written")
        })?;
        self.refilled(phones, durable)?;
        for ((phone, id), op) in &self.written {
            let logged = self.logged.get(id) == Some(op);
            let there = logged || refused_with(durable, op).is_some();
            // Dropped when a verified backup held it; then an older one was restored.
            let held = |it: &Outgoing| it.op.id == *id && !it.archived;
            let dropped = !phones[*phone].disk.outbox.values().any(held);
            let excused = dropped && self.backed_up.contains(id) && !self.past.is_empty();
            demand(there || excused, "I3", || format!("{op:?} never arrived"))?;
            no_clock_decided(durable, op)?;
        }
        for scope in durable.log.keys() {
            tallied(durable, scope)?;
        }
        self.agree(phones, durable)
    }

    /// What a phone still keeps and takes for received is on the server: I12.
    pub(super) fn refilled(&self, phones: &[Phone], durable: &Durable) -> Check {
        for outgoing in phones.iter().flat_map(|it| it.disk.outbox.values()) {
            let id = &outgoing.op.id;
            // A refused one that an older backup than the verified one lacks stays readable on the phone.
            let there = self.logged.contains_key(id)
                || is_refused(durable, id)
                || outgoing.archived
                || outgoing.verdict.is_none();
            demand(there, "I12", || format!("{id:?} is on a phone only"))?;
        }
        Ok(())
    }

    fn agree(&self, phones: &[Phone], durable: &Durable) -> Check {
        for phone in phones {
            for (index, tab) in phone.tabs.iter().enumerate() {
                let replica = &tab.replica;
                let device = &replica.head().device;
                let same = *replica.checkpoint() == durable.registers;
                demand(same, "I6", || {
                    format!("{device}, tab {index}: other registers than the server")
                })?;
                self.checkpoint(phone, index, durable)?;
                let ahead = replica.ahead_keys();
                demand(ahead.is_empty(), "I6", || {
                    format!("{device}: still ahead on {ahead:?}")
                })?;
                let shown = durable
                    .registers
                    .iter()
                    .all(|(key, it)| replica.view(key) == *it);
                demand(shown, "I7", || {
                    format!("{device}: shows other than the checkpoint")
                })?;
                let stored = phone.disk.boot();
                demand(stored == *replica, "I7", || {
                    format!("{device}: memory is not the store")
                })?;
            }
        }
        Ok(())
    }
}

/// An answer reached a phone: I1. `asked`: the lifetime that it is of when it names none.
pub(super) fn acknowledged(
    device: &DeviceId,
    asked: &Incarnation,
    reply: &SyncReply,
    durable: &Durable,
) -> Check {
    if reply.epoch != durable.epoch {
        return Ok(());
    }
    for receipt in &reply.receipts {
        let id = OpId {
            device: device.clone(),
            incarnation: reply.incarnation.as_ref().unwrap_or(asked).clone(),
            seq: receipt.seq,
        };
        let in_log = || durable.log.values().flatten().any(|it| it.op.id == id);
        let kept = match receipt.verdict.server_seq() {
            Some(place) => durable
                .log
                .values()
                .flatten()
                .any(|it| it.server_seq == place && it.op.id == id),
            // What waited for an upgrade may have entered the log since.
            None => is_refused(durable, &id) || in_log(),
        };
        demand(kept, "I1", || {
            format!("{id:?} was acknowledged and is not on the server")
        })?;
    }
    Ok(())
}

/// Refused operations are refused for what they say, not for when: I10.
fn no_clock_decided(durable: &Durable, op: &Operation) -> Check {
    let Some(Verdict::Rejected {
        code: RejectCode::BadValue,
    }) = refused_with(durable, op)
    else {
        return Ok(());
    };
    // What was garbled on the way is told by its place only, which another phone's may share.
    let excused = |value: &Value| value == "bad" || value == "garbled" || value == "unheard-of";
    let bad = matches!(&op.change, Change::Set(value) if excused(value));
    demand(bad, "I10", || format!("{op:?} was refused for its time"))
}

/// The projection is a query over the log: I17.
fn tallied(durable: &Durable, scope: &Scope) -> Check {
    let mut registers: BTreeMap<RegisterKey, Register> = BTreeMap::new();
    for entry in durable.log.get(scope).into_iter().flatten() {
        registers.entry(entry.op.key()).or_default().apply(entry);
    }
    let due: i64 = registers.values().map(counted).sum();
    let kept = durable.tally.get(scope).copied().unwrap_or_default();
    demand(due == kept, "I17", || {
        format!("{scope}: {kept} by the projection, {due} by the log")
    })
}

/// What became of an operation that was not accepted; its bytes may have reached the server garbled, and are told by their place.
fn refused_with<'a>(durable: &'a Durable, op: &Operation) -> Option<&'a Verdict> {
    let garbled =
        matches!(&op.change, Change::Set(value) if value == "garbled" || value == "unheard-of");
    let digest = OpDigest::of_operation(op).0;
    let mut of_place = durable.refused.iter().filter(|(it, _)| it.0 == op.id);
    of_place
        .find(|(it, _)| garbled || it.1 == digest)
        .map(|(_, it)| &it.verdict)
}

fn is_refused(durable: &Durable, id: &OpId) -> bool {
    durable.refused.keys().any(|(it, _)| it == id)
}

fn heads_of(register: &Register) -> impl Iterator<Item = OpId> {
    register
        .heads
        .iter()
        .flat_map(|head| &head.by)
        .map(|by| by.op.clone())
}

fn entries_of<'a>(log: &'a Log, key: &RegisterKey) -> Vec<&'a LogEntry> {
    log.get(&key.scope)
        .into_iter()
        .flatten()
        .filter(|it| is_of(&it.op, key))
        .collect()
}

/// The same as comparing keys, without building one for each entry.
fn is_of(op: &Operation, key: &RegisterKey) -> bool {
    op.record == key.record && op.field == key.field && op.kind == key.kind && op.scope == key.scope
}

fn fold(log: &[&LogEntry]) -> Register {
    let mut register = Register::default();
    for entry in log {
        register.apply(entry);
    }
    register
}

/// Writings that nobody displaced who had seen them: what I11 demands to be shown.
fn visible(log: &[&LogEntry]) -> BTreeSet<OpId> {
    let sets: Vec<_> = log
        .iter()
        .filter(|it| matches!(it.op.change, Change::Set(_)))
        .collect();
    let displaced =
        |index: usize, entry: &LogEntry| sets[index + 1..].iter().any(|it| displaces(it, entry));
    sets.iter()
        .enumerate()
        .filter(|(index, entry)| !displaced(*index, entry))
        .map(|(_, entry)| entry.op.id.clone())
        .collect()
}

fn displaces(later: &LogEntry, earlier: &LogEntry) -> bool {
    later.seen >= earlier.server_seq || is_own_later(&later.op.id, &earlier.op.id)
}

fn is_own_later(later: &OpId, earlier: &OpId) -> bool {
    later.device == earlier.device
        && later.incarnation == earlier.incarnation
        && later.seq > earlier.seq
}
