//! Tolerance and refreshing; whole handbooks are read in `tests/reference.rs`.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};
use sync::{Attribution, AuthorId, DeviceId, Entry, Head, Incarnation, OpId, OpSeq, ServerSeq};

use super::*;

fn by(author: &str, at_ms: i64) -> Attribution {
    let op = OpId {
        device: DeviceId::new(author),
        incarnation: Incarnation::new("i"),
        seq: OpSeq::FIRST,
    };
    Attribution {
        op,
        author: AuthorId::new(author),
        at_ms,
        seq: ServerSeq(1),
    }
}

fn says(value: Value) -> Register {
    let head = Head {
        value,
        by: vec![by("an", 1), by("binh", 2)],
    };
    Register {
        version: ServerSeq(1),
        heads: vec![head],
        entries: Vec::new(),
    }
}

fn key(kind: &str, record: &str, field: &str) -> RegisterKey {
    let library = ["parameter", "term", "script_line"].contains(&kind);
    RegisterKey::new(if library { "L" } else { "U" }, kind, record, field)
}

fn read(registers: &BTreeMap<RegisterKey, Register>) -> Handbook {
    Handbook::read(&Scope::new("U"), &Scope::new("L"), registers.iter())
}

fn plan(due: &str) -> Value {
    json!({"title": "x", "phase": "before", "due": due, "steps": [{"text": "a"}, {"text": "b"}]})
}

/// A small unit with everything that a handbook reads differently.
fn registers() -> BTreeMap<RegisterKey, Register> {
    let mut disputed = says(json!(5));
    disputed.heads.push(Head {
        value: json!(6),
        by: vec![by("chi", 9)],
    });
    let mut notes = Register::default();
    notes.entries.push(Entry {
        value: json!("một"),
        by: by("an", 1),
        retracted: None,
    });
    notes.entries.push(Entry {
        value: json!("hai"),
        by: by("an", 2),
        retracted: Some(by("an", 3)),
    });
    let item = json!({"session": "official", "order": 10, "title": "C", "minutes": 15, "class": "report",
                      "counts": true, "papers": ["P1", "P2"]});
    BTreeMap::from([
        (key("checklist_task", "B2", "plan"), says(plan("T-1"))),
        (key("checklist_task", "B1", "plan"), says(plan("T-9"))),
        (key("checklist_task", "B1", "done"), says(json!(true))),
        (key("checklist_task", "B1", "step.2"), says(json!(true))),
        (key("checklist_task", "B1", "note"), notes),
        (key("checklist_task", "B1", "colour"), says(json!("red"))),
        (key("checklist_task", "B2", "due"), says(json!("T-10"))),
        (
            key("checklist_task", "B2", "date"),
            says(json!("2020-02-14")),
        ),
        (key("propaganda_task", "R1", "plan"), says(plan("T-9"))),
        (key("propaganda_task", "R1", "quantity"), disputed),
        (key("propaganda_task", "R1", "number"), says(json!(12))),
        (
            key("propaganda_task", "R9", "plan"),
            says(json!({"title": 1})),
        ),
        (key("propaganda_task", "R8", "plan"), says(Value::Null)),
        (key("propaganda_task", "R8", "done"), says(json!(true))),
        (key("agenda_item", "C", "plan"), says(item)),
        (key("agenda_item", "C", "minutes"), says(json!(20))),
        (
            key("paper", "P1", "plan"),
            says(json!({"kind": "phiếu", "name": "P", "states": ["in", "đếm"]})),
        ),
        (key("paper", "P1", "state.1"), says(json!(true))),
        (key("paper", "P1", "state.2"), says(json!(true))),
        (
            key("unit", "U", "plan"),
            says(json!({"name": "A Ngo", "kind": "xã", "congress_kind": "k", "form": "delegates"})),
        ),
        (
            key("congress", "congress", "opening"),
            says(json!("2020-02-21")),
        ),
        (
            key("congress", "congress", "plan"),
            says(json!({"template": "chuan"})),
        ),
        (
            key("person", "an", "plan"),
            says(json!({"name": "Hồ An", "role": "viewer"})),
        ),
        (
            key("parameter", "PH-08", "plan"),
            says(json!({"identifier": "official_budget_minutes", "value": "450"})),
        ),
        (
            key("parameter", "NL-13", "plan"),
            says(json!({"identifier": "working_weekdays", "value": "2; 3"})),
        ),
        (
            key("parameter", "VT-01", "plan"),
            says(json!({"identifier": "position", "value": "CONG", "name": "Cổng"})),
        ),
        (key("hologram", "x", "plan"), says(json!(1))),
    ])
}

#[test]
fn everything_finds_its_place() {
    let handbook = read(&registers());
    let ids: Vec<&str> = handbook.tasks.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(
        ids,
        ["B2", "B1", "R1"],
        "by due offset (the unit's own first), then family and id"
    );
    let done = handbook.task(TaskFamily::Checklist, "B1").expect("B1");
    assert!(done.done);
    assert_eq!(
        done.done_by.as_ref().map(|it| it.author.as_str()),
        Some("binh"),
        "the latest of two"
    );
    assert_eq!(done.steps_done, [false, true]);
    let notes: Vec<_> = done
        .notes
        .iter()
        .map(|it| (it.text.as_str(), it.retracted))
        .collect();
    assert_eq!(notes, [("một", false), ("hai", true)]);
    let banner = handbook.task(TaskFamily::Propaganda, "R1").expect("R1");
    assert_eq!((banner.quantity, banner.number.as_deref()), (Some(6), None));
    assert_eq!(banner.disputed, [sync::FieldName::new("quantity")]);
    assert_eq!(handbook.unit.name, "A Ngo");
    assert_eq!(handbook.congress.kind.as_deref(), Some("k"));
    assert_eq!(handbook.congress.template.as_deref(), Some("chuan"));
    assert_eq!(handbook.congress.opening, CivilDate::from_ymd(2020, 2, 21));
    assert_eq!(handbook.agenda_item("C").map(AgendaItem::minutes), Some(20));
    assert_eq!(
        handbook.gate(&handbook.agenda[0]),
        Gate { ready: 1, total: 2 }
    );
    assert_eq!(handbook.budgets.official.budget_minutes, Some(450));
    assert_eq!(handbook.calendar.working.len(), 2);
    assert_eq!(handbook.people["an"].name, "Hồ An");
    assert_eq!(
        handbook.position("CONG").map(|it| it.name.as_str()),
        Some("Cổng")
    );
    assert_eq!(
        handbook
            .parameter("official_budget_minutes")
            .map(|it| it.value.as_str()),
        Some("450")
    );
    assert_eq!(handbook.timetable(Session::Official).sum_minutes, 20);
    assert_eq!(handbook.unreadable, [key("propaganda_task", "R9", "plan")]);
}

#[test]
fn registers_of_other_scopes_are_passed_over() {
    let mut registers = registers();
    let elsewhere = RegisterKey::new("V", "checklist_task", "B7", "plan");
    registers.insert(elsewhere.clone(), says(plan("T")));
    // Library kinds belong to the library's scope, unit kinds to the unit's.
    registers.insert(
        RegisterKey::new("L", "checklist_task", "B8", "plan"),
        says(plan("T")),
    );
    registers.insert(
        RegisterKey::new("U", "term", "x", "plan"),
        says(json!({"term": "x"})),
    );
    let mut handbook = read(&registers);
    assert_eq!(handbook.tasks.len(), 3);
    assert_eq!(handbook.terms.len(), 0);
    handbook.update(&elsewhere, &says(plan("T")));
    assert_eq!(handbook.tasks.len(), 3);
}

#[test]
fn an_update_replaces_one_field() {
    let mut handbook = read(&registers());
    handbook.update(&key("checklist_task", "B1", "done"), &says(json!(false)));
    let task = handbook.task(TaskFamily::Checklist, "B1").expect("B1");
    assert_eq!((task.done, task.done_by.as_ref()), (false, None));
    handbook.update(&key("propaganda_task", "R1", "quantity"), &says(json!(7)));
    let task = handbook.task(TaskFamily::Propaganda, "R1").expect("R1");
    assert_eq!((task.quantity, task.disputed.len()), (Some(7), 0));
    handbook.update(&key("propaganda_task", "R9", "plan"), &says(plan("T-99")));
    assert_eq!(handbook.tasks[0].id, "R9");
    assert_eq!(handbook.unreadable, []);
    handbook.update(&key("propaganda_task", "R9", "plan"), &says(Value::Null));
    assert_eq!(handbook.tasks.len(), 3);
    handbook.update(
        &key("parameter", "NL-01", "plan"),
        &says(json!({"identifier": "holiday", "value": "2020-01-01"})),
    );
    assert_eq!(handbook.calendar.holidays.len(), 1);
}

#[test]
fn an_unreadable_plan_leaves_the_one_before() {
    let mut handbook = read(&registers());
    let broken = key("checklist_task", "B1", "plan");
    handbook.update(&broken, &says(json!({"title": ["newer"]})));
    assert_eq!(
        handbook
            .task(TaskFamily::Checklist, "B1")
            .map(|it| it.plan.title.as_str()),
        Some("x")
    );
    assert!(handbook.unreadable.contains(&broken));
}

/// Values that some register might hold, good or bad.
fn values() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!(true)),
        Just(json!(null)),
        Just(json!("T-3")),
        Just(json!("2020-02-14")),
        Just(plan("T-2")),
        (-5_i64..100).prop_map(|it| json!(it)),
        Just(json!([{"x": 1}])),
    ]
}

proptest! {
    #[test]
    fn updates_in_any_order_end_where_a_fresh_read_does(order in Just(registers().into_iter().collect::<Vec<_>>()).prop_shuffle()) {
        let mut handbook = Handbook::new(Scope::new("U"), Scope::new("L"));
        for (key, register) in &order {
            handbook.update(key, register);
        }
        prop_assert_eq!(handbook, read(&registers()));
    }

    #[test]
    fn whatever_registers_hold_there_is_a_handbook(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), values()), 0..12)
    ) {
        let mut registers = registers();
        let keys: Vec<RegisterKey> = registers.keys().cloned().collect();
        let mut handbook = read(&registers);
        for (at, value) in changes {
            let key = &keys[at.index(keys.len())];
            handbook.update(key, &says(value.clone()));
            registers.insert(key.clone(), says(value));
        }
        let today = CivilDate::from_ymd(2020, 2, 14).expect("a day");
        for handbook in [handbook, read(&registers)] {
            let progress = handbook.progress(today);
            prop_assert!(progress.total <= handbook.tasks.len());
            prop_assert!(handbook.timetable(Session::Official).rows.len() <= 1);
        }
    }
}
