//! The schema.

use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::json;
use sync::{
    AuthorId, Cursor, DeviceId, Epoch, FieldName, Incarnation, Kind, OpId, OpSeq, RecordId, Scope,
    ServerSeq,
};

use super::task::TaskEdit;
use super::*;

fn op(kind: &str, field: &str, change: Change) -> Operation {
    Operation {
        id: OpId {
            device: DeviceId::new("d"),
            incarnation: Incarnation::new("i"),
            seq: OpSeq::FIRST,
        },
        author: AuthorId::new("a"),
        at_ms: 0,
        scope: Scope::new("AL-HONG-THUONG"),
        kind: Kind::new(kind),
        record: RecordId::new("B01"),
        field: FieldName::new(field),
        base: Cursor {
            epoch: Epoch(0),
            seq: ServerSeq::ZERO,
        },
        change,
        extra: std::collections::BTreeMap::new(),
    }
}

fn set(kind: &str, field: &str, value: Value) -> Result<(), FieldProblem> {
    check(&op(kind, field, Change::Set(value)))
}

#[test]
fn known_fields_take_fitting_values() {
    for (kind, field, value) in [
        ("checklist_task", "done", json!(true)),
        ("checklist_task", "quantity", json!(0)),
        ("checklist_task", "quantity", json!(1_000_000)),
        ("checklist_task", "quantity", json!(null)),
        ("propaganda_task", "number", json!("12-KH/ĐU")),
        ("propaganda_task", "date", json!("2020-02-14")),
        ("propaganda_task", "due", json!("T-5wd")),
        ("propaganda_task", "step.12", json!(false)),
        (
            "propaganda_task",
            "plan",
            json!({"title": "x", "phase": "before", "due": "T-1"}),
        ),
        ("congress", "opening", json!("2020-02-21")),
        ("congress", "opening", json!(null)),
        ("congress", "suspended", json!(true)),
        ("agenda_item", "minutes", json!(45)),
        ("paper", "state.1", json!(true)),
        (
            "unit",
            "plan",
            json!({"name": "Đảng bộ xã A Ngo", "kind": "xã"}),
        ),
        ("term", "plan", json!(null)),
        (
            "person",
            "plan",
            json!({"name": "Hồ Văn A", "role": "viewer", "newer": 1}),
        ),
    ] {
        assert_eq!(
            set(kind, field, value.clone()),
            Ok(()),
            "{kind}.{field} = {value}"
        );
    }
}

#[test]
fn misfits_are_named() {
    use FieldProblem::*;
    for (kind, field, value, problem) in [
        ("inspection", "done", json!(true), UnknownKind),
        ("checklist_task", "colour", json!(true), UnknownField),
        ("checklist_task", "step.0", json!(true), UnknownField),
        ("checklist_task", "step.01", json!(true), UnknownField),
        ("checklist_task", "step.100", json!(true), UnknownField),
        ("checklist_task", "step.+1", json!(true), UnknownField),
        ("paper", "content", json!("tên người"), UnknownField),
        ("paper", "note", json!("tên người"), UnknownField),
        ("paper", "photo", json!("x"), UnknownField),
        ("term", "done", json!(true), UnknownField),
        ("checklist_task", "done", json!(1), WrongType),
        ("checklist_task", "done", json!(null), WrongType),
        ("checklist_task", "quantity", json!(1.5), WrongType),
        ("checklist_task", "quantity", json!("3"), WrongType),
        ("checklist_task", "quantity", json!(-1), OutOfBounds),
        ("checklist_task", "quantity", json!(1_000_001), OutOfBounds),
        ("agenda_item", "minutes", json!(1_441), OutOfBounds),
        ("checklist_task", "number", json!(""), BadLength),
        (
            "checklist_task",
            "number",
            json!("x".repeat(101)),
            BadLength,
        ),
        ("checklist_task", "date", json!("14/02/2020"), BadDate),
        ("congress", "opening", json!("2020-02-30"), BadDate),
        ("checklist_task", "due", json!("mai"), BadDate),
        ("checklist_task", "plan", json!({"title": "x"}), BadPlan),
        ("checklist_task", "note", json!("x"), WrongChange),
        ("checklist_task", "note", json!(null), WrongChange),
    ] {
        assert_eq!(
            set(kind, field, value.clone()),
            Err(problem),
            "{kind}.{field} = {value}"
        );
        assert_eq!(
            problem.is_unknown(),
            matches!(problem, UnknownKind | UnknownField)
        );
    }
}

#[test]
fn notes_only_grow() {
    let retract = || {
        let target = op("checklist_task", "note", Change::Add(json!("x"))).id;
        Change::Retract(target)
    };
    let add = |kind, field, text: &str| check(&op(kind, field, Change::Add(json!(text))));
    assert_eq!(
        add("checklist_task", "note", "Đã gọi chi bộ thôn 3"),
        Ok(())
    );
    assert_eq!(add("propaganda_task", "note", &"đ".repeat(2_000)), Ok(()));
    assert_eq!(
        add("propaganda_task", "note", &"đ".repeat(2_001)),
        Err(FieldProblem::BadLength)
    );
    assert_eq!(
        add("propaganda_task", "note", " \n"),
        Err(FieldProblem::BadLength)
    );
    assert_eq!(
        add("propaganda_task", "done", "x"),
        Err(FieldProblem::WrongChange)
    );
    assert_eq!(check(&op("checklist_task", "note", retract())), Ok(()));
    assert_eq!(
        check(&op("checklist_task", "done", retract())),
        Err(FieldProblem::WrongChange)
    );
}

#[test]
fn values_at_their_limits_fit() {
    for (kind, field, value) in [
        ("checklist_task", "quantity", json!(QUANTITY_MAX)),
        ("checklist_task", "planned", json!(0)),
        (
            "checklist_task",
            "number",
            json!("ă".repeat(NUMBER_CHARS_MAX)),
        ),
        ("checklist_task", "step.99", json!(true)),
        ("agenda_item", "minutes", json!(MINUTES_MAX)),
    ] {
        assert_eq!(
            check(&op(kind, field, Change::Set(value))),
            Ok(()),
            "{field}"
        );
    }
    let mut long = op("checklist_task", "done", Change::Set(json!(true)));
    long.record = RecordId::new("ữ".repeat(KEY_CHARS_MAX));
    assert_eq!(check(&long), Ok(()));
}

#[test]
fn keys_are_bounded() {
    let mut long = op("checklist_task", "done", Change::Set(json!(true)));
    long.record = RecordId::new("x".repeat(KEY_CHARS_MAX + 1));
    assert_eq!(check(&long), Err(FieldProblem::BadKey));
    long.record = RecordId::new("");
    assert_eq!(check(&long), Err(FieldProblem::BadKey));
}

fn edits() -> impl Strategy<Value = TaskEdit> {
    prop_oneof![
        any::<bool>().prop_map(TaskEdit::Done),
        any::<bool>().prop_map(TaskEdit::NotApplicable),
        any::<Option<i64>>().prop_map(TaskEdit::Quantity),
        any::<Option<i64>>().prop_map(TaskEdit::Planned),
        any::<String>().prop_map(TaskEdit::Number),
        Just(TaskEdit::Number("số ".repeat(80))),
        (any::<i64>()).prop_map(|it| TaskEdit::Date(Some(CivilDate::from_unix_ms(it % (1 << 41))))),
        (-900_i32..900).prop_map(|it| TaskEdit::Due(Some(Offset::WorkingDays(it)))),
        (0_usize..200, any::<bool>()).prop_map(|(step, done)| TaskEdit::Step { step, done }),
        any::<String>().prop_map(TaskEdit::Note),
        Just(TaskEdit::Note("ghi chú ".repeat(900))),
    ]
}

proptest! {
    #[test]
    fn whatever_a_person_edits_fits_the_schema(edit in edits()) {
        if let Some((field, change)) = edit.into_change() {
            for kind in [checklist_task::KIND, propaganda_task::KIND] {
                prop_assert_eq!(check(&op(kind, field.as_str(), change.clone())), Ok(()));
            }
        }
    }

    #[test]
    fn any_operation_is_judged(kind in any::<String>(), field in any::<String>(), text in any::<String>()) {
        prop_assert_eq!(set(&kind, &field, json!(text)), Err(FieldProblem::UnknownKind));
        let nested = json!([[text]]);
        prop_assert!(set("checklist_task", &field, nested).is_err());
    }
}

#[test]
fn plans_tolerate_what_is_missing_and_refuse_what_is_wrong() {
    use crate::agenda::AgendaPlan;
    use crate::kinds::plan::Plan;

    let minimal = json!({"session": "preparatory", "order": 1, "title": "x", "minutes": 5,
                         "class": "other", "counts": true, "newer": [1]});
    let plan = AgendaPlan::read(&minimal).expect("readable");
    assert_eq!(
        (plan.papers.len(), plan.protected, plan.fixed_start),
        (0, false, None)
    );
    for (field, wrong) in [
        ("session", json!("evening")),
        ("minutes", json!(-5)),
        ("minutes", json!(70_000)),
        ("title", json!(null)),
        ("papers", json!(["a", 1])),
        ("fixed_start", json!("25:00")),
        ("protected", json!("yes")),
    ] {
        let mut broken = minimal.clone();
        broken[field] = wrong.clone();
        assert_eq!(AgendaPlan::read(&broken), None, "{field} = {wrong}");
    }
    for field in ["session", "order", "title", "minutes", "class", "counts"] {
        let mut incomplete = minimal.clone();
        incomplete.as_object_mut().expect("an object").remove(field);
        assert_eq!(AgendaPlan::read(&incomplete), None, "{field} is required");
    }
}

#[test]
fn stored_words_read_back() {
    use crate::agenda::{Session, TimeClass};
    use crate::congress::Form;
    use crate::task::{EvidenceKind, Phase};

    fn round_trip<T>(words: &[T])
    where
        T: serde::Serialize + DeserializeOwned + PartialEq + std::fmt::Debug,
    {
        for word in words {
            let json = serde_json::to_value(word).expect("json");
            assert_eq!(&serde_json::from_value::<T>(json).expect("a word"), word);
        }
    }
    round_trip(&Phase::ALL);
    round_trip(&TimeClass::ALL);
    round_trip(&[Session::Preparatory, Session::Official]);
    round_trip(&[Form::Delegates, Form::AllMembers]);
    round_trip(&[
        EvidenceKind::Number,
        EvidenceKind::Date,
        EvidenceKind::Count,
        EvidenceKind::Photo,
        EvidenceKind::Minutes,
        EvidenceKind::Tick,
    ]);
    assert_eq!(Form::AllMembers.stored(), "all_members");
    assert!(serde_json::from_value::<Phase>(json!("Before")).is_err());
}

#[test]
fn tasks_are_loaded_before_the_library_and_no_kind_is_forgotten() {
    assert!(loading_order(unit::KIND) < loading_order(checklist_task::KIND));
    assert!(loading_order(propaganda_task::KIND) < loading_order(document::KIND));
    for kind in NEEDED {
        assert!(rule(kind, PLAN).is_ok() || kind == congress::KIND, "{kind}");
    }
    assert_eq!(loading_order("of a later release"), NEEDED.len());
}
