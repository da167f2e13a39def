//! Sheet "Bài học": what an earlier wave taught, and what it changes.

use domain::kinds::lesson::LessonPlan;
use domain::workbook::LessonRow;

use crate::import::finding::Findings;
use crate::import::keys::{Keys, Target, check_ids};
use crate::import::layout::{Column, SheetSpec, Table};
use crate::import::row::Reader;
use crate::import::sheets::{CONFIDENCE, KINDS, SOURCE, read_rows, values};

pub(crate) const ID: Column = Column::filled("Mã bài học", &[]);
const OBSERVATION: Column = Column::filled("Quan sát", &[]);
const CAUSE: Column = Column::optional("Nguyên nhân", &[]);
const RECOMMENDATION: Column = Column::optional("Khuyến nghị", &[]);
const CHECKLIST: Column = Column::optional("Sửa việc chuẩn bị", &[]);
const PROPAGANDA: Column = Column::optional("Sửa việc tuyên truyền", &[]);
const ITEMS: Column = Column::optional("Sửa mục chương trình", &[]);
const SCENARIOS: Column = Column::optional("Sửa phương án", &[]);
const CHANGE: Column = Column::optional("Thay đổi đề nghị", &["Đề nghị thay đổi"]);
const ONLY_UNHELD: Column = Column::optional("Áp dụng cho đơn vị chưa họp", &["Đơn vị chưa họp"]);

pub(crate) const SPEC: SheetSpec = SheetSpec {
    title: "Bài học",
    also: &["Bài học kinh nghiệm"],
    required: false,
    columns: &[
        ID,
        OBSERVATION,
        CAUSE,
        RECOMMENDATION,
        CHECKLIST,
        PROPAGANDA,
        ITEMS,
        SCENARIOS,
        CHANGE,
        KINDS,
        ONLY_UNHELD,
        CONFIDENCE,
        SOURCE,
    ],
};

pub(crate) fn read(table: &Table, keys: &Keys, out: &mut Findings) -> Vec<LessonRow> {
    check_ids(table, &[&ID], out);
    values(read_rows(table, keys, out, row))
}

fn row(row: &mut Reader<'_>) -> Option<LessonRow> {
    let id = row.key(&ID);
    let plan = LessonPlan {
        observation: row.text_or_empty(&OBSERVATION),
        cause: row.text_or_empty(&CAUSE),
        recommendation: row.text_or_empty(&RECOMMENDATION),
        checklist_tasks: row.references(&CHECKLIST, Target::Checklist),
        propaganda_tasks: row.references(&PROPAGANDA, Target::Propaganda),
        items: row.references(&ITEMS, Target::Item),
        scenarios: row.references(&SCENARIOS, Target::Scenario),
        change: row.text_or_empty(&CHANGE),
        congress_kinds: row.congress_kinds(&KINDS),
        only_unheld: row.yes_no(&ONLY_UNHELD).unwrap_or_default(),
        confidence: row.text_or_empty(&CONFIDENCE),
        source: row.text_or_empty(&SOURCE),
    };
    Some(LessonRow::new(id?, plan))
}
