//! Operations as earlier releases wrote them (invariant I14). Files in `tests/golden` are added to, never changed.

use domain::agenda::AgendaPlan;
use domain::kinds;
use domain::offset::Offset;
use domain::task::{EvidenceKind, TaskPlan};
use serde_json::Value;
use sync::{Change, Operation};

fn operations() -> Vec<Value> {
    serde_json::from_str(include_str!("golden/operations-1.json")).expect("golden JSON")
}

/// The plan that release 1 wrote for a record.
fn plan(record: &str) -> Value {
    let found = operations()
        .into_iter()
        .find(|it| it["record"] == record && it["field"] == "plan");
    found.expect(record)["change"]["set"].clone()
}

#[test]
fn i14_operations_of_release_1_are_read_and_fit() {
    for raw in operations() {
        let op = Operation::from_value(&raw).expect("an operation");
        assert_eq!(kinds::check(&op), Ok(()), "{raw}");
        assert_eq!(
            serde_json::to_value(&op).expect("json"),
            raw,
            "survives the round trip"
        );
    }
}

#[test]
fn i14_plans_of_release_1_still_mean_the_same() {
    let notice: TaskPlan = serde_json::from_value(plan("B11")).expect("a task");
    assert!(notice.owed_by_superior());
    assert_eq!(notice.warn, Some(Offset::Days(-37)));
    assert_eq!(notice.evidence, [EvidenceKind::Number, EvidenceKind::Date]);
    assert_eq!(serde_json::to_value(&notice).expect("json"), plan("B11"));

    let discussion: AgendaPlan = serde_json::from_value(plan("C5")).expect("an item");
    assert_eq!(discussion.parts, [30, 45]);
    assert_eq!(serde_json::to_value(&discussion).expect("json"), plan("C5"));
}

#[test]
fn i14_a_field_of_a_newer_release_asks_for_an_upgrade() {
    let mut raw = operations().remove(0);
    raw["field"] = "photo".into();
    let op = Operation::from_value(&raw).expect("an operation");
    let problem = kinds::check(&op).expect_err("unknown here");
    assert!(problem.is_unknown());
    assert!(matches!(op.change, Change::Set(Value::Bool(true))));
}
