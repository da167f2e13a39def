//! What every storage must do, whatever database it is made of.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use server::storage::{
    Contact, IMPORT_AUTHOR, NewUser, Push, Pushed, Storage, StorageError, StoredGrant,
};
use sync::{
    AuthorId, DeviceId, Incarnation, Incoming, Judgement, LogEntry, OpSeq, Operation, Policy,
    Register, RegisterKey, RejectCode, Scope, ServerSeq, SyncRequest, VERSION, Verdict,
};

mod accounts;
mod pushes;
mod reads;

pub use accounts::*;
pub use pushes::*;
pub use reads::*;

/// One kind of storage; `open` may be called again to see what outlived the process.
pub trait Fixture {
    fn new() -> Self;
    async fn open(&self) -> Box<dyn Storage>;
}

/// Forbids the record "forbidden", and panics at "poison".
struct Rules;

impl Policy for Rules {
    fn judge(&self, op: &Operation, _: i64) -> Judgement {
        match op.record.as_str() {
            "forbidden" => Judgement::Reject(RejectCode::Forbidden),
            "newer" => Judgement::NeedsUpgrade,
            "poison" => panic!("a rule with a defect"),
            _ => Judgement::Accept,
        }
    }
}

pub fn op(device: &str, seq: u64, author: &str, record: &str, change: &Value) -> Value {
    json!({
        "device": device, "incarnation": "i1", "seq": seq, "author": author, "at_ms": 5_000,
        "scope": "U1", "kind": "task", "record": record, "field": "done",
        "base": { "epoch": 1, "seq": 0 }, "change": change,
    })
}

pub fn tick(device: &str, seq: u64, record: &str, done: bool) -> Value {
    op(device, seq, "an", record, &json!({ "set": done }))
}

fn request(device: &str, ops: Vec<Value>) -> SyncRequest {
    SyncRequest {
        protocol: VERSION,
        app: "test".into(),
        device: DeviceId::new(device),
        incarnation: Incarnation::new("i1"),
        now_ms: 9_000,
        unsent: ops.len() as u64,
        born_of: None,
        kept_from: OpSeq::FIRST,
        ops: ops.into_iter().map(Incoming::from_value).collect(),
        cursors: sync::SortedMap::new(),
    }
}

async fn push_as(
    storage: &dyn Storage,
    author: &str,
    request: SyncRequest,
) -> Result<Pushed, StorageError> {
    let push = Push {
        request,
        author: AuthorId::new(author),
        policy: Arc::new(Rules),
        now_ms: 10_000,
        new_scopes: vec![scope()],
    };
    storage.push(push).await
}

pub async fn push(storage: &dyn Storage, device: &str, ops: Vec<Value>) -> Pushed {
    push_as(storage, "an", request(device, ops)).await.unwrap()
}

pub fn scope() -> Scope {
    Scope::new("U1")
}

pub async fn log(storage: &dyn Storage) -> Vec<LogEntry> {
    let start = ServerSeq::ZERO;
    let tail = storage.segments(&scope(), start, 100_000).await.unwrap();
    tail.entries(start).unwrap()
}

async fn registers(storage: &dyn Storage) -> BTreeMap<RegisterKey, Register> {
    let snapshot = storage.snapshot(&scope(), 0).await.unwrap();
    snapshot
        .registers
        .into_iter()
        .map(|it| {
            let key = RegisterKey {
                scope: scope(),
                kind: it.kind,
                record: it.record,
                field: it.field,
            };
            (key, it.register)
        })
        .collect()
}

fn applied(seq: u64) -> Verdict {
    Verdict::Applied {
        server_seq: ServerSeq(seq),
    }
}
