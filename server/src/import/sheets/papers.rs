//! Sheet "Giấy tờ": ballots, minutes, lists, texts and things. Status only.

use domain::kinds::STEPS_MAX;
use domain::paper::PaperPlan;
use domain::workbook::PaperRow;

use crate::import::finding::{Findings, Reason};
use crate::import::keys::{Keys, Target, check_ids};
use crate::import::layout::{Column, SheetSpec, Table};
use crate::import::row::Reader;
use crate::import::sheets::{CONFIDENCE, NOTE, SOURCE, read_rows, values};

pub(crate) const ID: Column = Column::filled("Mã giấy tờ", &[]);
const KIND: Column = Column::filled("Loại", &["Loại giấy tờ"]);
const NAME: Column = Column::filled("Tên", &["Tên giấy tờ"]);
const IDENTIFIER: Column = Column::optional("English identifier", &["Tên tiếng Anh"]);
const PREPARED_BY: Column = Column::optional("Người chuẩn bị", &[]);
const TASKS: Column = Column::optional("Việc chuẩn bị", &["Mã việc"]);
const QUANTITY_RULE: Column = Column::optional("Cách tính số lượng", &["Số lượng"]);
const STATES: Column = Column::filled("Trạng thái cần có", &["Trạng thái"]);
const STATUS_ONLY: Column = Column::filled("Chỉ lưu trạng thái", &[]);

pub(crate) const SPEC: SheetSpec = SheetSpec {
    title: "Giấy tờ",
    also: &["Danh mục giấy tờ"],
    required: true,
    columns: &[
        ID,
        KIND,
        NAME,
        IDENTIFIER,
        PREPARED_BY,
        TASKS,
        QUANTITY_RULE,
        STATES,
        STATUS_ONLY,
        NOTE,
        CONFIDENCE,
        SOURCE,
    ],
};

pub(crate) fn read(table: &Table, keys: &Keys, out: &mut Findings) -> Vec<PaperRow> {
    check_ids(table, &[&ID], out);
    values(read_rows(table, keys, out, row))
}

fn row(row: &mut Reader<'_>) -> Option<PaperRow> {
    let id = row.key(&ID);
    let plan = PaperPlan {
        kind: row.text_or_empty(&KIND),
        name: row.text_or_empty(&NAME),
        identifier: row.text_or_empty(&IDENTIFIER),
        prepared_by: row.references(&PREPARED_BY, Target::Role),
        tasks: row.references(&TASKS, Target::Checklist),
        quantity_rule: row.text_or_empty(&QUANTITY_RULE),
        states: row.list(&STATES),
        status_only: row.yes_no(&STATUS_ONLY).unwrap_or_default(),
        note: row.text_or_empty(&NOTE),
        confidence: row.text_or_empty(&CONFIDENCE),
        source: row.text_or_empty(&SOURCE),
    };
    if plan.states.len() > STEPS_MAX {
        let found = plan.states.len().to_string();
        row.problem(
            &STATES,
            Reason::OutOfRange {
                found,
                min: 1,
                max: 99,
            },
        );
    }
    Some(PaperRow::new(id?, plan))
}
