//! Places: gaps, resumed and filled ones, and what each operation is refused for.

use serde_json::json;

use super::*;

struct AcceptAll;

impl Policy for AcceptAll {
    fn judge(&self, _: &Operation, _: i64) -> Judgement {
        Judgement::Accept
    }
}

fn raw(seq: u64) -> Value {
    json!({
        "device": "d", "incarnation": "i", "seq": seq, "author": "a", "at_ms": seq,
        "scope": "s", "kind": "k", "record": "r", "field": "f",
        "base": { "epoch": 1, "seq": 0 }, "change": { "set": seq },
    })
}

fn request(kept_from: u64, ops: Vec<Value>) -> SyncRequest {
    SyncRequest {
        protocol: 1,
        app: "test".into(),
        device: DeviceId::new("d"),
        incarnation: Incarnation::new("i"),
        born_of: None,
        now_ms: 0,
        unsent: ops.len() as u64,
        kept_from: OpSeq::new(kept_from).expect("from 1"),
        ops: ops.into_iter().map(Incoming::from_value).collect(),
        cursors: crate::SortedMap::new(),
    }
}

fn working() -> Working {
    let scopes = HashMap::from([(Scope::new("s"), ScopeState::default())]);
    Working {
        scopes,
        epoch: Epoch(1),
        ..Working::default()
    }
}

fn decide_all(working: &mut Working, request: &SyncRequest) -> Decision {
    let clock = ServerClock { now_ms: 1_000 };
    decide(working, request, &AuthorId::new("a"), &AcceptAll, clock)
}

fn places(decision: &Decision) -> Vec<u64> {
    decision.receipts.iter().map(|it| it.seq.get()).collect()
}

#[test]
fn i04_what_is_past_a_gap_waits_for_the_gap() {
    let mut working = working();
    let decision = decide_all(&mut working, &request(1, vec![raw(1), raw(3), raw(4)]));
    assert_eq!(places(&decision), [1]);
    assert_eq!(decision.expect.get(), 2);
    let decision = decide_all(&mut working, &request(1, vec![raw(2), raw(3), raw(4)]));
    assert_eq!(places(&decision), [2, 3, 4]);
}

#[test]
fn i12_a_phone_resumes_where_it_still_keeps_and_holes_can_be_filled_later() {
    let mut working = working();
    let decision = decide_all(&mut working, &request(8, vec![raw(8), raw(9)]));
    assert_eq!(places(&decision), [8, 9]);
    assert_eq!(decision.expect.get(), 10);
    let decision = decide_all(&mut working, &request(5, vec![raw(5)]));
    assert_eq!(places(&decision), [5]);
    assert_eq!(decision.expect.get(), 10, "nothing goes back");
}

#[test]
fn i09_each_bad_operation_gets_its_own_answer() {
    let mut working = working();
    let (mut garbled, mut foreign, mut newer) = (raw(1), raw(2), raw(3));
    garbled["author"] = json!(5);
    foreign["author"] = json!("b");
    newer["change"] = json!({ "frobnicate": 1 });
    let (mut nowhere, mut other_device, mut no_target) = (raw(4), raw(5), raw(6));
    nowhere["scope"] = json!("elsewhere");
    other_device["device"] = json!("e");
    no_target["change"] = json!({ "retract": { "device": "d", "incarnation": "i", "seq": 99 } });
    let ops = vec![
        json!("no place"),
        garbled,
        foreign,
        newer,
        nowhere,
        other_device,
        no_target,
        raw(7),
    ];
    let decision = decide_all(&mut working, &request(1, ops));
    let verdicts: Vec<_> = decision.receipts.into_iter().map(|it| it.verdict).collect();
    let rejected = |code| Verdict::Rejected { code };
    assert_eq!(
        verdicts,
        [
            rejected(RejectCode::Malformed),
            Verdict::Quarantined {
                code: RejectCode::WrongAuthor
            },
            Verdict::NeedsUpgrade,
            rejected(RejectCode::UnknownScope),
            rejected(RejectCode::Malformed),
            rejected(RejectCode::UnknownTarget),
            Verdict::Applied {
                server_seq: ServerSeq(1)
            },
        ]
    );
    assert_eq!(decision.refused.len(), 6, "each kept in full");
    assert_eq!(
        working.scopes[&Scope::new("s")].registers.len(),
        1,
        "nothing is made by what was refused"
    );
}

#[test]
fn a_clock_set_ahead_does_not_win_every_tie() {
    let mut working = working();
    let mut late = raw(1);
    late["at_ms"] = json!(9_000_000);
    let decision = decide_all(&mut working, &request(1, vec![late]));
    assert_eq!(decision.accepted[0].corrected_ms, 1_000);
}

#[test]
fn i11_older_histories_count_as_seen_only_where_all_agree() {
    let state = ScopeState {
        end: ServerSeq(20),
        restored_at: ServerSeq(7),
        ..ScopeState::default()
    };
    let seen = |epoch, seq| {
        let base = Cursor {
            epoch: Epoch(epoch),
            seq: ServerSeq(seq),
        };
        state.seen(base, Epoch(3)).0
    };
    assert_eq!(seen(3, 15), 15);
    assert_eq!(seen(3, 99), 20, "nobody has seen what is not there");
    assert_eq!(seen(2, 15), 7);
    assert_eq!(seen(1, 3), 3);
}

#[test]
fn i04_nothing_after_a_fork_is_looked_at_unless_the_phone_is_of_version_1() {
    let mut working = working();
    decide_all(&mut working, &request(1, vec![raw(1), raw(2)]));
    let mut other = raw(2);
    other["change"] = json!({ "set": "of the copy" });
    let mut copied = request(1, vec![raw(1), other, raw(3)]);
    let before = working.clone();
    let decision = decide_all(&mut working, &copied);
    assert_eq!(places(&decision), [1, 2, 3]);
    assert_eq!(decision.accepted.len(), 1);

    working = before;
    copied.protocol = crate::VERSION;
    let decision = decide_all(&mut working, &copied);
    assert_eq!(places(&decision), [1, 2]);
    assert_eq!(
        decision.receipts[1].verdict,
        Verdict::Quarantined {
            code: RejectCode::Fork
        }
    );
    assert_eq!((decision.accepted.len(), decision.refused.len()), (0, 1));
}
