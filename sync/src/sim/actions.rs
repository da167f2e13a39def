//! The events of a schedule: people write, phones talk, machines die, operators restore.

mod talking;
mod writing;

use crate::client::Failure;
use crate::ids::Incarnation;
use crate::operation::Operation;
use crate::protocol::PLAIN_VERSION;
use crate::store::{StoreChange, rebirth};

use super::Sabotage;
use super::checkers::{Check, Checkers, Fault};
use super::world::World;

const TEN_YEARS_MS: i64 = 10 * 365 * 24 * 3_600 * 1_000;

impl World {
    /// Draws one event by weight.
    pub(super) fn event(&mut self) -> Check {
        let phone = self.random.below(self.phones.len());
        let tab = self.random.below(self.phones[phone].tabs.len());
        let options = self.options;
        let weights = [
            options.edit_weight,
            20,
            30,
            6,
            5,
            8,
            2,
            options.backup_weight,
            options.restore_weight,
            options.revoke_weight,
            options.clock_weight,
            options.sign_out_weight,
            5,
            usize::from(options.kill > 0),
            options.torn_weight,
            options.wipe_weight,
            options.clone_weight,
            options.upgrade_weight * usize::from(self.server.version == PLAIN_VERSION),
        ];
        match self.random.weighted(&weights) {
            Some(0) => return self.write(phone, tab),
            Some(1) => return self.send(phone),
            Some(2) => {
                if let Some(message) = self.network.take(&mut self.random) {
                    return self.deliver(message);
                }
            }
            Some(3) => self.give_up(phone),
            Some(4) => self.fetch_page(phone),
            Some(5) => {
                self.trace
                    .note(|| format!("phone {phone}, tab {tab}, hears of the others"));
                self.phones[phone].hear(tab);
                return self.look_at(phone, tab);
            }
            Some(6) => {
                self.server.up = !self.server.up || self.options.server_crash == 0;
                let is = if self.server.up { "up" } else { "down" };
                self.trace.note(|| format!("the server is {is}"));
            }
            Some(7) => {
                let number = self.server.backups.len();
                self.trace.note(|| format!("backup {number} is made"));
                self.server.back_up();
                self.checkers.backed_up(&self.server.durable);
            }
            Some(8) => return self.restore(),
            Some(9) => self.revoke(phone),
            Some(10) => {
                let years = [-TEN_YEARS_MS, -5_000, 0, 86_400_000, TEN_YEARS_MS];
                let jump = self.random.pick(&years).copied();
                let off_ms = jump.unwrap_or_default();
                self.trace
                    .note(|| format!("the clock of phone {phone} is off by {off_ms} ms"));
                self.phones[phone].clock_off_ms = off_ms;
            }
            Some(11) => {
                self.trace
                    .note(|| format!("the session of phone {phone} ends"));
                self.phones[phone].signed_in = false;
            }
            Some(12) => self.wake(phone),
            Some(13) => self.kill(phone, tab),
            Some(14) => self.tear(phone),
            Some(15) => self.wipe(phone),
            Some(16) => self.copy(phone),
            Some(17) => {
                self.trace.note(|| "the server is upgraded".to_owned());
                let touched = self.server.upgrade(self.now_ms);
                self.report.upgrades += 1;
                return self
                    .checkers
                    .server_committed(&self.server.durable, &touched);
            }
            // A weight that a shrunk schedule has no more.
            _ => {}
        }
        Ok(())
    }

    /// The phone's battery dies, and its flash forgets the last commits although it had promised them.
    fn tear(&mut self, phone: usize) {
        let commits = self.random.between(1, 4);
        self.trace
            .note(|| format!("phone {phone} dies and forgets {commits} commits"));
        self.phones[phone].tear(commits);
        self.checkers.torn(phone, &self.phones[phone].disk);
        self.report.crashes += 1;
    }

    /// The browser evicts the storage.
    fn wipe(&mut self, phone: usize) {
        let fresh = self.fresh();
        self.trace
            .note(|| format!("the storage of phone {phone} is evicted; {fresh} begins"));
        self.phones[phone].wipe(fresh);
        self.checkers.torn(phone, &self.phones[phone].disk);
        self.report.wipes += 1;
    }

    /// The phone's storage is copied to a new one; both live on.
    fn copy(&mut self, phone: usize) {
        self.options.clone_weight = 0;
        let copy = self.phones[phone].copy();
        self.phones.push(copy);
        let new = self.phones.len() - 1;
        self.trace
            .note(|| format!("phone {phone} is copied to phone {new}"));
        self.checkers.copied(phone, new);
        self.report.clones += 1;
    }

    fn fresh(&mut self) -> Incarnation {
        self.lifetimes += 1;
        Incarnation::new(format!("fresh{}", self.lifetimes))
    }

    /// A phone that shares its identity goes on under another.
    fn be_reborn(&mut self, index: usize) -> Check {
        let fresh = self.fresh();
        let phone = &self.phones[index];
        let leader = phone.leader;
        let tab = &phone.tabs[leader];
        if !tab.exchange.wants_rebirth(&tab.replica) {
            return Ok(());
        }
        let outbox: Vec<_> = phone.disk.outbox.values().cloned().collect();
        let before = phone.disk.clone();
        let Some(changes) = rebirth(&before.head, &outbox, &fresh) else {
            return Ok(());
        };
        self.report.rebirths += 1;
        self.trace
            .note(|| format!("phone {index} goes on as {fresh}"));
        Checkers::reborn(&before, &changes)?;
        // The commit may be kept although the browser dies right after it.
        self.rebirth = Some(index);
        let done = self.commit(index, leader, changes, None);
        self.rebirth = None;
        done.map(|_| ())
    }

    /// Signing in again, the button, `online`.
    fn wake(&mut self, phone: usize) {
        self.trace
            .note(|| format!("phone {phone} is signed in and wakes"));
        self.phones[phone].signed_in = true;
        let leader = self.phones[phone].leader;
        self.phones[phone].tabs[leader].exchange.wake();
    }

    fn give_up(&mut self, index: usize) {
        let phone = &mut self.phones[index];
        let now_ms = self.now_ms + phone.clock_off_ms;
        let exchange = &mut phone.tabs[phone.leader].exchange;
        if exchange.is_in_flight() {
            self.trace
                .note(|| format!("phone {index} gives up waiting"));
            exchange.handle_failure(now_ms, Failure::Unreachable);
        }
    }

    pub(super) fn kill(&mut self, phone: usize, tab: usize) {
        self.report.crashes += 1;
        if self.random.percent(50) {
            self.trace.note(|| format!("phone {phone} dies"));
            self.phones[phone].kill();
        } else {
            self.trace
                .note(|| format!("tab {tab} of phone {phone} dies"));
            self.phones[phone].kill_tab(tab);
        }
    }

    fn revoke(&mut self, phone: usize) {
        let Some(scope) = self.random.pick(&self.scopes).cloned() else {
            return;
        };
        let pair = (self.phones[phone].author.clone(), scope);
        let was = self.server.revoked.remove(&pair);
        let verb = if was.is_none() { "loses" } else { "regains" };
        self.trace
            .note(|| format!("{} {verb} the right to {}", pair.0, pair.1));
        if was.is_none() {
            self.server.revoked.insert(pair, self.now_ms);
        }
    }

    fn restore(&mut self) -> Check {
        let count = self.server.backups.len();
        if count == 0 {
            return Ok(());
        }
        let old = if self.options.old_backups {
            self.random.below_from_end(count)
        } else {
            count - 1
        };
        let (ended, log) = (self.server.durable.epoch, self.server.durable.log.clone());
        self.trace.note(|| format!("backup {old} is restored"));
        self.server.restore(old);
        self.report.restores += 1;
        self.checkers.restored(ended, log, &self.server.durable)
    }

    /// Commits and applies, unless the tab dies between; `written` is a new operation among the changes. Whether it lived.
    pub(super) fn commit(
        &mut self,
        phone: usize,
        tab: usize,
        changes: Vec<StoreChange>,
        written: Option<&Operation>,
    ) -> Result<bool, Fault> {
        if self.random.percent(self.options.kill) {
            self.kill(phone, tab);
            return Ok(false);
        }
        if self.random.percent(self.options.abort) {
            // No room, or the browser broke the transaction off: the app learns of it and tries again later.
            self.report.aborts += 1;
            self.trace
                .note(|| format!("the store of phone {phone} refuses the commit"));
            self.give_up(phone);
            return Ok(false);
        }
        if self.sabotage == Some(Sabotage::HeadAlone)
            && let (Some(_), [head, rest @ ..]) = (written, changes.as_slice())
        {
            self.phones[phone].commit(std::slice::from_ref(head));
            if self.random.percent(self.options.kill) {
                self.kill(phone, tab);
                return self
                    .checkers
                    .phone_committed(phone, &self.phones[phone].disk)
                    .map(|()| false);
            }
            self.phones[phone].commit(rest);
        } else {
            self.phones[phone].commit(&changes);
        }
        if let Some(op) = written {
            self.checkers.recorded(phone, op)?;
        }
        if self.rebirth == Some(phone) {
            self.checkers.moved(phone, &changes);
        }
        let disk = &self.phones[phone].disk;
        self.checkers.phone_committed(phone, disk)?;
        if self.random.percent(self.options.kill) {
            // The other tabs would wait for ever for news of this commit: the whole browser goes.
            self.trace
                .note(|| format!("phone {phone} dies after the commit"));
            self.phones[phone].kill();
            self.report.crashes += 1;
            return Ok(false);
        }
        let mut seen = changes;
        if self.sabotage == Some(Sabotage::MemoryDrifts) {
            seen.retain(|it| !matches!(it, StoreChange::PutHistory(_)));
        }
        self.phones[phone].publish(tab, seen);
        self.look_at(phone, tab)?;
        Ok(true)
    }
}
