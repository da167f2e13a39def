//! A workbook to spoil: the district's own, cell by cell, or a new one, written as .xlsx by another library.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::LazyLock;

use calamine::{Data, Reader, Xlsx};
use rust_xlsxwriter::{Format, Formula, Workbook, Worksheet};
use server::import::{CellProblem, Imported, Notice, read};

/// The district's workbook, as shipped for the demonstration.
pub fn real_bytes() -> Vec<u8> {
    std::fs::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/demo/a-luoi-2020.xlsx"
    ))
    .unwrap()
}

/// One cell to write.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Blank,
    Text(String),
    Number(f64),
    /// A serial day, formatted as a date.
    Date(f64),
    /// A fraction of a day, formatted as a time.
    Time(f64),
    Truth(bool),
    /// Formula and its last value.
    Formula(String, String),
    /// Runs of text, every second one bold.
    Rich(Vec<String>),
}

pub fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

/// One sheet: rows of cells from A1.
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    pub title: String,
    pub rows: Vec<Vec<Cell>>,
    /// First row, first column, last row, last column, all from 0; the text stands in `rows`.
    pub merged: Vec<(u32, u16, u32, u16)>,
    pub hidden_rows: Vec<u32>,
    pub hidden: bool,
}

/// A workbook.
#[derive(Debug, Clone, Default)]
pub struct Book {
    pub sheets: Vec<Sheet>,
}

impl Book {
    /// The district's workbook.
    pub fn real() -> Self {
        static REAL: LazyLock<Book> = LazyLock::new(Book::read_real);
        REAL.clone()
    }

    fn read_real() -> Self {
        let mut file: Xlsx<_> = Xlsx::new(Cursor::new(real_bytes())).unwrap();
        let sheets = file.sheet_names().into_iter().map(|title| {
            let range = file.worksheet_range(&title).unwrap();
            assert_eq!(range.start(), Some((0, 0)), "{title}");
            let rows = range
                .rows()
                .map(|row| row.iter().map(cell).collect())
                .collect();
            Sheet {
                title,
                rows,
                ..Sheet::default()
            }
        });
        Self {
            sheets: sheets.collect(),
        }
    }

    pub fn sheet(&mut self, title: &str) -> &mut Sheet {
        self.sheets.iter_mut().find(|it| it.title == title).unwrap()
    }

    /// Sets the cell under a header in a row counted as Excel does.
    pub fn set(&mut self, sheet: &str, header: &str, row: usize, cell: Cell) -> &mut Self {
        let column = self.sheet(sheet).column(header);
        self.sheet(sheet).rows[row - 1][column] = cell;
        self
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut workbook = Workbook::new();
        for sheet in &self.sheets {
            let worksheet = workbook.add_worksheet();
            worksheet.set_name(&sheet.title).unwrap();
            worksheet.set_hidden(sheet.hidden);
            for (first_row, first, last_row, last) in &sheet.merged {
                let format = Format::new();
                worksheet
                    .merge_range(*first_row, *first, *last_row, *last, "", &format)
                    .unwrap();
            }
            for (number, row) in (0..).zip(&sheet.rows) {
                for (column, cell) in (0..).zip(row) {
                    write(worksheet, number, column, cell);
                }
            }
            for row in &sheet.hidden_rows {
                worksheet.set_row_hidden(*row).unwrap();
            }
        }
        workbook.save_to_buffer().unwrap()
    }

    pub fn read(&self) -> Imported {
        read(&self.bytes()).unwrap_or_else(|problems| panic!("{:#?}", vietnamese(&problems)))
    }

    pub fn problems(&self) -> Vec<CellProblem> {
        read(&self.bytes()).expect_err("the workbook should be refused")
    }
}

impl Sheet {
    pub fn new(title: &str, rows: &[&[&str]]) -> Self {
        let cell = |it: &&str| if it.is_empty() { Cell::Blank } else { text(it) };
        Self {
            title: title.to_owned(),
            rows: rows
                .iter()
                .map(|row| row.iter().map(cell).collect())
                .collect(),
            ..Self::default()
        }
    }

    /// Column of a header in the first row.
    pub fn column(&self, header: &str) -> usize {
        let found = self.rows[0].iter().position(|it| *it == text(header));
        found.unwrap_or_else(|| panic!("no column {header} on {}", self.title))
    }

    /// Inserts rows above everything.
    pub fn put_above(&mut self, rows: Vec<Vec<Cell>>) {
        self.rows.splice(0..0, rows);
    }
}

/// Sentences in Vietnamese.
pub fn vietnamese(problems: &[CellProblem]) -> Vec<String> {
    problems.iter().map(CellProblem::display_vi).collect()
}

/// Sentences of the notices beyond those of the untouched workbook.
pub fn notices(imported: &Imported) -> Vec<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for notice in &imported.notices {
        *counts.entry(Notice::display_vi(notice)).or_default() += 1;
    }
    counts.into_keys().collect()
}

fn cell(data: &Data) -> Cell {
    match data {
        Data::Empty => Cell::Blank,
        Data::String(text) => Cell::Text(text.clone()),
        Data::Float(number) => Cell::Number(*number),
        Data::DateTime(moment) if moment.as_f64() < 1.0 => Cell::Time(moment.as_f64()),
        Data::DateTime(moment) => Cell::Date(moment.as_f64()),
        other => panic!("the district's workbook has no {other:?}"),
    }
}

fn write(sheet: &mut Worksheet, row: u32, column: u16, cell: &Cell) {
    let dated = |format| Format::new().set_num_format(format);
    match cell {
        Cell::Blank => return,
        Cell::Text(text) => sheet.write_string(row, column, text),
        Cell::Number(number) => sheet.write_number(row, column, *number),
        Cell::Date(serial) => {
            sheet.write_number_with_format(row, column, *serial, &dated("dd/mm/yyyy"))
        }
        Cell::Time(part) => sheet.write_number_with_format(row, column, *part, &dated("hh:mm")),
        Cell::Truth(truth) => sheet.write_boolean(row, column, *truth),
        Cell::Formula(formula, value) => {
            sheet.write_formula(row, column, Formula::new(formula).set_result(value))
        }
        Cell::Rich(runs) => {
            let (plain, bold) = (Format::default(), Format::new().set_bold());
            let runs: Vec<(&Format, &str)> = (0..)
                .zip(runs)
                .map(|(number, run)| (if number % 2 == 0 { &plain } else { &bold }, run.as_str()))
                .collect();
            sheet.write_rich_string(row, column, &runs)
        }
    }
    .unwrap();
}
