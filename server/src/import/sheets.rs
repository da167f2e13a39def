//! The twelve data sheets, one file each: its columns, how a row is read, and what must hold among its rows.

pub(crate) mod agenda;
pub(crate) mod checklist;
pub(crate) mod documents;
pub(crate) mod lessons;
pub(crate) mod papers;
pub(crate) mod parameters;
pub(crate) mod propaganda;
pub(crate) mod roles;
pub(crate) mod scenarios;
pub(crate) mod script;
pub(crate) mod terms;
pub(crate) mod units;

use domain::congress::Form;
use domain::workbook::Audience;

use crate::import::finding::Findings;
use crate::import::keys::Keys;
use crate::import::layout::{Column, SheetSpec, Table};
use crate::import::row::Reader;

/// Sheets in the order in which they are read and told of.
pub(crate) const SHEETS: [&SheetSpec; 12] = [
    &units::SPEC,
    &agenda::SPEC,
    &checklist::SPEC,
    &propaganda::SPEC,
    &documents::SPEC,
    &roles::SPEC,
    &scenarios::SPEC,
    &script::SPEC,
    &lessons::SPEC,
    &terms::SPEC,
    &papers::SPEC,
    &parameters::SPEC,
];

/// Sheets of the format that hold no records: the explanation and the sources.
pub(crate) const OTHER_TITLES: [&str; 4] = ["README", "Đọc tôi", "Hướng dẫn", "Nguồn"];

const NOTE: Column = Column::optional("Ghi chú", &[]);
const CONFIDENCE: Column = Column::optional("Mức tin cậy", &["Độ tin cậy"]);
const SOURCE: Column = Column::optional("Nguồn", &["Nguồn dẫn", "Căn cứ"]);
const KINDS: Column = Column::filled(
    "Áp dụng loại đại hội",
    &["Loại đại hội áp dụng", "Áp dụng cho loại đại hội"],
);
const FORMS: Column = Column::filled(
    "Hình thức áp dụng",
    &["Áp dụng hình thức", "Hình thức đại hội áp dụng"],
);

/// Words of [`Form::parse`].
const FORM_WORDS: [&str; 2] = ["đại biểu", "đảng viên"];
/// Words of [`domain::task::Phase::parse`].
const PHASE_WORDS: [&str; 3] = ["trước", "trong", "sau"];
/// Words of [`domain::task::EvidenceKind::parse`].
const EVIDENCE_WORDS: [&str; 6] = ["số văn bản", "ngày", "số lượng", "ảnh", "biên bản", "tick"];

/// Reads every record of a sheet; a record is `None` when a cell that its type needs was refused.
fn read_rows<T>(
    table: &Table,
    keys: &Keys,
    out: &mut Findings,
    read: impl Fn(&mut Reader<'_>) -> Option<T>,
) -> Vec<(u32, T)> {
    let rows = table.rows.iter().filter_map(|(number, row)| {
        let mut reader = Reader {
            table,
            number: *number,
            row,
            keys,
            out: &mut *out,
        };
        read(&mut reader).map(|it| (*number, it))
    });
    rows.collect()
}

fn audience(row: &mut Reader<'_>) -> Audience {
    Audience {
        congress_kinds: row.congress_kinds(&KINDS),
        forms: row.words(&FORMS, &FORM_WORDS, Form::parse),
    }
}

fn values<T>(rows: Vec<(u32, T)>) -> Vec<T> {
    rows.into_iter().map(|(_, it)| it).collect()
}
