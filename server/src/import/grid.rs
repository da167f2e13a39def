//! A sheet as filled cells at their places: calamine's reading, bounded, with merged cells filled down.

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{DataRef, Dimensions, ExcelDateTime, Reader, SheetVisible, Xlsx};

use crate::import::finding::{Reason, letter};
use crate::import::markup::{self, Marks};

/// Most filled rows of a sheet.
pub const ROWS_MAX: u32 = 20_000;
/// Rightmost column that may be filled, counted from 1.
pub const COLUMNS_MAX: u32 = 256;
/// Most text of a whole workbook, in bytes; shared strings count each time they are used.
pub const TEXT_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Rows that the format itself has; a cell beyond them has no place.
const SHEET_ROWS: u32 = 1_048_576;

/// Value of a filled cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// Text as it stands in the file, never only spaces.
    Text(String),
    /// A number without date format.
    Number(f64),
    /// TRUE or FALSE.
    Truth(bool),
    /// A number with a date, time or duration format.
    Moment(ExcelDateTime),
    /// `#REF!` and its like.
    Error(String),
    /// A formula that was never computed.
    Uncomputed,
}

/// A filled cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cell {
    /// What it holds.
    pub value: Value,
    /// Computed by a formula.
    pub formula: bool,
    /// Formatted inside.
    pub rich: bool,
    /// Taken from the top of a merged cell.
    pub merged_down: bool,
    /// Merged over this many columns (1 when not merged).
    pub columns: u32,
}

/// Filled cells of one row by column, counted from 0.
pub(crate) type Row = BTreeMap<u32, Cell>;

/// One sheet.
#[derive(Debug, Clone, Default)]
pub(crate) struct Grid {
    /// Title as in the file.
    pub title: String,
    /// Not shown by the program.
    pub hidden: bool,
    /// Filled rows, counted from 0.
    pub rows: BTreeMap<u32, Row>,
    /// Rows not shown by the program.
    pub marks: Marks,
}

/// A sheet, or its title and why it cannot be read.
pub(crate) type ReadSheet = Result<Grid, (String, Reason)>;

/// Opens the workbook and reads every sheet, or says why one cannot be read.
///
/// # Errors
/// A reason about the whole file.
pub(crate) fn read(bytes: &[u8]) -> Result<Vec<ReadSheet>, Reason> {
    // calamine 0.38 overflows on hostile cell names (`get_row_and_optional_column`), which panics where overflow is
    // checked; `tests/import/rubbish.rs` found it. A file must never end the server.
    std::panic::catch_unwind(|| read_sheets(bytes)).unwrap_or_else(|_| {
        Err(Reason::Damaged {
            detail: "malformed sheet".to_owned(),
        })
    })
}

fn read_sheets(bytes: &[u8]) -> Result<Vec<ReadSheet>, Reason> {
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|it| Reason::Damaged {
        detail: it.to_string(),
    })?;
    let mut marks = markup::read(bytes);
    let sheets = workbook.sheets_metadata().to_vec();
    let mut text_bytes_left = TEXT_BYTES_MAX;
    let grids = sheets.into_iter().map(|sheet| {
        let mut grid = Grid {
            marks: marks.remove(&sheet.name).unwrap_or_default(),
            hidden: sheet.visible != SheetVisible::Visible,
            title: sheet.name,
            rows: BTreeMap::new(),
        };
        match fill(&mut grid, &mut workbook, &mut text_bytes_left) {
            Ok(()) => Ok(grid),
            Err(reason) => Err((grid.title, reason)),
        }
    });
    Ok(grids.collect())
}

fn fill(
    grid: &mut Grid,
    workbook: &mut Xlsx<Cursor<&[u8]>>,
    text_bytes_left: &mut usize,
) -> Result<(), Reason> {
    let unreadable = |it: calamine::XlsxError| Reason::UnreadableSheet {
        detail: it.to_string(),
    };
    let mut cells = workbook
        .worksheet_cells_reader(&grid.title)
        .map_err(unreadable)?;
    while let Some(record) = cells
        .next_cell_with_formula_metadata()
        .map_err(unreadable)?
    {
        let (row, column) = record.pos;
        let formula = record.formula.is_some();
        let Some(value) = value(record.value, formula) else {
            continue;
        };
        if column >= COLUMNS_MAX {
            return Err(Reason::TooManyColumns {
                columns_max: COLUMNS_MAX,
            });
        }
        if row >= SHEET_ROWS {
            return Err(Reason::UnreadableSheet {
                detail: format!("row {row}"),
            });
        }
        if let Value::Text(text) = &value {
            *text_bytes_left =
                text_bytes_left
                    .checked_sub(text.len())
                    .ok_or(Reason::TooMuchText {
                        bytes_max: TEXT_BYTES_MAX,
                    })?;
        }
        let rich = grid
            .marks
            .rich_cells
            .contains(&format!("{}{}", letter(column), row + 1));
        let cell = Cell {
            value,
            formula,
            rich,
            merged_down: false,
            columns: 1,
        };
        grid.rows.entry(row).or_default().insert(column, cell);
        if grid.rows.len() > ROWS_MAX as usize {
            return Err(Reason::TooManyRows { rows_max: ROWS_MAX });
        }
    }
    drop(cells);
    // Merged regions are decoration to calamine; a sheet without them, or with broken ones, has none.
    for region in workbook
        .merge_cells_by_sheet_name(&grid.title)
        .unwrap_or_default()
    {
        merge(&mut grid.rows, region);
    }
    Ok(())
}

/// Repeats a merged cell in the filled rows below its top, and remembers how wide it is.
fn merge(rows: &mut BTreeMap<u32, Row>, region: Dimensions) {
    let (top, left) = region.start;
    let (bottom, right) = region.end;
    if bottom < top || right < left {
        return;
    }
    let Some(cell) = rows.get_mut(&top).and_then(|it| it.get_mut(&left)) else {
        return;
    };
    cell.columns = right - left + 1;
    let copy = Cell {
        merged_down: true,
        ..cell.clone()
    };
    if bottom > top {
        for (_, row) in rows.range_mut(top + 1..=bottom) {
            row.entry(left).or_insert_with(|| copy.clone());
        }
    }
}

fn value(value: DataRef<'_>, formula: bool) -> Option<Value> {
    let value = match value {
        DataRef::Empty => return formula.then_some(Value::Uncomputed),
        // Excel's whole numbers reach i64 only by way of f64, where they are exact to 2^53.
        #[expect(clippy::cast_precision_loss, reason = "see above")]
        DataRef::Int(number) => Value::Number(number as f64),
        DataRef::Float(number) => Value::Number(number),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            Value::Text(text)
        }
        DataRef::SharedString(text) => Value::Text(text.to_owned()),
        DataRef::Bool(truth) => Value::Truth(truth),
        DataRef::DateTime(moment) => Value::Moment(moment),
        DataRef::Error(error) => Value::Error(error.to_string()),
    };
    match value {
        Value::Text(text) if text.chars().all(is_space) => None,
        value => Some(value),
    }
}

/// Spaces and what looks like nothing: no-break spaces, zero-width marks, byte order marks.
pub(crate) fn is_space(character: char) -> bool {
    character.is_whitespace()
        || matches!(character, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_that_nobody_computed_is_not_a_blank_cell() {
        assert_eq!(value(DataRef::Empty, true), Some(Value::Uncomputed));
        assert_eq!(value(DataRef::Empty, false), None);
    }

    #[test]
    fn spaces_alone_are_a_blank_cell() {
        assert_eq!(
            value(DataRef::String(" \u{a0}\u{200b}\n".into()), false),
            None
        );
    }
}
