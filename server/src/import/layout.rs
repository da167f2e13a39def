//! Which sheet is which, which row holds the headers, which column is which, and which rows are records.

mod records;

use std::collections::{BTreeMap, BTreeSet};

use domain::text::fold;

use crate::import::finding::{Findings, Place, Reason, Remark, letter};
use crate::import::grid::{Cell, Grid, Row, Value};
use crate::import::text::{self, clean};

/// Whether a column, and a cell in it, must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// The column must be there and every cell filled.
    Filled,
    /// The column must be there; a cell may be blank.
    Present,
    /// The column may be missing, which reads as blank.
    Optional,
}

/// A column of the format.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    /// Header as the district's workbook spells it.
    pub header: &'static str,
    /// Other words for it in other districts' workbooks.
    pub also: &'static [&'static str],
    /// Whether it must be there.
    pub need: Need,
}

impl Column {
    /// A column whose cells must be filled.
    pub const fn filled(header: &'static str, also: &'static [&'static str]) -> Self {
        Self {
            header,
            also,
            need: Need::Filled,
        }
    }

    /// A column that must be there, with cells that may be blank.
    pub const fn present(header: &'static str, also: &'static [&'static str]) -> Self {
        Self {
            header,
            also,
            need: Need::Present,
        }
    }

    /// A column that may be missing.
    pub const fn optional(header: &'static str, also: &'static [&'static str]) -> Self {
        Self {
            header,
            also,
            need: Need::Optional,
        }
    }
}

/// A sheet of the format.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SheetSpec {
    /// Title as the district's workbook spells it.
    pub title: &'static str,
    /// Other words for it.
    pub also: &'static [&'static str],
    /// Whether it must be there.
    pub required: bool,
    /// Its columns.
    pub columns: &'static [Column],
}

/// Rows looked at for headers: titles, the issuing body and a date line stand above them in printed tables.
pub(crate) const HEADER_ROWS_MAX: u32 = 20;

/// A sheet whose columns are known.
#[derive(Debug, Clone, Default)]
pub(crate) struct Table {
    /// The sheet; its own title.
    pub place: Place,
    /// Column number by header; a missing column has none.
    pub columns: BTreeMap<&'static str, u32>,
    /// Records, by row counted from 0.
    pub rows: Vec<(u32, Row)>,
}

impl Table {
    /// Place of a cell, or of the row when the sheet lacks the column.
    pub fn at(&self, row: u32, column: &Column) -> Place {
        let place = self.place.at_row(row + 1);
        match self.columns.get(column.header) {
            Some(number) => place.at_column(column.header, *number),
            None => place,
        }
    }
}

/// Finds the sheet of `spec` among `grids`; leaves it `None` when it may be missing or cannot be used.
pub(crate) fn table(spec: &SheetSpec, grids: &[Grid], out: &mut Findings) -> Option<Table> {
    let answering: Vec<_> = grids
        .iter()
        .filter(|it| answers(spec, &it.title).is_some())
        .collect();
    let grid = match answering.as_slice() {
        [] if spec.required => {
            out.problem(
                &Place::default(),
                Reason::MissingSheet {
                    title: spec.title.to_owned(),
                },
            );
            return None;
        }
        [] => {
            let title = spec.title.to_owned();
            out.notice(&Place::default(), Remark::NoOptionalSheet { title });
            return None;
        }
        [grid] => grid,
        [first, second, ..] => {
            let title = spec.title.to_owned();
            let reason = Reason::TwoSheets {
                title,
                other: first.title.clone(),
            };
            out.problem(&Place::sheet(&second.title), reason);
            return None;
        }
    };
    let place = Place::sheet(&grid.title);
    if grid.hidden {
        out.notice(&place, Remark::HiddenSheet);
    }
    if answers(spec, &grid.title) == Some(Match::OtherWord) {
        out.notice(
            &place,
            Remark::SheetSpelling {
                read: spec.title.to_owned(),
            },
        );
    }
    let Some(header_row) = header_row(spec, grid) else {
        let required = spec.columns.iter().filter(|it| it.need == Need::Filled);
        let headers = required.map(|it| it.header.to_owned()).collect();
        out.problem(
            &place,
            Reason::NoHeaderRow {
                headers,
                rows_max: HEADER_ROWS_MAX,
            },
        );
        return None;
    };
    if grid.rows.range(..header_row).next().is_some() {
        out.notice(&place.at_row(header_row + 1), Remark::HeaderBelowTitles);
    }
    let columns = columns(spec, grid, header_row, &place, out);
    let rows = records::records(spec, grid, header_row, &columns, &place, out);
    Some(Table {
        place,
        columns,
        rows,
    })
}

/// Whether a sheet of this title belongs to the format.
pub(crate) fn answers(spec: &SheetSpec, title: &str) -> Option<Match> {
    let written = bare(title);
    if written == bare(spec.title) {
        return Some(Match::SameWord);
    }
    spec.also
        .iter()
        .any(|it| bare(it) == written)
        .then_some(Match::OtherWord)
}

/// How a written header answers to a known one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Match {
    /// The same word; case, marks, spaces and punctuation aside.
    SameWord,
    /// Another word for it, or with an explanation behind.
    OtherWord,
}

/// Letters and digits only, folded: "  Mã ĐƠN VỊ (*):" is "ma don vi".
fn bare(text: &str) -> String {
    let folded: String = fold(text)
        .chars()
        .map(|it| if it.is_alphanumeric() { it } else { ' ' })
        .collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn header_text(cell: &Cell) -> Option<&str> {
    match &cell.value {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

/// Headers of a sheet's format by their bare words.
struct Headers {
    same: BTreeMap<String, &'static Column>,
    other: BTreeMap<String, &'static Column>,
}

/// No header is longer, in bytes; longer text need not be folded to know that it is none.
const HEADER_BYTES_MAX: usize = 200;

impl Headers {
    fn new(spec: &SheetSpec) -> Self {
        let other = |it: &'static Column| it.also.iter().map(move |also| (bare(also), it));
        Self {
            same: spec
                .columns
                .iter()
                .map(|it| (bare(it.header), it))
                .collect(),
            other: spec.columns.iter().flat_map(other).collect(),
        }
    }

    /// The very word first: "Loại" must not be taken for another word of some other column.
    fn find(&self, cell: &Cell) -> Option<(&'static Column, Match)> {
        let text = header_text(cell).filter(|it| it.len() <= HEADER_BYTES_MAX)?;
        let whole = bare(text);
        if let Some(column) = self.same.get(&whole) {
            return Some((column, Match::SameWord));
        }
        let short = before_explanation(text);
        let other = self.other.get(&whole).or_else(|| self.same.get(&short));
        other
            .or_else(|| self.other.get(&short))
            .map(|it| (*it, Match::OtherWord))
    }
}

/// "Hạn (tính từ ngày T)" is "Hạn" with an explanation.
fn before_explanation(text: &str) -> String {
    text.split(['(', '[', '\n'])
        .next()
        .map(bare)
        .unwrap_or_default()
}

/// The first of the top rows that names most columns, if it names at least two and half of the needed ones.
fn header_row(spec: &SheetSpec, grid: &Grid) -> Option<u32> {
    let needed = spec
        .columns
        .iter()
        .filter(|it| it.need == Need::Filled)
        .count();
    let headers = Headers::new(spec);
    let score = |row: &Row| {
        let known = row.values().filter_map(|it| headers.find(it));
        known
            .map(|(it, _)| it.header)
            .collect::<BTreeSet<_>>()
            .len()
    };
    let mut best: Option<(u32, usize)> = None;
    for (number, row) in grid.rows.range(..HEADER_ROWS_MAX) {
        let score = score(row);
        if score >= 2.max(needed.div_ceil(2)) && best.is_none_or(|(_, it)| score > it) {
            best = Some((*number, score));
        }
    }
    best.map(|(number, _)| number)
}

fn columns(
    spec: &SheetSpec,
    grid: &Grid,
    header_row: u32,
    place: &Place,
    out: &mut Findings,
) -> BTreeMap<&'static str, u32> {
    let mut columns = BTreeMap::new();
    let headers = Headers::new(spec);
    let place_row = place.at_row(header_row + 1);
    for (number, cell) in grid.rows.get(&header_row).into_iter().flatten() {
        let written = header_text(cell)
            .map(|it| clean(it).text)
            .unwrap_or_default();
        let Some((column, how)) = headers.find(cell) else {
            let place = place_row.at_column(&written, *number);
            out.notice(&place, Remark::ExtraColumn { header: written });
            continue;
        };
        let place = place_row.at_column(column.header, *number);
        if let Some(first) = columns.get(column.header) {
            let reason = Reason::TwoColumns {
                header: column.header.to_owned(),
                first: letter(*first),
                second: letter(*number),
            };
            out.problem(&place, reason);
            continue;
        }
        if how == Match::OtherWord {
            let read = column.header.to_owned();
            out.notice(
                &place,
                Remark::HeaderSpelling {
                    found: written,
                    read,
                },
            );
        }
        columns.insert(column.header, *number);
    }
    for column in spec
        .columns
        .iter()
        .filter(|it| !columns.contains_key(it.header))
    {
        let header = column.header.to_owned();
        if column.need == Need::Optional {
            out.notice(place, Remark::NoOptionalColumn { header });
        } else {
            out.problem(&place_row, Reason::MissingColumn { header });
        }
    }
    columns
}

/// What a person sees in the cell.
pub(crate) fn shown(cell: &Cell) -> String {
    match &cell.value {
        Value::Text(text) => clean(text).text,
        Value::Number(number) => number.to_string(),
        Value::Truth(truth) => truth.to_string().to_uppercase(),
        Value::Moment(moment) => text::moment(moment),
        Value::Error(error) => error.clone(),
        Value::Uncomputed => String::new(),
    }
}
