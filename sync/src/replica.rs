//! The phone's memory: a checkpoint of what the server said, its own operations, and the view of both.

use crate::ids::{Cursor, DeviceId, Epoch, Incarnation, OpSeq, RegisterKey, Scope, ServerSeq};
use crate::operation::{LogEntry, Operation};
use crate::protocol::Page;
use crate::register::Register;
use crate::sorted_map::SortedMap;
use crate::store::{DeviceHead, Outgoing, StoreChange};

/// Everything the phone keeps, in memory. The outbox shrinks only by [`StoreChange::DropOutgoing`] (invariant I2).
#[derive(Debug, Clone, PartialEq)]
pub struct Replica {
    head: DeviceHead,
    cursors: SortedMap<Scope, Cursor>,
    registers: SortedMap<RegisterKey, Register>,
    outbox: SortedMap<OpSeq, Outgoing>,
    /// Places in the outbox by register, in order, so that one view does not read the whole outbox.
    written: SortedMap<RegisterKey, Vec<OpSeq>>,
    /// Smallest place of this lifetime that a server may still lack. A hole above it is another tab's operation, not heard
    /// of yet.
    kept_from: OpSeq,
    /// Pages of snapshots that are not complete yet, in order. What is shown already is taken out of them.
    staged: SortedMap<Scope, Vec<Page>>,
    history: SortedMap<(Scope, ServerSeq), LogEntry>,
}

impl Replica {
    /// A phone whose storage was found empty.
    #[must_use]
    pub fn new(device: DeviceId, incarnation: Incarnation) -> Self {
        Self::with_head(DeviceHead {
            device,
            incarnation,
            born_of: None,
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
            staged: SortedMap::new(),
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
                self.staged.remove(&scope);
                self.clear(&scope);
            }
            StoreChange::PutPage(page) => self.put_page(*page),
            StoreChange::DropPages(scope) => {
                self.staged.remove(&scope);
                if !self.cursors.contains_key(&scope) {
                    self.clear(&scope);
                }
            }
        }
    }

    fn clear(&mut self, scope: &Scope) {
        self.registers.retain_keys(|key| key.scope != *scope);
        self.history.retain_keys(|(it, _)| it != scope);
    }

    fn put_page(&mut self, mut page: Page) {
        let scope = page.scope.clone();
        let (cursor, last) = (page.cursor, page.is_last());
        let is_first_load = !self.cursors.contains_key(&scope);
        if is_first_load {
            self.show_page(&mut page);
        }
        self.staged.get_or_insert_with(&scope, Vec::new).push(page);
        if last {
            let pages = self.staged.remove(&scope);
            if !is_first_load {
                self.clear(&scope);
                for mut page in pages.into_iter().flatten() {
                    self.show_page(&mut page);
                }
            }
            self.cursors.insert(scope, cursor);
        }
    }

    fn show_page(&mut self, page: &mut Page) {
        for it in page.registers.drain(..) {
            let key = RegisterKey {
                scope: page.scope.clone(),
                kind: it.kind,
                record: it.record,
                field: it.field,
            };
            self.registers.insert(key, it.register);
        }
        for entry in page.history.drain(..) {
            let place = (page.scope.clone(), entry.server_seq);
            self.history.insert(place, entry);
        }
    }

    /// News of places taken may come out of order from several tabs: the highest stands, also that of an earlier
    /// lifetime, and the clock offset changes only by [`StoreChange::PutClockOffset`].
    fn put_head(&mut self, head: DeviceHead) {
        if self.head.device == head.device && self.head.incarnation == head.incarnation {
            self.head.next_seq = self.head.next_seq.max(head.next_seq);
        } else if head.next_seq >= self.head.next_seq {
            self.kept_from = head.next_seq;
            self.head = head;
        }
    }

    fn put_outgoing(&mut self, outgoing: Outgoing) {
        let seq = outgoing.op.id.seq;
        if outgoing.archived {
            self.raise_kept_from(seq);
        } else if outgoing.op.id.incarnation == self.head.incarnation {
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

    /// Whether nothing is known and nothing was written: as after [`Self::new`].
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.cursors.is_empty() && self.staged.is_empty() && self.outbox.is_empty()
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

    /// Smallest place of this lifetime that a server may still lack: all before are inside a verified backup.
    #[must_use]
    pub fn kept_from(&self) -> OpSeq {
        self.kept_from
    }

    /// Pages of a scope's snapshot that came so far: which they are, not what they say.
    #[must_use]
    pub fn staged(&self, scope: &Scope) -> &[Page] {
        self.staged.get(scope).map_or(&[], Vec::as_slice)
    }

    /// Own operations to send next, in order, all of one lifetime: the oldest that has any. Up to the first place not
    /// heard of yet; a hole before `expect`, the place that the server said it expects of this lifetime, is no hole: the
    /// server has it. An earlier lifetime has no other tab to hear of.
    pub(crate) fn sendable(&self, expect: Option<OpSeq>) -> impl Iterator<Item = &Operation> {
        let first = self.outbox.values().find(|it| it.is_unsent());
        let first = first.map(|it| &it.op.id);
        let current = first.is_none_or(|it| it.incarnation == self.head.incarnation);
        let from = match first {
            Some(first) if !current => first.seq,
            _ => self.kept_from,
        };
        let mut next = Some(from);
        self.outbox
            .iter_from(&from)
            .take_while(move |(seq, it)| {
                let known = next == Some(**seq)
                    || (current && expect.is_some_and(|expect| **seq <= expect));
                next = seq.next();
                known && first.is_none_or(|first| first.incarnation == it.op.id.incarnation)
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

    /// History that a scope's registers count in.
    fn epoch(&self, scope: &Scope) -> Epoch {
        let staged = || self.staged(scope).first().map(|it| it.cursor.epoch);
        let known = self.cursors.get(scope).map(|it| it.epoch);
        known.or_else(staged).unwrap_or_default()
    }

    /// What a new operation on this register bases on: the version that the server last stated.
    #[must_use]
    pub fn base(&self, key: &RegisterKey) -> Cursor {
        Cursor {
            epoch: self.epoch(&key.scope),
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
        let epoch = self.epoch(&key.scope);
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
