//! What a person sees on one tab: own work stays visible, nobody else's vanishes unseen, nothing goes back.

use std::collections::BTreeSet;

use crate::ids::{Epoch, OpId, RegisterKey};
use crate::operation::{Change, Operation};
use crate::register::Register;
use crate::replica::Replica;
use crate::store::Outgoing;

use super::super::phone::Tab;
use super::super::server::Durable;
use super::{Check, Checkers, demand, displaces, entries_of, heads_of, is_own_later};

impl Checkers {
    /// Looks at every register that this device wrote: I7, I8, I11. `shown` is what the screen shows.
    pub(in super::super) fn screen(
        &self,
        phone: usize,
        tab: &mut Tab,
        durable: &Durable,
        shown: impl Fn(&Replica, &RegisterKey) -> Register,
    ) -> Check {
        // A scope that left the phone and came back begins anew.
        tab.read
            .retain(|scope, _| tab.replica.cursors().contains_key(scope));
        for (scope, cursor) in tab.replica.cursors() {
            let before = tab.read.insert(scope.clone(), *cursor);
            let forward = before.is_none_or(|it| (it.epoch, it.seq) <= (cursor.epoch, cursor.seq));
            demand(forward, "I8", || {
                format!("{scope} went back from {before:?} to {cursor:?}")
            })?;
        }
        let replica = &tab.replica;
        let first = (phone, RegisterKey::new("", "", "", ""));
        for ((_, key), ids) in self
            .by_key
            .range(first..)
            .take_while(|((it, _), _)| *it == phone)
        {
            let view = shown(replica, key);
            self.own_work((phone, tab), durable, key, ids, &view)?;
            nobody_hidden(replica, key, &view)?;
        }
        Ok(())
    }

    fn own_work(
        &self,
        (phone, tab): (usize, &Tab),
        durable: &Durable,
        key: &RegisterKey,
        ids: &[OpId],
        view: &Register,
    ) -> Check {
        let replica = &tab.replica;
        let counts = |id: &OpId| {
            let stored = replica.outbox().get(&id.seq).filter(|it| it.op.id == *id);
            tab.known.contains(&id.seq) && stored.is_none_or(|it| !is_refused_here(it))
        };
        let change_of = |id: &OpId| self.written.get(&(phone, id.clone())).map(|it| &it.change);
        for id in ids.iter().filter(|it| counts(it)) {
            if view.contains(id) {
                continue;
            }
            let displaced = match change_of(id) {
                None | Some(Change::Retract(_)) => true,
                Some(Change::Add(_)) => false,
                Some(Change::Set(_)) => ids
                    .iter()
                    .filter(|it| is_own_later(it, id))
                    .any(|later| matches!(change_of(later), Some(Change::Set(_))) && counts(later)),
            };
            let seen_later = || {
                let later = ids.iter().filter(|it| it.seq > id.seq && counts(it));
                later
                    .filter_map(|it| self.written.get(&(phone, it.clone())))
                    .any(|it| self.had_seen(durable, it, id))
            };
            // A tab that has not heard of a rebirth still shows what was written anew.
            let shown_later = || {
                let mine = replica.outbox().values().filter(|it| !is_refused_here(it));
                mine.map(|it| &it.op).any(|it| {
                    is_own_later(&it.id, id)
                        && it.key() == *key
                        && matches!(it.change, Change::Set(_))
                })
            };
            let excused = displaced
                || shown_later()
                || seen_later()
                || self.seen_by_another(replica, durable, key, id);
            demand(excused, "I8", || {
                format!("{id:?} on {key:?} vanished: {view:?}")
            })?;
        }
        Ok(())
    }

    /// Whether an author looked at a log that held an operation: of another lifetime of the same phone, for one.
    fn had_seen(&self, durable: &Durable, later: &Operation, id: &OpId) -> bool {
        let log = self.log_of(durable, later.base.epoch);
        let log = log.and_then(|it| it.get(&later.scope));
        let place = log.and_then(|it| it.iter().find(|it| it.op.id == *id));
        matches!(later.change, Change::Set(_))
            && place.is_some_and(|it| it.server_seq <= later.base.seq)
    }

    /// Whether somebody who had seen it wrote something else, or it left this phone with a scope or a backup.
    fn seen_by_another(
        &self,
        replica: &Replica,
        durable: &Durable,
        key: &RegisterKey,
        id: &OpId,
    ) -> bool {
        let kept = replica.outbox().contains_key(&id.seq);
        if !kept && self.lost.contains(id) {
            return true;
        }
        let Some(cursor) = replica.cursors().get(&key.scope) else {
            return !kept;
        };
        let Some(log) = self.log_of(durable, cursor.epoch) else {
            return true;
        };
        let log = entries_of(log, key);
        let Some(own) = log.iter().find(|it| it.op.id == *id) else {
            return !kept;
        };
        log.iter().any(|it| {
            let after = it.server_seq > own.server_seq && it.server_seq <= cursor.seq;
            after && matches!(it.op.change, Change::Set(_)) && displaces(it, own)
        })
    }
}

/// A view hides only what an own operation on top had seen, and invents nothing.
fn nobody_hidden(replica: &Replica, key: &RegisterKey, view: &Register) -> Check {
    let checkpoint = replica.checkpoint().get(key).cloned().unwrap_or_default();
    let staged = replica.staged(&key.scope).first().map(|it| it.cursor);
    let cursor = replica.cursors().get(&key.scope).copied().or(staged);
    let epoch = cursor.map_or(Epoch(0), |it| it.epoch);
    let shown: BTreeSet<OpId> = heads_of(view).collect();
    let ahead: Vec<&Outgoing> = replica
        .outbox()
        .values()
        .filter(|it| replica.is_ahead(it) && it.op.key() == *key)
        .filter(|it| matches!(it.op.change, Change::Set(_)))
        .collect();
    for by in checkpoint.heads.iter().flat_map(|it| &it.by) {
        let seen = ahead.iter().any(|it| {
            let base = it.op.base;
            (base.epoch == epoch && base.seq >= by.seq) || is_own_later(&it.op.id, &by.op)
        });
        demand(shown.contains(&by.op) || seen, "I11", || {
            format!("{key:?} hides {:?}", by.op)
        })?;
    }
    let base: BTreeSet<OpId> = heads_of(&checkpoint).collect();
    let device = &replica.head().device;
    let foreign = shown
        .iter()
        .find(|it| !base.contains(it) && it.device != *device);
    demand(foreign.is_none(), "I7", || {
        format!("{key:?} shows {foreign:?} from nowhere")
    })?;

    let notes: BTreeSet<&OpId> = view.entries.iter().map(|it| &it.by.op).collect();
    demand(notes.len() == view.entries.len(), "I7", || {
        format!("{key:?} shows a note twice")
    })?;
    let all = checkpoint
        .entries
        .iter()
        .all(|it| notes.contains(&it.by.op));
    demand(all, "I11", || format!("{key:?} hides a note"))
}

fn is_refused_here(outgoing: &Outgoing) -> bool {
    outgoing
        .verdict
        .as_ref()
        .is_some_and(|it| it.server_seq().is_none())
}
