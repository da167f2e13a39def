//! The server around [`decide`]: durable state that changes only by whole commits, pulls, snapshots and backups.

use std::collections::{BTreeMap, BTreeSet};

use crate::ids::{AuthorId, Cursor, Epoch, OpId, OpSeq, RegisterKey, Scope, ServerSeq};
use crate::operation::{Change, Incoming, LogEntry, Operation};
use crate::protocol::{
    PLAIN_VERSION, Page, ScopePull, SnapshotRegister, SyncReply, SyncRequest, VERSION,
};
use crate::register::Register;
use crate::server::{
    Address, Decision, DeviceState, Judgement, Lifetime, Policy, Refused, ScopeState, ServerClock,
    StoredReceipt, Working, admit, decide, needs,
};
use crate::verdict::{RejectCode, Verdict};

use super::Sabotage;
use super::options::Options;

pub(super) type Log = BTreeMap<Scope, Vec<LogEntry>>;

/// What survives a crash, and what a backup holds.
#[derive(Debug, Clone, Default)]
pub(super) struct Durable {
    pub(super) log: Log,
    pub(super) registers: BTreeMap<RegisterKey, Register>,
    pub(super) receipts: BTreeMap<OpId, StoredReceipt>,
    pub(super) refused: BTreeMap<(OpId, [u8; 32]), Refused>,
    devices: BTreeMap<Lifetime, DeviceState>,
    /// Lowest places taken late since the last backup, which does not hold them.
    filled: BTreeMap<Lifetime, OpSeq>,
    /// A projection kept step by step: how many registers of each scope show the value 1.
    pub(super) tally: BTreeMap<Scope, i64>,
    pub(super) epoch: Epoch,
    restored_at: BTreeMap<Scope, ServerSeq>,
}

/// Who may not touch what any more, and since when.
pub(super) type Revoked = BTreeMap<(AuthorId, Scope), i64>;

pub(super) struct Server {
    pub(super) durable: Durable,
    pub(super) backups: Vec<Durable>,
    pub(super) up: bool,
    pub(super) revoked: Revoked,
    /// Version of the protocol that this release speaks.
    pub(super) version: u32,
    /// Pages that a snapshot was cut into; gone with the process.
    pages: BTreeMap<(Scope, Epoch, ServerSeq), Vec<Page>>,
    last_epoch: Epoch,
}

/// How a request ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Crash {
    None,
    BeforeCommit,
    AfterCommit,
}

struct Rules<'a> {
    revoked: &'a Revoked,
    version: u32,
    now_ms: i64,
    sabotage: Option<Sabotage>,
}

impl Policy for Rules<'_> {
    fn judge(&self, op: &Operation, written_ms: i64) -> Judgement {
        let right = self.revoked.get(&(op.author.clone(), op.scope.clone()));
        if right.is_some_and(|since| written_ms >= *since) {
            return Judgement::Quarantine(RejectCode::Forbidden);
        }
        let far = self.now_ms.abs_diff(op.at_ms) > 300 * 86_400_000;
        if self.sabotage == Some(Sabotage::ClockDecides) && far {
            return Judgement::Reject(RejectCode::BadValue);
        }
        match &op.change {
            Change::Set(value) if value == "bad" => Judgement::Reject(RejectCode::BadValue),
            Change::Set(value) if value == "odd" => Judgement::Quarantine(RejectCode::Forbidden),
            Change::Set(value) if value == "newest" => Judgement::NeedsUpgrade,
            // What the second release learned.
            Change::Set(value) if value == "new" && self.version == PLAIN_VERSION => {
                Judgement::NeedsUpgrade
            }
            _ => Judgement::Accept,
        }
    }
}

impl Server {
    pub(super) fn new(scopes: &[Scope], version: u32) -> Self {
        let epoch = Epoch(1);
        let log = scopes.iter().map(|it| (it.clone(), Vec::new())).collect();
        Self {
            durable: Durable {
                log,
                epoch,
                ..Durable::default()
            },
            backups: Vec::new(),
            up: true,
            revoked: Revoked::new(),
            version,
            pages: BTreeMap::new(),
            last_epoch: epoch,
        }
    }

    /// The process ends; what lived in its memory is gone.
    pub(super) fn stop(&mut self) {
        self.up = false;
        self.pages.clear();
    }

    /// A newer release starts: what the old one kept raw is judged again. Gives the registers that were touched.
    pub(super) fn upgrade(&mut self, now_ms: i64) -> BTreeSet<RegisterKey> {
        self.stop();
        self.up = true;
        self.version = VERSION;
        let waiting: Vec<Refused> = self
            .durable
            .refused
            .values()
            .filter(|it| it.verdict == Verdict::NeedsUpgrade)
            .cloned()
            .collect();
        let mut touched = BTreeSet::new();
        for refused in waiting {
            let Ok(op) = Operation::from_value(&refused.raw) else {
                continue;
            };
            let mut working = self.working([op.scope.clone()].into());
            let mut decision = Decision::empty(0, 1);
            let rules = self.rules(now_ms, None);
            let clock = ServerClock { now_ms };
            let verdict = admit(&mut working, &op, &rules, clock, &mut decision);
            if verdict == Verdict::NeedsUpgrade {
                continue;
            }
            let digest = refused.digest;
            let stored = StoredReceipt {
                digest,
                verdict: verdict.clone(),
            };
            self.durable.receipts.insert(op.id.clone(), stored);
            let place = (op.id.clone(), digest.0);
            if verdict.server_seq().is_some() {
                self.durable.refused.remove(&place);
            } else {
                self.durable
                    .refused
                    .insert(place, Refused { verdict, ..refused });
            }
            touched.extend(self.commit(&op.id, &decision, working, None));
        }
        touched
    }

    fn rules(&self, now_ms: i64, sabotage: Option<Sabotage>) -> Rules<'_> {
        Rules {
            revoked: &self.revoked,
            version: self.version,
            now_ms,
            sabotage,
        }
    }

    /// Answers a request, unless the server dies in it. Gives the registers that a commit touched, too.
    pub(super) fn handle(
        &mut self,
        mut request: SyncRequest,
        author: &AuthorId,
        now_ms: i64,
        options: &Options,
        crash: Crash,
        sabotage: Option<Sabotage>,
    ) -> (Option<SyncReply>, BTreeSet<RegisterKey>) {
        if self.version == PLAIN_VERSION && request.protocol > PLAIN_VERSION {
            // It passes over fields that it does not know, columns among them.
            request.ops.clear();
        }
        request.protocol = request.protocol.min(self.version);
        request.ops.truncate(options.batch_max);
        let mut working = self.load(&request);
        match sabotage {
            Some(Sabotage::ApplyDuplicates) => {
                working.receipts.clear();
                working.devices.clear();
                let first = request.ops.iter().find_map(Incoming::place);
                request.kept_from = first.unwrap_or(request.kept_from);
            }
            Some(Sabotage::PoisonBlocks) => {
                let bad = |it: &Incoming| matches!(it, Incoming::Op(op) if op.change == Change::Set("bad".into()));
                let end = request.ops.iter().position(bad);
                request.ops.truncate(end.unwrap_or(request.ops.len()));
            }
            Some(Sabotage::ExtraDropped) => {
                for incoming in &mut request.ops {
                    if let Incoming::Op(op) = incoming {
                        op.extra.clear();
                    }
                }
            }
            _ => {}
        }
        let rules = self.rules(now_ms, sabotage);
        let decision = decide(
            &mut working,
            &request,
            author,
            &rules,
            ServerClock { now_ms },
        );
        let lives = crash == Crash::None;
        let late = sabotage == Some(Sabotage::AckBeforeCommit);
        let touched = if crash == Crash::BeforeCommit || (late && !lives) {
            BTreeSet::new()
        } else {
            let first = OpId {
                device: request.device.clone(),
                incarnation: request.incarnation.clone(),
                seq: crate::ids::OpSeq::FIRST,
            };
            self.commit(&first, &decision, working, sabotage)
        };
        if !lives {
            self.stop();
        }
        let replies = lives || (late && crash == Crash::AfterCommit);
        let reply = replies.then(|| self.reply(&request, author, decision, now_ms, options));
        (reply, touched)
    }

    fn working(&self, scopes: BTreeSet<Scope>) -> Working {
        let durable = &self.durable;
        let state = |scope: Scope| {
            let log = durable.log.get(&scope)?;
            let mut state = ScopeState {
                end: end_of(log),
                restored_at: durable.restored_at.get(&scope).copied().unwrap_or_default(),
                ..ScopeState::default()
            };
            for (key, register) in durable.registers.iter().filter(|it| it.0.scope == scope) {
                state.registers.insert(address(key), register.clone());
            }
            Some((scope, state))
        };
        Working {
            scopes: scopes.into_iter().filter_map(state).collect(),
            epoch: durable.epoch,
            ..Working::default()
        }
    }

    fn load(&self, request: &SyncRequest) -> Working {
        let needs = needs(request);
        let durable = &self.durable;
        let lifetime = (request.device.clone(), request.incarnation.clone());
        let mut working = self.working(needs.scopes);
        if let Some(known) = durable.devices.get(&lifetime) {
            working.devices.insert(lifetime.clone(), *known);
        }
        if let Some((first, last)) = needs.places {
            let id = |seq| OpId {
                device: lifetime.0.clone(),
                incarnation: lifetime.1.clone(),
                seq,
            };
            let known = durable.receipts.range(id(first)..=id(last));
            working.receipts.extend(known.map(cloned));
        }
        working
    }

    fn commit(
        &mut self,
        of: &OpId,
        decision: &Decision,
        working: Working,
        sabotage: Option<Sabotage>,
    ) -> BTreeSet<RegisterKey> {
        let durable = &mut self.durable;
        let mut touched = BTreeSet::new();
        for entry in &decision.accepted {
            touched.insert(entry.op.key());
            let log = durable.log.entry(entry.op.scope.clone()).or_default();
            log.push(entry.clone());
        }
        for (seq, stored) in &decision.new_receipts {
            let id = OpId {
                seq: *seq,
                ..of.clone()
            };
            durable.receipts.insert(id, stored.clone());
        }
        for refused in &decision.refused {
            let place = (refused.id.clone(), refused.digest.0);
            durable.refused.insert(place, refused.clone());
        }
        durable.devices.extend(working.devices);
        if let Some(filled) = decision.filled {
            let lifetime = (of.device.clone(), of.incarnation.clone());
            let lowest = durable.filled.entry(lifetime).or_insert(filled);
            *lowest = filled.min(*lowest);
        }
        for key in &touched {
            let state = working.scopes.get(&key.scope);
            let Some(mut register) = state.and_then(|it| it.registers.get(&address(key)).cloned())
            else {
                continue;
            };
            match sabotage {
                Some(Sabotage::RegisterDrifts) if register.entries.len() > 1 => {
                    register.entries.remove(0);
                }
                Some(Sabotage::SiblingsDropped) => {
                    register.heads = register.winner().cloned().into_iter().collect();
                }
                _ => {}
            }
            let before = durable.registers.get(key).map_or(0, counted);
            let before = if sabotage == Some(Sabotage::TallyDrifts) {
                0
            } else {
                before
            };
            *durable.tally.entry(key.scope.clone()).or_default() += counted(&register) - before;
            durable.registers.insert(key.clone(), register);
        }
        touched
    }

    fn reply(
        &self,
        request: &SyncRequest,
        author: &AuthorId,
        decision: Decision,
        now_ms: i64,
        options: &Options,
    ) -> SyncReply {
        let lifetime = (request.device.clone(), request.incarnation.clone());
        let known = |it: &Durable| it.devices.get(&lifetime).and_then(|it| it.high);
        let filled = self.durable.filled.get(&lifetime);
        let whole = |it: &OpSeq| filled.is_none_or(|filled| it < filled);
        let plain = request.protocol == PLAIN_VERSION;
        SyncReply {
            protocol: request.protocol,
            incarnation: (!plain).then(|| request.incarnation.clone()),
            epoch: self.durable.epoch,
            now_ms,
            expect: decision.expect,
            backed_up: self.backups.last().and_then(known).filter(whole),
            receipts: decision.receipts,
            scopes: request
                .cursors
                .iter()
                .map(|(scope, cursor)| (scope.clone(), self.pull(scope, *cursor, author, options)))
                .collect(),
        }
    }

    fn pull(&self, scope: &Scope, from: Cursor, author: &AuthorId, options: &Options) -> ScopePull {
        let log = self.durable.log.get(scope);
        let Some(log) = log.filter(|_| !self.is_revoked(author, scope)) else {
            return ScopePull::Denied;
        };
        let end = end_of(log);
        let far = end.0.saturating_sub(from.seq.0) > options.horizon;
        if from.epoch != self.durable.epoch || from.seq > end || far {
            return ScopePull::Reset;
        }
        let fresh = log.iter().filter(|it| it.server_seq > from.seq);
        let entries: Vec<LogEntry> = fresh.take(options.entries_max).cloned().collect();
        let seq = entries.last().map_or(from.seq, |it| it.server_seq);
        ScopePull::Entries {
            cursor: Cursor { seq, ..from },
            entries,
            more: seq < end,
        }
    }

    /// A page of a snapshot, of this moment's when none is named; `None` when the server has it not.
    pub(super) fn page(
        &mut self,
        scope: &Scope,
        at: Option<(Cursor, u32)>,
        options: &Options,
        sabotage: Option<Sabotage>,
    ) -> Option<Page> {
        let (cursor, number) = match at {
            Some((cursor, number)) => (cursor, number),
            None => {
                let pages = self.cut(scope, options, sabotage)?;
                let cursor = pages.first()?.cursor;
                let place = (scope.clone(), cursor.epoch, cursor.seq);
                self.pages.insert(place, pages);
                (cursor, 0)
            }
        };
        let pages = self.pages.get(&(scope.clone(), cursor.epoch, cursor.seq))?;
        pages.get(usize::try_from(number).ok()?).cloned()
    }

    fn cut(
        &self,
        scope: &Scope,
        options: &Options,
        sabotage: Option<Sabotage>,
    ) -> Option<Vec<Page>> {
        let log = self.durable.log.get(scope)?;
        let of_scope = |it: &(&RegisterKey, &Register)| it.0.scope == *scope;
        let mut registers: Vec<SnapshotRegister> = self
            .durable
            .registers
            .iter()
            .filter(of_scope)
            .map(|(key, register)| SnapshotRegister {
                kind: key.kind.clone(),
                record: key.record.clone(),
                field: key.field.clone(),
                register: register.clone(),
            })
            .collect();
        if sabotage == Some(Sabotage::PageLacks) {
            registers.pop();
        }
        // The first release gives its snapshot whole.
        let page_max = if self.version == PLAIN_VERSION {
            usize::MAX
        } else {
            options.page_max
        };
        let mut parts: Vec<Vec<SnapshotRegister>> = Vec::new();
        while registers.len() > page_max {
            let rest = registers.split_off(page_max);
            parts.push(std::mem::replace(&mut registers, rest));
        }
        parts.push(registers);
        let of = u32::try_from(parts.len()).ok()?;
        let page = |(number, registers): (u32, Vec<SnapshotRegister>)| Page {
            scope: scope.clone(),
            cursor: Cursor {
                epoch: self.durable.epoch,
                seq: end_of(log),
            },
            number,
            of,
            registers,
            history: if number + 1 == of {
                log.iter().rev().take(3).rev().cloned().collect()
            } else {
                Vec::new()
            },
        };
        Some((0..of).zip(parts).map(page).collect())
    }

    pub(super) fn is_revoked(&self, author: &AuthorId, scope: &Scope) -> bool {
        self.revoked.contains_key(&(author.clone(), scope.clone()))
    }

    /// A verified backup.
    pub(super) fn back_up(&mut self) {
        self.durable.filled.clear();
        self.backups.push(self.durable.clone());
    }

    /// Goes back to a backup, under a history of its own.
    pub(super) fn restore(&mut self, backup: usize) {
        self.durable = self.backups[backup].clone();
        self.pages.clear();
        // Later backups belong to a history that ended here.
        self.backups.truncate(backup + 1);
        self.last_epoch = Epoch(self.last_epoch.0 + 1);
        self.durable.epoch = self.last_epoch;
        for (scope, log) in &self.durable.log {
            let lowest = self
                .durable
                .restored_at
                .entry(scope.clone())
                .or_insert(end_of(log));
            *lowest = (*lowest).min(end_of(log));
        }
    }
}

pub(super) fn end_of(log: &[LogEntry]) -> ServerSeq {
    log.last().map_or(ServerSeq::ZERO, |it| it.server_seq)
}

fn address(key: &RegisterKey) -> Address {
    Address {
        kind: key.kind.clone(),
        record: key.record.clone(),
        field: key.field.clone(),
    }
}

/// What one register adds to the tally.
pub(super) fn counted(register: &Register) -> i64 {
    i64::from(register.value().is_some_and(|it| *it == 1))
}

fn cloned<K: Clone, V: Clone>((key, value): (&K, &V)) -> (K, V) {
    (key.clone(), value.clone())
}
