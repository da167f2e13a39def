//! Sheet "Đơn vị": the tree of units, and which congress each holds.

use std::collections::{BTreeMap, BTreeSet};

use domain::congress::Form;
use domain::kinds::unit::UnitPlan;
use domain::text::same;
use domain::workbook::UnitRow;

use crate::import::finding::{Findings, Reason};
use crate::import::keys::{Keys, Target, check_ids, keys_of, one_line};
use crate::import::layout::{Column, SheetSpec, Table};
use crate::import::row::Reader;
use crate::import::sheets::{CONFIDENCE, FORM_WORDS, NOTE, SOURCE, read_rows, values};

pub(crate) const ID: Column = Column::filled("Mã đơn vị", &["Mã ĐV", "Mã tổ chức"]);
const NAME: Column = Column::filled("Tên đơn vị", &["Tên ĐV", "Tên tổ chức", "Đơn vị"]);
const LEVEL: Column = Column::filled("Loại", &["Loại đơn vị", "Cấp"]);
const PARENT: Column = Column::present("Mã cấp trên", &["Mã đơn vị cấp trên", "Cấp trên"]);
const ALIASES: Column = Column::optional("Tên gọi khác", &["Tên khác"]);
const MEMBERS: Column = Column::optional("Số đảng viên", &["Tổng số đảng viên"]);
const KIND: Column = Column::present("Loại đại hội", &["Loại hình đại hội"]);
const FORM: Column = Column::present("Hình thức", &["Hình thức đại hội"]);
const PREPARATORY: Column =
    Column::optional("Ngày trù bị", &["Ngày họp trù bị", "Ngày phiên trù bị"]);
const OPENING: Column = Column::optional(
    "Ngày chính thức",
    &["Ngày khai mạc", "Ngày đại hội", "Ngày phiên chính thức"],
);
const PHONE: Column = Column::optional("Điện thoại liên hệ", &["Điện thoại", "Số điện thoại"]);
const WAVE: Column = Column::optional("Đợt", &["Đợt tổ chức"]);
const CODE: Column = Column::optional("Mã hành chính", &["Mã ĐVHC", "Mã đơn vị hành chính"]);
const SUCCESSOR: Column = Column::optional("Đơn vị kế thừa 2025", &["Đơn vị kế thừa"]);

pub(crate) const SPEC: SheetSpec = SheetSpec {
    title: "Đơn vị",
    also: &["Danh sách đơn vị", "Tổ chức"],
    required: true,
    columns: &[
        ID,
        NAME,
        LEVEL,
        PARENT,
        ALIASES,
        MEMBERS,
        KIND,
        FORM,
        PREPARATORY,
        OPENING,
        PHONE,
        WAVE,
        CODE,
        SUCCESSOR,
        NOTE,
        CONFIDENCE,
        SOURCE,
    ],
};

/// Levels in order of their first row.
pub(crate) fn levels(table: &Table) -> Vec<String> {
    let mut levels: Vec<String> = Vec::new();
    for level in keys_of(table, &LEVEL) {
        if !levels.iter().any(|it| same(it, &level)) {
            levels.push(level);
        }
    }
    levels
}

/// Most members of one unit: more than any province has.
const MEMBERS_MAX: i64 = 1_000_000;

pub(crate) fn read(table: &Table, keys: &Keys, out: &mut Findings) -> Vec<UnitRow> {
    check_ids(table, &[&ID], out);
    let rows = read_rows(table, keys, out, row);
    check_tree(table, &rows, out);
    values(rows)
}

fn row(row: &mut Reader<'_>) -> Option<UnitRow> {
    let id = row.key(&ID);
    let plan = UnitPlan {
        name: row.text_or_empty(&NAME),
        kind: one_line(&row.text_or_empty(&LEVEL)),
        parent: row.reference(&PARENT, Target::Unit),
        aliases: row.list(&ALIASES),
        congress_kind: row.congress_kind(&KIND),
        form: row.word(&FORM, &FORM_WORDS, Form::parse),
        wave: row.text(&WAVE),
        code: row.text(&CODE),
        successor: row.text(&SUCCESSOR),
        phone: row.phone(&PHONE),
        members: row
            .integer(&MEMBERS, 0, MEMBERS_MAX)
            .and_then(|it| u32::try_from(it).ok()),
        note: row.text_or_empty(&NOTE),
        confidence: row.text_or_empty(&CONFIDENCE),
        source: row.text_or_empty(&SOURCE),
    };
    let unit = UnitRow {
        id: id?,
        plan,
        preparatory: row.date(&PREPARATORY),
        opening: row.date(&OPENING),
    };
    check_congress(row, &unit);
    Some(unit)
}

fn check_congress(row: &mut Reader<'_>, unit: &UnitRow) {
    let is_filled = |column: &Column| row.peek(column).is_some();
    // A refused cell is filled all the same: its own problem is enough.
    let (has_kind, has_form) = (is_filled(&KIND), is_filled(&FORM));
    let has_date = is_filled(&PREPARATORY) || is_filled(&OPENING);
    if has_kind && !has_form {
        let kind = unit.plan.congress_kind.clone().unwrap_or_default();
        row.problem(&FORM, Reason::KindWithoutForm { kind });
    }
    if !has_kind && (has_form || has_date) {
        row.problem(&KIND, Reason::CongressWithoutKind);
    }
    if let (Some(preparatory), Some(opening)) = (unit.preparatory, unit.opening)
        && preparatory > opening
    {
        let (preparatory, opening) = (preparatory.to_string(), opening.to_string());
        row.problem(
            &PREPARATORY,
            Reason::PreparatoryAfterOpening {
                preparatory,
                opening,
            },
        );
    }
}

/// No circles, and one unit above all that hold a congress.
fn check_tree(table: &Table, rows: &[(u32, UnitRow)], out: &mut Findings) {
    let parents: BTreeMap<&str, &str> = rows
        .iter()
        .filter_map(|(_, it)| Some((it.id.as_str(), it.plan.parent.as_deref()?)))
        .collect();
    let mut told: BTreeSet<&str> = BTreeSet::new();
    let mut tops: BTreeSet<&str> = BTreeSet::new();
    for (number, unit) in rows {
        let mut chain = vec![unit.id.as_str()];
        let top = loop {
            let last = chain[chain.len() - 1];
            match parents.get(last) {
                None => break Some(last),
                Some(parent) if chain.contains(parent) => break None,
                Some(parent) => chain.push(parent),
            }
        };
        match top {
            Some(top) if unit.plan.congress_kind.is_some() => {
                tops.insert(top);
            }
            // Told once for each circle, where its first unit stands.
            None if parents.get(chain[chain.len() - 1]) == Some(&chain[0])
                && !chain.iter().any(|it| told.contains(it)) =>
            {
                told.extend(&chain);
                let units = chain.iter().map(|it| (*it).to_owned()).collect();
                out.problem(&table.at(*number, &PARENT), Reason::ParentCycle { units });
            }
            _ => {}
        }
    }
    if tops.len() > 1 {
        let units = tops.into_iter().map(str::to_owned).collect();
        out.problem(&table.place, Reason::NoCommonRoot { units });
    }
}
