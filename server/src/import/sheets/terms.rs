//! Sheet "Thuật ngữ": the glossary.

use domain::kinds::term::TermPlan;
use domain::workbook::{TermRow, term_id};

use crate::import::finding::{Findings, Reason};
use crate::import::keys::{Keys, check_ids, check_unique, is_key, one_line};
use crate::import::layout::{Column, SheetSpec, Table};
use crate::import::row::Reader;
use crate::import::sheets::{read_rows, values};

const TERM: Column = Column::filled("Thuật ngữ", &["Từ", "Từ tiếng Việt"]);
const IDENTIFIER: Column = Column::present("English identifier", &["Tên tiếng Anh"]);
const DEFINITION: Column = Column::filled("Định nghĩa ngắn", &["Định nghĩa"]);

pub(crate) const SPEC: SheetSpec = SheetSpec {
    title: "Thuật ngữ",
    also: &["Bảng thuật ngữ"],
    required: false,
    columns: &[TERM, IDENTIFIER, DEFINITION],
};

pub(crate) fn read(table: &Table, keys: &Keys, out: &mut Findings) -> Vec<TermRow> {
    check_unique(table, &[&TERM], out);
    // The identifier is the record's id where there is one.
    check_ids(table, &[&IDENTIFIER], out);
    values(read_rows(table, keys, out, row))
}

fn row(row: &mut Reader<'_>) -> Option<TermRow> {
    let plan = TermPlan {
        term: one_line(&row.text(&TERM)?),
        identifier: one_line(&row.text_or_empty(&IDENTIFIER)),
        definition: row.text_or_empty(&DEFINITION),
    };
    let id = term_id(&plan);
    if plan.identifier.is_empty() && !is_key(&id) {
        row.problem(&IDENTIFIER, Reason::EmptyCell);
    }
    Some(TermRow::new(id, plan))
}
