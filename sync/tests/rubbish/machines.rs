//! The two state machines, each told whatever the other side might say.

use std::collections::BTreeMap;

use sync::wire::{Wire as _, WrittenPull, read_receipts, receipt_runs};
use sync::{
    AuthorId, Change, Cursor, DeviceId, Draft, Epoch, Exchange, Failure, Incarnation, Incoming,
    Judgement, LogEntry, OPERATION_BYTES_MAX, Operation, Page, Policy, RegisterKey, RejectCode,
    Replica, Scope, ScopeState, Segment, ServerClock, ServerSeq, SnapshotRegister, SortedMap,
    StoreChange, StoredReceipt, SyncReply, SyncRequest, Working, decide, needs, record,
};

use super::comes_back;

/// Lets everything in that is not too long: what another policy would stop, the machine must bear.
struct Everything;

impl Policy for Everything {
    fn judge(&self, op: &Operation, _: i64) -> Judgement {
        if op.is_too_large() {
            Judgement::Reject(RejectCode::TooLarge)
        } else {
            Judgement::Accept
        }
    }
}

/// A server is told a request, twice. The second time it says the same (I3), and whatever it took in can be read by every
/// phone: an operation that spoils the reply that holds it would stop them all (I9).
pub fn server(data: &[u8]) {
    let Ok(request) = SyncRequest::parse(data) else {
        return;
    };
    let author = request.ops.iter().find_map(|it| match it {
        Incoming::Op(op) => Some(op.author.clone()),
        Incoming::Raw(_) => None,
    });
    let author = author.unwrap_or(AuthorId::new("nobody"));
    let wanted = needs(&request);
    let mut working = Working {
        epoch: Epoch(1),
        ..Working::default()
    };
    for scope in &wanted.scopes {
        working.scopes.insert(scope.clone(), ScopeState::default());
    }
    let clock = ServerClock {
        now_ms: 1_600_000_000_000,
    };
    let first = decide(&mut working, &request, &author, &Everything, clock);
    let after = working.clone();
    let second = decide(&mut working, &request, &author, &Everything, clock);
    // What was past a gap the first time is not the second time.
    let kept = Some(request.kept_from);
    let none_before = request.ops.iter().all(|it| it.place() >= kept);
    if request.ops.is_sorted_by_key(Incoming::place) && none_before {
        assert_eq!(second.receipts, first.receipts, "the same answers");
        assert_eq!(second.accepted, [], "and nothing new");
        assert_eq!(working.scopes, after.scopes);
        assert_eq!(second.expect, first.expect);
    }
    let runs = receipt_runs(&first.receipts);
    assert_eq!(read_receipts(runs).expect("readable"), first.receipts);
    for StoredReceipt { digest, .. } in first.new_receipts.iter().map(|it| &it.1) {
        assert_eq!(digest.0.len(), 32);
    }
    let mut logs: BTreeMap<Scope, Vec<LogEntry>> = BTreeMap::new();
    for entry in first.accepted {
        assert!(entry.op.to_json().len() <= OPERATION_BYTES_MAX);
        logs.entry(entry.op.scope.clone()).or_default().push(entry);
    }
    for (scope, entries) in logs {
        let state = &after.scopes[&scope];
        every_phone_reads(&scope, &entries, state, first.offset_ms, clock.now_ms);
    }
}

fn every_phone_reads(
    scope: &Scope,
    entries: &[LogEntry],
    state: &ScopeState,
    offset_ms: i64,
    now_ms: i64,
) {
    let segment = Segment::of_push(entries.to_vec(), now_ms, offset_ms).expect("entries");
    let kept = segment.to_json();
    let read = Segment::from_json(&kept).expect("the server reads its own log");
    assert_eq!(read.into_entries().collect::<Vec<_>>(), entries);
    let cursor = Cursor {
        epoch: Epoch(1),
        seq: state.end,
    };
    let mut reply = SyncReply {
        protocol: sync::VERSION,
        incarnation: None,
        epoch: Epoch(1),
        now_ms,
        expect: sync::OpSeq::FIRST,
        backed_up: None,
        receipts: Vec::new(),
        scopes: SortedMap::new(),
    };
    let written = WrittenPull::Segments {
        cursor,
        after: ServerSeq::ZERO,
        segments: vec![kept],
        more: false,
    };
    let pulled = sync::ScopePull::Entries {
        cursor,
        entries: entries.to_vec(),
        more: false,
    };
    let text = reply.to_json_with(&[(scope.clone(), written)].into_iter().collect());
    let read = SyncReply::parse(text.as_bytes()).expect("a phone reads the log");
    assert_eq!(read.scopes[scope], pulled);
    reply.scopes.insert(scope.clone(), pulled);
    reply.protocol = sync::PLAIN_VERSION;
    let read = SyncReply::parse(reply.to_json().as_bytes()).expect("so does one of version 1");
    assert_eq!(read, reply);
    let mut page = Page {
        scope: scope.clone(),
        cursor,
        number: 0,
        of: 1,
        registers: Vec::new(),
        history: entries.to_vec(),
    };
    for (address, register) in &state.registers {
        page.registers.push(SnapshotRegister {
            kind: address.kind.clone(),
            record: address.record.clone(),
            field: address.field.clone(),
            register: register.clone(),
        });
    }
    assert_eq!(
        Page::from_json(&page.to_json()).expect("and the snapshot"),
        page
    );
    let staged = StoreChange::PutPage(Box::new(page));
    comes_back(&staged);
}

/// A phone with work of its own is told replies and pages, one to a line. It keeps what it wrote, and can keep what it takes in.
pub fn phone(data: &[u8]) {
    let scope = Scope::new("AL-HONG-THUONG");
    let key = RegisterKey::new("AL-HONG-THUONG", "checklist_task", "VIEC-01", "done");
    let mut replica = Replica::new(DeviceId::new("0f3a9c"), Incarnation::new("7be1"));
    let mut exchange = Exchange::new("2020.3.13");
    for value in [true, false] {
        let draft = Draft {
            base: replica.base(&key),
            key: key.clone(),
            change: Change::Set(value.into()),
            author: AuthorId::new("tuyengiao.hongthuong"),
        };
        let (_, changes) = record(replica.head(), draft, 1_584_086_390_000).expect("there is room");
        for change in changes {
            replica.apply(change);
        }
    }
    let mut now_ms = 1_584_086_400_000;
    for line in data.split(|it| *it == b'\n').take(8) {
        let unsent = replica.outbox().len();
        let mut forgotten = 0;
        let changes = if let Ok(page) = Page::from_json_bytes(line) {
            exchange.take_page(&replica, page)
        } else if let Ok(reply) = SyncReply::parse(line) {
            exchange.wake();
            let _ = exchange.poll_request(&replica, now_ms);
            exchange
                .handle_reply(&replica, now_ms, reply)
                .unwrap_or_default()
        } else {
            exchange.handle_failure(now_ms, Failure::NotUnderstood);
            Vec::new()
        };
        let safe = super::depth(line) <= super::DEPTH_SAFE;
        for change in changes {
            forgotten += usize::from(matches!(change, StoreChange::DropOutgoing(_)));
            if safe {
                let kept = StoreChange::from_json(&change.to_json());
                assert!(kept.is_ok(), "the store gives it back");
            }
            replica.apply(change);
        }
        assert_eq!(
            replica.outbox().len() + forgotten,
            unsent,
            "own work goes only as told"
        );
        exchange.page_kept(&replica, &scope);
        let _ = replica.view(&key).winner();
        let _ = exchange.next_page(&replica, std::slice::from_ref(&scope));
        now_ms += 60_000;
        let _ = exchange.poll_request(&replica, now_ms);
    }
}
