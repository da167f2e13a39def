//! One phone's exchange, question by question.

use super::*;
use crate::ids::DeviceId;

fn phone() -> (Replica, Exchange) {
    (
        Replica::new(DeviceId::new("d"), Incarnation::new("i")),
        Exchange::new("test"),
    )
}

fn reply(now_ms: i64) -> SyncReply {
    SyncReply {
        protocol: VERSION,
        incarnation: None,
        epoch: Epoch(1),
        now_ms,
        expect: OpSeq::FIRST,
        backed_up: None,
        receipts: Vec::new(),
        scopes: SortedMap::new(),
    }
}

#[test]
fn one_request_is_under_way_at_a_time() {
    let (replica, mut exchange) = phone();
    assert!(exchange.poll_request(&replica, 0).is_some());
    assert!(exchange.poll_request(&replica, i64::MAX).is_none());
    assert_eq!(exchange.poll_timeout(), None);
}

#[test]
fn waits_double_up_to_eight_seconds_and_a_success_ends_them() {
    let (replica, mut exchange) = phone();
    let mut waits = Vec::new();
    let mut now_ms = 0;
    for _ in 0..9 {
        assert!(exchange.poll_request(&replica, now_ms).is_some());
        exchange.handle_failure(now_ms, Failure::Unreachable);
        let next_ms = exchange.poll_timeout().expect("tries again");
        waits.push((next_ms - now_ms) / 1_000);
        assert!(exchange.poll_request(&replica, next_ms - 1).is_none());
        now_ms = next_ms;
    }
    assert_eq!(waits, [1, 2, 4, 8, 8, 8, 8, 8, 8]);
    assert_eq!(exchange.link(), Link::Offline);
    exchange.poll_request(&replica, now_ms);
    exchange
        .handle_reply(&replica, now_ms, reply(now_ms))
        .expect("our version");
    assert_eq!(exchange.link(), Link::Online);
    assert_eq!(exchange.poll_timeout(), Some(now_ms + IDLE_DELAY_MS));
}

#[test]
fn i10_a_clock_that_jumps_back_years_does_not_silence_the_phone() {
    let (replica, mut exchange) = phone();
    let now_ms = 1_900_000_000_000;
    exchange.poll_request(&replica, now_ms);
    exchange.handle_failure(now_ms, Failure::Unreachable);
    assert!(
        exchange
            .poll_request(&replica, now_ms - 315_360_000_000)
            .is_some()
    );
    exchange.handle_failure(i64::MAX, Failure::Unreachable);
    assert!(exchange.poll_request(&replica, i64::MIN).is_some());
}

#[test]
fn the_clock_offset_is_kept_alone_and_only_when_it_matters() {
    let (mut replica, mut exchange) = phone();
    exchange.poll_request(&replica, 0);
    let changes = exchange
        .handle_reply(&replica, 0, reply(5_000))
        .expect("our version");
    assert_eq!(changes, [StoreChange::PutClockOffset(5_000)]);
    for change in changes {
        replica.apply(change);
    }
    exchange.wake();
    exchange.poll_request(&replica, 0);
    assert_eq!(
        exchange.handle_reply(&replica, 0, reply(5_400)),
        Ok(Vec::new())
    );
}

#[test]
fn i02_an_answer_that_names_no_lifetime_is_of_the_request_under_way_or_of_none() {
    let (replica, mut exchange) = phone();
    exchange.poll_request(&replica, 0);
    exchange.handle_failure(0, Failure::Unreachable);
    let late = exchange.handle_reply(&replica, 0, reply(5_000));
    assert_eq!(late, Ok(Vec::new()));
    exchange.wake();
    exchange.poll_request(&replica, 0);
    let changes = exchange.handle_reply(&replica, 0, reply(5_000));
    assert_eq!(changes, Ok(vec![StoreChange::PutClockOffset(5_000)]));
}

#[test]
fn signed_out_waits_for_the_person() {
    let (replica, mut exchange) = phone();
    exchange.poll_request(&replica, 0);
    exchange.handle_failure(0, Failure::SignedOut);
    assert_eq!(exchange.poll_timeout(), None);
    assert!(exchange.poll_request(&replica, i64::MAX).is_none());
    exchange.wake();
    assert!(exchange.poll_request(&replica, 0).is_some());
}

#[test]
fn waking_while_a_request_is_under_way_asks_again_at_once() {
    let (replica, mut exchange) = phone();
    exchange.poll_request(&replica, 0);
    exchange.wake();
    exchange
        .handle_reply(&replica, 0, reply(0))
        .expect("our version");
    assert!(exchange.poll_request(&replica, 0).is_some());
}

#[test]
fn a_newer_protocol_is_not_taken_in() {
    let (replica, mut exchange) = phone();
    exchange.poll_request(&replica, 0);
    let newer = SyncReply {
        protocol: VERSION + 1,
        ..reply(9_000)
    };
    let outcome = exchange.handle_reply(&replica, 0, newer);
    assert_eq!(outcome, Err(ProtocolError::UnknownVersion(VERSION + 1)));
    assert!(exchange.poll_timeout() > Some(0));
}
