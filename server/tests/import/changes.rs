//! What an import would change: nothing twice, and of an edited file the difference alone.

use std::collections::BTreeMap;

use domain::date::CivilDate;
use domain::kinds::{PLAN, checklist_task, congress, unit};
use serde_json::{Value, json};
use server::import::{PlannedChange, Verb, demo_dates, desired, plan, summary};
use sync::RegisterKey;

use super::book::{Book, Cell, text};

type Registers = BTreeMap<RegisterKey, Value>;

fn registers(book: &Book) -> Registers {
    desired(&book.read().workbook)
}

/// What the server holds after carrying the changes out.
fn carried_out(imported: &Registers, changes: &[PlannedChange]) -> Registers {
    let mut after = imported.clone();
    for change in changes {
        after.insert(
            change.key.clone(),
            change.after.clone().unwrap_or(Value::Null),
        );
    }
    after
}

fn congress_key(unit: &str, field: &str) -> RegisterKey {
    RegisterKey::new(unit, congress::KIND, congress::RECORD, field)
}

#[test]
fn the_first_import_adds_everything_and_the_second_nothing() {
    let wanted = registers(&Book::real());
    let first = plan(&Registers::new(), &wanted);
    assert_eq!(first.len(), wanted.len());
    assert!(
        first
            .iter()
            .all(|it| it.verb == Verb::Added && it.before.is_none())
    );
    let imported = carried_out(&Registers::new(), &first);
    assert_eq!(plan(&imported, &wanted), []);
    assert_eq!(
        summary(&[]),
        "Không có gì thay đổi · Nothing would change\n"
    );
}

#[test]
fn one_edited_cell_changes_its_record_in_each_unit_that_has_it() {
    let imported = registers(&Book::real());
    let mut book = Book::real();
    book.set("Việc chuẩn bị", "Hạn", 10, text("T-50"));
    let changes = plan(&imported, &registers(&book));
    // B09 is for delegate congresses: eighteen of the nineteen units with a congress.
    assert_eq!(changes.len(), 18);
    for change in &changes {
        assert_eq!(change.verb, Verb::Edited);
        assert_eq!(
            (
                change.key.kind.as_str(),
                change.key.record.as_str(),
                change.key.field.as_str()
            ),
            (checklist_task::KIND, "B09", PLAN)
        );
        assert_eq!(change.before.as_ref().unwrap()["due"], json!("T-45"));
        assert_eq!(change.after.as_ref().unwrap()["due"], json!("T-50"));
    }
    assert_eq!(
        summary(&changes),
        "18 thay đổi ở 18 bản ghi · 18 changes in 18 records\n  \
         Việc chuẩn bị: 0 thêm, 18 sửa, 0 bỏ, 0 khôi phục · Checklist: 0 added, 18 edited, 0 removed, 0 restored\n\
         sửa · edit: Việc chuẩn bị · Checklist B09 [AL-A-NGO, AL-A-ROANG, AL-DONG-SON, +15] due: T-45 → T-50\n"
    );
}

#[test]
fn a_record_gone_from_the_file_is_taken_out_and_comes_back() {
    let imported = registers(&Book::real());
    let mut book = Book::real();
    book.sheet("Thuật ngữ").rows.remove(3);
    let wanted = registers(&book);
    let changes = plan(&imported, &wanted);
    assert_eq!(changes.len(), 1);
    assert_eq!((changes[0].verb, &changes[0].after), (Verb::Removed, &None));
    assert_eq!(
        changes[0].key,
        RegisterKey::new("TTH-ALUOI", "term", "all_member_congress", PLAN)
    );

    let without = carried_out(&imported, &changes);
    assert_eq!(plan(&without, &wanted), [], "taken out once");
    let back = plan(&without, &imported);
    assert_eq!(back.len(), 1);
    assert_eq!((back[0].verb, &back[0].before), (Verb::Restored, &None));
    assert_eq!(carried_out(&without, &back), imported);
    let line = summary(&back);
    assert!(
        line.ends_with("khôi phục · restore: Thuật ngữ · Term all_member_congress [TTH-ALUOI]\n"),
        "{line}"
    );
}

#[test]
fn what_people_wrote_is_never_part_of_a_change() {
    let mut imported = registers(&Book::real());
    let done = RegisterKey::new("AL-A-NGO", checklist_task::KIND, "B01", "done");
    let person = RegisterKey::new("AL-A-NGO", "person", "u1", PLAN);
    imported.insert(done, json!(true));
    imported.insert(person, json!({"name": "A", "role": "viewer"}));
    let mut book = Book::real();
    book.sheet("Đơn vị")
        .rows
        .retain(|it| it[0] != text("AL-A-NGO"));
    let changes = plan(&imported, &registers(&book));
    assert!(
        changes
            .iter()
            .all(|it| it.verb == Verb::Removed && it.key.field.as_str() == PLAN)
    );
    assert!(changes.iter().any(|it| it.key.kind.as_str() == unit::KIND));
    assert!(changes.iter().all(|it| it.key.kind.as_str() != "person"));
}

#[test]
fn a_day_in_the_file_is_stated_and_a_blank_takes_none_away() {
    let imported = registers(&Book::real());
    let mut book = Book::real();
    book.set("Đơn vị", "Ngày chính thức", 11, Cell::Date(43_882.0));
    let dated = registers(&book);
    let changes = plan(&imported, &dated);
    let stated: BTreeMap<_, _> = changes
        .iter()
        .map(|it| (it.key.field.as_str(), it.after.clone().unwrap()))
        .collect();
    let expected = [("assumed", json!(false)), ("opening", json!("2020-02-21"))];
    assert_eq!(stated, BTreeMap::from(expected));
    assert_eq!(plan(&carried_out(&imported, &changes), &imported), []);
}

#[test]
fn pilot_units_get_sample_days_unless_the_file_has_its_own() {
    let mut book = Book::real();
    book.set("Đơn vị", "Ngày chính thức", 14, Cell::Date(43_882.0));
    let import_day = CivilDate::from_ymd(2020, 2, 14).unwrap();
    let days = demo_dates(&book.read().workbook, import_day);
    let opening = |unit: &str| days.get(&congress_key(unit, congress::OPENING)).cloned();
    assert_eq!(opening("AL-A-NGO"), Some(json!("2020-02-13")));
    assert_eq!(opening("AL-HONG-THUONG"), Some(json!("2020-02-21")));
    assert_eq!(opening("AL-KHOI-MTDTXH"), Some(json!("2020-02-27")));
    assert_eq!(opening("AL-HUONG-PHONG"), None, "the workbook has its day");
    let preparatory = congress_key("AL-A-NGO", congress::PREPARATORY);
    assert_eq!(days[&preparatory], json!("2020-02-12"));
    assert_eq!(
        days[&congress_key("AL-A-NGO", congress::ASSUMED)],
        json!(true)
    );
    assert_eq!(days.len(), 9);
}
