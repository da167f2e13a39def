//! Messages as they are on the wire: later releases must still read these bytes, and write them back the same.

use serde_json::{Value, json};
use sync::wire::Wire;
use sync::{
    Change, Incoming, OpDigest, OpSeq, Operation, ProtocolError, REQUEST_BYTES_MAX,
    REQUEST_OPS_MAX, RejectCode, Scope, ScopePull, ServerSeq, Snapshot, StoreChange, SyncReply,
    SyncRequest, Unreadable, Verdict,
};

const REQUEST: &str = include_str!("golden/request.json");
const REPLY: &str = include_str!("golden/reply.json");
const STORE: &str = include_str!("golden/store.json");

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("a fixture is JSON")
}

#[test]
fn i14_a_request_is_read_and_written_the_same() {
    let request = SyncRequest::parse(REQUEST.as_bytes()).expect("readable");
    assert_eq!(request.to_wire(), json(REQUEST));
    let ops: Vec<Operation> = request
        .ops
        .iter()
        .map(|it| match it {
            Incoming::Op(op) => op.clone(),
            Incoming::Raw(raw) => panic!("unreadable: {raw}"),
        })
        .collect();
    assert_eq!(ops[0].change, Change::Set(json!(true)));
    assert_eq!(
        ops[1].extra["photo_hint"],
        json!({ "of": "a later release" })
    );
    assert_eq!(ops[2].change, Change::Retract(ops[1].id.clone()));
    let sent = json(REQUEST);
    for (incoming, raw) in request
        .ops
        .iter()
        .zip(sent["ops"].as_array().expect("a list"))
    {
        assert_eq!(
            incoming.digest(),
            OpDigest::of(raw),
            "sent again, it is no fork"
        );
    }
}

#[test]
fn i14_a_reply_is_read_and_written_the_same() {
    let reply = SyncReply::parse(REPLY.as_bytes()).expect("readable");
    assert_eq!(reply.to_wire(), json(REPLY));
    assert_eq!(reply.expect, OpSeq::new(8).expect("not zero"));
    assert_eq!(
        reply.receipts[0].verdict,
        Verdict::Sibling {
            server_seq: ServerSeq(14)
        }
    );
    assert_eq!(
        reply.receipts[2].verdict,
        Verdict::Rejected {
            code: RejectCode::Forbidden
        }
    );
    assert_eq!(reply.scopes[&Scope::new("AL-A-NGO")], ScopePull::Denied);
    assert_eq!(reply.scopes[&Scope::new("TTH-ALUOI")], ScopePull::Reset);
}

#[test]
fn i14_what_a_phone_keeps_is_read_and_written_the_same() {
    let stored = json(STORE);
    let changes = Vec::<StoreChange>::from_wire(stored["changes"].clone()).expect("readable");
    assert_eq!(changes.len(), 22);
    assert_eq!(changes.to_wire(), stored["changes"]);
    let snapshot = Snapshot::from_json(&stored["snapshot"].to_string()).expect("readable");
    assert_eq!(json(&snapshot.to_json()), stored["snapshot"]);
    assert_eq!(
        serde_json::to_value(&snapshot).expect("plain JSON"),
        stored["snapshot"]
    );
}

#[test]
fn what_is_missing_or_of_another_kind_is_named() {
    let mut change = json!({ "drop_outgoing": 0 });
    let told = |change: &Value| {
        StoreChange::from_wire(change.clone())
            .expect_err("unreadable")
            .to_string()
    };
    assert_eq!(told(&change), "``: expected a place from 1");
    change = json!({ "put_cursor": ["u", { "epoch": 1, "seq": -1 }] });
    assert_eq!(told(&change), "`seq`: expected a count");
    change = json!({ "put_cursor": ["u", { "epoch": 1 }] });
    assert_eq!(told(&change), "`seq`: expected a value");
    change = json!({ "put_cursor": ["u"] });
    assert_eq!(told(&change), "``: expected a key and its value");
    assert_eq!(told(&json!({})), "``: expected one field");
}

#[test]
fn i14_fields_and_codes_of_a_newer_server_are_no_obstacle() {
    let mut newer = json(REPLY);
    newer["weather"] = json!("rain");
    newer["receipts"][2]["code"] = json!("unheard_of");
    let reply = SyncReply::parse(newer.to_string().as_bytes()).expect("readable");
    assert_eq!(
        reply.receipts[2].verdict,
        Verdict::Rejected {
            code: RejectCode::Other
        }
    );
}

#[test]
fn a_newer_kind_of_change_is_told_from_garbage() {
    let mut raw = json(REQUEST)["ops"][0].clone();
    raw["change"] = json!({ "multiply": 3 });
    assert_eq!(
        Operation::from_value(&raw),
        Err(Unreadable::Newer("multiply".into()))
    );
    raw["change"] = json!({ "set": true });
    raw["seq"] = json!(0);
    assert!(matches!(
        Operation::from_value(&raw),
        Err(Unreadable::Malformed(_))
    ));
    assert!(matches!(
        Operation::from_value(&json!("no")),
        Err(Unreadable::Malformed(_))
    ));
}

#[test]
fn requests_beyond_the_limits_are_refused_whole() {
    let large = vec![b' '; REQUEST_BYTES_MAX + 1];
    assert_eq!(SyncRequest::parse(&large), Err(ProtocolError::TooLarge));
    let mut request = json(REQUEST);
    request["ops"] = Value::Array(vec![json!({}); REQUEST_OPS_MAX + 1]);
    assert_eq!(
        SyncRequest::parse(request.to_string().as_bytes()),
        Err(ProtocolError::TooLarge)
    );
    request["ops"] = json!([]);
    request["protocol"] = json!(0);
    let body = request.to_string();
    assert_eq!(
        SyncRequest::parse(body.as_bytes()),
        Err(ProtocolError::UnknownVersion(0))
    );
    assert!(matches!(
        SyncRequest::parse(b"{"),
        Err(ProtocolError::Unreadable(_))
    ));
    assert!(matches!(
        SyncReply::parse(b"<html>"),
        Err(ProtocolError::Unreadable(_))
    ));
}

#[test]
fn a_digest_ignores_key_order_and_white_space_and_nothing_else() {
    let one: Value = json(r#"{"a":1,"b":[true,{"c":"đ","d":null}]}"#);
    let same: Value = json(r#"{ "b": [true, {"d":null, "c":"đ"}], "a": 1 }"#);
    let other: Value = json(r#"{"a":1,"b":[true,{"c":"d","d":null}]}"#);
    assert_eq!(OpDigest::of(&one), OpDigest::of(&same));
    assert_ne!(OpDigest::of(&one), OpDigest::of(&other));
}
