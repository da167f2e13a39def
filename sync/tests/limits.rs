//! Each limit of `docs/protocol.md` that this crate keeps: at it a message is read, one beyond it is refused.

use serde_json::{Value, json};
use sync::wire::{Wire as _, read_receipts, registers_from_json};
use sync::{
    AuthorId, DeviceState, Incoming, Judgement, OPERATION_BYTES_MAX, OpSeq, Operation, Policy,
    ProtocolError, REQUEST_BYTES_MAX, REQUEST_OPS_MAX, RejectCode, SCOPE_BYTES_MAX, Scope,
    ScopeState, Segment, ServerClock, SyncReply, SyncRequest, VALUE_DEPTH_MAX, Verdict, Working,
    decide, needs,
};

/// Judges length alone.
struct NoneTooLong;

impl Policy for NoneTooLong {
    fn judge(&self, op: &Operation, _: i64) -> Judgement {
        if op.is_too_large() {
            Judgement::Reject(RejectCode::TooLarge)
        } else {
            Judgement::Accept
        }
    }
}

fn op(place: u64, change: &Value) -> Value {
    json!({
        "device": "d", "incarnation": "i", "seq": place, "author": "a", "at_ms": 1, "scope": "s", "kind": "k",
        "record": "r", "field": "f", "base": { "epoch": 1, "seq": 0 }, "change": change,
    })
}

fn request(protocol: u32, ops: &[Value]) -> Value {
    json!({
        "protocol": protocol, "app": "", "device": "d", "incarnation": "i", "now_ms": 1, "unsent": 0, "kept_from": 1,
        "ops": ops,
    })
}

/// So many rows that share what can be shared.
fn batch(rows: usize, change: &Value) -> Value {
    let mut request = request(2, &[]);
    request["batch"] = json!({
        "rows": rows, "device": "d", "incarnation": "i", "seq": 1, "author": "a", "at_ms": vec![0; rows], "scope": "s",
        "kind": "k", "record": "r", "field": "f", "epoch": 1, "base": 0, "change": change,
    });
    request
}

fn parse(request: &Value) -> Result<SyncRequest, ProtocolError> {
    SyncRequest::parse(request.to_string().as_bytes())
}

/// The verdicts on operations that a policy lets in.
fn verdicts(ops: &[Value]) -> Vec<Verdict> {
    let request = parse(&request(1, ops)).expect("readable");
    let mut working = Working::default();
    for scope in needs(&request).scopes {
        working.scopes.insert(scope, ScopeState::default());
    }
    let clock = ServerClock { now_ms: 9 };
    let author = AuthorId::new("a");
    let decision = decide(&mut working, &request, &author, &NoneTooLong, clock);
    decision.receipts.into_iter().map(|it| it.verdict).collect()
}

fn rejected(code: RejectCode) -> Verdict {
    Verdict::Rejected { code }
}

fn nested(levels: usize) -> Value {
    (0..levels).fold(json!(0), |inner, _| json!([inner]))
}

#[test]
fn a_body_is_read_up_to_its_limit() {
    let mut body = request(1, &[]).to_string().into_bytes();
    body.resize(REQUEST_BYTES_MAX, b' ');
    assert!(SyncRequest::parse(&body).is_ok());
    body.push(b' ');
    assert_eq!(SyncRequest::parse(&body), Err(ProtocolError::TooLarge));
}

#[test]
fn as_many_operations_as_may_come_are_read_in_both_forms() {
    let tick = json!({ "set": true });
    let ops = |count: u64| {
        let ops: Vec<Value> = (1..=count).map(|it| op(it, &tick)).collect();
        request(1, &ops)
    };
    assert_eq!(
        parse(&ops(256)).expect("readable").ops.len(),
        REQUEST_OPS_MAX
    );
    assert_eq!(parse(&ops(257)), Err(ProtocolError::TooLarge));
    let columns = parse(&batch(256, &tick)).expect("readable");
    assert_eq!(columns.ops.len(), REQUEST_OPS_MAX);
    assert_eq!(parse(&batch(257, &tick)), Err(ProtocolError::TooLarge));
    let mut both = batch(256, &tick);
    both["ops"] = json!([op(257, &tick)]);
    assert_eq!(parse(&both), Err(ProtocolError::TooLarge));
}

#[test]
fn i09_an_operation_beyond_its_limit_is_refused_and_its_neighbours_are_not() {
    let mut note = op(2, &json!({ "add": "" }));
    let room = OPERATION_BYTES_MAX - note.to_string().len();
    note["change"]["add"] = "x".repeat(room).into();
    assert_eq!(note.to_string().len(), OPERATION_BYTES_MAX);
    let tick = json!({ "set": true });
    let judged = |note: &Value| verdicts(&[op(1, &tick), note.clone(), op(3, &tick)]);
    let accepted = |it: &Verdict| it.server_seq().is_some();
    assert!(judged(&note).iter().all(accepted));
    note["change"]["add"] = "x".repeat(room + 1).into();
    let after = judged(&note);
    assert_eq!(after[1], rejected(RejectCode::TooLarge));
    assert!(accepted(&after[0]) && accepted(&after[2]));
    // What a newer release alone understands is kept, and not for ever at any length.
    note["change"] = json!({ "photograph": "x".repeat(room) });
    assert_eq!(judged(&note)[1], rejected(RejectCode::TooLarge));
    note["change"] = json!({ "photograph": "" });
    assert_eq!(judged(&note)[1], Verdict::NeedsUpgrade);
    // Bytes are counted as JSON has them.
    note["change"] = json!({ "set": true });
    note["kind"] = "\u{1}".repeat(OPERATION_BYTES_MAX / 6).into();
    assert_eq!(judged(&note)[1], rejected(RejectCode::TooLarge));
}

#[test]
fn i09_a_value_nested_too_deep_is_refused_and_its_neighbours_are_not() {
    let at = |levels| {
        let mut unknown = op(2, &json!({ "set": true }));
        unknown["later"] = nested(levels);
        vec![
            op(1, &json!({ "set": nested(levels) })),
            unknown,
            op(3, &json!({ "add": 1 })),
        ]
    };
    let accepted = |it: &Verdict| it.server_seq().is_some();
    assert!(verdicts(&at(VALUE_DEPTH_MAX)).iter().all(accepted));
    let after = verdicts(&at(VALUE_DEPTH_MAX + 1));
    assert_eq!(
        after[..2],
        [
            rejected(RejectCode::Malformed),
            rejected(RejectCode::Malformed)
        ]
    );
    assert!(accepted(&after[2]));
    let columns = batch(1, &json!([{ "set": nested(VALUE_DEPTH_MAX + 1) }]));
    let read = parse(&columns).expect("the batch is readable");
    assert!(matches!(read.ops[..], [Incoming::Raw(_)]));
}

#[test]
fn json_is_read_to_128_levels() {
    let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    assert!(Value::from_json(&deep(127)).is_ok());
    assert!(Value::from_json(&deep(128)).is_err());
}

#[test]
fn a_shared_value_is_short_and_simple() {
    let read = |rows: usize, change: &Value| parse(&batch(rows, change)).is_ok();
    // The name, its quotes and its colon count as well.
    let text = |bytes: usize| json!({ "set": "x".repeat(bytes) });
    assert!(read(256, &text(1_024 - 8)));
    assert!(!read(256, &text(1_024 - 7)));
    let list = |items: usize| json!({ "set": { "list": vec![0; items] } });
    assert!(read(256, &list(12)), "4,096 marks in all rows");
    assert!(!read(256, &list(13)), "more");
    assert!(read(2, &list(200)));
    assert!(read(1, &list(2_000)));
}

#[test]
fn a_shared_value_is_read_by_as_many_rows_as_write_it() {
    for items in [0, 1, 3, 4, 5, 11, 12, 13, 60, 300] {
        for rows in [1, 2, 3, 50, 256] {
            let tick = json!({ "set": { "a\"{[,:\\": vec![json!({ "b": [] }); items] } });
            let ops: Vec<Value> = (1..=rows).map(|it| op(it, &tick)).collect();
            let sent = parse(&request(2, &ops)).expect("readable");
            let again = SyncRequest::parse(sent.to_json().as_bytes()).expect("readable");
            assert_eq!(again, sent, "{items} items, {rows} rows");
        }
    }
}

#[test]
fn no_log_has_a_name_beyond_the_limit() {
    let named = |name: &str| Scope::new(name).may_be_a_log();
    assert!(named(&"đ".repeat(120)));
    assert!(named(&"x".repeat(SCOPE_BYTES_MAX)));
    for name in [
        "x".repeat(SCOPE_BYTES_MAX + 1),
        String::new(),
        "a\u{0}".into(),
        "a\n".into(),
    ] {
        assert!(!named(&name), "{name:?}");
        let mut op = op(1, &json!({ "set": true }));
        op["scope"] = name.into();
        assert_eq!(verdicts(&[op]), [rejected(RejectCode::UnknownScope)]);
    }
}

#[test]
fn receipts_are_no_more_than_operations_can_be() {
    assert_eq!(
        read_receipts(json!([[1, 256, "needs_upgrade"]]))
            .expect("readable")
            .len(),
        256
    );
    for many in [
        json!([[1, 257, "needs_upgrade"]]),
        json!([[1, 256, "needs_upgrade"], [300, 1, "needs_upgrade"]]),
    ] {
        assert!(read_receipts(many).is_err());
    }
    let reply = json!({ "protocol": 2, "epoch": 1, "now_ms": 1, "expect": 1, "receipts": [[1, u64::MAX, "applied", 1]] });
    assert!(SyncReply::parse(reply.to_string().as_bytes()).is_err());
}

#[test]
fn registers_come_row_by_row() {
    let shared = |rows: u64| json!({ "rows": rows, "kind": "k", "record": "r", "field": "f", "state": { "version": 1 } });
    let read = |rows| registers_from_json(&shared(rows).to_string());
    assert_eq!(read(1).expect("readable").len(), 1);
    assert!(read(2).is_err() && read(10_000_000).is_err() && read(u64::MAX).is_err());
}

#[test]
fn a_segment_ends_before_the_last_place() {
    let at = |first: u64| {
        let mut columns = batch(2, &json!({ "set": true }))["batch"].clone();
        for (name, value) in [
            ("of", json!("s")),
            ("first", first.into()),
            ("received_ms", json!(1)),
            ("offset_ms", json!(0)),
        ] {
            columns[name] = value;
        }
        Segment::from_json(&columns.to_string())
    };
    let last = at(u64::MAX - 2).expect("readable");
    assert_eq!(last.into_entries().count(), 2);
    assert!(at(u64::MAX - 1).is_err() && at(u64::MAX).is_err() && at(0).is_err());
}

#[test]
fn a_field_of_an_operation_has_one_place() {
    let mut columns = batch(1, &json!({ "set": true }));
    columns["batch"]["extra"] = json!({ "later": 1 });
    assert!(parse(&columns).is_ok());
    columns["batch"]["extra"] = json!({ "author": "somebody.else" });
    assert!(matches!(parse(&columns), Err(ProtocolError::Unreadable(_))));
}

#[test]
fn the_last_place_of_all_is_taken_and_ends_the_log() {
    let mut request =
        parse(&request(2, &[op(u64::MAX, &json!({ "set": true }))])).expect("readable");
    request.kept_from = OpSeq::new(u64::MAX).expect("not zero");
    let mut working = Working::default();
    working
        .scopes
        .insert(Scope::new("s"), ScopeState::default());
    let author = AuthorId::new("a");
    let clock = ServerClock { now_ms: i64::MIN };
    request.now_ms = i64::MAX;
    for _ in 0..2 {
        let decision = decide(&mut working, &request, &author, &NoneTooLong, clock);
        assert_eq!(decision.receipts.len(), 1);
        assert_eq!(decision.expect.get(), u64::MAX);
    }
    let lifetime = (request.device, request.incarnation);
    assert_eq!(
        working.devices[&lifetime],
        DeviceState {
            high: OpSeq::new(u64::MAX)
        }
    );
}

#[test]
fn i14_what_says_more_than_this_build_knows_is_kept_for_one_that_does() {
    let mut based = op(1, &json!({ "set": true }));
    based["base"]["branch"] = json!(7);
    let mut withdrawn = op(
        2,
        &json!({ "retract": { "device": "d", "incarnation": "i", "seq": 1 } }),
    );
    withdrawn["change"]["retract"]["because"] = json!("x");
    for raw in [&based, &withdrawn] {
        let incoming = Incoming::from_value(raw.clone());
        assert_eq!(incoming, Incoming::Raw(raw.clone()));
        assert_eq!(incoming.digest(), sync::OpDigest::of(raw));
    }
    assert_eq!(
        verdicts(&[based, withdrawn.clone()]),
        [Verdict::NeedsUpgrade, Verdict::NeedsUpgrade]
    );
    let columns = batch(1, &withdrawn["change"]);
    let read = parse(&columns).expect("readable");
    assert!(matches!(read.ops[..], [Incoming::Raw(_)]));
}
