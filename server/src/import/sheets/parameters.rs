//! Sheet "Tham số": session hours, floors and caps, holidays, position codes. Software reads them by identifier.

use std::collections::BTreeMap;

use domain::date::{CivilDate, Weekday};
use domain::kinds::parameter::ParameterPlan;
use domain::workbook::ParameterRow;

use crate::import::finding::{Findings, Reason};
use crate::import::grid::Value;
use crate::import::keys::{Keys, check_ids, key_text, one_line};
use crate::import::layout::{Column, SheetSpec, Table};
use crate::import::row::Reader;
use crate::import::sheets::{CONFIDENCE, SOURCE, read_rows, values};
use crate::import::text;

const ID: Column = Column::filled("Mã tham số", &[]);
const IDENTIFIER: Column = Column::filled("English identifier", &["Tên tiếng Anh"]);
const GROUP: Column = Column::optional("Nhóm", &[]);
const NAME: Column = Column::filled("Tên", &["Tên tham số"]);
const VALUE: Column = Column::filled("Giá trị", &[]);
const MEASURE: Column = Column::optional("Đơn vị tính", &["ĐVT"]);
const MEANING: Column = Column::optional("Ý nghĩa", &[]);
const APPLIES_TO: Column = Column::optional("Áp dụng", &["Phạm vi áp dụng"]);

pub(crate) const SPEC: SheetSpec = SheetSpec {
    title: "Tham số",
    also: &["Bảng tham số"],
    required: true,
    columns: &[
        ID, IDENTIFIER, GROUP, NAME, VALUE, MEASURE, MEANING, APPLIES_TO, CONFIDENCE, SOURCE,
    ],
};

/// Identifiers that several rows share.
const HOLIDAY: &str = "holiday";
const POSITION: &str = "position";
/// Weekdays worked, by their Vietnamese numbers: 2 is Monday, 8 is Sunday.
const WORKING_WEEKDAYS: &str = "working_weekdays";
/// Identifiers of times of day.
const TIMES: [&str; 6] = [
    "preparatory_start",
    "preparatory_end",
    "official_start",
    "official_end",
    "lunch_start",
    "lunch_end",
];
/// End of the identifiers of whole minutes.
const MINUTES: &str = "_minutes";
/// Most minutes of a budget, floor or cap.
const MINUTES_MAX: i64 = 10_000;

pub(crate) fn read(table: &Table, keys: &Keys, out: &mut Findings) -> Vec<ParameterRow> {
    check_ids(table, &[&ID], out);
    let rows = read_rows(table, keys, out, row);
    check_single(table, &rows, out);
    values(rows)
}

/// Codes of positions on the sketch.
pub(crate) fn positions(table: &Table) -> Vec<String> {
    let is_position = |row| key_text(table, row, &IDENTIFIER).as_deref() == Some(POSITION);
    let rows = table.rows.iter().filter(|(_, row)| is_position(row));
    rows.filter_map(|(_, row)| key_text(table, row, &VALUE))
        .collect()
}

fn row(row: &mut Reader<'_>) -> Option<ParameterRow> {
    let id = row.key(&ID);
    let identifier = one_line(&row.text_or_empty(&IDENTIFIER));
    let value = value(row, &identifier);
    let plan = ParameterPlan {
        group: row.text_or_empty(&GROUP),
        name: row.text_or_empty(&NAME),
        value: value.unwrap_or_default(),
        measure: row.text_or_empty(&MEASURE),
        meaning: row.text_or_empty(&MEANING),
        applies_to: row.text_or_empty(&APPLIES_TO),
        confidence: row.text_or_empty(&CONFIDENCE),
        source: row.text_or_empty(&SOURCE),
        identifier,
    };
    Some(ParameterRow::new(id?, plan))
}

/// What software reads is read strictly; any other value is kept as a person would say it.
fn value(row: &mut Reader<'_>, identifier: &str) -> Option<String> {
    if identifier == HOLIDAY {
        return row.date(&VALUE).map(CivilDate::iso);
    }
    if TIMES.contains(&identifier) {
        return row.time(&VALUE).map(|it| it.to_string());
    }
    if identifier.ends_with(MINUTES) {
        return row.integer(&VALUE, 0, MINUTES_MAX).map(|it| it.to_string());
    }
    if identifier == WORKING_WEEKDAYS {
        let days = row.list(&VALUE);
        for found in &days {
            let weekday = found.parse().ok().and_then(Weekday::from_vietnamese_number);
            if weekday.is_none() {
                let allowed = (2..=8).map(|it: u8| it.to_string()).collect();
                row.problem(
                    &VALUE,
                    Reason::UnknownWord {
                        found: found.clone(),
                        allowed,
                    },
                );
            }
        }
        return Some(days.join("; "));
    }
    match row.peek(&VALUE) {
        Some(Value::Number(number)) => {
            let number = *number;
            // Vietnamese decimals have a comma.
            let said = text::whole(number).map(|it| it.to_string());
            row.cell(&VALUE)
                .map(|_| said.unwrap_or_else(|| number.to_string().replace('.', ",")))
        }
        Some(Value::Moment(moment)) if moment.as_f64() < 1.0 => {
            row.time(&VALUE).map(|it| it.to_string())
        }
        Some(Value::Moment(_)) => row.date(&VALUE).map(CivilDate::iso),
        _ => row.text(&VALUE),
    }
}

/// All identifiers but those of lists name one row.
fn check_single(table: &Table, rows: &[(u32, ParameterRow)], out: &mut Findings) {
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    for (number, row) in rows {
        let found = row.plan.identifier.as_str();
        if found.is_empty() || found == HOLIDAY || found == POSITION {
            continue;
        }
        if let Some(other) = seen.get(found) {
            let reason = Reason::DuplicateParameter {
                found: found.to_owned(),
                other_row: other + 1,
            };
            out.problem(&table.at(*number, &IDENTIFIER), reason);
        } else {
            seen.insert(found, *number);
        }
    }
}
