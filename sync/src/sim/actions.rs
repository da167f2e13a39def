//! The events of a schedule: people write, phones talk, machines die, operators restore.

mod writing;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::client::Failure;
use crate::ids::{AuthorId, Scope};
use crate::operation::Operation;
use crate::protocol::{Snapshot, SyncReply, SyncRequest};
use crate::replica::{Replica, StoreChange};

use super::Sabotage;
use super::checkers::{Check, Fault, acknowledged};
use super::network::{Message, Return};
use super::server::Crash;
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
        ];
        let mut drawn = self.random.below(weights.iter().sum());
        let event = weights.iter().position(|weight| {
            let here = drawn < *weight;
            drawn = drawn.saturating_sub(*weight);
            here
        });
        match event {
            Some(0) => return self.write(phone, tab),
            Some(1) => return self.send(phone),
            Some(2) => {
                if let Some(message) = self.network.take(&mut self.random) {
                    return self.deliver(message);
                }
            }
            Some(3) => self.give_up(phone),
            Some(4) => self.fetch_snapshots(phone),
            Some(5) => {
                self.phones[phone].hear(tab);
                return self.look_at(phone, tab);
            }
            Some(6) => self.server.up = !self.server.up || self.options.server_crash == 0,
            Some(7) => {
                self.server.back_up();
                self.checkers.backed_up(&self.server.durable);
            }
            Some(8) => return self.restore(),
            Some(9) => self.revoke(phone),
            Some(10) => {
                let years = [-TEN_YEARS_MS, -5_000, 0, 86_400_000, TEN_YEARS_MS];
                let jump = self.random.pick(&years).copied();
                self.phones[phone].clock_off_ms = jump.unwrap_or_default();
            }
            Some(11) => self.phones[phone].signed_in = false,
            Some(12) => self.wake(phone),
            _ => self.kill(phone, tab),
        }
        Ok(())
    }

    /// Signing in again, the button, `online`.
    fn wake(&mut self, phone: usize) {
        self.phones[phone].signed_in = true;
        let leader = self.phones[phone].leader;
        self.phones[phone].tabs[leader].exchange.wake();
    }

    fn give_up(&mut self, phone: usize) {
        let phone = &mut self.phones[phone];
        let now_ms = self.now_ms + phone.clock_off_ms;
        let exchange = &mut phone.tabs[phone.leader].exchange;
        if exchange.is_in_flight() {
            exchange.handle_failure(now_ms, Failure::Unreachable);
        }
    }

    pub(super) fn kill(&mut self, phone: usize, tab: usize) {
        self.report.crashes += 1;
        if self.random.percent(50) {
            self.phones[phone].kill();
        } else {
            self.phones[phone].kill_tab(tab);
        }
    }

    fn revoke(&mut self, phone: usize) {
        let Some(scope) = self.random.pick(&self.scopes).cloned() else {
            return;
        };
        let pair = (self.phones[phone].author.clone(), scope);
        if !self.server.revoked.remove(&pair) {
            self.server.revoked.insert(pair);
        }
    }

    fn restore(&mut self) -> Check {
        let count = self.server.backups.len();
        if count == 0 {
            return Ok(());
        }
        let old = if self.options.old_backups {
            self.random.below(count)
        } else {
            count - 1
        };
        let (ended, log) = (self.server.durable.epoch, self.server.durable.log.clone());
        self.server.restore(old);
        self.report.restores += 1;
        self.checkers.restored(ended, log, &self.server.durable)
    }

    /// The leading tab says what it has to say, when something is due.
    pub(super) fn send(&mut self, index: usize) -> Check {
        let phone = &mut self.phones[index];
        let now_ms = self.now_ms + phone.clock_off_ms;
        let leader = phone.leader;
        let tab = &mut phone.tabs[leader];
        let Some(mut request) = tab.exchange.poll_request(&tab.replica, now_ms) else {
            return Ok(());
        };
        tab.attempt += 1;
        let back = Return {
            phone: index,
            tab: leader,
            life: tab.life,
            attempt: tab.attempt,
        };
        if self.sabotage == Some(Sabotage::DropOnSend) {
            let sent: Vec<_> = tab
                .replica
                .unsent()
                .map(|it| StoreChange::DropOutgoing(it.id.seq))
                .collect();
            phone.disk.commit(&sent);
            phone.publish(leader, sent);
            self.checkers.phone_committed(&phone.disk)?;
        }
        request.ops.iter_mut().for_each(garble);
        let (author, request) = (phone.author.clone(), Box::new(request));
        let message = Message::Request {
            back,
            author,
            request,
        };
        self.network.send(&mut self.random, &self.options, message);
        Ok(())
    }

    pub(super) fn request(
        &mut self,
        back: Return,
        author: &AuthorId,
        request: SyncRequest,
    ) -> Check {
        if !self.server.up {
            return Ok(());
        }
        if !self.phones[back.phone].signed_in {
            self.network
                .send(&mut self.random, &self.options, Message::SignedOut { back });
            return Ok(());
        }
        let dies = self.random.percent(self.options.server_crash);
        let crash = match (dies, self.random.percent(50)) {
            (false, _) => Crash::None,
            (true, false) => Crash::BeforeCommit,
            (true, true) => Crash::AfterCommit,
        };
        self.report.crashes += usize::from(dies);
        let (reply, touched) = self.server.handle(
            request,
            author,
            self.now_ms,
            &self.options,
            crash,
            self.sabotage,
        );
        self.checkers
            .server_committed(&self.server.durable, &touched)?;
        if let Some(reply) = reply {
            self.report.exchanges += 1;
            let message = Message::Reply {
                back,
                reply: Box::new(reply),
            };
            self.network.send(&mut self.random, &self.options, message);
        }
        Ok(())
    }

    /// Whether an answer still finds the tab that asked, and that tab still leads.
    fn finds(&self, back: Return) -> bool {
        let phone = &self.phones[back.phone];
        phone.leader == back.tab && phone.tabs[back.tab].life == back.life
    }

    pub(super) fn signed_out(&mut self, back: Return) {
        let phone = &mut self.phones[back.phone];
        let tab = &mut phone.tabs[back.tab];
        if tab.life == back.life && tab.attempt == back.attempt && tab.exchange.is_in_flight() {
            let now_ms = self.now_ms + phone.clock_off_ms;
            tab.exchange.handle_failure(now_ms, Failure::SignedOut);
        }
    }

    pub(super) fn reply(&mut self, back: Return, reply: SyncReply) -> Check {
        if !self.finds(back) {
            return Ok(());
        }
        let phone = &mut self.phones[back.phone];
        let now_ms = self.now_ms + phone.clock_off_ms;
        let tab = &mut phone.tabs[back.tab];
        let in_time = tab.attempt == back.attempt && tab.exchange.is_in_flight();
        if !in_time && !self.options.late_replies {
            return Ok(());
        }
        acknowledged(&phone.disk, &reply, &self.server.durable)?;
        let Ok(mut changes) = tab.exchange.handle_reply(&tab.replica, now_ms, reply) else {
            return Ok(());
        };
        if self.sabotage == Some(Sabotage::RestoreIgnored) {
            changes
                .retain(|it| !matches!(it, StoreChange::PutOutgoing(it) if it.verdict.is_none()));
        }
        self.commit(back.phone, back.tab, changes, None).map(|_| ())
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
        self.phones[phone].disk.commit(&changes);
        if let Some(op) = written {
            self.checkers.recorded(op)?;
        }
        self.checkers.phone_committed(&self.phones[phone].disk)?;
        if self.random.percent(self.options.kill) {
            // The other tabs would wait for ever for news of this commit: the whole browser goes.
            self.phones[phone].kill();
            self.report.crashes += 1;
            return Ok(false);
        }
        self.phones[phone].publish(tab, changes);
        self.look_at(phone, tab)?;
        Ok(true)
    }

    /// Asks for the snapshot of every scope that lacks one.
    pub(super) fn fetch_snapshots(&mut self, index: usize) {
        let phone = &self.phones[index];
        let leader = phone.leader;
        let tab = &phone.tabs[leader];
        let missing = self
            .scopes
            .iter()
            .filter(|it| !tab.replica.cursors().contains_key(*it));
        let scopes: BTreeSet<Scope> = tab
            .exchange
            .stale_scopes()
            .iter()
            .chain(missing)
            .cloned()
            .collect();
        let back = Return {
            phone: index,
            tab: leader,
            life: tab.life,
            attempt: tab.attempt,
        };
        for scope in scopes {
            let message = Message::SnapshotRequest {
                back,
                author: phone.author.clone(),
                scope,
            };
            self.network.send(&mut self.random, &self.options, message);
        }
    }

    pub(super) fn snapshot_request(&mut self, back: Return, author: &AuthorId, scope: &Scope) {
        if !self.server.up {
            return;
        }
        if let Some(snapshot) = self.server.snapshot(author, scope) {
            let message = Message::Snapshot {
                back,
                snapshot: Box::new(snapshot),
            };
            self.network.send(&mut self.random, &self.options, message);
        }
    }

    pub(super) fn snapshot(&mut self, back: Return, snapshot: Snapshot) -> Check {
        if !self.finds(back) {
            return Ok(());
        }
        let scope = snapshot.scope.clone();
        let tab = &mut self.phones[back.phone].tabs[back.tab];
        if !tab.exchange.wants_snapshot(&tab.replica, &snapshot) {
            return Ok(());
        }
        let changes = Replica::load_snapshot(snapshot);
        if self.commit(back.phone, back.tab, changes, None)? {
            self.phones[back.phone].tabs[back.tab]
                .exchange
                .snapshot_loaded(&scope);
        }
        Ok(())
    }
}

/// Two values stand for operations that reach the server as something it cannot read.
fn garble(raw: &mut Value) {
    match raw.pointer("/change/set").and_then(Value::as_str) {
        Some("garbled") => {
            raw["author"] = json!(5);
        }
        Some("unheard-of") => {
            raw["change"] = json!({ "frobnicate": 1 });
        }
        _ => {}
    }
}
