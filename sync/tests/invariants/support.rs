//! A phone and a server in memory, without faults: each test injects its own.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};
use sync::{
    AuthorId, Change, Cursor, Decision, DeviceId, Draft, Epoch, Exchange, Incarnation, Judgement,
    LogEntry, OpId, Operation, Policy, Refused, Register, RegisterKey, RejectCode, Replica, Scope,
    ScopePull, ScopeState, ServerClock, StoreChange, SyncReply, SyncRequest, VERSION, Working,
    decide, record,
};

/// True time of every test: nothing here waits.
pub const NOW_MS: i64 = 1_600_000_000_000;

pub fn key(field: &str) -> RegisterKey {
    RegisterKey::new("unit", "task", "t1", field)
}

/// Refuses the value "bad".
pub struct Rules;

impl Policy for Rules {
    fn judge(&self, op: &Operation, _: i64) -> Judgement {
        match &op.change {
            Change::Set(value) if value == "bad" => Judgement::Reject(RejectCode::BadValue),
            _ => Judgement::Accept,
        }
    }
}

#[derive(Clone)]
pub struct Server {
    pub working: Working,
    pub log: Vec<LogEntry>,
    pub refused: Vec<Refused>,
    pub entries_max: usize,
    pub backed_up: Option<sync::OpSeq>,
}

impl Server {
    pub fn new() -> Self {
        let scopes = HashMap::from([(Scope::new("unit"), ScopeState::default())]);
        Self {
            working: Working {
                scopes,
                epoch: Epoch(1),
                ..Working::default()
            },
            log: Vec::new(),
            refused: Vec::new(),
            entries_max: usize::MAX,
            backed_up: None,
        }
    }

    pub fn decide(&mut self, request: &SyncRequest, author: &AuthorId) -> Decision {
        let clock = ServerClock { now_ms: NOW_MS };
        let decision = decide(&mut self.working, request, author, &Rules, clock);
        self.log.extend(decision.accepted.iter().cloned());
        for refused in &decision.refused {
            let known = |it: &Refused| it.id == refused.id && it.digest == refused.digest;
            if !self.refused.iter().any(known) {
                self.refused.push(refused.clone());
            }
        }
        decision
    }

    /// Every register, by its whole address.
    pub fn registers(&self) -> BTreeMap<RegisterKey, Register> {
        let scopes = self.working.scopes.iter();
        scopes
            .flat_map(|(scope, state)| {
                let all = state.registers.iter();
                all.map(|(address, it)| (address.within(scope), it.clone()))
            })
            .collect()
    }

    pub fn answer(&mut self, request: &SyncRequest, author: &AuthorId) -> SyncReply {
        let decision = self.decide(request, author);
        let pull = |from: &Cursor| {
            if from.epoch != self.working.epoch {
                return ScopePull::Reset;
            }
            let fresh = self.log.iter().filter(|it| it.server_seq > from.seq);
            let entries: Vec<LogEntry> = fresh.take(self.entries_max).cloned().collect();
            let seq = entries.last().map_or(from.seq, |it| it.server_seq);
            let more = self.log.last().is_some_and(|it| it.server_seq > seq);
            ScopePull::Entries {
                cursor: Cursor { seq, ..*from },
                entries,
                more,
            }
        };
        SyncReply {
            protocol: VERSION,
            incarnation: Some(request.incarnation.clone()),
            epoch: self.working.epoch,
            now_ms: NOW_MS,
            expect: decision.expect,
            backed_up: self.backed_up,
            receipts: decision.receipts,
            scopes: request
                .cursors
                .iter()
                .map(|(it, from)| (it.clone(), pull(from)))
                .collect(),
        }
    }
}

#[derive(Clone)]
pub struct Phone {
    pub replica: Replica,
    pub exchange: Exchange,
    pub author: AuthorId,
}

impl Phone {
    /// A phone that has loaded the empty scope.
    pub fn new(name: &str) -> Self {
        let mut replica = Replica::new(DeviceId::new(name), Incarnation::new("i"));
        let start = SyncReply::start(Epoch(1));
        replica.apply(StoreChange::PutCursor(Scope::new("unit"), start));
        let author = AuthorId::new(format!("author of {name}"));
        Self {
            replica,
            exchange: Exchange::new("test"),
            author,
        }
    }

    pub fn draft(&self, field: &str, change: Change) -> Draft {
        let base = self.replica.base(&key(field));
        Draft {
            key: key(field),
            base,
            change,
            author: self.author.clone(),
        }
    }

    pub fn write(&mut self, field: &str, change: Change) -> Operation {
        let draft = self.draft(field, change);
        let (op, changes) = record(self.replica.head(), draft, NOW_MS).expect("small enough");
        self.apply(changes);
        self.exchange.wake();
        op
    }

    pub fn set(&mut self, value: impl Into<Value>) -> Operation {
        self.write("state", Change::Set(value.into()))
    }

    pub fn note(&mut self, text: &str) -> Operation {
        self.write("note", Change::Add(json!(text)))
    }

    pub fn apply(&mut self, changes: Vec<StoreChange>) {
        for change in changes {
            self.replica.apply(change);
        }
    }

    pub fn request(&mut self) -> SyncRequest {
        self.exchange.wake();
        self.exchange
            .poll_request(&self.replica, NOW_MS)
            .expect("nothing is under way")
    }

    pub fn take(&mut self, reply: SyncReply) {
        let changes = self
            .exchange
            .handle_reply(&self.replica, NOW_MS, reply)
            .expect("our version");
        self.apply(changes);
    }

    /// One whole exchange without faults.
    pub fn sync(&mut self, server: &mut Server) {
        let request = self.request();
        let reply = server.answer(&request, &self.author.clone());
        self.take(reply);
    }

    pub fn unsent(&self) -> usize {
        self.replica.unsent().count()
    }

    pub fn view(&self, field: &str) -> sync::Register {
        self.replica.view(&key(field))
    }

    pub fn id(&self, seq: u64) -> OpId {
        let head = self.replica.head();
        OpId {
            device: head.device.clone(),
            incarnation: head.incarnation.clone(),
            seq: sync::OpSeq::new(seq).expect("places start at 1"),
        }
    }
}

/// What a drawn number makes a person write.
pub fn write_drawn(phone: &mut Phone, drawn: u8) -> Operation {
    match drawn % 8 {
        0..=3 => phone.set(drawn % 4),
        4 => phone.set("bad"),
        5 => phone.write("elsewhere", Change::Retract(phone.id(1))),
        _ => phone.note(&format!("note {drawn}")),
    }
}
