//! What every storage must do, whatever database it is made of.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use server::storage::{
    Contact, IMPORT_AUTHOR, NewUser, Push, Pushed, Storage, StorageError, StoredGrant,
};
use sync::{
    AuthorId, DeviceId, Incarnation, Judgement, LogEntry, OpSeq, Operation, Policy, Register,
    RegisterKey, RejectCode, Scope, ServerSeq, SyncRequest, VERSION, Verdict,
};

/// One kind of storage; `open` may be called again to see what outlived the process.
pub trait Fixture {
    fn new() -> Self;
    async fn open(&self) -> Box<dyn Storage>;
}

/// Forbids the record "forbidden", and panics at "poison".
struct Rules;

impl Policy for Rules {
    fn judge(&self, op: &Operation) -> Judgement {
        match op.record.as_str() {
            "forbidden" => Judgement::Reject(RejectCode::Forbidden),
            "newer" => Judgement::NeedsUpgrade,
            "poison" => panic!("a rule with a defect"),
            _ => Judgement::Accept,
        }
    }
}

fn op(device: &str, seq: u64, author: &str, record: &str, change: Value) -> Value {
    json!({
        "device": device, "incarnation": "i1", "seq": seq, "author": author, "at_ms": 5_000,
        "scope": "U1", "kind": "task", "record": record, "field": "done",
        "base": { "epoch": 1, "seq": 0 }, "change": change,
    })
}

fn tick(device: &str, seq: u64, record: &str, done: bool) -> Value {
    op(device, seq, "an", record, json!({ "set": done }))
}

fn request(device: &str, ops: Vec<Value>) -> SyncRequest {
    SyncRequest {
        protocol: VERSION,
        app: "test".into(),
        device: DeviceId::new(device),
        incarnation: Incarnation::new("i1"),
        now_ms: 9_000,
        unsent: ops.len() as u64,
        kept_from: OpSeq::FIRST,
        ops,
        cursors: BTreeMap::new(),
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

async fn push(storage: &dyn Storage, device: &str, ops: Vec<Value>) -> Pushed {
    push_as(storage, "an", request(device, ops)).await.unwrap()
}

fn scope() -> Scope {
    Scope::new("U1")
}

async fn log(storage: &dyn Storage) -> Vec<LogEntry> {
    storage.entries(&scope(), ServerSeq::ZERO, 100_000).await.unwrap()
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
    Verdict::Applied { server_seq: ServerSeq(seq) }
}

pub async fn i01_what_was_acknowledged_is_there_after_reopening_without_closing<F: Fixture>() {
    let fixture = F::new();
    let storage = fixture.open().await;
    let pushed = push(&*storage, "d1", vec![tick("d1", 1, "a", true), tick("d1", 2, "b", true)]).await;
    assert_eq!(pushed.accepted, 2);
    let before = (log(&*storage).await, registers(&*storage).await);
    // No `close`: the second opening sees what a kill would have left.
    let reopened = fixture.open().await;
    assert_eq!((log(&*reopened).await, registers(&*reopened).await), before);
    let again = push(&*reopened, "d1", vec![tick("d1", 2, "b", true)]).await;
    assert_eq!(again.receipts[0].verdict, applied(2));
    assert_eq!(again.expect, OpSeq::new(3).unwrap());
}

pub async fn i03_a_repeated_push_gets_the_same_answer_and_changes_nothing<F: Fixture>() {
    let fixture = F::new();
    let storage = fixture.open().await;
    let ops = vec![tick("d1", 1, "a", true), tick("d1", 2, "forbidden", true)];
    let first = push(&*storage, "d1", ops.clone()).await;
    let before = (log(&*storage).await, registers(&*storage).await);
    for _ in 0..3 {
        let again = push(&*storage, "d1", ops.clone()).await;
        assert_eq!(again.receipts, first.receipts);
        assert_eq!((again.accepted, again.expect), (0, first.expect));
    }
    assert_eq!((log(&*storage).await, registers(&*storage).await), before);
}

pub async fn i04_a_fork_is_kept_and_a_gap_waits<F: Fixture>() {
    let fixture = F::new();
    let storage = fixture.open().await;
    push(&*storage, "d1", vec![tick("d1", 1, "a", true)]).await;
    let fork = push(&*storage, "d1", vec![tick("d1", 1, "a", false)]).await;
    assert_eq!(fork.receipts[0].verdict, Verdict::Quarantined { code: RejectCode::Fork });
    push(&*storage, "d1", vec![tick("d1", 1, "a", false)]).await;
    let kept = storage.refused(&DeviceId::new("d1"), &Incarnation::new("i1")).await.unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].raw, tick("d1", 1, "a", false));
    let gap = push(&*storage, "d1", vec![tick("d1", 3, "c", true)]).await;
    assert!(gap.receipts.is_empty());
    assert_eq!(gap.expect, OpSeq::new(2).unwrap());
    assert_eq!(log(&*storage).await.len(), 1);
}

pub async fn i05_registers_are_the_fold_of_the_log<F: Fixture>() {
    let fixture = F::new();
    let storage = fixture.open().await;
    for round in 0..10_u64 {
        for device in ["d1", "d2", "d3"] {
            let from = round * 12;
            let ops = (1..=12)
                .map(|it| match it % 4 {
                    0 => op(device, from + it, "an", "n", json!({ "add": format!("{device} {it}") })),
                    rest => tick(device, from + it, &format!("r{rest}"), (it + round) % 2 == 0),
                })
                .collect();
            push(&*storage, device, ops).await;
        }
    }
    let mut folded: BTreeMap<RegisterKey, Register> = BTreeMap::new();
    let entries = log(&*storage).await;
    assert_eq!(entries.len(), 360);
    for entry in &entries {
        folded.entry(entry.op.key()).or_default().apply(entry);
    }
    assert_eq!(registers(&*storage).await, folded);
}

pub async fn i09_one_bad_operation_never_holds_up_its_neighbours<F: Fixture>() {
    let fixture = F::new();
    let storage = fixture.open().await;
    let ops = vec![
        tick("d1", 1, "a", true),
        json!({ "seq": 2, "device": "d1", "nonsense": [1, 2, { "x": null }] }),
        op("d1", 3, "an", "a", json!({ "set_colour": "red" })),
        op("d1", 4, "another", "a", json!({ "set": true })),
        tick("d1", 5, "forbidden", true),
        tick("d1", 6, "newer", true),
        op("d1", 7, "an", "a", json!({ "retract": { "device": "x", "incarnation": "y", "seq": 1 } })),
        tick("d1", 8, "b", true),
    ];
    let pushed = push(&*storage, "d1", ops).await;
    let verdicts: Vec<Verdict> = pushed.receipts.into_iter().map(|it| it.verdict).collect();
    assert_eq!(
        verdicts,
        [
            applied(1),
            Verdict::Rejected { code: RejectCode::Malformed },
            Verdict::NeedsUpgrade,
            Verdict::Quarantined { code: RejectCode::WrongAuthor },
            Verdict::Rejected { code: RejectCode::Forbidden },
            Verdict::NeedsUpgrade,
            Verdict::Rejected { code: RejectCode::UnknownTarget },
            applied(2),
        ]
    );
    assert_eq!(pushed.expect, OpSeq::new(9).unwrap());
}

pub async fn many_devices_at_once_leave_a_contiguous_log<F: Fixture>() {
    let fixture = F::new();
    let storage: Arc<dyn Storage> = Arc::from(fixture.open().await);
    let mut tasks = Vec::new();
    for device in 0..40 {
        let storage = Arc::clone(&storage);
        tasks.push(tokio::spawn(async move {
            let name = format!("d{device}");
            for chunk in 0..5_u64 {
                let ops = (1..=20)
                    .map(|it| tick(&name, chunk * 20 + it, &format!("r{}", it % 7), it % 2 == 0))
                    .collect();
                let pushed = push(&*storage, &name, ops).await;
                assert_eq!(pushed.receipts.len(), 20);
                assert_eq!(pushed.expect.get(), chunk * 20 + 21);
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    let entries = log(&*storage).await;
    assert_eq!(entries.len(), 4_000);
    assert!(entries.iter().zip(1..).all(|(entry, place)| entry.server_seq == ServerSeq(place)));
    let heads = storage.heads(&[scope(), Scope::new("nowhere")]).await.unwrap();
    assert_eq!(heads.seqs, BTreeMap::from([(scope(), ServerSeq(4_000))]));
}

pub async fn a_rule_that_panics_fails_its_own_push_only<F: Fixture>() {
    let fixture = F::new();
    let storage: Arc<dyn Storage> = Arc::from(fixture.open().await);
    let poison = request("d0", vec![tick("d0", 1, "poison", true)]);
    let others = (1..20).map(|it| {
        let name = format!("d{it}");
        let request = request(&name, vec![tick(&name, 1, "a", true)]);
        (Arc::clone(&storage), request)
    });
    let others: Vec<_> = others
        .map(|(storage, it)| tokio::spawn(async move { push_as(&*storage, "an", it).await }))
        .collect();
    let poisoned = push_as(&*storage, "an", poison).await;
    assert_eq!(poisoned, Err(StorageError::Unavailable));
    for other in others {
        assert_eq!(other.await.unwrap().unwrap().accepted, 1);
    }
    assert_eq!(log(&*storage).await.len(), 19);
}

pub async fn refused_operations_are_kept_in_full_and_once<F: Fixture>() {
    let fixture = F::new();
    let storage = fixture.open().await;
    let raw = json!({ "seq": 1, "note": "ghi chú chưa ai đọc được", "deep": { "a": [1.5, null, true] } });
    for _ in 0..2 {
        push(&*storage, "d1", vec![raw.clone()]).await;
    }
    let kept = storage.refused(&DeviceId::new("d1"), &Incarnation::new("i1")).await.unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].raw, raw);
    assert_eq!(kept[0].verdict, Verdict::Rejected { code: RejectCode::Malformed });
}

pub async fn a_snapshot_leaves_imports_out_of_history<F: Fixture>() {
    let fixture = F::new();
    let storage = fixture.open().await;
    let imported = (1..=300).map(|it| op("server", it, IMPORT_AUTHOR, &format!("r{it}"), json!({ "set": true })));
    push_as(&*storage, IMPORT_AUTHOR, request("server", imported.collect())).await.unwrap();
    push(&*storage, "d1", vec![tick("d1", 1, "r1", false), tick("d1", 2, "r2", false)]).await;
    let snapshot = storage.snapshot(&scope(), 10).await.unwrap();
    assert_eq!(snapshot.cursor.seq, ServerSeq(302));
    assert_eq!(snapshot.registers.len(), 300);
    let seqs: Vec<u64> = snapshot.history.iter().map(|it| it.server_seq.0).collect();
    assert_eq!(seqs, [301, 302]);
    let newest_first = storage.history(&scope(), 1).await.unwrap();
    assert_eq!(newest_first[0].entry.server_seq, ServerSeq(302));
    assert_eq!(newest_first[0].received_ms, 10_000);
    let imported = storage.entries_by(&AuthorId::new(IMPORT_AUTHOR)).await.unwrap();
    assert_eq!(imported.len(), 300);
    let tail = storage.entries(&scope(), ServerSeq(299), 2).await.unwrap();
    assert_eq!(tail.iter().map(|it| it.server_seq.0).collect::<Vec<_>>(), [300, 301]);
}

pub async fn structure_version_follows_plans_only<F: Fixture>() {
    let fixture = F::new();
    let storage = fixture.open().await;
    let before = storage.structure_version().await.unwrap();
    push(&*storage, "d1", vec![tick("d1", 1, "a", true)]).await;
    assert_eq!(storage.structure_version().await.unwrap(), before);
    let mut plan = tick("d1", 2, "a", true);
    plan["field"] = "plan".into();
    push(&*storage, "d1", vec![plan]).await;
    assert!(storage.structure_version().await.unwrap() > before);
    let plans = storage.structure().await.unwrap();
    assert_eq!(plans.len(), 1);
    assert_eq!(plans[0].0, RegisterKey::new("U1", "task", "a", "plan"));
    assert_eq!(plans[0].1.value(), Some(&json!(true)));
}

fn new_user(name: &str) -> NewUser {
    NewUser {
        name: AuthorId::new(name),
        display_name: "Nguyễn Văn An".into(),
        password_hash: "$argon2id$…".into(),
        grants: vec![
            StoredGrant { role: "viewer".into(), unit: Scope::new("U2") },
            StoredGrant { role: "unit_secretary".into(), unit: scope() },
        ],
    }
}

pub async fn accounts_sessions_and_contacts<F: Fixture>() {
    let fixture = F::new();
    let storage = fixture.open().await;
    let an = AuthorId::new("an");
    assert!(!storage.has_users().await.unwrap());
    storage.add_users(vec![new_user("an")], 1).await.unwrap();
    assert!(storage.has_users().await.unwrap());
    let taken = vec![new_user("binh"), new_user("an")];
    assert_eq!(storage.add_users(taken, 2).await, Err(StorageError::Conflict));
    let user = storage.user(&an).await.unwrap().unwrap();
    assert_eq!(user.display_name, "Nguyễn Văn An");
    assert_eq!(user.grants.len(), 2);
    assert_eq!(user.grants[0].unit, scope());
    assert_eq!(storage.user(&AuthorId::new("binh")).await.unwrap(), None);

    let token = [7; 32];
    storage.open_session(token, &an, 100, 200).await.unwrap();
    assert_eq!(storage.session(token, 199).await.unwrap().unwrap().user, user);
    assert_eq!(storage.session(token, 200).await.unwrap(), None);
    storage.extend_session(token, 300).await.unwrap();
    storage.extend_session(token, 250).await.unwrap();
    assert_eq!(storage.session(token, 299).await.unwrap().unwrap().expires_ms, 300);
    assert_eq!(storage.extend_session([8; 32], 300).await, Err(StorageError::Missing));
    storage.purge_sessions(299).await.unwrap();
    assert!(storage.session(token, 299).await.unwrap().is_some());
    storage.close_session(token).await.unwrap();
    storage.close_session(token).await.unwrap();
    assert_eq!(storage.session(token, 100).await.unwrap(), None);

    let contact = Contact {
        device: DeviceId::new("d9"),
        incarnation: Incarnation::new("i1"),
        user: an.clone(),
        at_ms: 5_000,
        unsent: 3,
        clock_skew_ms: -70,
        app: "build".into(),
    };
    storage.note_contact(contact.clone());
    // The push goes through the same queue: once it is answered the contact is written.
    push(&*storage, "d1", vec![tick("d1", 1, "a", true)]).await;
    let known = storage.device(&contact.device, &contact.incarnation).await.unwrap().unwrap();
    assert_eq!((known.high, known.contact), (None, contact));
    let pushed = storage.device(&DeviceId::new("d1"), &Incarnation::new("i1")).await.unwrap();
    assert_eq!(pushed.unwrap().contact.clock_skew_ms, -1_000);
    let contacts = storage.contacts().await.unwrap();
    assert_eq!(contacts.len(), 2);
    assert_eq!(contacts[0].unit, scope());
    assert_eq!((contacts[0].last_contact_ms, contacts[0].unsent, contacts[0].devices), (10_000, 3, 2));
}

pub async fn unknown_scopes_are_missing_and_closed_storage_is_unavailable<F: Fixture>() {
    let fixture = F::new();
    let storage = fixture.open().await;
    assert_eq!(storage.snapshot(&Scope::new("nowhere"), 0).await, Err(StorageError::Missing));
    assert!(storage.scopes().await.unwrap().is_empty());
    let mut elsewhere = tick("d1", 1, "a", true);
    elsewhere["scope"] = "nowhere".into();
    let pushed = push(&*storage, "d1", vec![elsewhere]).await;
    let verdict = &pushed.receipts[0].verdict;
    assert_eq!(*verdict, Verdict::Rejected { code: RejectCode::UnknownScope });
    assert_eq!(storage.scopes().await.unwrap(), [scope()]);
    storage.close().await;
    let late = push_as(&*storage, "an", request("d1", vec![tick("d1", 2, "a", true)])).await;
    assert_eq!(late, Err(StorageError::Unavailable));
}

pub async fn places_beyond_signed_integers_survive<F: Fixture>() {
    let fixture = F::new();
    let storage = fixture.open().await;
    let far = u64::MAX - 1;
    let mut resumed = request("d1", vec![tick("d1", far, "a", true)]);
    resumed.kept_from = OpSeq::new(far).unwrap();
    let first = push_as(&*storage, "an", resumed.clone()).await.unwrap();
    assert_eq!(first.expect.get(), u64::MAX);
    let again = push_as(&*storage, "an", resumed).await.unwrap();
    assert_eq!((again.receipts, again.expect), (first.receipts, first.expect));
}
