//! What a person sees on one tab: own work stays visible, nobody else's vanishes unseen, nothing goes back.

use std::collections::BTreeSet;

use crate::ids::{Epoch, OpId, OpSeq, RegisterKey};
use crate::operation::Change;
use crate::register::Register;
use crate::replica::{Outgoing, Replica};

use super::super::phone::Tab;
use super::super::server::Durable;
use super::{Check, Checkers, demand, displaces, entries_of, heads_of, is_own_later};

impl Checkers {
    /// Looks at every register that this device wrote: I7, I8, I11. `shown` is what the screen shows.
    pub(in super::super) fn screen(
        &self,
        tab: &mut Tab,
        durable: &Durable,
        shown: impl Fn(&Replica, &RegisterKey) -> Register,
    ) -> Check {
        // A scope that left the phone and came back begins anew.
        tab.read
            .retain(|scope, _| tab.replica.cursors().contains_key(scope));
        for (scope, cursor) in tab.replica.cursors() {
            let before = tab.read.insert(scope.clone(), *cursor);
            let forward = before.is_none_or(|it| it.epoch != cursor.epoch || it.seq <= cursor.seq);
            demand(forward, "I8", || {
                format!("{scope} went back from {before:?} to {cursor:?}")
            })?;
        }
        let replica = &tab.replica;
        let device = replica.head().device.clone();
        let first = (device.clone(), RegisterKey::new("", "", "", ""));
        for ((_, key), places) in self
            .by_key
            .range(first..)
            .take_while(|((it, _), _)| *it == device)
        {
            let view = shown(replica, key);
            self.own_work(tab, durable, key, places, &view)?;
            nobody_hidden(replica, key, &view)?;
        }
        Ok(())
    }

    fn own_work(
        &self,
        tab: &Tab,
        durable: &Durable,
        key: &RegisterKey,
        places: &[OpSeq],
        view: &Register,
    ) -> Check {
        let replica = &tab.replica;
        let counts = |seq: OpSeq| {
            let stored = replica.outbox().get(&seq);
            tab.known.contains(&seq) && stored.is_none_or(|it| !is_refused_here(it))
        };
        for seq in places.iter().copied().filter(|it| counts(*it)) {
            let id = OpId {
                device: replica.head().device.clone(),
                incarnation: replica.head().incarnation.clone(),
                seq,
            };
            if view.contains(&id) {
                continue;
            }
            let Some(op) = self.written.get(&id) else {
                continue;
            };
            let displaced = match op.change {
                Change::Retract(_) => true,
                Change::Add(_) => false,
                Change::Set(_) => places.iter().copied().filter(|it| *it > seq).any(|later| {
                    let id = OpId {
                        seq: later,
                        ..id.clone()
                    };
                    let set = self
                        .written
                        .get(&id)
                        .map(|it| matches!(it.change, Change::Set(_)));
                    set == Some(true) && counts(later)
                }),
            };
            let excused = displaced || self.seen_by_another(replica, durable, key, &id);
            demand(excused, "I8", || {
                format!("{id:?} on {key:?} vanished: {view:?}")
            })?;
        }
        Ok(())
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
    let epoch = replica
        .cursors()
        .get(&key.scope)
        .map_or(Epoch(0), |it| it.epoch);
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
