//! Small workbooks; the district's own is in `tests/reference.rs`.

use super::*;
use crate::congress::Form;
use crate::kinds::unit::UnitPlan;
use crate::paper::PaperPlan;
use crate::task::TaskPlan;
use crate::workbook::{AgendaRow, Audience, ChecklistRow};

fn unit(id: &str, parent: Option<&str>, kind: Option<&str>) -> UnitRow {
    let plan = UnitPlan {
        name: id.to_owned(),
        parent: parent.map(str::to_owned),
        congress_kind: kind.map(str::to_owned),
        form: Some(Form::Delegates),
        ..UnitPlan::default()
    };
    UnitRow {
        id: id.to_owned(),
        plan,
        ..UnitRow::default()
    }
}

#[test]
fn the_library_stands_just_above_all_congresses() {
    let mut units = vec![
        unit("top", None, None),
        unit("district", Some("top"), None),
        unit("a", Some("district"), Some("x")),
        unit("b", Some("district"), Some("y")),
    ];
    assert_eq!(library_root(&units), Some(Scope::new("district")));
    units.push(unit("c", Some("top"), Some("x")));
    assert_eq!(library_root(&units), Some(Scope::new("top")));
    units.push(unit("elsewhere", None, Some("x")));
    assert_eq!(library_root(&units), None);
    assert_eq!(library_root(&[unit("top", None, None)]), None);
}

#[test]
fn a_district_with_a_congress_of_its_own_leaves_the_library_above_it_if_it_can() {
    let district = unit("district", Some("top"), Some("x"));
    let commune = unit("a", Some("district"), Some("x"));
    let both = [district.clone(), commune.clone()];
    assert_eq!(
        library_root(&both),
        Some(Scope::new("district")),
        "its parent is not in the workbook"
    );
    let three = [unit("top", None, None), district, commune];
    assert_eq!(library_root(&three), Some(Scope::new("top")));
    let looped = [unit("a", Some("b"), Some("x")), unit("b", Some("a"), None)];
    assert_eq!(library_root(&looped), Some(Scope::new("b")));
}

#[test]
fn rows_are_stamped_by_kind_and_form() {
    let for_kind = |kind: &str, forms: &[Form]| Audience {
        congress_kinds: vec![kind.to_owned()],
        forms: forms.to_vec(),
    };
    let item = |template: &str, id: &str, audience: Audience, paper: &str| AgendaRow {
        template: template.to_owned(),
        id: id.to_owned(),
        audience,
        plan: crate::agenda::AgendaPlan {
            papers: vec![paper.to_owned()],
            ..crate::agenda::AgendaPlan::default()
        },
    };
    let paper = |id: &str, task: &str| {
        Record::new(
            id,
            PaperPlan {
                tasks: vec![task.to_owned()],
                ..PaperPlan::default()
            },
        )
    };
    let workbook = Workbook {
        units: vec![
            unit("a", Some("top"), Some("Đại trà")),
            unit("top", None, None),
        ],
        agenda: vec![
            item("t1", "C1", for_kind("đại trà", &[Form::Delegates]), "P1"),
            item("t1", "C2", for_kind("đại trà", &[Form::AllMembers]), "P2"),
            item("t2", "S1", for_kind("thí điểm", &[]), "P3"),
        ],
        checklist: vec![
            ChecklistRow {
                id: "B1".to_owned(),
                audience: Audience::default(),
                plan: TaskPlan::default(),
            },
            ChecklistRow {
                id: "B2".to_owned(),
                audience: for_kind("thí điểm", &[]),
                plan: TaskPlan::default(),
            },
        ],
        papers: vec![
            paper("P1", "B1"),
            paper("P2", "B1"),
            paper("P3", "B1"),
            paper("P4", "B1"),
            paper("P5", "B2"),
        ],
        ..Workbook::default()
    };
    let registers = registers(&workbook, &Scope::new("top"));
    let of = |kind: &str| -> Vec<&str> {
        registers
            .keys()
            .filter(|it| it.scope.as_str() == "a" && it.kind.as_str() == kind)
            .map(|it| it.record.as_str())
            .collect()
    };
    assert_eq!(of("agenda_item"), ["C1"]);
    assert_eq!(of("checklist_task"), ["B1"]);
    assert_eq!(
        of("paper"),
        ["P1", "P4"],
        "P2 and P3 are named by items of others, P5 by a task of others"
    );
    let congress = &registers[&RegisterKey::new("a", "congress", "congress", "plan")];
    assert_eq!(congress, &serde_json::json!({"template": "t1"}));
    assert!(
        !registers.keys().any(|it| it.field.as_str() == "opening"),
        "no day known, none stated"
    );
    let top: Vec<&str> = registers
        .keys()
        .filter(|it| it.scope.as_str() == "top")
        .map(|it| it.kind.as_str())
        .collect();
    assert_eq!(top, ["unit"]);
}
