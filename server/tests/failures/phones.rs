//! What happens to phones and people: clocks, wiped and copied storage, sessions, rights, poison.

use serde_json::json;
use sync::{Change, DeviceId, Incarnation, RegisterKey, RejectCode, Replica, Verdict, rebirth};

use crate::phone::{Line as _, Phone, garble};
use crate::process::{HONG_THUONG, LEAD, PROPAGANDA, SECRETARY, Server};

const TEN_YEARS_MS: i64 = 10 * 365 * 86_400_000;

fn key(record: &str, field: &str) -> RegisterKey {
    RegisterKey::new(HONG_THUONG, "propaganda_task", record, field)
}

fn notes(phone: &Phone) -> Vec<String> {
    let view = phone.replica.view(&key("R01", "note"));
    let text = |it: &sync::Entry| it.value.as_str().unwrap().to_owned();
    let standing = view.entries.iter().filter(|it| it.retracted.is_none());
    let mut notes: Vec<String> = standing.map(text).collect();
    notes.sort();
    notes
}

async fn settle(phone: &mut Phone, server: &Server) {
    for _ in 0..6 {
        phone.sync(server).await;
    }
}

#[tokio::test]
async fn a_clock_ten_years_off_decides_nothing() {
    let server = Server::start();
    let mut ahead = server.phone(PROPAGANDA, "d1").await;
    let mut behind = server.phone(SECRETARY, "d2").await;
    let now_ms = 1_581_646_000_000;
    let done = key("R01", "done");
    for (round, jump) in [0, TEN_YEARS_MS, -TEN_YEARS_MS, TEN_YEARS_MS]
        .into_iter()
        .enumerate()
    {
        ahead.now_ms = now_ms + jump;
        behind.now_ms = now_ms - jump;
        let on = round % 2 == 0;
        let seq = ahead.set(&done, on);
        ahead.sync(&server).await;
        assert!(
            ahead
                .verdict(seq)
                .is_some_and(|it| it.server_seq().is_some())
        );
        behind.sync(&server).await;
        assert_eq!(behind.value(&done), Some(json!(on)), "round {round}");
        // Who saw the other's word writes after it, whatever the clocks say.
        behind.set(&done, !on);
        behind.sync(&server).await;
        ahead.sync(&server).await;
        assert_eq!(ahead.value(&done), Some(json!(!on)), "round {round}");
    }
    assert_eq!(server.operations().await.len(), 8);
}

#[tokio::test]
async fn wiped_storage_starts_a_life_of_its_own_and_pulls_its_own_history_back() {
    let server = Server::start();
    let mut phone = server.phone(PROPAGANDA, "d1").await;
    phone.write(&key("R01", "note"), Change::Add("đã gửi".into()));
    settle(&mut phone, &server).await;
    // The phone tells how much it has, the operations themselves never arrive; then the browser throws its storage away.
    phone.write(&key("R01", "note"), Change::Add("chưa gửi".into()));
    let mut request = phone.next_request();
    assert_eq!(request.unsent, 1);
    request.ops.clear();
    assert_eq!(phone.send(&server, &request).await.status(), 200);
    phone.replica = Replica::new(DeviceId::new("d1"), Incarnation::new("i2"));
    phone.exchange = sync::Exchange::new("test");
    phone.load(&server, HONG_THUONG).await;
    assert_eq!(notes(&phone), ["đã gửi"]);
    phone.write(&key("R01", "note"), Change::Add("làm lại".into()));
    settle(&mut phone, &server).await;
    assert_eq!(notes(&phone), ["làm lại", "đã gửi"]);
    assert_eq!(server.log().await.len(), 2);
    // Whoever supervises the unit hears what went with the storage.
    let lead = server.sign_in(LEAD).await;
    for (path, sentence) in [
        ("/board".to_owned(), "mất 1 chưa gửi"),
        (
            format!("/board/{HONG_THUONG}"),
            "khi còn 1 thay đổi chưa gửi",
        ),
    ] {
        let page = server.get(&path, Some(&lead)).await;
        assert!(page.text().await.unwrap().contains(sentence), "{path}");
    }
}

#[tokio::test]
async fn a_copied_phone_becomes_two_and_the_work_of_both_is_kept() {
    let server = Server::start();
    let mut phone = server.phone(PROPAGANDA, "d1").await;
    phone.write(&key("R01", "note"), Change::Add("chung".into()));
    settle(&mut phone, &server).await;
    let mut copy = Phone::new(PROPAGANDA, "d1", phone.cookie.clone());
    copy.replica = phone.replica.clone();
    phone.write(&key("R01", "note"), Change::Add("máy cũ".into()));
    copy.write(&key("R01", "note"), Change::Add("máy mới".into()));
    settle(&mut phone, &server).await;
    copy.sync(&server).await;
    assert!(copy.exchange.wants_rebirth(&copy.replica));
    let outbox: Vec<_> = copy.replica.outbox().values().cloned().collect();
    let reborn = rebirth(copy.replica.head(), &outbox, &Incarnation::new("i9")).unwrap();
    for change in reborn {
        copy.replica.apply(change);
    }
    settle(&mut copy, &server).await;
    settle(&mut phone, &server).await;
    let all = ["chung", "máy cũ", "máy mới"];
    assert_eq!(
        (notes(&phone), notes(&copy)),
        (all.map(String::from).into(), all.map(String::from).into())
    );
    assert_eq!(server.log().await.len(), 3);
}

#[tokio::test]
async fn work_waits_for_its_own_person_when_a_session_ends_or_another_signs_in() {
    let server = Server::start();
    let mut mine = server.phone(PROPAGANDA, "d1").await;
    mine.write(&key("R01", "note"), Change::Add("của tôi".into()));
    server
        .post("/api/v1/sign-out", Some(&mine.cookie), &json!({}))
        .await;
    mine.sync(&server).await;
    assert_eq!(mine.exchange.link(), sync::Link::SignedOut);
    assert_eq!(mine.replica.unsent().count(), 1);
    // Another person on the same phone has a store of their own.
    let mut theirs = server.phone(SECRETARY, "d1").await;
    theirs.replica = Replica::new(DeviceId::new("d1"), Incarnation::new("i7"));
    theirs.load(&server, HONG_THUONG).await;
    theirs.write(&key("R01", "note"), Change::Add("của bí thư".into()));
    settle(&mut theirs, &server).await;
    mine.cookie = server.sign_in(PROPAGANDA).await;
    settle(&mut mine, &server).await;
    let mut authors: Vec<(String, serde_json::Value)> = server
        .log()
        .await
        .into_iter()
        .map(|(_, _, author, change)| (author, change))
        .collect();
    authors.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(
        authors,
        [
            (SECRETARY.to_owned(), json!({ "add": "của bí thư" })),
            (PROPAGANDA.to_owned(), json!({ "add": "của tôi" })),
        ]
    );
}

#[tokio::test]
async fn a_right_withdrawn_while_offline_spares_what_was_written_before() {
    let server = Server::start();
    let mut phone = server.phone(PROPAGANDA, "d1").await;
    let mut watcher = server.phone(SECRETARY, "d2").await;
    let clock = || i64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_millis()).unwrap();
    phone.now_ms = clock();
    let before = phone.set(&key("R01", "done"), true);
    server.run(&[
        "user",
        "revoke",
        PROPAGANDA,
        "--role",
        "propaganda_member",
        "--unit",
        HONG_THUONG,
    ]);
    phone.now_ms = clock() + 5_000;
    let after = phone.set(&key("R02", "done"), true);
    let request = phone.next_request();
    let answer = phone.send(&server, &request).await;
    phone.take(answer).await;
    assert!(matches!(
        phone.verdict(before),
        Some(Verdict::Applied { .. })
    ));
    assert_eq!(
        phone.verdict(after),
        Some(&Verdict::Quarantined {
            code: RejectCode::Forbidden
        }),
        "kept for a supervisor"
    );
    // What the phone may not read any more leaves it; its own work stays.
    assert!(phone.replica.checkpoint().is_empty());
    assert_eq!(phone.replica.outbox().len(), 2);
    watcher.sync(&server).await;
    assert_eq!(watcher.value(&key("R01", "done")), Some(json!(true)));
    assert_ne!(watcher.value(&key("R02", "done")), Some(json!(true)));
}

#[tokio::test]
async fn a_note_taken_back_on_one_phone_and_answered_on_another_is_settled_alike_on_both() {
    let server = Server::start();
    let mut first = server.phone(PROPAGANDA, "d1").await;
    let seq = first.write(&key("R01", "note"), Change::Add("ghi nhầm".into()));
    let id = first.replica.outbox()[&seq].op.id.clone();
    settle(&mut first, &server).await;
    let mut second = server.phone(SECRETARY, "d2").await;
    // Both without signal.
    first.write(&key("R01", "note"), Change::Retract(id));
    second.write(
        &key("R01", "note"),
        Change::Add("trả lời ghi chú trên".into()),
    );
    for _ in 0..2 {
        settle(&mut second, &server).await;
        settle(&mut first, &server).await;
    }
    assert_eq!(notes(&first), ["trả lời ghi chú trên"]);
    assert_eq!(notes(&second), notes(&first));
    assert_eq!(
        server.log().await.len(),
        3,
        "what was taken back stays in the log"
    );
}

#[tokio::test]
async fn one_poison_operation_among_a_thousand_holds_up_nobody() {
    let server = Server::start();
    let mut phone = server.phone(PROPAGANDA, "d1").await;
    for number in 0..1_000 {
        if number == 500 {
            phone.set(&key("R01", "no_such_field"), true);
        } else {
            phone.write(
                &key("R01", "note"),
                Change::Add(format!("số {number}").into()),
            );
        }
    }
    // And one that is not an operation at all, as no phone of ours writes.
    let mut request = phone.next_request();
    let index = 10;
    garble(&mut request, index, |it| {
        it["change"] = json!({ "explode": [[[]]] });
    });
    let answer = phone.send(&server, &request).await;
    phone.take(answer).await;
    settle(&mut phone, &server).await;
    assert_eq!(phone.replica.unsent().count(), 0);
    assert_eq!(server.operations().await.len(), 998);
}
