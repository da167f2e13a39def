//! What every storage must do, whatever database it is made of.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use server::storage::{
    Contact, IMPORT_AUTHOR, NewUser, Push, Pushed, Storage, StorageError, StoredGrant,
};
use sync::{
    AuthorId, Change, DeviceId, Incarnation, Incoming, Judgement, LogEntry, OpSeq, Operation,
    Policy, Register, RegisterKey, RejectCode, Scope, ServerSeq, SyncRequest, VERSION, Verdict,
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
    /// What [`LOG_ROWS`] answers.
    async fn log_rows(&self) -> Vec<LogRow>;
    /// What [`PROJECTIONS`] answers.
    async fn projections(&self) -> Vec<String>;
    /// Runs [`FALSIFICATIONS`].
    async fn falsify(&self);
}

/// Everything that follows from the log, as text.
pub const PROJECTIONS: &str = "SELECT 'checkpoint ' || scope || ' ' || seq || ' ' || body FROM checkpoint
    UNION ALL
    SELECT 'plan ' || scope || ' ' || kind || ' ' || record || ' ' || field || ' ' || version || ' ' || body FROM plan
    ORDER BY 1";

/// What no server of ours writes.
pub const FALSIFICATIONS: [&str; 2] = [
    "UPDATE plan SET version = version + 1",
    "DELETE FROM checkpoint",
];

/// The question that people ask of the log.
pub const LOG_ROWS: &str =
    "SELECT scope, server_seq, device, incarnation, op_seq, author, kind, record, field, at_ms,
    corrected_ms, received_ms, change FROM log ORDER BY scope, server_seq";

/// One row of the view of the log.
#[derive(Debug, PartialEq, sqlx::FromRow)]
pub struct LogRow {
    scope: String,
    server_seq: i64,
    device: String,
    incarnation: String,
    op_seq: i64,
    author: String,
    kind: String,
    record: String,
    field: String,
    at_ms: i64,
    corrected_ms: i64,
    received_ms: i64,
    change: String,
}

/// The suite for one kind of storage.
macro_rules! suite {
    ($fixture:ty) => {
        crate::conformance::suite!($fixture:
            i01_what_was_acknowledged_is_there_after_reopening_without_closing,
            i03_a_repeated_push_gets_the_same_answer_and_changes_nothing,
            i04_a_fork_is_kept_and_a_gap_waits,
            i05_registers_are_the_fold_of_the_log,
            i09_one_bad_operation_never_holds_up_its_neighbours,
            many_devices_at_once_leave_a_contiguous_log,
            what_was_announced_and_never_came_holds_nobody_up,
            a_rule_that_panics_fails_its_own_push_only,
            refused_operations_are_kept_in_full_and_once,
            a_snapshot_leaves_imports_out_of_history,
            a_long_push_enters_the_log_in_pieces_that_a_bad_line_can_carry,
            structure_version_follows_plans_only,
            accounts_sessions_and_contacts,
            unknown_scopes_are_missing_and_closed_storage_is_unavailable,
            places_beyond_signed_integers_survive,
            the_log_can_be_asked_in_sql,
            i05_projections_made_anew_from_the_log_are_the_same_bytes,
            what_was_kept_for_a_later_release_is_judged_again_by_it,
            what_a_later_release_refuses_stays_kept_with_its_reason,
            a_text_with_a_nul_stays_as_it_is_and_stops_no_question,
        );
    };
    ($fixture:ty: $($name:ident),* $(,)?) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                conformance::$name::<$fixture>().await;
            }
        )*
    };
}
pub(crate) use suite;

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
