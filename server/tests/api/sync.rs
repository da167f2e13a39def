//! `POST /api/v1/sync`.

use domain::kinds::{checklist_task, congress, propaganda_task};
use serde_json::{Value, json};
use sync::{Change, Incoming, Link, OpSeq, RejectCode, Scope, ScopePull, SyncReply, Verdict};

use crate::support::{
    A_NGO, HONG_THUONG, LEAD, PROPAGANDA, Phone, SECRETARY, TestServer, garble, key, refusal,
    tick_key,
};

async fn log_len(server: &TestServer, scope: &str) -> u64 {
    let heads = server
        .state
        .storage
        .heads(&[Scope::new(scope)])
        .await
        .unwrap();
    heads.seqs[&Scope::new(scope)].0
}

#[tokio::test]
async fn a_tick_and_a_note_reach_a_second_phone() {
    let server = TestServer::start().await;
    let mut first = server.phone_of(PROPAGANDA, "d1").await;
    let mut second = server.phone_of(SECRETARY, "d2").await;
    let done = tick_key(HONG_THUONG);
    let note = key(HONG_THUONG, propaganda_task::KIND, "R01", "note");
    let tick = first.set(&done, true);
    first.write(
        &note,
        Change::Add("Đã treo ở ngã ba, chữ còn thiếu dấu".into()),
    );
    first.sync(&server).await;
    assert!(matches!(first.verdict(tick), Some(Verdict::Applied { .. })));
    assert_eq!(first.replica.unsent().count(), 0);
    second.sync(&server).await;
    assert_eq!(second.value(&done), Some(json!(true)));
    let entries = second.replica.view(&note).entries;
    assert_eq!(
        entries[0].value,
        json!("Đã treo ở ngã ba, chữ còn thiếu dấu")
    );
    assert_eq!(entries[0].by.author.as_str(), PROPAGANDA);
    first.sync(&server).await;
    assert_eq!(first.replica.checkpoint(), second.replica.checkpoint());
}

#[tokio::test]
async fn i03_reply_lost_after_commit_counts_the_tick_once() {
    let server = TestServer::start().await;
    let mut phone = server.phone_of(PROPAGANDA, "d1").await;
    let before = log_len(&server, HONG_THUONG).await;
    let seq = phone.set(&tick_key(HONG_THUONG), true);
    let request = phone.next_request();
    // The answer is lost on the way; the phone only sees that none came.
    drop(phone.send(&server, &request).await);
    phone
        .exchange
        .handle_failure(phone.now_ms, sync::Failure::Unreachable);
    assert_eq!(phone.replica.unsent().count(), 1);
    phone.sync(&server).await;
    assert!(matches!(phone.verdict(seq), Some(Verdict::Applied { .. })));
    let again = phone.send(&server, &request).await;
    let again = SyncReply::parse(&again.bytes().await.unwrap()).unwrap();
    assert_eq!(Some(&again.receipts[0].verdict), phone.verdict(seq));
    assert_eq!(log_len(&server, HONG_THUONG).await, before + 1);
}

#[tokio::test]
async fn people_who_disagree_offline_become_siblings_and_nothing_is_lost() {
    let server = TestServer::start().await;
    let quantity = key(HONG_THUONG, propaganda_task::KIND, "R01", "quantity");
    let mut first = server.phone_of(PROPAGANDA, "d1").await;
    let mut second = server.phone_of(SECRETARY, "d2").await;
    first.set(&quantity, 3);
    let seq = second.set(&quantity, 5);
    first.sync(&server).await;
    second.sync(&server).await;
    assert!(matches!(second.verdict(seq), Some(Verdict::Sibling { .. })));
    first.sync(&server).await;
    assert!(first.replica.view(&quantity).is_disputed());
    assert_eq!(
        first.replica.view(&quantity),
        second.replica.view(&quantity)
    );
}

#[tokio::test]
async fn i09_poison_operations_never_hold_up_their_neighbours() {
    let server = TestServer::start().await;
    let mut phone = server.phone_of(PROPAGANDA, "d1").await;
    let done = tick_key(HONG_THUONG);
    for _ in 0..9 {
        phone.set(&done, true);
    }
    let mut request = phone.next_request();
    let rubbish = json!({ "seq": 2, "rubbish": ["\u{0}", -1e300, { "x": [[[]]] }] });
    garble(&mut request, 1, |it| *it = rubbish);
    let photograph = json!({ "photograph": { "sha256": "ab" } });
    garble(&mut request, 2, |it| {
        it["change"] = photograph;
    });
    garble(&mut request, 3, |it| {
        it["kind"] = "kind_of_next_year".into();
    });
    let wrong = json!({ "set": "not a yes or no" });
    garble(&mut request, 4, |it| {
        it["change"] = wrong;
    });
    garble(&mut request, 5, |it| {
        it["author"] = SECRETARY.into();
    });
    garble(&mut request, 6, |it| {
        it["record"] = "R99".into();
    });
    garble(&mut request, 7, |it| {
        it["scope"] = "KHONG-CO".into();
    });
    let answer = phone.send(&server, &request).await;
    let reply = SyncReply::parse(&answer.bytes().await.unwrap()).unwrap();
    let verdicts: Vec<Verdict> = reply.receipts.into_iter().map(|it| it.verdict).collect();
    let rejected = |code| Verdict::Rejected { code };
    assert!(matches!(verdicts[0], Verdict::Applied { .. }));
    assert_eq!(
        verdicts[1..8],
        [
            rejected(RejectCode::Malformed),
            Verdict::NeedsUpgrade,
            Verdict::NeedsUpgrade,
            rejected(RejectCode::BadValue),
            Verdict::Quarantined {
                code: RejectCode::WrongAuthor
            },
            rejected(RejectCode::UnknownField),
            rejected(RejectCode::UnknownScope),
        ]
    );
    assert!(matches!(verdicts[8], Verdict::Applied { .. }));
    assert_eq!(reply.expect, OpSeq::new(10).unwrap());
    let device = phone.replica.head();
    let storage = &server.state.storage;
    let kept = storage
        .refused(&device.device, &device.incarnation)
        .await
        .unwrap();
    assert_eq!(
        kept.into_iter().map(|it| it.raw).collect::<Vec<_>>(),
        request.ops[1..8]
            .iter()
            .map(Incoming::to_value)
            .collect::<Vec<_>>()
    );
}

/// Whether the server lets a person write a value.
async fn allowed(
    server: &TestServer,
    phone: &mut Phone,
    key: &sync::RegisterKey,
    value: Value,
) -> bool {
    let seq = phone.set(key, value);
    phone.sync(server).await;
    match phone.verdict(seq).unwrap() {
        // A superior's phone keeps no commune: what it has not seen stands beside what it writes.
        Verdict::Applied { .. } | Verdict::Sibling { .. } => true,
        Verdict::Rejected {
            code: RejectCode::Forbidden,
        } => false,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn rights_are_judged_for_each_operation() {
    let server = TestServer::start().await;
    let mut propaganda = server.phone_of(PROPAGANDA, "d1").await;
    let mut secretary = server.phone_of(SECRETARY, "d2").await;
    let mut lead = server.phone_of(LEAD, "d3").await;
    let own = key(HONG_THUONG, checklist_task::KIND, "B16", "done");
    let owed = key(HONG_THUONG, checklist_task::KIND, "B01", "done");
    let owed_number = key(HONG_THUONG, checklist_task::KIND, "B01", "number");
    let opening = key(
        HONG_THUONG,
        congress::KIND,
        congress::RECORD,
        congress::OPENING,
    );
    let elsewhere = tick_key(A_NGO);
    let plan = key(HONG_THUONG, propaganda_task::KIND, "R01", "plan");
    assert!(!allowed(&server, &mut propaganda, &own, json!(true)).await);
    assert!(allowed(&server, &mut secretary, &own, json!(true)).await);
    assert!(!allowed(&server, &mut lead, &own, json!(false)).await);
    assert!(!allowed(&server, &mut secretary, &owed, json!(true)).await);
    assert!(allowed(&server, &mut secretary, &owed_number, json!("01-KH/HU")).await);
    assert!(allowed(&server, &mut lead, &owed, json!(true)).await);
    assert!(!allowed(&server, &mut secretary, &opening, json!("2020-02-22")).await);
    assert!(allowed(&server, &mut lead, &opening, json!("2020-02-22")).await);
    assert!(!allowed(&server, &mut secretary, &elsewhere, json!(true)).await);
    assert!(!allowed(&server, &mut secretary, &plan, Value::Null).await);
    assert!(!allowed(&server, &mut lead, &plan, Value::Null).await);
}

#[tokio::test]
async fn a_scope_of_others_is_denied_and_a_cursor_of_another_history_starts_again() {
    let server = TestServer::start().await;
    let mut phone = server.phone_of(PROPAGANDA, "d1").await;
    let mut request = phone.next_request();
    let own = request.cursors[&Scope::new(HONG_THUONG)];
    let other_epoch = sync::Cursor {
        epoch: sync::Epoch(own.epoch.0 + 1),
        seq: own.seq,
    };
    let ahead = sync::Cursor {
        seq: own.seq.next(),
        ..own
    };
    for (scope, cursor, expected) in [
        (A_NGO, own, ScopePull::Denied),
        ("KHONG-CO", own, ScopePull::Denied),
        (HONG_THUONG, other_epoch, ScopePull::Reset),
        (HONG_THUONG, ahead, ScopePull::Reset),
        (
            HONG_THUONG,
            own,
            ScopePull::Entries {
                cursor: own,
                entries: Vec::new(),
                more: false,
            },
        ),
    ] {
        request.cursors = [(Scope::new(scope), cursor)].into_iter().collect();
        let answer = phone.send(&server, &request).await;
        let reply = SyncReply::parse(&answer.bytes().await.unwrap()).unwrap();
        assert_eq!(reply.scopes[&Scope::new(scope)], expected);
    }
}

#[tokio::test]
async fn i02_work_survives_an_expired_session_and_arrives_after_signing_in_again() {
    let server = TestServer::start().await;
    let mut phone = server.phone_of(PROPAGANDA, "d1").await;
    let seq = phone.set(&tick_key(HONG_THUONG), true);
    server.state.clock.advance(31 * 24 * 60 * 60 * 1000);
    let request = phone.next_request();
    let answer = phone.send(&server, &request).await;
    assert_eq!(refusal(answer).await, (401, "signed_out".to_owned()));
    phone
        .exchange
        .handle_failure(phone.now_ms, sync::Failure::SignedOut);
    assert_eq!(phone.exchange.link(), Link::SignedOut);
    assert_eq!(phone.replica.unsent().count(), 1);
    phone.cookie = server.cookie_of(PROPAGANDA).await;
    phone.sync(&server).await;
    assert!(matches!(phone.verdict(seq), Some(Verdict::Applied { .. })));
}

#[tokio::test]
async fn a_call_without_operations_is_noted_as_contact() {
    let server = TestServer::start().await;
    let mut phone = server.phone_of(PROPAGANDA, "d1").await;
    phone.sync(&server).await;
    // A push goes through the writer's queue after the note.
    let mut other = server.phone_of(SECRETARY, "d2").await;
    other.set(&tick_key(HONG_THUONG), true);
    other.sync(&server).await;
    let head = phone.replica.head();
    let known = server
        .state
        .storage
        .device(&head.device, &head.incarnation)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(known.contact.user.as_str(), PROPAGANDA);
    assert!(
        known.contact.clock_skew_ms < -1_000_000_000,
        "the phone's clock is years behind"
    );
    let contacts = server.state.storage.contacts().await.unwrap();
    let unit = contacts
        .iter()
        .find(|it| it.unit.as_str() == HONG_THUONG)
        .unwrap();
    assert_eq!((unit.devices, unit.unsent), (2, 0));
}
