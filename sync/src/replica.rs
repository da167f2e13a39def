//! The phone's memory: a checkpoint of what the server said, its own operations, and the view of both.

use std::collections::BTreeMap;

use crate::ids::{
    Cursor, DeviceId, Epoch, Incarnation, OpId, OpSeq, RegisterKey, Scope, ServerSeq,
};
use crate::operation::{Draft, LogEntry, Operation};
use crate::protocol::{OPERATION_BYTES_MAX, Snapshot};
use crate::register::Register;
use crate::sorted_map::SortedMap;
use crate::verdict::Verdict;
use crate::wire::Wire as _;

/// Identity of this phone's storage and the next free place in its log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceHead {
    /// The device.
    pub device: DeviceId,
    /// Lifetime of its storage.
    pub incarnation: Incarnation,
    /// Place of the next operation.
    pub next_seq: OpSeq,
    /// Server time minus device time at the last contact, in milliseconds.
    pub clock_offset_ms: i64,
}

/// One of the phone's own operations and what the server has said of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Outgoing {
    /// The operation.
    pub op: Operation,
    /// `None` while no server is known to have it.
    pub verdict: Option<Verdict>,
    /// History that gave the verdict: after a restored backup it holds no longer (invariant I12).
    pub verdict_epoch: Option<Epoch>,
    /// Refused and inside a verified backup: never sent again, kept until the person dismisses it.
    pub archived: bool,
}

impl Outgoing {
    /// An operation that is on this phone only.
    #[must_use]
    pub fn new(op: Operation) -> Self {
        Self {
            op,
            verdict: None,
            verdict_epoch: None,
            archived: false,
        }
    }
}

/// A change to what the phone keeps. A list of these is committed in one transaction or not at all.
#[derive(Debug, Clone, PartialEq)]
pub enum StoreChange {
    /// New identity or next place. Comes only from [`record`], inside the transaction that read the head.
    PutHead(DeviceHead),
    /// Server time minus device time. The store reads its head and alters this alone: another tab may have
    /// taken places meanwhile (invariant I4).
    PutClockOffset(i64),
    /// New own operation, or its verdict.
    PutOutgoing(Box<Outgoing>),
    /// An own operation that is inside a verified backup.
    DropOutgoing(OpSeq),
    /// New state of one register.
    PutRegister(RegisterKey, Register),
    /// How far a scope has been read.
    PutCursor(Scope, Cursor),
    /// One line of a scope's history.
    PutHistory(Box<LogEntry>),
    /// Everything of a scope leaves the phone (own operations stay).
    ForgetScope(Scope),
}

/// Everything the phone keeps, in memory. The outbox shrinks only by [`StoreChange::DropOutgoing`] (invariant I2).
#[derive(Debug, Clone, PartialEq)]
pub struct Replica {
    head: DeviceHead,
    cursors: SortedMap<Scope, Cursor>,
    registers: SortedMap<RegisterKey, Register>,
    outbox: SortedMap<OpSeq, Outgoing>,
    /// Places in the outbox by register, in order, so that one view does not read the whole outbox.
    written: SortedMap<RegisterKey, Vec<OpSeq>>,
    /// Smallest place that a server may still lack. A hole above it is another tab's operation, not heard of yet.
    kept_from: OpSeq,
    history: SortedMap<(Scope, ServerSeq), LogEntry>,
}

/// Gives a draft its identity. Run inside the store transaction that also commits the returned changes,
/// with the head read in that transaction, so that two tabs never share a place (invariant I4).
///
/// `None`, and nothing to commit, when the operation is bigger than [`OPERATION_BYTES_MAX`] or the log of this
/// incarnation is full (2⁶⁴ − 1 operations).
#[must_use]
pub fn record(
    head: &DeviceHead,
    draft: Draft,
    now_ms: i64,
) -> Option<(Operation, Vec<StoreChange>)> {
    let next = DeviceHead {
        next_seq: head.next_seq.next()?,
        ..head.clone()
    };
    let op = Operation {
        id: OpId {
            device: head.device.clone(),
            incarnation: head.incarnation.clone(),
            seq: head.next_seq,
        },
        author: draft.author,
        at_ms: now_ms,
        scope: draft.key.scope,
        kind: draft.key.kind,
        record: draft.key.record,
        field: draft.key.field,
        base: draft.base,
        change: draft.change,
        extra: BTreeMap::new(),
    };
    if op.to_json().len() > OPERATION_BYTES_MAX {
        return None;
    }
    let outgoing = Outgoing::new(op.clone());
    Some((
        op,
        vec![
            StoreChange::PutHead(next),
            StoreChange::PutOutgoing(Box::new(outgoing)),
        ],
    ))
}

impl Replica {
    /// A phone whose storage was found empty.
    #[must_use]
    pub fn new(device: DeviceId, incarnation: Incarnation) -> Self {
        Self::with_head(DeviceHead {
            device,
            incarnation,
            next_seq: OpSeq::FIRST,
            clock_offset_ms: 0,
        })
    }

    /// A phone with a stored head; the rest of the same consistent read is brought back by [`Self::apply`].
    #[must_use]
    pub fn with_head(head: DeviceHead) -> Self {
        Self {
            kept_from: head.next_seq,
            head,
            cursors: SortedMap::new(),
            registers: SortedMap::new(),
            outbox: SortedMap::new(),
            written: SortedMap::new(),
            history: SortedMap::new(),
        }
    }

    /// Repeats in memory what the store has committed.
    pub fn apply(&mut self, change: StoreChange) {
        match change {
            StoreChange::PutHead(head) => self.put_head(head),
            StoreChange::PutClockOffset(offset_ms) => self.head.clock_offset_ms = offset_ms,
            StoreChange::PutOutgoing(outgoing) => self.put_outgoing(*outgoing),
            StoreChange::DropOutgoing(seq) => self.drop_outgoing(seq),
            StoreChange::PutRegister(key, register) => {
                self.registers.insert(key, register);
            }
            StoreChange::PutCursor(scope, cursor) => {
                self.cursors.insert(scope, cursor);
            }
            StoreChange::PutHistory(entry) => {
                self.history
                    .insert((entry.op.scope.clone(), entry.server_seq), *entry);
            }
            StoreChange::ForgetScope(scope) => {
                self.cursors.remove(&scope);
                self.registers.retain_keys(|key| key.scope != scope);
                self.history.retain_keys(|(it, _)| *it != scope);
            }
        }
    }

    /// News of places taken may come out of order from several tabs: the highest stands, and the clock offset
    /// changes only by [`StoreChange::PutClockOffset`].
    fn put_head(&mut self, head: DeviceHead) {
        if self.head.device == head.device && self.head.incarnation == head.incarnation {
            self.head.next_seq = self.head.next_seq.max(head.next_seq);
        } else {
            self.kept_from = head.next_seq;
            self.head = head;
        }
    }

    fn put_outgoing(&mut self, outgoing: Outgoing) {
        let seq = outgoing.op.id.seq;
        if outgoing.archived {
            self.raise_kept_from(seq);
        } else {
            self.kept_from = self.kept_from.min(seq);
        }
        let places = self
            .written
            .get_or_insert_with(&outgoing.op.key(), Vec::new);
        if let Err(at) = places.binary_search(&seq) {
            places.insert(at, seq);
        }
        self.outbox.insert(seq, outgoing);
    }

    fn drop_outgoing(&mut self, seq: OpSeq) {
        if let Some(outgoing) = self.outbox.remove(&seq) {
            let key = outgoing.op.key();
            if let Some(places) = self.written.get_mut(&key) {
                places.retain(|it| *it != seq);
                if places.is_empty() {
                    self.written.remove(&key);
                }
            }
        }
        self.raise_kept_from(seq);
    }

    fn raise_kept_from(&mut self, forgotten: OpSeq) {
        self.kept_from = self.kept_from.max(forgotten.next().unwrap_or(forgotten));
    }

    /// The changes that replace a scope by its snapshot.
    #[must_use]
    pub fn load_snapshot(snapshot: Snapshot) -> Vec<StoreChange> {
        let scope = snapshot.scope;
        let mut changes = vec![StoreChange::ForgetScope(scope.clone())];
        changes.extend(snapshot.registers.into_iter().map(|it| {
            let key = RegisterKey {
                scope: scope.clone(),
                kind: it.kind,
                record: it.record,
                field: it.field,
            };
            StoreChange::PutRegister(key, it.register)
        }));
        changes.extend(
            snapshot
                .history
                .into_iter()
                .map(|it| StoreChange::PutHistory(Box::new(it))),
        );
        changes.push(StoreChange::PutCursor(scope, snapshot.cursor));
        changes
    }

    /// Identity and next place.
    #[must_use]
    pub fn head(&self) -> &DeviceHead {
        &self.head
    }

    /// How far each scope has been read.
    #[must_use]
    pub fn cursors(&self) -> &SortedMap<Scope, Cursor> {
        &self.cursors
    }

    /// Own operations by place, sent or not.
    #[must_use]
    pub fn outbox(&self) -> &SortedMap<OpSeq, Outgoing> {
        &self.outbox
    }

    /// Own operations that no server has received.
    pub fn unsent(&self) -> impl Iterator<Item = &Operation> {
        self.outbox
            .values()
            .filter(|it| it.verdict.is_none())
            .map(|it| &it.op)
    }

    /// Smallest place that a server may still lack: all before are inside a verified backup.
    #[must_use]
    pub fn kept_from(&self) -> OpSeq {
        self.kept_from
    }

    /// Own operations to send, in order, up to the first place not heard of yet. A hole before `expect`, the place
    /// that the server said it expects, is no hole: the server has it.
    pub(crate) fn sendable(&self, expect: Option<OpSeq>) -> impl Iterator<Item = &Operation> {
        let mut next = Some(self.kept_from);
        self.outbox
            .iter_from(&self.kept_from)
            .take_while(move |(seq, _)| {
                let known = next == Some(**seq) || expect.is_some_and(|it| **seq <= it);
                next = seq.next();
                known
            })
            .filter(|(_, it)| it.verdict.is_none())
            .map(|(_, it)| &it.op)
    }

    /// Registers as the server last stated them.
    #[must_use]
    pub fn checkpoint(&self) -> &SortedMap<RegisterKey, Register> {
        &self.registers
    }

    /// Known history of a scope, oldest first.
    pub fn history(&self, scope: &Scope) -> impl DoubleEndedIterator<Item = &LogEntry> {
        let from = (scope.clone(), ServerSeq::ZERO);
        let to = (scope.clone(), ServerSeq::UNSENT);
        self.history.range(&from, &to).map(|(_, it)| it)
    }

    /// What a new operation on this register bases on: the version that the server last stated.
    #[must_use]
    pub fn base(&self, key: &RegisterKey) -> Cursor {
        Cursor {
            epoch: self
                .cursors
                .get(&key.scope)
                .map(|it| it.epoch)
                .unwrap_or_default(),
            seq: self
                .registers
                .get(key)
                .map_or(ServerSeq::ZERO, |it| it.version),
        }
    }

    /// Whether an own operation is not yet part of the checkpoint and not refused (invariant I7).
    #[must_use]
    pub fn is_ahead(&self, outgoing: &Outgoing) -> bool {
        let Some(verdict) = &outgoing.verdict else {
            return true;
        };
        verdict.server_seq().is_some_and(|seq| {
            self.cursors.get(&outgoing.op.scope).is_none_or(|cursor| {
                seq > cursor.seq || outgoing.verdict_epoch != Some(cursor.epoch)
            })
        })
    }

    /// What to show for one register: the checkpoint with own operations on top (invariants I7, I8).
    #[must_use]
    pub fn view(&self, key: &RegisterKey) -> Register {
        let mut register = self.registers.get(key).cloned().unwrap_or_default();
        let epoch = self
            .cursors
            .get(&key.scope)
            .map(|it| it.epoch)
            .unwrap_or_default();
        let places = self.written.get(key).into_iter().flatten();
        for outgoing in places
            .filter_map(|it| self.outbox.get(it))
            .filter(|it| self.is_ahead(it))
        {
            let op = &outgoing.op;
            let corrected_ms = op.at_ms.saturating_add(self.head.clock_offset_ms);
            // What the author saw in another history says nothing of this one: keep both (invariant I11).
            let seen = if op.base.epoch == epoch {
                op.base.seq
            } else {
                ServerSeq::ZERO
            };
            register.overlay_seen(op, seen, corrected_ms);
        }
        register
    }

    /// Addresses that own operations are ahead on, in order, so that a caller can overlay a whole view at once.
    #[must_use]
    pub fn ahead_keys(&self) -> Vec<RegisterKey> {
        self.written
            .iter()
            .filter(|(_, places)| {
                places
                    .iter()
                    .filter_map(|it| self.outbox.get(it))
                    .any(|it| self.is_ahead(it))
            })
            .map(|(key, _)| key.clone())
            .collect()
    }
}
