//! What becomes of operations.

use std::time::Duration;

use super::*;

/// Far more than the few milliseconds that the writer may wait, far less than for ever.
const HELD_UP_MAX: Duration = Duration::from_secs(10);

pub async fn i01_what_was_acknowledged_is_there_after_reopening_without_closing<F: Fixture>() {
    let fixture = F::new();
    let storage = fixture.open().await;
    let pushed = push(
        &*storage,
        "d1",
        vec![tick("d1", 1, "a", true), tick("d1", 2, "b", true)],
    )
    .await;
    assert_eq!(pushed.accepted, 2);
    let before = (log(&*storage).await, registers(&*storage).await);
    // No `close`: the second opening sees what a kill would have left.
    let reopened = fixture.open().await;
    assert_eq!((log(&*reopened).await, registers(&*reopened).await), before);
    let again = push(&*reopened, "d1", vec![tick("d1", 2, "b", true)]).await;
    assert_eq!(again.receipts[0].verdict, applied(2));
    assert_eq!(again.expect, OpSeq::new(3).unwrap());
}

pub async fn i03_a_repeated_push_gets_the_same_answer_and_changes_nothing<F: Fixture>() {
    let fixture = F::new();
    let storage = fixture.open().await;
    let ops = vec![tick("d1", 1, "a", true), tick("d1", 2, "forbidden", true)];
    let first = push(&*storage, "d1", ops.clone()).await;
    let before = (log(&*storage).await, registers(&*storage).await);
    for _ in 0..3 {
        let again = push(&*storage, "d1", ops.clone()).await;
        assert_eq!(again.receipts, first.receipts);
        assert_eq!((again.accepted, again.expect), (0, first.expect));
    }
    assert_eq!((log(&*storage).await, registers(&*storage).await), before);
}

pub async fn i04_a_fork_is_kept_and_a_gap_waits<F: Fixture>() {
    let fixture = F::new();
    let storage = fixture.open().await;
    push(&*storage, "d1", vec![tick("d1", 1, "a", true)]).await;
    let fork = push(&*storage, "d1", vec![tick("d1", 1, "a", false)]).await;
    assert_eq!(
        fork.receipts[0].verdict,
        Verdict::Quarantined {
            code: RejectCode::Fork
        }
    );
    push(&*storage, "d1", vec![tick("d1", 1, "a", false)]).await;
    let kept = storage
        .refused(&DeviceId::new("d1"), &Incarnation::new("i1"))
        .await
        .unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].raw, tick("d1", 1, "a", false));
    let gap = push(&*storage, "d1", vec![tick("d1", 3, "c", true)]).await;
    assert!(gap.receipts.is_empty());
    assert_eq!(gap.expect, OpSeq::new(2).unwrap());
    assert_eq!(log(&*storage).await.len(), 1);
}

pub async fn i09_one_bad_operation_never_holds_up_its_neighbours<F: Fixture>() {
    let fixture = F::new();
    let storage = fixture.open().await;
    let ops = vec![
        tick("d1", 1, "a", true),
        json!({ "seq": 2, "device": "d1", "nonsense": [1, 2, { "x": null }] }),
        op("d1", 3, "an", "a", &json!({ "set_colour": "red" })),
        op("d1", 4, "another", "a", &json!({ "set": true })),
        tick("d1", 5, "forbidden", true),
        tick("d1", 6, "newer", true),
        op(
            "d1",
            7,
            "an",
            "a",
            &json!({ "retract": { "device": "x", "incarnation": "y", "seq": 1 } }),
        ),
        tick("d1", 8, "b", true),
    ];
    let pushed = push(&*storage, "d1", ops).await;
    let verdicts: Vec<Verdict> = pushed.receipts.into_iter().map(|it| it.verdict).collect();
    assert_eq!(
        verdicts,
        [
            applied(1),
            Verdict::Rejected {
                code: RejectCode::Malformed
            },
            Verdict::NeedsUpgrade,
            Verdict::Quarantined {
                code: RejectCode::WrongAuthor
            },
            Verdict::Rejected {
                code: RejectCode::Forbidden
            },
            Verdict::NeedsUpgrade,
            Verdict::Rejected {
                code: RejectCode::UnknownTarget
            },
            applied(2),
        ]
    );
    assert_eq!(pushed.expect, OpSeq::new(9).unwrap());
}

pub async fn what_was_announced_and_never_came_holds_nobody_up<F: Fixture>() {
    let fixture = F::new();
    let storage = fixture.open().await;
    // Its request broke off after it was announced, and nobody has noticed yet.
    let never = storage.announce();
    for seq in 1..=20 {
        let pushed = push(&*storage, "d1", vec![tick("d1", seq, "a", true)]);
        let pushed = tokio::time::timeout(HELD_UP_MAX, pushed).await;
        assert_eq!(pushed.expect("the writer waits for it").accepted, 1);
    }
    drop(never);
}

pub async fn many_devices_at_once_leave_a_contiguous_log<F: Fixture>() {
    let fixture = F::new();
    let storage: Arc<dyn Storage> = Arc::from(fixture.open().await);
    let mut tasks = Vec::new();
    for device in 0..40 {
        let storage = Arc::clone(&storage);
        tasks.push(tokio::spawn(async move {
            let name = format!("d{device}");
            for chunk in 0..5_u64 {
                let ops = (1..=20)
                    .map(|it| tick(&name, chunk * 20 + it, &format!("r{}", it % 7), it % 2 == 0))
                    .collect();
                let pushed = push(&*storage, &name, ops).await;
                assert_eq!(pushed.receipts.len(), 20);
                assert_eq!(pushed.expect.get(), chunk * 20 + 21);
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    let entries = log(&*storage).await;
    assert_eq!(entries.len(), 4_000);
    assert!(
        entries
            .iter()
            .zip(1..)
            .all(|(entry, place)| entry.server_seq == ServerSeq(place))
    );
    let heads = storage
        .heads(&[scope(), Scope::new("nowhere")])
        .await
        .unwrap();
    assert_eq!(heads.seqs, BTreeMap::from([(scope(), ServerSeq(4_000))]));
}

pub async fn a_rule_that_panics_fails_its_own_push_only<F: Fixture>() {
    let fixture = F::new();
    let storage: Arc<dyn Storage> = Arc::from(fixture.open().await);
    let poison = request("d0", vec![tick("d0", 1, "poison", true)]);
    let others = (1..20).map(|it| {
        let name = format!("d{it}");
        let request = request(&name, vec![tick(&name, 1, "a", true)]);
        (Arc::clone(&storage), request)
    });
    let others: Vec<_> = others
        .map(|(storage, it)| tokio::spawn(async move { push_as(&*storage, "an", it).await }))
        .collect();
    let poisoned = push_as(&*storage, "an", poison).await;
    assert_eq!(poisoned, Err(StorageError::Unavailable));
    for other in others {
        assert_eq!(other.await.unwrap().unwrap().accepted, 1);
    }
    assert_eq!(log(&*storage).await.len(), 19);
}

pub async fn places_beyond_signed_integers_survive<F: Fixture>() {
    let fixture = F::new();
    let storage = fixture.open().await;
    let far = u64::MAX - 1;
    let mut resumed = request("d1", vec![tick("d1", far, "a", true)]);
    resumed.kept_from = OpSeq::new(far).unwrap();
    let first = push_as(&*storage, "an", resumed.clone()).await.unwrap();
    assert_eq!(first.expect.get(), u64::MAX);
    let again = push_as(&*storage, "an", resumed).await.unwrap();
    assert_eq!(
        (again.receipts, again.expect),
        (first.receipts, first.expect)
    );
}

/// A release that knows what [`Rules`] does not.
struct NextRelease;

impl Policy for NextRelease {
    fn judge(&self, op: &Operation, _: i64) -> Judgement {
        match op.record.as_str() {
            "newer" => Judgement::Accept,
            _ => Judgement::Reject(RejectCode::BadValue),
        }
    }
}

pub async fn what_was_kept_for_a_later_release_is_judged_again_by_it<F: Fixture>() {
    let fixture = F::new();
    let storage = fixture.open().await;
    let odd = op("d1", 2, "an", "newer", &json!({ "explode": true }));
    let ops = vec![
        tick("d1", 1, "newer", true),
        odd.clone(),
        tick("d1", 3, "a", true),
    ];
    let first = push(&*storage, "d1", ops.clone()).await;
    let verdicts: Vec<&Verdict> = first.receipts.iter().map(|it| &it.verdict).collect();
    assert_eq!(
        verdicts,
        [&Verdict::NeedsUpgrade, &Verdict::NeedsUpgrade, &applied(1)]
    );
    let mut kept = storage.newer().await.unwrap();
    assert_eq!(kept.len(), 2);
    assert_eq!(kept[1].raw, odd);
    let newer = kept.swap_remove(0);
    assert_eq!((newer.author.as_str(), newer.received_ms), ("an", 10_000));
    let read = Operation::from_value(&newer.raw).unwrap();
    // This build does not know it either: nothing changes.
    let same = storage.admit(&newer, read.clone(), Arc::new(Rules)).await;
    assert_eq!(same, Ok(false));
    assert_eq!(storage.newer().await.unwrap().len(), 2);
    let admitted = storage.admit(&newer, read, Arc::new(NextRelease)).await;
    assert_eq!(admitted, Ok(true));
    let log = log(&*storage).await;
    assert_eq!(log.len(), 2);
    assert_eq!(log[1].op.id.seq, OpSeq::FIRST);
    // As if it had been understood when it came.
    assert_eq!(log[1].corrected_ms, 6_000);
    assert_eq!(storage.newer().await.unwrap().len(), 1);
    let refused = storage
        .refused(&DeviceId::new("d1"), &Incarnation::new("i1"))
        .await
        .unwrap();
    assert_eq!(refused.len(), 1, "the other stays in full");
    let again = push(&*storage, "d1", ops).await;
    assert_eq!(again.receipts[0].verdict, applied(2));
    assert_eq!(again.accepted, 0);
}

pub async fn what_a_later_release_refuses_stays_kept_with_its_reason<F: Fixture>() {
    let fixture = F::new();
    let storage = fixture.open().await;
    push(&*storage, "d1", vec![tick("d1", 1, "newer", true)]).await;
    let newer = storage.newer().await.unwrap().swap_remove(0);
    let mut read = Operation::from_value(&newer.raw).unwrap();
    read.record = sync::RecordId::new("no longer");
    let admitted = storage.admit(&newer, read, Arc::new(NextRelease)).await;
    assert_eq!(admitted, Ok(false));
    assert!(storage.newer().await.unwrap().is_empty());
    let refused = storage
        .refused(&DeviceId::new("d1"), &Incarnation::new("i1"))
        .await
        .unwrap();
    assert_eq!(
        refused[0].verdict,
        Verdict::Rejected {
            code: RejectCode::BadValue
        }
    );
    assert!(log(&*storage).await.is_empty());
}
