//! The events of a schedule: people write, phones talk, machines die, operators restore.

mod writing;

use serde_json::{Value, json};

use crate::client::{Failure, PageWanted};
use crate::ids::{AuthorId, Incarnation, Scope};
use crate::operation::{Incoming, Operation};
use crate::protocol::{PLAIN_VERSION, Page, ScopePull, SyncReply, SyncRequest};
use crate::store::{StoreChange, rebirth};
use crate::wire::Wire as _;

use super::Sabotage;
use super::checkers::{Check, Checkers, Fault, acknowledged, demand};
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
            options.torn_weight,
            options.wipe_weight,
            options.clone_weight,
            options.upgrade_weight * usize::from(self.server.version == PLAIN_VERSION),
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
            Some(4) => self.fetch_page(phone),
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
            Some(14) => self.tear(phone),
            Some(15) => self.wipe(phone),
            Some(16) => self.copy(phone),
            Some(17) => {
                let touched = self.server.upgrade(self.now_ms);
                self.report.upgrades += 1;
                return self
                    .checkers
                    .server_committed(&self.server.durable, &touched);
            }
            _ => self.kill(phone, tab),
        }
        Ok(())
    }

    /// The phone's battery dies, and its flash forgets the last commits although it had promised them.
    fn tear(&mut self, phone: usize) {
        let commits = self.random.between(1, 4);
        self.phones[phone].tear(commits);
        self.checkers.torn(phone, &self.phones[phone].disk);
        self.report.crashes += 1;
    }

    /// The browser evicts the storage.
    fn wipe(&mut self, phone: usize) {
        let fresh = self.fresh();
        self.phones[phone].wipe(fresh);
        self.checkers.torn(phone, &self.phones[phone].disk);
        self.report.wipes += 1;
    }

    /// The phone's storage is copied to a new one; both live on.
    fn copy(&mut self, phone: usize) {
        self.options.clone_weight = 0;
        let copy = self.phones[phone].copy();
        self.phones.push(copy);
        self.checkers.copied(phone, self.phones.len() - 1);
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
        Checkers::reborn(&before, &changes)?;
        // The commit may be kept although the browser dies right after it.
        self.rebirth = Some(index);
        let done = self.commit(index, leader, changes, None);
        self.rebirth = None;
        done.map(|_| ())
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
        if self.server.revoked.remove(&pair).is_none() {
            self.server.revoked.insert(pair, self.now_ms);
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
        self.be_reborn(index)?;
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
            phone.commit(&sent);
            phone.publish(leader, sent);
            self.checkers.phone_committed(index, &phone.disk)?;
        }
        request.ops.iter_mut().for_each(garble);
        let (author, request) = (phone.author.clone(), request.to_json());
        let message = Message::Request {
            back,
            author,
            request,
        };
        self.network.send(&mut self.random, &self.options, message);
        Ok(())
    }

    pub(super) fn request(&mut self, back: Return, author: &AuthorId, request: &str) -> Check {
        if !self.server.up {
            return Ok(());
        }
        if !self.phones[back.phone].signed_in {
            self.network
                .send(&mut self.random, &self.options, Message::SignedOut { back });
            return Ok(());
        }
        let Ok(request) = SyncRequest::parse(request.as_bytes()) else {
            return Err(Fault {
                invariant: "I9",
                detail: format!("unreadable request: {request}"),
            });
        };
        let asked = request.incarnation.clone();
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
            let reply = reply.to_json();
            let message = Message::Reply { back, asked, reply };
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

    pub(super) fn reply(&mut self, back: Return, asked: &Incarnation, reply: &str) -> Check {
        if !self.finds(back) {
            return Ok(());
        }
        let Ok(reply) = SyncReply::parse(reply.as_bytes()) else {
            return Err(Fault {
                invariant: "I9",
                detail: format!("unreadable reply: {reply}"),
            });
        };
        let phone = &mut self.phones[back.phone];
        let now_ms = self.now_ms + phone.clock_off_ms;
        let tab = &mut phone.tabs[back.tab];
        let in_time = tab.attempt == back.attempt && tab.exchange.is_in_flight();
        if !in_time && !self.options.late_replies {
            return Ok(());
        }
        let device = &phone.disk.head.device;
        acknowledged(device, asked, &reply, &self.server.durable)?;
        let denied: Vec<Scope> = reply
            .scopes
            .iter()
            .filter(|(_, pull)| **pull == ScopePull::Denied)
            .map(|(scope, _)| scope.clone())
            .collect();
        let Ok(mut changes) = tab.exchange.handle_reply(&tab.replica, now_ms, reply) else {
            return Ok(());
        };
        if self.sabotage == Some(Sabotage::RestoreIgnored) {
            changes
                .retain(|it| !matches!(it, StoreChange::PutOutgoing(it) if it.verdict.is_none()));
        }
        if self.sabotage == Some(Sabotage::DenialIgnored) {
            changes.retain(|it| !matches!(it, StoreChange::ForgetScope(_)));
        }
        if !self.commit(back.phone, back.tab, changes, None)? {
            return Ok(());
        }
        let disk = &self.phones[back.phone].disk;
        denied.iter().try_for_each(|scope| {
            demand(!disk.holds(scope), "I13", || {
                format!("{scope} was denied and is still on the phone")
            })
        })
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

    /// Asks for the next page of a scope that lacks its snapshot.
    pub(super) fn fetch_page(&mut self, index: usize) {
        let mut wanted = self.scopes.clone();
        self.random.shuffle(&mut wanted);
        let phone = &self.phones[index];
        let leader = phone.leader;
        let tab = &phone.tabs[leader];
        let Some(wanted) = tab.exchange.next_page(&tab.replica, &wanted) else {
            return;
        };
        let message = Message::PageRequest {
            back: Return {
                phone: index,
                tab: leader,
                life: tab.life,
                attempt: tab.attempt,
            },
            author: phone.author.clone(),
            wanted,
        };
        self.network.send(&mut self.random, &self.options, message);
    }

    pub(super) fn page_request(&mut self, back: Return, author: &AuthorId, wanted: PageWanted) {
        let PageWanted { scope, at } = wanted;
        if !self.server.up || self.server.is_revoked(author, &scope) {
            return;
        }
        let page = self.server.page(&scope, at, &self.options, self.sabotage);
        let message = match page {
            Some(page) => Message::Page {
                back,
                page: page.to_json(),
            },
            None => Message::Gone { back, scope },
        };
        self.network.send(&mut self.random, &self.options, message);
    }

    pub(super) fn page(&mut self, back: Return, page: &str) -> Check {
        if !self.finds(back) {
            return Ok(());
        }
        let Ok(page) = Page::from_json(page) else {
            return Err(Fault {
                invariant: "I9",
                detail: format!("unreadable page: {page}"),
            });
        };
        let scope = page.scope.clone();
        let tab = &self.phones[back.phone].tabs[back.tab];
        let changes = tab.exchange.take_page(&tab.replica, page);
        if changes.is_empty() {
            return Ok(());
        }
        if self.commit(back.phone, back.tab, changes, None)? {
            let tab = &mut self.phones[back.phone].tabs[back.tab];
            tab.exchange.page_kept(&tab.replica, &scope);
        }
        Ok(())
    }

    pub(super) fn gone(&mut self, back: Return, scope: Scope) -> Check {
        if !self.finds(back) {
            return Ok(());
        }
        let changes = vec![StoreChange::DropPages(scope)];
        self.commit(back.phone, back.tab, changes, None).map(|_| ())
    }
}

/// Two values stand for operations that reach the server as something it cannot read.
fn garble(incoming: &mut Incoming) {
    let mut raw = incoming.to_value();
    match raw.pointer("/change/set").and_then(Value::as_str) {
        Some("garbled") => raw["author"] = json!(5),
        Some("unheard-of") => raw["change"] = json!({ "frobnicate": 1 }),
        _ => return,
    }
    *incoming = Incoming::Raw(raw);
}
