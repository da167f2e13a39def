//! Operations on their way to the log: I1 to I4, I9, I10.

use proptest::prelude::*;
use serde_json::json;
use sync::wire::Wire as _;
use sync::{Change, Failure, Incoming, OpSeq, RejectCode, Verdict, record};

use crate::support::{NOW_MS, Phone, Server, write_drawn};

proptest! {
    #[test]
    fn i01_every_receipt_names_what_the_log_holds(drawn in prop::collection::vec(any::<u8>(), 1..40)) {
        let (mut phone, mut server) = (Phone::new("a"), Server::new());
        for it in drawn {
            write_drawn(&mut phone, it);
        }
        let request = phone.request();
        let decision = server.decide(&request, &phone.author);
        prop_assert_eq!(decision.receipts.len(), request.ops.len());
        for receipt in &decision.receipts {
            let id = phone.id(receipt.seq.get());
            match receipt.verdict.server_seq() {
                Some(place) => {
                    let index = usize::try_from(place.0 - 1).expect("a small log");
                    prop_assert_eq!(&server.log[index].op.id, &id);
                }
                None => prop_assert!(server.refused.iter().any(|it| it.id == id)),
            }
        }
    }

    #[test]
    fn i02_nothing_leaves_the_outbox_before_it_is_settled_and_backed_up(
        drawn in prop::collection::vec(any::<u8>(), 1..30),
        answered in prop::collection::vec(any::<bool>(), 1..30),
        backed_up in 0_u64..30,
    ) {
        let (mut phone, mut server) = (Phone::new("a"), Server::new());
        server.backed_up = sync::OpSeq::new(backed_up);
        let mut written = Vec::new();
        for (it, answered) in drawn.iter().zip(answered.iter().cycle()) {
            written.push(write_drawn(&mut phone, *it));
            let request = phone.request();
            let reply = server.answer(&request, &phone.author.clone());
            if *answered {
                phone.take(reply);
            } else {
                phone.exchange.handle_failure(NOW_MS, Failure::Unreachable);
            }
            for op in &written {
                let kept = phone.replica.outbox().contains_key(&op.id.seq);
                prop_assert!(kept || op.id.seq.get() <= backed_up);
                prop_assert!(kept || server.log.iter().any(|it| it.op == *op));
            }
        }
    }

    #[test]
    fn i03_doubled_reordered_and_unanswered_requests_count_once(
        drawn in prop::collection::vec(any::<u8>(), 1..20),
        deliveries in prop::collection::vec((0_usize..20, 1_usize..20), 0..30),
    ) {
        let mut phone = Phone::new("a");
        for it in drawn {
            write_drawn(&mut phone, it);
        }
        let request = phone.request();
        let (mut once, mut often) = (Server::new(), Server::new());
        once.decide(&request, &phone.author);
        for (from, count) in deliveries {
            let mut part = request.clone();
            part.ops = request.ops.iter().skip(from).take(count).cloned().collect();
            often.decide(&part, &phone.author);
        }
        often.decide(&request, &phone.author);
        prop_assert_eq!(&once.log, &often.log);
        prop_assert_eq!(&once.working, &often.working);
        prop_assert_eq!(&once.refused, &often.refused);
    }

    #[test]
    fn i04_two_tabs_take_places_without_gap_or_repeat(tabs in prop::collection::vec(any::<bool>(), 1..40)) {
        let mut stored = Phone::new("a");
        let mut memories = [stored.clone(), stored.clone()];
        for (place, second) in (1_u64..).zip(tabs) {
            let tab = &mut memories[usize::from(second)];
            // The head is read inside the transaction, whatever this tab remembers.
            let draft = tab.draft("state", Change::Set(json!(place)));
            let (op, changes) = record(stored.replica.head(), draft, NOW_MS).expect("small enough");
            prop_assert_eq!(op.id.seq.get(), place);
            tab.apply(changes.clone());
            stored.apply(changes);
            // A tab that has not heard of the other's operation sends nothing past that hole.
            let request = tab.request();
            tab.exchange.handle_failure(NOW_MS, Failure::Unreachable);
            let sent: Vec<u64> = request.ops.iter().filter_map(|it| it.place().map(sync::OpSeq::get)).collect();
            prop_assert_eq!(&sent, &(1..=sent.len() as u64).collect::<Vec<_>>());
        }
    }

    #[test]
    fn i09_whatever_one_operation_holds_the_queue_empties(
        drawn in prop::collection::vec(any::<u8>(), 1..300),
        garbled in prop::collection::btree_set(0_usize..300, 0..5),
    ) {
        let (mut phone, mut server) = (Phone::new("a"), Server::new());
        for it in &drawn {
            write_drawn(&mut phone, *it);
        }
        let bound = 2 + drawn.len() / sync::REQUEST_OPS_MAX;
        for _ in 0..bound {
            let mut request = phone.request();
            for incoming in &mut request.ops {
                let place = incoming.place().and_then(|it| usize::try_from(it.get()).ok());
                if place.is_some_and(|it| garbled.contains(&it)) {
                    let mut raw = incoming.to_value();
                    raw["change"] = json!({ "frobnicate": [] });
                    *incoming = Incoming::Raw(raw);
                }
            }
            let reply = server.answer(&request, &phone.author.clone());
            phone.take(reply);
        }
        prop_assert_eq!(phone.unsent(), 0);
        prop_assert_eq!(server.log.len() + server.refused.len(), drawn.len());
    }

    #[test]
    fn i10_clock_jumps_change_no_verdict(
        drawn in prop::collection::vec((any::<bool>(), any::<u8>()), 1..30),
        jumps in prop::collection::vec(-315_360_000_000_i64..315_360_000_000, 30),
    ) {
        let run = |jumps: Option<&[i64]>| {
            let mut server = Server::new();
            let mut phones = [Phone::new("a"), Phone::new("b")];
            let mut verdicts = Vec::new();
            for (index, (second, drawn)) in drawn.iter().enumerate() {
                let phone = &mut phones[usize::from(*second)];
                write_drawn(phone, *drawn);
                let off_ms = jumps.map_or(0, |it| it[index % it.len()]);
                phone.exchange.wake();
                let now_ms = NOW_MS + off_ms;
                let request = phone.exchange.poll_request(&phone.replica, now_ms).expect("awake");
                let reply = server.answer(&request, &phone.author.clone());
                verdicts.extend(reply.receipts.clone());
                let changes = phone.exchange.handle_reply(&phone.replica, now_ms, reply);
                phone.apply(changes.expect("our version"));
            }
            verdicts
        };
        prop_assert_eq!(run(None), run(Some(&jumps)));
    }
}

#[test]
fn i04_a_fork_is_set_aside_in_full_and_the_first_stays() {
    let mut server = Server::new();
    // One phone's storage was copied to another: same identity, other bytes.
    let (mut first, mut copy) = (Phone::new("a"), Phone::new("a"));
    let kept = first.set(1);
    copy.set(2);
    copy.set(3);
    first.sync(&mut server);
    let request = copy.request();
    for _ in 0..2 {
        let reply = server.answer(&request, &copy.author.clone());
        let receipts: Vec<_> = reply.receipts.iter().map(|it| &it.verdict).collect();
        let fork = Verdict::Quarantined {
            code: RejectCode::Fork,
        };
        assert_eq!(receipts, [&fork], "what follows a fork is not looked at");
        copy.take(reply);
    }
    assert_eq!(server.log[0].op, kept);
    assert_eq!(server.refused.len(), 1, "sent twice, kept once");
    assert_eq!(server.refused[0].raw["change"], json!({ "set": 2 }));

    // The copy goes on under an identity of its own, and both branches are in the log.
    assert!(copy.exchange.wants_rebirth(&copy.replica));
    assert!(copy.exchange.poll_request(&copy.replica, NOW_MS).is_none());
    let outbox: Vec<_> = copy.replica.outbox().values().cloned().collect();
    let fresh = sync::Incarnation::new("fresh");
    let changes = sync::rebirth(copy.replica.head(), &outbox, &fresh).expect("room in the log");
    copy.apply(changes);
    let request = copy.request();
    assert_eq!(request.born_of, Some(kept.id.incarnation.clone()));
    assert_eq!(request.kept_from.get(), 3, "places count on");
    let reply = server.answer(&request, &copy.author.clone());
    copy.take(reply);
    first.sync(&mut server);
    assert_eq!((copy.unsent(), server.log.len()), (0, 3));
    let shown = first.view("state");
    let values: Vec<_> = shown.heads.iter().map(|it| &it.value).collect();
    assert_eq!(values, [&json!(1), &json!(3)], "for people to settle");
}

#[test]
fn i04_a_storage_that_came_back_from_an_earlier_day_takes_no_place_twice() {
    let (mut phone, mut server) = (Phone::new("a"), Server::new());
    phone.set(1);
    phone.sync(&mut server);
    let mut earlier = phone.clone();
    phone.set(2);
    phone.sync(&mut server);
    // Nothing was written yet with the old memory: the first contact tells.
    earlier.sync(&mut server);
    assert!(earlier.exchange.wants_rebirth(&earlier.replica));
    assert!(!phone.exchange.wants_rebirth(&phone.replica));
}

#[test]
fn i09_an_operation_that_no_request_could_carry_is_never_recorded() {
    let phone = Phone::new("a");
    let long = "x".repeat(sync::OPERATION_BYTES_MAX);
    let draft = phone.draft("note", Change::Add(json!(long)));
    assert_eq!(record(phone.replica.head(), draft, NOW_MS), None);
}

#[test]
fn i09_a_tab_forgets_nothing_behind_a_place_that_it_has_not_heard_of() {
    let (mut stored, mut server) = (Phone::new("a"), Server::new());
    let mut tab = stored.clone();
    // Another tab writes.
    stored.set(1);
    let draft = tab.draft("state", Change::Set(json!("bad")));
    let (_, changes) = record(stored.replica.head(), draft, NOW_MS).expect("small enough");
    tab.apply(changes.clone());
    stored.apply(changes);
    // The server has both from a copy of this phone, and backed them up.
    stored.clone().sync(&mut server);
    server.backed_up = OpSeq::new(2);
    for _ in 0..2 {
        let request = tab.request();
        let reply = server.answer(&request, &tab.author);
        let changes = tab.exchange.handle_reply(&tab.replica, NOW_MS, reply);
        let changes = changes.expect("our version");
        tab.apply(changes.clone());
        stored.apply(changes);
    }
    // The tab dies, and the store is all that is left.
    stored.sync(&mut server);
    assert_eq!(stored.unsent(), 0);
}

#[test]
fn i09_an_answer_that_moves_nothing_is_not_asked_for_in_a_loop() {
    let (mut phone, mut server) = (Phone::new("a"), Server::new());
    phone.set(1);
    let mut request = phone.request();
    request.ops.clear();
    let reply = server.answer(&request, &phone.author.clone());
    phone.take(reply);
    assert_eq!(phone.unsent(), 1);
    assert!(phone.exchange.poll_timeout() > Some(NOW_MS));
}

#[test]
fn i09_long_outboxes_go_in_requests_within_the_limits() {
    let (mut phone, mut server) = (Phone::new("a"), Server::new());
    for _ in 0..600 {
        phone.note(&"đại hội ".repeat(400));
    }
    for _ in 0..10 {
        let request = phone.request();
        let bytes = request.to_json().into_bytes();
        assert!(
            bytes.len() <= sync::REQUEST_BYTES_MAX,
            "{} bytes",
            bytes.len()
        );
        assert!(sync::SyncRequest::parse(&bytes).is_ok());
        let reply = server.answer(&request, &phone.author.clone());
        phone.take(reply);
    }
    assert_eq!(phone.unsent(), 0);
}
