//! Sheet "Văn bản": the guiding documents.

use domain::kinds::document::DocumentPlan;
use domain::workbook::DocumentRow;

use crate::import::finding::Findings;
use crate::import::keys::{Keys, Target, check_ids};
use crate::import::layout::{Column, SheetSpec, Table};
use crate::import::row::Reader;
use crate::import::sheets::{CONFIDENCE, NOTE, SOURCE, read_rows, values};

pub(crate) const ID: Column = Column::filled("Mã văn bản", &["Mã VB"]);
const KIND: Column = Column::filled("Loại", &["Loại văn bản"]);
const NUMBER: Column = Column::present("Số", &["Số, ký hiệu", "Số văn bản", "Số hiệu"]);
const ISSUED: Column = Column::present("Ngày ban hành", &["Ngày"]);
const ISSUER: Column = Column::filled("Cơ quan ban hành", &["Nơi ban hành"]);
const TITLE: Column = Column::filled("Trích yếu", &["Tên văn bản"]);
const SUMMARY: Column = Column::optional("Tóm tắt", &[]);
const APPLIES_TO: Column = Column::optional("Áp dụng cho", &["Phạm vi áp dụng"]);
const SEASON: Column = Column::optional("Mùa đại hội", &["Nhiệm kỳ"]);
const REPLACES: Column = Column::optional("Thay thế cho", &["Thay thế"]);
const PUBLIC: Column = Column::optional("Công khai", &[]);

pub(crate) const SPEC: SheetSpec = SheetSpec {
    title: "Văn bản",
    also: &["Văn bản hướng dẫn", "Thư viện văn bản"],
    required: true,
    columns: &[
        ID, KIND, NUMBER, ISSUED, ISSUER, TITLE, SUMMARY, APPLIES_TO, SEASON, REPLACES, PUBLIC,
        NOTE, CONFIDENCE, SOURCE,
    ],
};

pub(crate) fn read(table: &Table, keys: &Keys, out: &mut Findings) -> Vec<DocumentRow> {
    check_ids(table, &[&ID], out);
    values(read_rows(table, keys, out, row))
}

fn row(row: &mut Reader<'_>) -> Option<DocumentRow> {
    let id = row.key(&ID);
    let plan = DocumentPlan {
        kind: row.text_or_empty(&KIND),
        number: row.text_or_empty(&NUMBER),
        issued: row.date(&ISSUED),
        issuer: row.text_or_empty(&ISSUER),
        title: row.text_or_empty(&TITLE),
        summary: row.text_or_empty(&SUMMARY),
        applies_to: row.text_or_empty(&APPLIES_TO),
        season: row.text_or_empty(&SEASON),
        replaces: row.references(&REPLACES, Target::Document),
        public: row.yes_no(&PUBLIC).unwrap_or_default(),
        note: row.text_or_empty(&NOTE),
        confidence: row.text_or_empty(&CONFIDENCE),
        source: row.text_or_empty(&SOURCE),
    };
    Some(DocumentRow::new(id?, plan))
}
