//! A phone: one store that commits lists of changes atomically, and the tabs that share it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::client::Exchange;
use crate::ids::{AuthorId, Cursor, DeviceId, Incarnation, OpSeq, RegisterKey, Scope, ServerSeq};
use crate::operation::LogEntry;
use crate::protocol::Page;
use crate::register::Register;
use crate::replica::Replica;
use crate::store::{DeviceHead, Outgoing, StoreChange};

/// Commits that a torn tail may lose at most.
const TORN_COMMITS_MAX: usize = 4;

/// What survives a kill. Written apart from [`Replica::apply`], so that each checks the other.
#[derive(Debug, Clone)]
pub(super) struct Disk {
    pub(super) head: DeviceHead,
    pub(super) outbox: BTreeMap<OpSeq, Outgoing>,
    cursors: BTreeMap<Scope, Cursor>,
    registers: BTreeMap<Scope, BTreeMap<RegisterKey, Register>>,
    history: BTreeMap<Scope, BTreeMap<ServerSeq, LogEntry>>,
    /// Pages that the registers lie on, and those that are not complete yet.
    pages: BTreeMap<Scope, Vec<Page>>,
    staged: BTreeMap<Scope, Vec<Page>>,
}

impl Disk {
    fn new(device: DeviceId, incarnation: Incarnation) -> Self {
        Self {
            head: DeviceHead {
                device,
                incarnation,
                born_of: None,
                next_seq: OpSeq::FIRST,
                clock_offset_ms: 0,
            },
            outbox: BTreeMap::new(),
            cursors: BTreeMap::new(),
            registers: BTreeMap::new(),
            history: BTreeMap::new(),
            pages: BTreeMap::new(),
            staged: BTreeMap::new(),
        }
    }

    /// Whether anything of a scope's data is here.
    pub(super) fn holds(&self, scope: &Scope) -> bool {
        self.registers.contains_key(scope)
            || self.pages.contains_key(scope)
            || self.staged.contains_key(scope)
            || self.history.contains_key(scope)
    }

    /// One transaction.
    pub(super) fn commit(&mut self, changes: &[StoreChange]) {
        for change in changes {
            match change.clone() {
                StoreChange::PutHead(head) => self.head = head,
                StoreChange::PutClockOffset(offset_ms) => self.head.clock_offset_ms = offset_ms,
                StoreChange::PutOutgoing(it) => {
                    self.outbox.insert(it.op.id.seq, *it);
                }
                StoreChange::DropOutgoing(seq) => {
                    self.outbox.remove(&seq);
                }
                StoreChange::PutRegister(key, register) => {
                    self.registers
                        .entry(key.scope.clone())
                        .or_default()
                        .insert(key, register);
                }
                StoreChange::PutCursor(scope, cursor) => {
                    self.cursors.insert(scope, cursor);
                }
                StoreChange::PutHistory(entry) => {
                    let lines = self.history.entry(entry.op.scope.clone()).or_default();
                    lines.insert(entry.server_seq, *entry);
                }
                StoreChange::ForgetScope(scope) => {
                    self.cursors.remove(&scope);
                    self.registers.remove(&scope);
                    self.history.remove(&scope);
                    self.pages.remove(&scope);
                    self.staged.remove(&scope);
                }
                StoreChange::DropPages(scope) => {
                    self.staged.remove(&scope);
                }
                StoreChange::PutPage(page) => {
                    let scope = page.scope.clone();
                    let complete = page.is_last().then_some(page.cursor);
                    self.staged.entry(scope.clone()).or_default().push(*page);
                    if let Some(cursor) = complete {
                        self.registers.remove(&scope);
                        self.history.remove(&scope);
                        let pages = self.staged.remove(&scope).unwrap_or_default();
                        self.pages.insert(scope.clone(), pages);
                        self.cursors.insert(scope, cursor);
                    }
                }
            }
        }
    }

    /// A tab's memory from one consistent read.
    pub(super) fn boot(&self) -> Replica {
        let mut replica = Replica::with_head(self.head.clone());
        let disk = self.clone();
        let pages = disk.pages.into_values().flatten();
        for page in pages {
            replica.apply(StoreChange::PutPage(Box::new(page)));
        }
        for outgoing in disk.outbox.into_values() {
            replica.apply(StoreChange::PutOutgoing(Box::new(outgoing)));
        }
        for (key, register) in disk.registers.into_values().flatten() {
            replica.apply(StoreChange::PutRegister(key, register));
        }
        for entry in disk.history.into_values().flat_map(BTreeMap::into_values) {
            replica.apply(StoreChange::PutHistory(Box::new(entry)));
        }
        for (scope, cursor) in disk.cursors {
            replica.apply(StoreChange::PutCursor(scope, cursor));
        }
        for page in disk.staged.into_values().flatten() {
            replica.apply(StoreChange::PutPage(Box::new(page)));
        }
        replica
    }
}

/// One tab: its memory, and news of other tabs that it has not read yet.
#[derive(Debug)]
pub(super) struct Tab {
    pub(super) replica: Replica,
    pub(super) exchange: Exchange,
    pub(super) news: VecDeque<StoreChange>,
    /// Own operations that this tab has shown.
    pub(super) known: BTreeSet<OpSeq>,
    /// Last cursors that this tab has shown.
    pub(super) read: BTreeMap<Scope, Cursor>,
    /// A register that somebody is looking at, and the version on the screen.
    pub(super) look: Option<(RegisterKey, Cursor)>,
    /// Which life of the tab this is: answers to an earlier one are gone.
    pub(super) life: u64,
    pub(super) attempt: u64,
}

impl Tab {
    fn boot(disk: &Disk, life: u64, plain: bool) -> Self {
        let exchange = if plain {
            Exchange::plain("sim")
        } else {
            Exchange::new("sim")
        };
        Self {
            replica: disk.boot(),
            exchange,
            news: VecDeque::new(),
            known: disk.outbox.keys().copied().collect(),
            read: BTreeMap::new(),
            look: None,
            life,
            attempt: 0,
        }
    }

    /// Repeats a committed change in memory.
    pub(super) fn apply(&mut self, change: StoreChange) {
        if let StoreChange::PutOutgoing(outgoing) = &change {
            self.known.insert(outgoing.op.id.seq);
        }
        self.replica.apply(change);
    }
}

#[derive(Debug)]
pub(super) struct Phone {
    pub(super) disk: Disk,
    /// The store as it was before its last commits, oldest first: what a torn tail leaves.
    earlier: VecDeque<Disk>,
    /// Whether its app is of the first release.
    plain: bool,
    pub(super) tabs: Vec<Tab>,
    /// The tab that holds the lock for talking to the server.
    pub(super) leader: usize,
    pub(super) author: AuthorId,
    /// Device clock minus true time.
    pub(super) clock_off_ms: i64,
    pub(super) signed_in: bool,
    lives: u64,
}

impl Phone {
    pub(super) fn new(name: usize, tabs: usize, plain: bool) -> Self {
        let device = DeviceId::new(format!("d{name}"));
        let disk = Disk::new(device, Incarnation::new(format!("i{name}")));
        let mut phone = Self {
            disk,
            earlier: VecDeque::new(),
            plain,
            tabs: Vec::new(),
            leader: 0,
            author: AuthorId::new(format!("a{name}")),
            clock_off_ms: 0,
            signed_in: true,
            lives: 0,
        };
        for _ in 0..tabs {
            phone.lives += 1;
            phone.tabs.push(Tab::boot(&phone.disk, phone.lives, plain));
        }
        phone
    }

    /// One transaction of this phone's store.
    pub(super) fn commit(&mut self, changes: &[StoreChange]) {
        self.earlier.push_back(self.disk.clone());
        if self.earlier.len() > TORN_COMMITS_MAX {
            self.earlier.pop_front();
        }
        self.disk.commit(changes);
    }

    /// The browser dies, and its store comes back without the last commits.
    pub(super) fn tear(&mut self, commits: usize) {
        for _ in 0..commits {
            if let Some(before) = self.earlier.pop_back() {
                self.disk = before;
            }
        }
        self.kill();
    }

    /// The storage is evicted: a new lifetime begins with nothing.
    pub(super) fn wipe(&mut self, fresh: Incarnation) {
        self.disk = Disk::new(self.disk.head.device.clone(), fresh);
        self.earlier.clear();
        self.kill();
    }

    /// Another phone that a copy of this one's store was put on.
    pub(super) fn copy(&self) -> Self {
        let mut copy = Self {
            disk: self.disk.clone(),
            earlier: VecDeque::new(),
            plain: self.plain,
            tabs: Vec::new(),
            leader: 0,
            author: self.author.clone(),
            clock_off_ms: self.clock_off_ms,
            signed_in: true,
            lives: 0,
        };
        for _ in 0..self.tabs.len() {
            copy.lives += 1;
            copy.tabs
                .push(Tab::boot(&copy.disk, copy.lives, copy.plain));
        }
        copy
    }

    /// Kills and restarts one tab. When it led, another takes the lock and reads the store anew.
    pub(super) fn kill_tab(&mut self, tab: usize) {
        if tab == self.leader {
            self.leader = (tab + 1) % self.tabs.len();
            self.reboot(self.leader);
        }
        self.reboot(tab);
    }

    /// Kills and restarts the whole browser.
    pub(super) fn kill(&mut self) {
        for tab in 0..self.tabs.len() {
            self.reboot(tab);
        }
        self.leader = 0;
    }

    fn reboot(&mut self, tab: usize) {
        self.lives += 1;
        self.tabs[tab] = Tab::boot(&self.disk, self.lives, self.plain);
    }

    /// Applies a commit to the tab that made it, and tells the others.
    pub(super) fn publish(&mut self, tab: usize, changes: Vec<StoreChange>) {
        for (index, other) in self.tabs.iter_mut().enumerate() {
            if index != tab {
                other.news.extend(changes.iter().cloned());
            }
        }
        for change in changes {
            self.tabs[tab].apply(change);
        }
    }

    /// A tab reads all its news.
    pub(super) fn hear(&mut self, tab: usize) {
        while let Some(change) = self.tabs[tab].news.pop_front() {
            self.tabs[tab].apply(change);
        }
    }
}
