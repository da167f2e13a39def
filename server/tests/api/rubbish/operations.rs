//! One bad operation among good ones.

use domain::kinds::{NOTE_CHARS_MAX, propaganda_task};
use reqwest::StatusCode;
use serde_json::{Value, json};
use sync::{
    Change, Incoming, OPERATION_BYTES_MAX, OpSeq, SyncReply, SyncRequest, VALUE_DEPTH_MAX, Verdict,
};

use super::works;
use crate::support::{HONG_THUONG, PROPAGANDA, Phone, TestServer, garble, key, tick_key};

/// The verdicts on a tick, an operation that `change` spoils, and another tick.
async fn among_neighbours(
    server: &TestServer,
    phone: &mut Phone,
    write: Change,
    change: impl FnOnce(&mut Value),
) -> Verdict {
    let done = tick_key(HONG_THUONG);
    let note = key(HONG_THUONG, propaganda_task::KIND, "R01", "note");
    phone.set(&done, true);
    let at = phone.write(&note, write);
    phone.set(&done, false);
    let mut request = phone.next_request();
    assert_eq!(request.ops.len(), 3);
    garble(&mut request, 1, change);
    // Objects, since one of these spoils a batch of columns: a phone falls back on them.
    request.protocol = sync::PLAIN_VERSION;
    let answer = phone.send(server, &request).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let reply = SyncReply::parse(&answer.bytes().await.unwrap()).unwrap();
    let verdicts: Vec<Verdict> = reply.receipts.iter().map(|it| it.verdict.clone()).collect();
    assert_eq!(verdicts.len(), 3, "place {}", at.get());
    for neighbour in [&verdicts[0], &verdicts[2]] {
        assert!(neighbour.server_seq().is_some(), "{neighbour:?}");
    }
    let now_ms = phone.now_ms;
    for change in phone
        .exchange
        .handle_reply(&phone.replica, now_ms, reply)
        .unwrap()
    {
        phone.replica.apply(change);
    }
    verdicts[1].clone()
}

#[tokio::test]
async fn i09_each_limit_of_an_operation_has_its_code_and_stops_no_neighbour() {
    let server = TestServer::start().await;
    let mut phone = server.phone_of(PROPAGANDA, "d1").await;
    let note = |letters: usize| Change::Add("ă".repeat(letters).into());
    let untouched = |_: &mut Value| {};
    let mut judged = Vec::new();
    judged.push(among_neighbours(&server, &mut phone, note(NOTE_CHARS_MAX), untouched).await);
    judged.push(among_neighbours(&server, &mut phone, note(NOTE_CHARS_MAX + 1), untouched).await);
    let nested = |levels| (0..levels).fold(json!(0), |inner, _| json!([inner]));
    for levels in [VALUE_DEPTH_MAX, VALUE_DEPTH_MAX + 1] {
        let deep = |it: &mut Value| it["later"] = nested(levels);
        judged.push(among_neighbours(&server, &mut phone, note(1), deep).await);
    }
    for more in [0, 1] {
        let long = |it: &mut Value| {
            it["later"] = "".into();
            it["later"] = "x"
                .repeat(OPERATION_BYTES_MAX - it.to_string().len() + more)
                .into();
        };
        judged.push(among_neighbours(&server, &mut phone, note(1), long).await);
    }
    for letters in [120, 121] {
        let long = |it: &mut Value| it["record"] = "ữ".repeat(letters).into();
        judged.push(among_neighbours(&server, &mut phone, note(1), long).await);
    }
    for (field, value) in [
        ("at_ms", json!(i64::MIN)),
        ("at_ms", json!(i64::MAX)),
        ("at_ms", json!(1.5)),
        ("base", json!({ "epoch": u64::MAX, "seq": u64::MAX })),
        ("base", json!({ "epoch": -1, "seq": 0 })),
        ("scope", json!("AL-HONG-THUONG\u{0}")),
        ("scope", json!("x".repeat(100_000))),
        ("kind", json!("k".repeat(100_000))),
        ("author", json!("tuyengia\u{300}o")),
        ("change", json!({ "add": "a\u{302}\u{323}\u{0}" })),
        ("change", json!({ "add": -0.0 })),
        ("change", json!({ "set": true, "add": 1 })),
        (
            "change",
            json!({ "retract": { "device": "x".repeat(100_000), "incarnation": "", "seq": 1 } }),
        ),
    ] {
        let spoil = |it: &mut Value| it[field] = value.clone();
        judged.push(among_neighbours(&server, &mut phone, note(1), spoil).await);
    }
    let code = |it: &Verdict| match it {
        Verdict::Rejected { code } => format!("{code:?}"),
        Verdict::Quarantined { code } => format!("{code:?}, set aside"),
        Verdict::NeedsUpgrade => "newer".to_owned(),
        Verdict::Applied { .. } | Verdict::Merged { .. } | Verdict::Sibling { .. } => {
            "in".to_owned()
        }
    };
    let judged: Vec<String> = judged.iter().map(code).collect();
    assert_eq!(
        judged,
        [
            "in",
            "BadValue",
            "in",
            "Malformed",
            "in",
            "TooLarge",
            "UnknownField",
            "BadValue",
            "in",
            "in",
            "Malformed",
            "in",
            "Malformed",
            "UnknownScope",
            "UnknownScope",
            "newer",
            "WrongAuthor, set aside",
            "in",
            "BadValue",
            "Malformed",
            "UnknownTarget",
        ]
    );
    works(&server, "sound").await;
}

#[tokio::test]
async fn i03_the_borders_of_places_are_taken_once() {
    let server = TestServer::start().await;
    let mut phone = server.phone_of(PROPAGANDA, "d1").await;
    let done = tick_key(HONG_THUONG);
    for _ in 0..3 {
        phone.set(&done, true);
    }
    let ops = phone.next_request().ops;
    for (name, first) in [("i-signed", u64::MAX / 2), ("i-end", u64::MAX - 2)] {
        let mut request = phone_request(&phone, name);
        request.kept_from = OpSeq::new(first).unwrap();
        for (op, place) in ops.iter().zip(first..=u64::MAX) {
            let mut raw = op.to_value();
            raw["seq"] = place.into();
            raw["incarnation"] = name.into();
            request.ops.push(Incoming::from_value(raw));
        }
        let mut replies = Vec::new();
        for _ in 0..2 {
            let answer = phone.send(&server, &request).await;
            assert_eq!(answer.status(), StatusCode::OK, "{name}");
            replies.push(
                SyncReply::parse(&answer.bytes().await.unwrap())
                    .unwrap()
                    .receipts,
            );
        }
        assert_eq!(replies[0].len(), 3);
        assert_eq!(replies[0], replies[1], "{name}");
    }
    works(&server, "sound").await;
}

fn phone_request(phone: &Phone, incarnation: &str) -> SyncRequest {
    SyncRequest {
        protocol: sync::VERSION,
        app: "test".into(),
        device: phone.replica.head().device.clone(),
        incarnation: sync::Incarnation::new(incarnation),
        born_of: None,
        now_ms: phone.now_ms,
        unsent: 0,
        kept_from: OpSeq::FIRST,
        ops: Vec::new(),
        cursors: sync::SortedMap::new(),
    }
}
