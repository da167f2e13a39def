//! Stamping the district's workbook onto its units.

use std::collections::BTreeSet;

use domain::kinds;
use domain::stamp::{library_root, registers};
use sync::{Change, Operation, RegisterKey, Scope};

use crate::workbook::reference;

fn count(unit: &str, kind: &str) -> usize {
    let registers = registers(&reference(), &Scope::new("TTH-ALUOI"));
    registers
        .keys()
        .filter(|it| it.scope.as_str() == unit && it.kind.as_str() == kind)
        .count()
}

fn records(unit: &str, kind: &str) -> BTreeSet<String> {
    let registers = registers(&reference(), &Scope::new("TTH-ALUOI"));
    let of_unit = registers
        .keys()
        .filter(|it| it.scope.as_str() == unit && it.kind.as_str() == kind);
    of_unit.map(|it| it.record.as_str().to_owned()).collect()
}

#[test]
fn the_library_belongs_to_the_district() {
    assert_eq!(
        library_root(&reference().units),
        Some(Scope::new("TTH-ALUOI"))
    );
    let library = [
        ("document", 37),
        ("role", 42),
        ("scenario", 20),
        ("script_line", 66),
        ("lesson", 20),
        ("term", 95),
        ("parameter", 53),
        ("unit", 1),
        ("checklist_task", 0),
    ];
    for (kind, expected) in library {
        assert_eq!(count("TTH-ALUOI", kind), expected, "{kind}");
    }
}

#[test]
fn each_kind_has_one_template() {
    let workbook = reference();
    for (kind, template) in [
        ("thí điểm bầu trực tiếp bí thư", "bau-truc-tiep"),
        ("đại hội điểm", "chuan"),
        ("Đại Trà", "chuan"),
    ] {
        assert_eq!(workbook.templates_for(kind), [template]);
    }
    assert_eq!(workbook.templates_for("khác"), [""; 0]);
}

#[test]
fn units_get_what_their_kind_and_form_ask_for() {
    // Direct election by delegates: 12 + 22 items, every task.
    assert_eq!(count("AL-HONG-THUONG", "agenda_item"), 34);
    assert_eq!(count("AL-HONG-THUONG", "checklist_task"), 41);
    assert_eq!(count("AL-HONG-THUONG", "propaganda_task"), 28);
    // Model congress by delegates: without S1–S3.
    assert_eq!(count("AL-A-NGO", "agenda_item"), 31);
    assert_eq!(count("AL-A-NGO", "checklist_task"), 41);
    // All members: without the credentials committee's election (T6) and the delegates' allotment (B09).
    assert_eq!(count("AL-KHOI-MTDTXH", "agenda_item"), 30);
    assert!(!records("AL-KHOI-MTDTXH", "agenda_item").contains("T6"));
    assert_eq!(count("AL-KHOI-MTDTXH", "checklist_task"), 40);
    assert!(!records("AL-KHOI-MTDTXH", "checklist_task").contains("B09"));
    // The regular wave has no review of the pilot wave (A06-H).
    assert_eq!(count("AL-HONG-VAN", "checklist_task"), 40);
    assert_eq!(count("TTH", "unit"), 1);
    assert_eq!(count("TTH", "propaganda_task"), 0);
}

#[test]
fn papers_follow_the_agenda() {
    let direct = records("AL-HONG-THUONG", "paper");
    assert_eq!(
        direct.len(),
        56,
        "a direct election needs every paper of the sheet"
    );
    let model = records("AL-A-NGO", "paper");
    let missing: Vec<&str> = direct.difference(&model).map(String::as_str).collect();
    assert_eq!(missing, ["BB-HY", "BB-KP-BT", "BB-KP-GTBT", "PB-GTBT"]);
    assert!(
        model.contains("BB-BGP"),
        "no item needs it, but task A01 hands it over"
    );
    let members = records("AL-KHOI-MTDTXH", "paper");
    assert!(
        !members.contains("DS-BTT"),
        "no credentials committee among all members"
    );
}

#[test]
fn stamping_again_changes_nothing_and_fits_the_schema() {
    let first = registers(&reference(), &Scope::new("TTH-ALUOI"));
    assert_eq!(first, registers(&reference(), &Scope::new("TTH-ALUOI")));
    assert!(
        !first.keys().any(|it| it.field.as_str() == "opening"),
        "the workbook knows no day"
    );
    for (seq, (key, value)) in first.iter().enumerate() {
        let op = operation(key, &Change::Set(value.clone()), seq);
        assert_eq!(kinds::check(&op), Ok(()), "{key:?}");
    }
}

fn operation(key: &RegisterKey, change: &Change, seq: usize) -> Operation {
    serde_json::from_value(serde_json::json!({
        "device": "server", "incarnation": "import", "seq": seq + 1, "author": "import", "at_ms": 0,
        "scope": key.scope, "kind": key.kind, "record": key.record, "field": key.field,
        "base": {"epoch": 0, "seq": 0}, "change": change,
    }))
    .expect("an operation")
}
