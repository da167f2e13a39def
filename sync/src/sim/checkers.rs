//! Watches the world from outside. Written naively and apart from the code it judges: it looks at whole logs, and
//! never calls what it checks except to see the result.

mod screen;

use std::collections::{BTreeMap, BTreeSet};

use crate::ids::{DeviceId, Epoch, OpId, OpSeq, RegisterKey, Scope, ServerSeq};
use crate::operation::{Change, LogEntry, Operation};
use crate::protocol::SyncReply;
use crate::register::Register;

use super::phone::{Disk, Phone};
use super::server::{Durable, Log};

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

/// Memory of everything that was promised.
#[derive(Debug, Default)]
pub(super) struct Checkers {
    /// Every operation that a store committed, as its author wrote it.
    pub(super) written: BTreeMap<OpId, Operation>,
    /// The same by device and register.
    by_key: BTreeMap<(DeviceId, RegisterKey), Vec<OpSeq>>,
    /// Operations that are, or once were, inside a verified backup.
    backed_up: BTreeSet<OpId>,
    /// Operations that an older backup than the verified one lacked when it was restored. A request still under way
    /// may bring one back after its phone had forgotten it.
    lost: BTreeSet<OpId>,
    /// Logs of histories that a restore ended.
    past: BTreeMap<Epoch, Log>,
    /// Operations in the current log.
    logged: BTreeSet<OpId>,
    /// How much of each log was looked at.
    looked_at: BTreeMap<Scope, usize>,
}

impl Checkers {
    /// A store committed a new operation: I4.
    pub(super) fn recorded(&mut self, op: &Operation) -> Check {
        let own = |it: &&OpId| it.device == op.id.device && it.incarnation == op.id.incarnation;
        let last = self.written.keys().rev().find(own).map(|it| it.seq);
        let due = last.map_or(Some(OpSeq::FIRST), OpSeq::next);
        demand(due == Some(op.id.seq), "I4", || {
            format!("{:?} written, {due:?} was due", op.id)
        })?;
        self.written.insert(op.id.clone(), op.clone());
        let places = self
            .by_key
            .entry((op.id.device.clone(), op.key()))
            .or_default();
        places.push(op.id.seq);
        Ok(())
    }

    /// A store committed: I2. What left the outbox must be inside a verified backup.
    pub(super) fn phone_committed(&self, disk: &Disk) -> Check {
        for id in self
            .written
            .keys()
            .filter(|it| it.device == disk.head.device)
        {
            let kept = disk.outbox.contains_key(&id.seq) || self.backed_up.contains(id);
            demand(kept, "I2", || {
                format!("{id:?} left the phone and is in no backup")
            })?;
        }
        Ok(())
    }

    /// The server committed: I3 (once each, as written), I11 and I5 for what was touched.
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
                let fresh = self.logged.insert(entry.op.id.clone());
                demand(fresh, "I3", || {
                    format!("{:?} is twice in the log", entry.op.id)
                })?;
                let same = self.written.get(&entry.op.id) == Some(&entry.op);
                demand(same, "I3", || {
                    format!("{:?} is not what was written", entry.op.id)
                })?;
            }
            self.looked_at.insert(scope.clone(), log.len());
        }
        touched
            .iter()
            .try_for_each(|key| self.register(durable, key))
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
                let wrote = self.written.get(&by.op).map(|it| &it.change);
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
        let there = |id: &&OpId| self.logged.contains(id) || is_refused(durable, id);
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
        for id in self.written.keys() {
            let there = self.logged.contains(id) || is_refused(durable, id);
            demand(there || self.lost.contains(id), "I3", || {
                format!("{id:?} never arrived")
            })?;
        }
        self.agree(phones, durable)
    }

    /// What a phone still keeps and takes for received is on the server: I12.
    pub(super) fn refilled(&self, phones: &[Phone], durable: &Durable) -> Check {
        for outgoing in phones.iter().flat_map(|it| it.disk.outbox.values()) {
            let id = &outgoing.op.id;
            // A refused one that an older backup than the verified one lacks stays readable on the phone.
            let there = self.logged.contains(id)
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
                self.checkpoint(phone, index, durable)?;
                let replica = &tab.replica;
                let device = &replica.head().device;
                let same = *replica.checkpoint() == durable.registers;
                demand(same, "I6", || {
                    format!("{device}, tab {index}: other registers than the server")
                })?;
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

/// An answer reached a phone: I1.
pub(super) fn acknowledged(disk: &Disk, reply: &SyncReply, durable: &Durable) -> Check {
    if reply.epoch != durable.epoch {
        return Ok(());
    }
    for receipt in &reply.receipts {
        let id = OpId {
            device: disk.head.device.clone(),
            incarnation: disk.head.incarnation.clone(),
            seq: receipt.seq,
        };
        let kept = match receipt.verdict.server_seq() {
            Some(place) => durable
                .log
                .values()
                .flatten()
                .any(|it| it.server_seq == place && it.op.id == id),
            None => is_refused(durable, &id),
        };
        demand(kept, "I1", || {
            format!("{id:?} was acknowledged and is not on the server")
        })?;
    }
    Ok(())
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
