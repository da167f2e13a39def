//! The server around [`decide`]: durable state that changes only by whole commits, pulls, snapshots and backups.

use std::collections::{BTreeMap, BTreeSet};

use crate::ids::{
    AuthorId, Cursor, DeviceId, Epoch, Incarnation, OpId, OpSeq, RegisterKey, Scope, ServerSeq,
};
use crate::operation::{Change, LogEntry, Operation};
use crate::protocol::{ScopePull, Snapshot, SnapshotRegister, SyncReply, SyncRequest, VERSION};
use crate::register::Register;
use crate::server::{
    Decision, DeviceState, Judgement, Policy, Refused, ServerClock, StoredReceipt, Working, decide,
    needs,
};
use crate::verdict::RejectCode;

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
    devices: BTreeMap<(DeviceId, Incarnation), DeviceState>,
    pub(super) epoch: Epoch,
    restored_at: BTreeMap<Scope, ServerSeq>,
}

/// Who may not touch what.
pub(super) type Revoked = BTreeSet<(AuthorId, Scope)>;

pub(super) struct Server {
    pub(super) durable: Durable,
    pub(super) backups: Vec<Durable>,
    pub(super) up: bool,
    pub(super) revoked: Revoked,
    last_epoch: Epoch,
}

/// How a request ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Crash {
    None,
    BeforeCommit,
    AfterCommit,
}

struct Rules<'a>(&'a Revoked);

impl Policy for Rules<'_> {
    fn judge(&self, op: &Operation) -> Judgement {
        if self.0.contains(&(op.author.clone(), op.scope.clone())) {
            return Judgement::Reject(RejectCode::Forbidden);
        }
        match &op.change {
            Change::Set(value) if value == "bad" => Judgement::Reject(RejectCode::BadValue),
            Change::Set(value) if value == "odd" => Judgement::Quarantine(RejectCode::Forbidden),
            Change::Set(value) if value == "new" => Judgement::NeedsUpgrade,
            _ => Judgement::Accept,
        }
    }
}

impl Server {
    pub(super) fn new(scopes: &[Scope]) -> Self {
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
            last_epoch: epoch,
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
        request.ops.truncate(options.batch_max);
        let mut working = self.load(&request);
        match sabotage {
            Some(Sabotage::ApplyDuplicates) => {
                working.receipts.clear();
                working.devices.clear();
                request.kept_from = first_place(&request);
            }
            Some(Sabotage::PoisonBlocks) => {
                let bad = |raw: &serde_json::Value| {
                    let value = raw.pointer("/change/set").and_then(|it| it.as_str());
                    value.is_some_and(|it| it == "bad")
                };
                let end = request
                    .ops
                    .iter()
                    .position(bad)
                    .unwrap_or(request.ops.len());
                request.ops.truncate(end);
            }
            _ => {}
        }
        let rules = Rules(&self.revoked);
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
            self.commit(&decision, working, sabotage)
        };
        if !lives {
            self.up = false;
        }
        let replies = lives || (late && crash == Crash::AfterCommit);
        let reply = replies.then(|| self.reply(&request, author, decision, now_ms, options));
        (reply, touched)
    }

    fn load(&self, request: &SyncRequest) -> Working {
        let needs = needs(request);
        let durable = &self.durable;
        let device = (request.device.clone(), request.incarnation.clone());
        Working {
            devices: durable
                .devices
                .get_key_value(&device)
                .into_iter()
                .map(cloned)
                .collect(),
            receipts: find(&durable.receipts, &needs.receipts),
            registers: find(&durable.registers, &needs.registers),
            scopes: needs
                .scopes
                .iter()
                .filter_map(|it| Some((it.clone(), end_of(durable.log.get(it)?))))
                .collect(),
            epoch: durable.epoch,
            restored_at: find(&durable.restored_at, &needs.scopes),
        }
    }

    fn commit(
        &mut self,
        decision: &Decision,
        mut working: Working,
        sabotage: Option<Sabotage>,
    ) -> BTreeSet<RegisterKey> {
        let durable = &mut self.durable;
        for entry in &decision.accepted {
            durable
                .log
                .entry(entry.op.scope.clone())
                .or_default()
                .push(entry.clone());
        }
        durable
            .receipts
            .extend(decision.new_receipts.iter().cloned());
        for refused in &decision.refused {
            durable
                .refused
                .insert((refused.id.clone(), refused.digest.0), refused.clone());
        }
        durable.devices.extend(working.devices);
        for key in &decision.touched {
            let Some(mut register) = working.registers.remove(key) else {
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
            durable.registers.insert(key.clone(), register);
        }
        decision.touched.clone()
    }

    fn reply(
        &self,
        request: &SyncRequest,
        author: &AuthorId,
        decision: Decision,
        now_ms: i64,
        options: &Options,
    ) -> SyncReply {
        let device = (request.device.clone(), request.incarnation.clone());
        SyncReply {
            protocol: VERSION,
            epoch: self.durable.epoch,
            now_ms,
            expect: decision.expect,
            backed_up: self
                .backups
                .last()
                .and_then(|it| it.devices.get(&device)?.high),
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

    pub(super) fn snapshot(&self, author: &AuthorId, scope: &Scope) -> Option<Snapshot> {
        let log = self
            .durable
            .log
            .get(scope)
            .filter(|_| !self.is_revoked(author, scope))?;
        let registers = self
            .durable
            .registers
            .iter()
            .filter(|(key, _)| key.scope == *scope);
        Some(Snapshot {
            scope: scope.clone(),
            cursor: Cursor {
                epoch: self.durable.epoch,
                seq: end_of(log),
            },
            registers: registers
                .map(|(key, register)| SnapshotRegister {
                    kind: key.kind.clone(),
                    record: key.record.clone(),
                    field: key.field.clone(),
                    register: register.clone(),
                })
                .collect(),
            history: log.iter().rev().take(3).rev().cloned().collect(),
        })
    }

    fn is_revoked(&self, author: &AuthorId, scope: &Scope) -> bool {
        self.revoked.contains(&(author.clone(), scope.clone()))
    }

    /// A verified backup.
    pub(super) fn back_up(&mut self) {
        self.backups.push(self.durable.clone());
    }

    /// Goes back to a backup, under a history of its own.
    pub(super) fn restore(&mut self, backup: usize) {
        self.durable = self.backups[backup].clone();
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

fn first_place(request: &SyncRequest) -> OpSeq {
    let first = request
        .ops
        .first()
        .and_then(|it| it.get("seq"))
        .and_then(serde_json::Value::as_u64);
    first.and_then(OpSeq::new).unwrap_or(OpSeq::FIRST)
}

fn cloned<K: Clone, V: Clone>((key, value): (&K, &V)) -> (K, V) {
    (key.clone(), value.clone())
}

fn find<K: Ord + Clone, V: Clone>(all: &BTreeMap<K, V>, keys: &BTreeSet<K>) -> BTreeMap<K, V> {
    keys.iter()
        .filter_map(|key| all.get_key_value(key))
        .map(cloned)
        .collect()
}
