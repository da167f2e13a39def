//! Which rows below the headers are records, and which are blank, headings, or the headers again.

use std::collections::{BTreeMap, BTreeSet};

use crate::import::finding::{Findings, Place, Reason, Remark};
use crate::import::grid::{Cell, Grid, Row, Value};
use crate::import::layout::{HEADER_BYTES_MAX, Need, SheetSpec, bare, header_text, shown};
use crate::import::text;

pub(super) fn records(
    spec: &SheetSpec,
    grid: &Grid,
    header_row: u32,
    columns: &BTreeMap<&'static str, u32>,
    place: &Place,
    out: &mut Findings,
) -> Vec<(u32, Row)> {
    let numbers: BTreeSet<u32> = columns.values().copied().collect();
    let needed = spec
        .columns
        .iter()
        .filter(|it| it.need == Need::Filled)
        .count();
    let mut records = Vec::new();
    for (number, row) in grid.rows.range(header_row + 1..) {
        let place = place.at_row(number + 1);
        let own: Vec<_> = row
            .iter()
            .filter(|(column, it)| numbers.contains(column) && !it.merged_down)
            .collect();
        match own.as_slice() {
            [] => {
                // A heading may be merged from an unused first column; nothing else is lost.
                continue;
            }
            [(_, cell)] if cell.columns > 1 => {
                out.notice(&place, Remark::SectionTitle { found: shown(cell) });
                continue;
            }
            [(column, cell)] if needed > 1 => {
                let header = columns
                    .iter()
                    .find(|(_, it)| it == column)
                    .map_or("", |(it, _)| *it);
                let reason = Reason::LoneCell { found: shown(cell) };
                out.problem(&place.at_column(header, **column), reason);
                continue;
            }
            _ => {}
        }
        let is_first = *number == header_row + 1;
        if repeats_header(row, columns) || (is_first && numbers_columns(&own)) {
            out.notice(&place, Remark::RepeatedHeader);
            continue;
        }
        if grid.marks.hidden_rows.contains(number) {
            out.notice(&place, Remark::HiddenRow);
        }
        records.push((*number, row.clone()));
    }
    records
}

/// Whether a row says the headers again, as tables do on each printed page.
fn repeats_header(row: &Row, columns: &BTreeMap<&'static str, u32>) -> bool {
    let filled = columns.values().filter(|it| row.contains_key(it)).count();
    let says = |(header, column): &(&&str, &u32)| {
        let text = row.get(column).and_then(header_text);
        text.is_some_and(|it| it.len() <= HEADER_BYTES_MAX && bare(it) == bare(header))
    };
    let repeated = columns.iter().filter(says).count();
    repeated >= 2 && repeated * 2 > filled
}

/// Whether a row numbers the columns: 1, 2, 3 or (1), (2), (3).
fn numbers_columns(cells: &[(&u32, &Cell)]) -> bool {
    let numbers: Option<Vec<i64>> = cells
        .iter()
        .map(|(_, cell)| match &cell.value {
            Value::Number(number) => text::whole(*number),
            Value::Text(text) => text.trim().trim_matches(['(', ')']).parse().ok(),
            _ => None,
        })
        .collect();
    numbers.is_some_and(|it| it.len() > 2 && it.windows(2).all(|pair| pair[0] + 1 == pair[1]))
}
