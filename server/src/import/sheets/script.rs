//! Sheet "Kịch bản": the general running script.

use std::collections::BTreeMap;

use domain::kinds::script_line::ScriptLinePlan;
use domain::workbook::{AgendaRow, ScriptRow};

use crate::import::finding::{Findings, Reason};
use crate::import::keys::{Keys, Target, check_ids};
use crate::import::layout::{Column, SheetSpec, Table};
use crate::import::row::Reader;
use crate::import::sheets::{CONFIDENCE, SOURCE, read_rows, values};

pub(crate) const ID: Column = Column::filled("Mã lời", &["Mã lời đọc"]);
const TEMPLATES: Column = Column::filled("Mã mẫu", &["Mẫu"]);
const ITEM: Column = Column::filled("Mã mục", &["Mục chương trình"]);
const ORDER: Column = Column::filled("Thứ tự", &[]);
const ROLES: Column = Column::filled("Vai trò", &["Người nói"]);
const WORDS: Column = Column::filled("Lời đọc", &["Lời"]);
const CUE: Column = Column::optional("Ám hiệu", &[]);

pub(crate) const SPEC: SheetSpec = SheetSpec {
    title: "Kịch bản",
    also: &["Kịch bản điều hành"],
    required: false,
    columns: &[
        ID, TEMPLATES, ITEM, ORDER, ROLES, WORDS, CUE, CONFIDENCE, SOURCE,
    ],
};

/// Largest order number.
const ORDER_MAX: i64 = 1_000_000;

/// Reads the script; `agenda` is `None` when that sheet could not be read in full.
pub(crate) fn read(
    table: &Table,
    keys: &Keys,
    agenda: Option<&[AgendaRow]>,
    out: &mut Findings,
) -> Vec<ScriptRow> {
    check_ids(table, &[&ID], out);
    let rows = read_rows(table, keys, out, row);
    check_items(table, &rows, agenda, out);
    check_order(table, &rows, out);
    values(rows)
}

fn row(row: &mut Reader<'_>) -> Option<ScriptRow> {
    let id = row.key(&ID);
    let order = row
        .integer(&ORDER, 0, ORDER_MAX)
        .and_then(|it| i32::try_from(it).ok());
    let plan = ScriptLinePlan {
        templates: row.references(&TEMPLATES, Target::Template),
        item: row.reference(&ITEM, Target::Item).unwrap_or_default(),
        order: order.unwrap_or_default(),
        roles: row.references(&ROLES, Target::Role),
        words: row.text_or_empty(&WORDS),
        cue: row.text_or_empty(&CUE),
        confidence: row.text_or_empty(&CONFIDENCE),
        source: row.text_or_empty(&SOURCE),
    };
    order?;
    Some(ScriptRow::new(id?, plan))
}

/// Each template that a line names must have the line's item.
fn check_items(
    table: &Table,
    rows: &[(u32, ScriptRow)],
    agenda: Option<&[AgendaRow]>,
    out: &mut Findings,
) {
    let Some(agenda) = agenda else { return };
    for (number, row) in rows.iter().filter(|(_, it)| !it.plan.item.is_empty()) {
        for template in &row.plan.templates {
            let has = |it: &AgendaRow| it.template == *template && it.id == row.plan.item;
            if !agenda.iter().any(has) {
                let (found, template) = (row.plan.item.clone(), template.clone());
                out.problem(
                    &table.at(*number, &ITEM),
                    Reason::UnknownItem { found, template },
                );
            }
        }
    }
}

fn check_order(table: &Table, rows: &[(u32, ScriptRow)], out: &mut Findings) {
    let mut seen: BTreeMap<(&str, &str, i32), u32> = BTreeMap::new();
    for (number, row) in rows.iter().filter(|(_, it)| !it.plan.item.is_empty()) {
        let mut told = false;
        for template in &row.plan.templates {
            let place = (template.as_str(), row.plan.item.as_str(), row.plan.order);
            let other = *seen.entry(place).or_insert(*number);
            if other != *number && !told {
                told = true;
                let found = row.plan.order.into();
                let reason = Reason::DuplicateOrder {
                    found,
                    other_row: other + 1,
                };
                out.problem(&table.at(*number, &ORDER), reason);
            }
        }
    }
}
