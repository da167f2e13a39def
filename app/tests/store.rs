//! The phone's store in a real browser: places without gaps, all or nothing, nothing forgotten that must stay.

#![cfg(all(target_arch = "wasm32", feature = "hydrate"))]

use app::browser::Database;
use sync::{
    AuthorId, Change, Cursor, Draft, Epoch, Head, Outgoing, Page, Register, RegisterKey, Replica,
    Scope, ServerSeq, SnapshotRegister, StoreChange, Verdict,
};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

async fn open(name: &str) -> Database {
    Database::open(name, || {}).await.unwrap()
}

/// A database of its own for each test: IndexedDB outlives the page.
fn partition(test: &str) -> String {
    format!("{test}-{}", js_sys::Math::random())
}

fn key(record: &str, field: &str) -> RegisterKey {
    RegisterKey::new("AL-HONG-THUONG", "propaganda_task", record, field)
}

fn draft(record: &str, change: Change) -> Draft {
    let base = Cursor {
        epoch: Epoch(1),
        seq: ServerSeq::ZERO,
    };
    Draft {
        key: key(record, "note"),
        base,
        change,
        author: AuthorId::new("tuyengiao.hongthuong"),
    }
}

fn places(replica: &Replica) -> Vec<u64> {
    replica.outbox().keys().map(|it| it.get()).collect()
}

#[wasm_bindgen_test]
async fn i02_what_is_recorded_is_there_after_the_page_is_gone() {
    let name = partition("recorded");
    {
        let database = open(&name).await;
        let replica = database.load().await.unwrap();
        assert!(replica.outbox().is_empty());
        // Decomposed letters stay as they were typed: the store changes nothing.
        let note =
            "Ngo\u{0302}i nha\u{0300} va\u{0306}n ho\u{0301}a: treo đủ cờ, đường Hồ Chí Minh";
        database
            .record(draft("R01", Change::Add(note.into())), 1_000)
            .await
            .unwrap();
    }
    let database = open(&name).await;
    let replica = database.load().await.unwrap();
    assert_eq!(places(&replica), [1]);
    let kept = &replica.outbox().values().next().unwrap().op;
    assert_eq!(
        kept.change,
        Change::Add(
            "Ngo\u{0302}i nha\u{0300} va\u{0306}n ho\u{0301}a: treo đủ cờ, đường Hồ Chí Minh"
                .into()
        )
    );
    assert_eq!(kept.at_ms, 1_000);
}

#[wasm_bindgen_test]
async fn i04_two_tabs_never_share_a_place() {
    let name = partition("tabs");
    let first = open(&name).await;
    first.load().await.unwrap();
    let second = open(&name).await;
    second.load().await.unwrap();
    let mut waiting = Vec::new();
    for round in 0..20 {
        let tab = if round % 2 == 0 { &first } else { &second };
        waiting.push(tab.record(draft("R01", Change::Set(round.into())), round.into()));
    }
    // All under way at once: the browser orders the transactions, not the caller.
    let mut given = Vec::new();
    for changes in futures_util::future::join_all(waiting).await {
        for change in changes.unwrap() {
            if let StoreChange::PutOutgoing(outgoing) = change {
                given.push(outgoing.op.id.seq.get());
            }
        }
    }
    given.sort_unstable();
    assert_eq!(given, (1..=20).collect::<Vec<u64>>());
    assert_eq!(
        places(&first.load().await.unwrap()),
        (1..=20).collect::<Vec<u64>>()
    );
}

#[wasm_bindgen_test]
async fn an_incarnation_lasts_as_long_as_its_storage() {
    let name = partition("incarnation");
    let before = open(&name).await.load().await.unwrap();
    let after = open(&name).await.load().await.unwrap();
    assert_eq!(before.head(), after.head());
    let other = open(&partition("other")).await.load().await.unwrap();
    assert_ne!(before.head().incarnation, other.head().incarnation);
    assert_eq!(
        before.head().device,
        other.head().device,
        "one phone, whoever uses it"
    );
}

#[wasm_bindgen_test]
async fn changes_come_back_as_they_were_committed() {
    let name = partition("changes");
    let database = open(&name).await;
    let mut replica = database.load().await.unwrap();
    let recorded = database
        .record(draft("R01", Change::Set(5.into())), 7)
        .await
        .unwrap();
    for change in recorded {
        replica.apply(change);
    }
    let outgoing = replica.outbox().values().next().unwrap().clone();
    let settled = Outgoing {
        verdict: Some(Verdict::Applied {
            server_seq: ServerSeq(9),
        }),
        verdict_epoch: Some(Epoch(1)),
        ..outgoing
    };
    let register = Register {
        version: ServerSeq(9),
        heads: vec![Head {
            value: 5.into(),
            by: Vec::new(),
        }],
        entries: Vec::new(),
    };
    let scope = Scope::new("AL-HONG-THUONG");
    let changes = vec![
        page(5, 0, 1, "cũ"),
        StoreChange::PutOutgoing(Box::new(settled)),
        StoreChange::PutRegister(key("R01", "quantity"), register),
        StoreChange::PutCursor(
            scope.clone(),
            Cursor {
                epoch: Epoch(1),
                seq: ServerSeq(9),
            },
        ),
        StoreChange::PutClockOffset(-42),
    ];
    database.commit(&changes).await.unwrap();
    for change in changes {
        replica.apply(change);
    }
    assert_eq!(open(&name).await.load().await.unwrap(), replica);

    database
        .commit(&[StoreChange::ForgetScope(scope.clone())])
        .await
        .unwrap();
    replica.apply(StoreChange::ForgetScope(scope));
    let reloaded = open(&name).await.load().await.unwrap();
    assert_eq!(reloaded, replica);
    assert_eq!(
        places(&reloaded),
        [1],
        "own operations never leave with a scope (I2)"
    );
}

#[wasm_bindgen_test]
async fn forgetting_a_scope_spares_scopes_whose_name_starts_alike() {
    let name = partition("alike");
    let database = open(&name).await;
    database.load().await.unwrap();
    let register = Register {
        version: ServerSeq(1),
        ..Register::default()
    };
    let near = RegisterKey::new("AL-HONG", "unit", "AL-HONG", "plan");
    let far = RegisterKey::new("AL-HONG-HA", "unit", "AL-HONG-HA", "plan");
    database
        .commit(&[
            StoreChange::PutRegister(near.clone(), register.clone()),
            StoreChange::PutRegister(far.clone(), register),
            StoreChange::ForgetScope(Scope::new("AL-HONG")),
        ])
        .await
        .unwrap();
    let replica = database.load().await.unwrap();
    assert!(!replica.checkpoint().contains_key(&near));
    assert!(replica.checkpoint().contains_key(&far));
}

/// One page of a snapshot at `seq`, with one register each.
fn page(seq: u64, number: u32, of: u32, value: &str) -> StoreChange {
    let register = Register {
        version: ServerSeq(seq),
        heads: vec![Head {
            value: value.into(),
            by: Vec::new(),
        }],
        entries: Vec::new(),
    };
    let key = key(&format!("R{number:02}"), "status");
    StoreChange::PutPage(Box::new(Page {
        scope: key.scope,
        cursor: Cursor {
            epoch: Epoch(1),
            seq: ServerSeq(seq),
        },
        number,
        of,
        registers: vec![SnapshotRegister {
            kind: key.kind,
            record: key.record,
            field: key.field,
            register,
        }],
        history: Vec::new(),
    }))
}

#[wasm_bindgen_test]
async fn pages_wait_until_all_are_there_and_outlive_the_page_at_every_step() {
    let name = partition("pages");
    let scope = Scope::new("AL-HONG-THUONG");
    let mut replica = open(&name).await.load().await.unwrap();
    let later = Register {
        version: ServerSeq(9),
        ..Register::default()
    };
    let steps = [
        page(5, 0, 2, "cũ"),
        page(5, 1, 2, "cũ"),
        // A pull lies on top of the page.
        StoreChange::PutRegister(key("R00", "status"), later),
        // Another snapshot replaces all of it once its last page is there, not before.
        page(12, 0, 3, "mới"),
        page(12, 1, 3, "mới"),
        page(12, 2, 3, "mới"),
    ];
    let kept = |it: &Replica| it.cursors().get(&scope).map(|it| it.seq.0);
    let mut cursors = Vec::new();
    for step in steps {
        let database = open(&name).await;
        database.commit(std::slice::from_ref(&step)).await.unwrap();
        replica.apply(step);
        let reloaded = open(&name).await.load().await.unwrap();
        assert_eq!(reloaded, replica);
        cursors.push(kept(&reloaded));
    }
    assert_eq!(
        cursors,
        [None, Some(5), Some(5), Some(5), Some(5), Some(12)]
    );
    assert_eq!(replica.checkpoint().len(), 3);
    assert!(replica.staged(&scope).is_empty());
}
