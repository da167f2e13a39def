//! Sheet "Vai trò": offices, bodies and rights.

use domain::kinds::role::RolePlan;
use domain::workbook::RoleRow;

use crate::import::finding::Findings;
use crate::import::keys::{Keys, check_ids};
use crate::import::layout::{Column, SheetSpec, Table};
use crate::import::row::Reader;
use crate::import::sheets::{CONFIDENCE, SOURCE, read_rows, values};

pub(crate) const ID: Column = Column::filled("Mã vai trò", &[]);
const NAME: Column = Column::filled("Tên", &["Tên vai trò"]);
const IDENTIFIER: Column = Column::present("English identifier", &["Tên tiếng Anh"]);
const KIND: Column = Column::optional("Loại", &["Loại vai trò"]);
const SIDE: Column = Column::optional("Cấp", &[]);
const SIZE: Column = Column::optional("Số người tham khảo", &["Số người"]);
const FORMED: Column = Column::optional("Lập bằng cách nào", &["Cách lập"]);
const DUTIES: Column = Column::optional("Nhiệm vụ", &[]);

pub(crate) const SPEC: SheetSpec = SheetSpec {
    title: "Vai trò",
    also: &["Danh sách vai trò"],
    required: true,
    columns: &[
        ID, NAME, IDENTIFIER, KIND, SIDE, SIZE, FORMED, DUTIES, CONFIDENCE, SOURCE,
    ],
};

pub(crate) fn read(table: &Table, keys: &Keys, out: &mut Findings) -> Vec<RoleRow> {
    check_ids(table, &[&ID], out);
    values(read_rows(table, keys, out, row))
}

fn row(row: &mut Reader<'_>) -> Option<RoleRow> {
    let id = row.key(&ID);
    let plan = RolePlan {
        name: row.text_or_empty(&NAME),
        identifier: row.text_or_empty(&IDENTIFIER),
        kind: row.text_or_empty(&KIND),
        side: row.text_or_empty(&SIDE),
        size: row.text_or_empty(&SIZE),
        formed: row.text_or_empty(&FORMED),
        duties: row.text_or_empty(&DUTIES),
        confidence: row.text_or_empty(&CONFIDENCE),
        source: row.text_or_empty(&SOURCE),
    };
    Some(RoleRow::new(id?, plan))
}
