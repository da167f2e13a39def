//! What can be read afterwards.

use super::*;

pub async fn i05_registers_are_the_fold_of_the_log<F: Fixture>() {
    let fixture = F::new();
    let storage = fixture.open().await;
    for round in 0..10_u64 {
        for device in ["d1", "d2", "d3"] {
            let from = round * 12;
            let ops = (1..=12)
                .map(|it| match it % 4 {
                    0 => op(
                        device,
                        from + it,
                        "an",
                        "n",
                        &json!({ "add": format!("{device} {it}") }),
                    ),
                    rest => tick(
                        device,
                        from + it,
                        &format!("r{rest}"),
                        (it + round) % 2 == 0,
                    ),
                })
                .collect();
            push(&*storage, device, ops).await;
        }
    }
    let mut folded: BTreeMap<RegisterKey, Register> = BTreeMap::new();
    let entries = log(&*storage).await;
    assert_eq!(entries.len(), 360);
    for entry in &entries {
        folded.entry(entry.op.key()).or_default().apply(entry);
    }
    assert_eq!(registers(&*storage).await, folded);
}

pub async fn refused_operations_are_kept_in_full_and_once<F: Fixture>() {
    let fixture = F::new();
    let storage = fixture.open().await;
    let raw =
        json!({ "seq": 1, "note": "ghi chú chưa ai đọc được", "deep": { "a": [1.5, null, true] } });
    for _ in 0..2 {
        push(&*storage, "d1", vec![raw.clone()]).await;
    }
    let kept = storage
        .refused(&DeviceId::new("d1"), &Incarnation::new("i1"))
        .await
        .unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].raw, raw);
    assert_eq!(
        kept[0].verdict,
        Verdict::Rejected {
            code: RejectCode::Malformed
        }
    );
}

pub async fn a_snapshot_leaves_imports_out_of_history<F: Fixture>() {
    let fixture = F::new();
    let storage = fixture.open().await;
    let imported = (1..=300).map(|it| {
        op(
            "server",
            it,
            IMPORT_AUTHOR,
            &format!("r{it}"),
            &json!({ "set": true }),
        )
    });
    push_as(
        &*storage,
        IMPORT_AUTHOR,
        request("server", imported.collect()),
    )
    .await
    .unwrap();
    push(
        &*storage,
        "d1",
        vec![tick("d1", 1, "r1", false), tick("d1", 2, "r2", false)],
    )
    .await;
    let snapshot = storage.snapshot(&scope(), 10).await.unwrap();
    assert_eq!(snapshot.cursor.seq, ServerSeq(302));
    assert_eq!(snapshot.registers.len(), 300);
    let seqs: Vec<u64> = snapshot.history.iter().map(|it| it.server_seq.0).collect();
    assert_eq!(seqs, [301, 302]);
    let newest_first = storage.history(&scope(), 1).await.unwrap();
    assert_eq!(newest_first[0].entry.server_seq, ServerSeq(302));
    assert_eq!(newest_first[0].received_ms, 10_000);
    let imported = storage
        .entries_by(&AuthorId::new(IMPORT_AUTHOR))
        .await
        .unwrap();
    assert_eq!(imported.len(), 300);
    let from = ServerSeq(299);
    let tail = storage.segments(&scope(), from, 1).await.unwrap();
    assert_eq!((tail.segments.len(), tail.last), (1, ServerSeq(300)));
    let tail = storage.segments(&scope(), from, 2).await.unwrap();
    let places: Vec<u64> = tail
        .entries(from)
        .unwrap()
        .iter()
        .map(|it| it.server_seq.0)
        .collect();
    assert_eq!(places, [300, 301, 302], "whole segments, until enough");
}

pub async fn a_long_push_enters_the_log_in_pieces_that_a_bad_line_can_carry<F: Fixture>() {
    let fixture = F::new();
    let storage = fixture.open().await;
    let ops = (1..=1_100).map(|it| tick("d1", it, &format!("r{it}"), true));
    push(&*storage, "d1", ops.collect()).await;
    let start = ServerSeq::ZERO;
    let tail = storage.segments(&scope(), start, 1).await.unwrap();
    assert_eq!((tail.segments.len(), tail.last), (1, ServerSeq(500)));
    assert_eq!(log(&*storage).await.len(), 1_100);
}

pub async fn structure_version_follows_plans_only<F: Fixture>() {
    let fixture = F::new();
    let storage = fixture.open().await;
    let before = storage.structure_version().await.unwrap();
    push(&*storage, "d1", vec![tick("d1", 1, "a", true)]).await;
    assert_eq!(storage.structure_version().await.unwrap(), before);
    let mut plan = tick("d1", 2, "a", true);
    plan["field"] = "plan".into();
    push(&*storage, "d1", vec![plan]).await;
    assert!(storage.structure_version().await.unwrap() > before);
    let plans = storage.structure().await.unwrap();
    assert_eq!(plans.len(), 1);
    assert_eq!(plans[0].0, RegisterKey::new("U1", "task", "a", "plan"));
    assert_eq!(plans[0].1.value(), Some(&json!(true)));
}

pub async fn unknown_scopes_are_missing_and_closed_storage_is_unavailable<F: Fixture>() {
    let fixture = F::new();
    let storage = fixture.open().await;
    assert_eq!(
        storage.snapshot(&Scope::new("nowhere"), 0).await,
        Err(StorageError::Missing)
    );
    assert!(storage.scopes().await.unwrap().is_empty());
    let mut elsewhere = tick("d1", 1, "a", true);
    elsewhere["scope"] = "nowhere".into();
    let pushed = push(&*storage, "d1", vec![elsewhere]).await;
    let verdict = &pushed.receipts[0].verdict;
    assert_eq!(
        *verdict,
        Verdict::Rejected {
            code: RejectCode::UnknownScope
        }
    );
    assert_eq!(storage.scopes().await.unwrap(), [scope()]);
    storage.close().await;
    let late = push_as(
        &*storage,
        "an",
        request("d1", vec![tick("d1", 2, "a", true)]),
    )
    .await;
    assert_eq!(late, Err(StorageError::Unavailable));
}

pub async fn the_log_can_be_asked_in_sql<F: Fixture>() {
    let fixture = F::new();
    let storage = fixture.open().await;
    let mut ops = vec![tick("d1", 1, "a", true), tick("d1", 2, "b", false)];
    // Of another unit, which does not exist: the places of this one have a hole.
    let mut elsewhere = tick("d1", 3, "a", true);
    elsewhere["scope"] = "nowhere".into();
    ops.push(elsewhere);
    ops.push(op("d1", 4, "an", "n", &json!({ "add": "Ghi \"chú\"" })));
    let retracted = json!({ "retract": { "device": "d1", "incarnation": "i1", "seq": 4 } });
    ops.push(op("d1", 5, "an", "n", &retracted));
    for (it, at_ms) in ops
        .iter_mut()
        .zip([5_000, i64::MIN, i64::MAX, i64::MAX, -7])
    {
        it["at_ms"] = at_ms.into();
    }
    push(&*storage, "d1", ops).await;
    push(&*storage, "d2", vec![tick("d2", 1, "a", true)]).await;
    let rows = fixture.log_rows().await;
    let entries = log(&*storage).await;
    assert_eq!((rows.len(), entries.len()), (5, 5));
    for (row, entry) in rows.into_iter().zip(entries) {
        let change: Change = serde_json::from_str(&row.change).unwrap();
        assert_eq!(change, entry.op.change);
        let op = entry.op;
        let expected = LogRow {
            scope: op.scope.to_string(),
            server_seq: entry.server_seq.0.cast_signed(),
            device: op.id.device.to_string(),
            incarnation: op.id.incarnation.to_string(),
            op_seq: op.id.seq.get().cast_signed(),
            author: op.author.to_string(),
            kind: op.kind.to_string(),
            record: op.record.to_string(),
            field: op.field.to_string(),
            at_ms: op.at_ms,
            corrected_ms: entry.corrected_ms,
            received_ms: 10_000,
            change: row.change.clone(),
        };
        assert_eq!(row, expected);
    }
}

pub async fn a_text_with_a_nul_stays_as_it_is_and_stops_no_question<F: Fixture>() {
    let fixture = F::new();
    let storage = fixture.open().await;
    let note = "trước\0sau";
    let noted = op("d1", 1, "an", "n", &json!({ "add": note }));
    push(&*storage, "d1", vec![noted]).await;
    let entries = log(&*storage).await;
    assert_eq!(entries[0].op.change, Change::Add(note.into()));
    assert_eq!(fixture.log_rows().await.len(), 1);
}

pub async fn i05_projections_made_anew_from_the_log_are_the_same_bytes<F: Fixture>() {
    let fixture = F::new();
    let storage = fixture.open().await;
    // Enough for a checkpoint, and a tail behind it.
    for round in 0..6_u64 {
        let ops = (1..=200)
            .map(|it| {
                let mut op = tick(
                    "d1",
                    round * 200 + it,
                    &format!("t{}", it % 37),
                    it % 3 == 0,
                );
                if it % 50 == 0 {
                    op["field"] = "plan".into();
                }
                op
            })
            .collect();
        push(&*storage, "d1", ops).await;
    }
    let before = fixture.projections().await;
    assert!(before.iter().any(|it| it.starts_with("checkpoint ")));
    assert!(before.iter().any(|it| it.starts_with("plan ")));
    let values = (registers(&*storage).await, storage.structure().await);
    assert_eq!(storage.rebuild(&scope()).await, Ok(true), "they agreed");
    let rebuilt = fixture.projections().await;
    assert_eq!(storage.rebuild(&scope()).await, Ok(true));
    assert_eq!(fixture.projections().await, rebuilt);
    let plans = |all: &[String]| -> Vec<String> {
        let plans = all.iter().filter(|it| it.starts_with("plan "));
        plans.cloned().collect()
    };
    assert_eq!(plans(&rebuilt), plans(&before));
    assert_eq!(
        (registers(&*storage).await, storage.structure().await),
        values
    );
    // What was falsified is found and put right.
    fixture.falsify().await;
    assert_ne!(fixture.projections().await, rebuilt);
    assert_eq!(storage.rebuild(&scope()).await, Ok(false));
    assert_eq!(fixture.projections().await, rebuilt);
    assert_eq!(
        (registers(&*storage).await, storage.structure().await),
        values
    );
    let nowhere = storage.rebuild(&Scope::new("nowhere")).await;
    assert_eq!(nowhere, Err(StorageError::Missing));
}
