//! Columns say what objects say: whatever people write, in either form, means the same and is told apart the same.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};
use sync::wire::{Wire, registers_from_json, registers_to_json};
use sync::{
    Attribution, AuthorId, Change, Cursor, DeviceId, Entry, Epoch, FieldName, Head, Incarnation,
    Incoming, Kind, LogEntry, OpDigest, OpId, OpSeq, Operation, PLAIN_VERSION, Page, RecordId,
    Register, Scope, Segment, ServerSeq, SnapshotRegister, SyncReply, SyncRequest, VERSION,
};

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("VIEC-01".to_owned()),
        Just(String::new()),
        "[a-zđĐấầ\"\\\\\u{0}-\u{1f}\u{2028}]{0,6}",
    ]
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!(true)),
        Just(json!(null)),
        Just(json!([1, "hai", null])),
        Just(json!({ "b": 1, "a": [true, { "đ": -2.5 }] })),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        text().prop_map(Value::from),
        Just(Value::from("dài ".repeat(700))),
    ]
}

fn id() -> impl Strategy<Value = OpId> {
    (text(), text(), 1..=u64::MAX).prop_map(|(device, incarnation, seq)| OpId {
        device: DeviceId::new(device),
        incarnation: Incarnation::new(incarnation),
        seq: OpSeq::new(seq).expect("from 1"),
    })
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        3 => value().prop_map(Change::Set),
        1 => value().prop_map(Change::Add),
        1 => id().prop_map(Change::Retract),
    ]
}

fn operation() -> impl Strategy<Value = Operation> {
    let key = (text(), text(), text(), text());
    let base = (any::<u64>(), any::<u64>());
    let extra = prop::option::of(("x_[a-c]{1,3}", value()));
    (id(), text(), any::<i64>(), key, base, change(), extra).prop_map(
        |(id, author, at_ms, (scope, kind, record, field), (epoch, seq), change, extra)| {
            Operation {
                id,
                author: AuthorId::new(author),
                at_ms,
                scope: Scope::new(scope),
                kind: Kind::new(kind),
                record: RecordId::new(record),
                field: FieldName::new(field),
                base: Cursor {
                    epoch: Epoch(epoch),
                    seq: ServerSeq(seq),
                },
                change,
                extra: extra.into_iter().collect(),
            }
        },
    )
}

fn request(protocol: u32, mut ops: Vec<Operation>) -> SyncRequest {
    ops.sort_by_key(|it| it.id.seq);
    SyncRequest {
        protocol,
        app: "2020".into(),
        device: DeviceId::new("d"),
        incarnation: Incarnation::new("i"),
        born_of: None,
        now_ms: 5,
        unsent: 1,
        kept_from: OpSeq::FIRST,
        ops: ops.into_iter().map(Incoming::Op).collect(),
        cursors: sync::SortedMap::new(),
    }
}

fn attribution() -> impl Strategy<Value = Attribution> {
    (id(), text(), any::<i64>(), any::<u64>()).prop_map(|(op, author, at_ms, seq)| Attribution {
        op,
        author: AuthorId::new(author),
        at_ms,
        seq: ServerSeq(seq),
    })
}

fn register() -> impl Strategy<Value = Register> {
    let head = (value(), prop::collection::vec(attribution(), 1..3));
    let heads = prop::collection::vec(head.prop_map(|(value, by)| Head { value, by }), 0..3);
    let entry = (value(), attribution(), prop::option::of(attribution()));
    let entry = entry.prop_map(|(value, by, retracted)| Entry {
        value,
        by,
        retracted,
    });
    let odd = (any::<u64>(), heads, prop::collection::vec(entry, 0..3));
    prop_oneof![
        (value(), attribution()).prop_map(|(value, by)| Register {
            version: by.seq,
            heads: vec![Head {
                value,
                by: vec![by]
            }],
            entries: Vec::new(),
        }),
        odd.prop_map(|(version, heads, entries)| Register {
            version: ServerSeq(version),
            heads,
            entries
        }),
    ]
}

fn snapshot_register() -> impl Strategy<Value = SnapshotRegister> {
    (text(), text(), text(), register()).prop_map(|(kind, record, field, register)| {
        SnapshotRegister {
            kind: Kind::new(kind),
            record: RecordId::new(record),
            field: FieldName::new(field),
            register,
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_request_means_the_same_in_both_versions(ops in prop::collection::vec(operation(), 0..12)) {
        for protocol in [PLAIN_VERSION, VERSION] {
            let sent = request(protocol, ops.clone());
            let read = SyncRequest::parse(sent.to_json().as_bytes()).expect("readable");
            prop_assert_eq!(read, sent);
        }
    }

    #[test]
    fn an_operation_has_one_digest_whichever_way_it_comes(op in operation()) {
        let raw = op.to_wire();
        prop_assert_eq!(OpDigest::of_operation(&op), OpDigest::of(&raw));
        prop_assert_eq!(Incoming::from_value(raw).digest(), Incoming::Op(op).digest());
    }

    #[test]
    fn segments_give_back_the_entries_that_were_put_in(
        ops in prop::collection::vec(operation(), 1..8),
        first in 1..u64::MAX - 8,
        received_ms in any::<i64>(),
        offset_ms in any::<i64>(),
        seen in any::<u64>(),
    ) {
        let scope = Scope::new("unit");
        let entry = |(op, place): (Operation, u64)| LogEntry {
            server_seq: ServerSeq(place),
            seen: ServerSeq(seen.min(op.base.seq.0)),
            corrected_ms: op.at_ms.saturating_add(offset_ms).min(received_ms),
            op: Operation { scope: scope.clone(), ..op },
        };
        let entries: Vec<LogEntry> = ops.into_iter().zip(first..).map(entry).collect();
        let segment = Segment::of_push(entries.clone(), received_ms, offset_ms).expect("not empty");
        prop_assert_eq!(segment.last(), entries[entries.len() - 1].server_seq);
        let read = Segment::from_json(&segment.to_json()).expect("readable");
        prop_assert_eq!(&read, &segment);
        prop_assert_eq!(read.into_entries().collect::<Vec<_>>(), entries);
    }

    #[test]
    fn registers_come_back_from_a_checkpoint_and_from_a_page(
        registers in prop::collection::vec(snapshot_register(), 0..8),
    ) {
        let text = registers_to_json(&registers);
        prop_assert_eq!(&registers_from_json(&text).expect("readable"), &registers);
        let page = Page {
            scope: Scope::new("unit"),
            cursor: Cursor { epoch: Epoch(1), seq: ServerSeq(9) },
            number: 0,
            of: 3,
            registers,
            history: Vec::new(),
        };
        prop_assert_eq!(Page::from_json(&page.to_json()).expect("readable"), page);
    }
}

#[test]
fn a_hundred_ticks_are_small() {
    let tick = |place: u64| Operation {
        id: OpId {
            device: DeviceId::new("0f3a9c0f3a9c0f3a"),
            incarnation: Incarnation::new("7be17be17be17be1"),
            seq: OpSeq::new(place).expect("from 1"),
        },
        author: AuthorId::new("tuyengiao.hongthuong"),
        at_ms: 1_584_086_390_000 + (place * place * 7_919 % 60_000).cast_signed(),
        scope: Scope::new("AL-HONG-THUONG"),
        kind: Kind::new("checklist_task"),
        record: RecordId::new(format!("VIEC-{place:02}")),
        field: FieldName::new("done"),
        base: Cursor {
            epoch: Epoch(1),
            seq: ServerSeq(place * 37 % 450),
        },
        change: Change::Set(json!(true)),
        extra: BTreeMap::new(),
    };
    let ops: Vec<Operation> = (1..=100).map(tick).collect();
    let columns = request(VERSION, ops.clone()).to_json();
    let objects = request(PLAIN_VERSION, ops).to_json();
    assert!(columns.len() < 3_300, "{} bytes", columns.len());
    assert!(objects.len() > 9 * columns.len(), "{} bytes", objects.len());
}

#[test]
fn a_change_of_a_later_release_leaves_its_neighbours_alone() {
    let text = json!({
        "protocol": 2, "app": "9", "device": "d", "incarnation": "i", "now_ms": 1, "unsent": 2, "kept_from": 1,
        "batch": {
            "rows": 2, "device": "d", "incarnation": "i", "seq": 1, "author": "a", "at_ms": [1, 1],
            "scope": "s", "kind": "k", "record": "r", "field": "f", "epoch": 1, "base": 0,
            "change": [{ "set": 1 }, { "multiply": 3 }],
        },
    });
    let request = SyncRequest::parse(text.to_string().as_bytes()).expect("readable");
    assert!(matches!(request.ops[0], Incoming::Op(_)));
    let Incoming::Raw(raw) = &request.ops[1] else {
        panic!("a newer change stays raw");
    };
    assert_eq!(raw["change"], json!({ "multiply": 3 }));
    assert_eq!(raw["seq"], json!(2));
}

#[test]
fn short_texts_never_unpack_to_huge_ones() {
    let note = "x".repeat(200_000);
    let columns = |rows: u64, change: Value| {
        let times = vec![0; usize::try_from(rows.min(300)).expect("small")];
        json!({
            "protocol": 2, "app": "", "device": "d", "incarnation": "i", "now_ms": 1, "unsent": 0, "kept_from": 1,
            "batch": {
                "rows": rows, "device": "d", "incarnation": "i", "seq": 1, "author": "a", "at_ms": times,
                "scope": "s", "kind": "k", "record": "r", "field": "f", "epoch": 1, "base": 0, "change": change,
            },
        })
        .to_string()
    };
    let read = |text: String| SyncRequest::parse(text.as_bytes()).is_ok();
    assert!(read(columns(256, json!({ "set": true }))));
    assert!(
        !read(columns(256, json!({ "add": note }))),
        "a long shared value"
    );
    assert!(read(columns(1, json!({ "add": note }))));
    assert!(!read(columns(257, json!({ "set": true }))), "too many rows");
    assert!(!read(columns(u64::MAX, json!({ "set": true }))));
    let reply = json!({
        "protocol": 2, "epoch": 1, "now_ms": 1, "expect": 1, "receipts": [[1, u64::MAX, "needs_upgrade"]],
    });
    assert!(SyncReply::parse(reply.to_string().as_bytes()).is_err());
}
