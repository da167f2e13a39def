//! The district's own workbook: nothing refused, nothing guessed, nothing lost.

use domain::agenda::Session;
use domain::congress::Form;
use domain::date::CivilDate;
use domain::handbook::Handbook;
use domain::kinds::{agenda_item, checklist_task};
use domain::offset::Offset;
use domain::stamp::library_root;
use domain::workbook::Workbook;
use server::import::{desired, read, read_file};
use sync::Scope;

use super::book::{Book, real_bytes};

fn workbook() -> Workbook {
    read(&real_bytes()).unwrap().workbook
}

fn ids(workbook: &Workbook, scope: &str, kind: &str) -> Vec<String> {
    desired(workbook)
        .into_keys()
        .filter(|it| it.scope.as_str() == scope && it.kind.as_str() == kind)
        .map(|it| it.record.as_str().to_owned())
        .collect()
}

#[test]
fn every_sheet_reads_with_the_row_counts_of_its_readme() {
    let imported = read(&real_bytes()).unwrap();
    let book = &imported.workbook;
    let counts = [
        book.units.len(),
        book.agenda.len(),
        book.checklist.len(),
        book.propaganda.len(),
        book.documents.len(),
        book.roles.len(),
        book.scenarios.len(),
        book.script.len(),
        book.lessons.len(),
        book.terms.len(),
        book.papers.len(),
        book.parameters.len(),
    ];
    assert_eq!(counts, [21, 65, 41, 28, 37, 42, 20, 66, 20, 95, 56, 53]);
    assert_eq!(
        imported.notices,
        [],
        "the district's own spelling needs no remark"
    );
}

#[test]
fn the_copy_written_by_another_library_reads_the_same() {
    assert_eq!(Book::real().read().workbook, workbook());
}

#[test]
fn cells_arrive_with_their_meaning() {
    let book = workbook();
    let unit = book
        .units
        .iter()
        .find(|it| it.id == "AL-KHOI-MTDTXH")
        .unwrap();
    assert_eq!(unit.plan.parent.as_deref(), Some("TTH-ALUOI"));
    assert_eq!(unit.plan.form, Some(Form::AllMembers));
    assert_eq!(unit.plan.aliases.len(), 3);
    assert_eq!(unit.plan.code, None);
    let task = &book
        .checklist
        .iter()
        .find(|it| it.id == "B07")
        .unwrap()
        .plan;
    assert_eq!(task.steps.len(), 5);
    assert_eq!(task.steps[0].due, Some(Offset::Days(-70)));
    assert!(
        task.steps[0]
            .text
            .starts_with("Hội nghị Ban Thường vụ lần 1")
    );
    let task = &book
        .checklist
        .iter()
        .find(|it| it.id == "D02")
        .unwrap()
        .plan;
    assert_eq!(task.due, Offset::BeforeItem { minutes: 10 });
    let task = &book
        .checklist
        .iter()
        .find(|it| it.id == "B10")
        .unwrap()
        .plan;
    assert_eq!(task.due, Offset::WorkingDays(-30));
    let task = &book
        .checklist
        .iter()
        .find(|it| it.id == "B11")
        .unwrap()
        .plan;
    assert_eq!(task.owed_by, "huyện");
    let item = &book.agenda.iter().find(|it| it.id == "C5").unwrap().plan;
    assert_eq!(
        (item.minutes, item.parts.as_slice(), item.protected),
        (75, &[30, 45][..], true)
    );
    let value = |id: &str| {
        let parameter = book.parameters.iter().find(|it| it.id == id).unwrap();
        parameter.plan.value.clone()
    };
    assert_eq!([value("PH-01"), value("PH-08")], ["13:30", "450"]);
    assert_eq!(
        [value("NL-02"), value("NL-13")],
        ["2020-01-23", "2; 3; 4; 5; 6"]
    );
    assert_eq!(value("TL-04"), "40–50");
    let document = book
        .documents
        .iter()
        .find(|it| it.id == "VB-35CT-2019")
        .unwrap();
    assert_eq!(document.plan.issued, CivilDate::from_ymd(2019, 5, 30));
}

#[test]
fn templates_are_stamped_by_congress_kind_and_form() {
    let book = workbook();
    assert_eq!(library_root(&book.units), Some(Scope::new("TTH-ALUOI")));
    let pilot = ids(&book, "AL-HONG-THUONG", agenda_item::KIND);
    assert!(
        ["S1", "S2", "S3", "T6"]
            .iter()
            .all(|it| pilot.contains(&(*it).to_owned()))
    );
    let members = ids(&book, "AL-KHOI-MTDTXH", agenda_item::KIND);
    assert!(
        ["S1", "T6"]
            .iter()
            .all(|it| !members.contains(&(*it).to_owned()))
    );
    let tasks = ids(&book, "AL-KHOI-MTDTXH", checklist_task::KIND);
    assert!(!tasks.contains(&"B09".to_owned()) && tasks.contains(&"B10".to_owned()));
    assert!(ids(&book, "TTH-ALUOI", checklist_task::KIND).is_empty());
}

#[test]
fn the_reference_sums_come_out_of_the_imported_rows() {
    let book = workbook();
    let sums = |unit: &str, session: Session| {
        let (scope, library) = (Scope::new(unit), Scope::new("TTH-ALUOI"));
        let registers: Vec<_> = desired(&book)
            .into_iter()
            .map(|(key, value)| (key, imported_register(value)))
            .collect();
        let all = registers.iter().map(|(key, register)| (key, register));
        let table = Handbook::read(&scope, &library, all).timetable(session);
        (
            table.sum_minutes,
            table.hall_minutes,
            table.budget_minutes,
            table.over_minutes,
        )
    };
    assert_eq!(
        sums("AL-A-NGO", Session::Preparatory),
        (200, 200, Some(210), 0)
    );
    assert_eq!(
        sums("AL-A-NGO", Session::Official),
        (465, 420, Some(450), 0)
    );
    assert_eq!(
        sums("AL-HONG-THUONG", Session::Official),
        (525, 480, Some(450), 30)
    );
}

/// A register as the server has it after the import.
fn imported_register(value: serde_json::Value) -> sync::Register {
    use sync::{AuthorId, Change, Cursor, Epoch, OpId, OpSeq, Operation, RegisterKey, ServerSeq};
    let key = RegisterKey::new("", "", "", "");
    let op = Operation {
        id: OpId {
            device: sync::DeviceId::new("server"),
            incarnation: sync::Incarnation::new("1"),
            seq: OpSeq::FIRST,
        },
        author: AuthorId::new("import"),
        scope: key.scope,
        kind: key.kind,
        record: key.record,
        field: key.field,
        base: Cursor {
            epoch: Epoch::default(),
            seq: ServerSeq::ZERO,
        },
        at_ms: 0,
        change: Change::Set(value),
        extra: std::collections::BTreeMap::new(),
    };
    let mut register = sync::Register::default();
    register.apply(&sync::LogEntry {
        server_seq: ServerSeq(1),
        seen: ServerSeq::ZERO,
        corrected_ms: 0,
        op,
    });
    register
}

#[test]
fn a_file_is_read_from_its_path_or_refused_with_a_reason() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/demo/a-luoi-2020.xlsx");
    assert_eq!(read_file(path.as_ref()).unwrap().workbook, workbook());
    let problems = read_file("/nowhere/at/all.xlsx".as_ref()).unwrap_err();
    assert!(problems[0].display_vi().starts_with("Tệp: không mở được"));
    assert!(
        problems[0]
            .display_en()
            .starts_with("File: cannot be opened")
    );
}
