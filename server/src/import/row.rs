//! Reads the cells of one record by their columns, telling every problem and every normalisation on the way.

mod words;

use domain::date::{CivilDate, Minute};
use domain::offset::{DISTANCE_DAYS_MAX, Offset, OffsetError};

use crate::import::finding::{Findings, Place, Reason, Remark};
use crate::import::grid::{Cell, Row, Value};
use crate::import::keys::{Keys, key_text, one_line};
use crate::import::layout::{Column, Need, Table, shown};
use crate::import::text::{self, clean};

/// Longest text of a cell, in characters. The longest of the district's workbook has 327.
pub const TEXT_CHARS_MAX: usize = 4_000;

/// One record being read.
pub(crate) struct Reader<'a> {
    /// Its sheet.
    pub table: &'a Table,
    /// Its row, counted from 0.
    pub number: u32,
    /// Its cells.
    pub row: &'a Row,
    /// Keys of all sheets.
    pub keys: &'a Keys,
    /// Where findings go.
    pub out: &'a mut Findings,
}

impl Reader<'_> {
    /// Tells a problem of a cell.
    pub fn problem(&mut self, column: &Column, reason: Reason) {
        let place = self.place(column);
        self.out.problem(&place, reason);
    }

    /// Tells a normalisation of a cell.
    pub fn notice(&mut self, column: &Column, remark: Remark) {
        let place = self.place(column);
        self.out.notice(&place, remark);
    }

    fn place(&self, column: &Column) -> Place {
        self.table.at(self.number, column)
    }

    /// What the cell holds, telling nothing.
    pub fn peek(&self, column: &Column) -> Option<&Value> {
        self.row
            .get(self.table.columns.get(column.header)?)
            .map(|it| &it.value)
    }

    /// The cell, unless it is blank or holds an error. A missing column was told of once, for the sheet.
    pub fn cell(&mut self, column: &Column) -> Option<Cell> {
        let number = self.table.columns.get(column.header)?;
        let Some(cell) = self.row.get(number) else {
            if column.need == Need::Filled {
                self.problem(column, Reason::EmptyCell);
            }
            return None;
        };
        let cell = cell.clone();
        match &cell.value {
            Value::Error(error) => {
                self.problem(
                    column,
                    Reason::ErrorCell {
                        found: error.clone(),
                    },
                );
                return None;
            }
            Value::Uncomputed => {
                self.problem(column, Reason::FormulaWithoutValue);
                return None;
            }
            _ => {}
        }
        let covers = number + 1..number + cell.columns;
        if self.table.columns.values().any(|it| covers.contains(it)) {
            self.problem(
                column,
                Reason::MergedAcross {
                    found: shown(&cell),
                },
            );
            return None;
        }
        if cell.formula {
            self.notice(column, Remark::Formula);
        }
        if cell.rich {
            self.notice(column, Remark::RichText);
        }
        if cell.merged_down {
            self.notice(column, Remark::MergedDown { read: shown(&cell) });
        }
        Some(cell)
    }

    fn cleaned(&mut self, column: &Column, raw: &str) -> Option<String> {
        let read = clean(raw);
        if read.composed {
            self.notice(column, Remark::Composed);
        }
        if read.spaced {
            self.notice(column, Remark::Spaces);
        }
        let length = read.text.chars().count();
        if length > TEXT_CHARS_MAX {
            self.problem(
                column,
                Reason::TooLong {
                    length,
                    length_max: TEXT_CHARS_MAX,
                },
            );
            return None;
        }
        Some(read.text)
    }

    /// Text, line breaks kept; `None` when blank or refused.
    pub fn text(&mut self, column: &Column) -> Option<String> {
        let cell = self.cell(column)?;
        match &cell.value {
            Value::Text(text) => self.cleaned(column, text),
            Value::Number(number) => {
                let Some(whole) = text::whole(*number) else {
                    self.problem(
                        column,
                        Reason::NotText {
                            found: number.to_string(),
                        },
                    );
                    return None;
                };
                let read = whole.to_string();
                self.notice(column, Remark::TextFromNumber { read: read.clone() });
                Some(read)
            }
            // Excel turns "3-5" into a day of May when nobody looks: what was meant is lost.
            _ => {
                self.problem(
                    column,
                    Reason::NotText {
                        found: shown(&cell),
                    },
                );
                None
            }
        }
    }

    /// Text, or nothing where the cell is blank or refused (a refused cell stops the whole import anyway).
    pub fn text_or_empty(&mut self, column: &Column) -> String {
        self.text(column).unwrap_or_default()
    }

    /// The record's own key. Uniqueness is checked for the whole sheet.
    pub fn key(&mut self, column: &Column) -> Option<String> {
        self.text(column)?;
        key_text(self.table, self.row, column)
    }

    /// Telephone numbers keep their leading zero, which number cells do not.
    pub fn phone(&mut self, column: &Column) -> Option<String> {
        let cell = self.cell(column)?;
        if let Value::Number(_) = cell.value {
            self.problem(
                column,
                Reason::PhoneAsNumber {
                    found: shown(&cell),
                },
            );
            return None;
        }
        self.text(column)
    }

    /// A whole number within bounds.
    pub fn integer(&mut self, column: &Column, min: i64, max: i64) -> Option<i64> {
        let cell = self.cell(column)?;
        let read = match &cell.value {
            Value::Number(number) => text::whole(*number).ok_or(Reason::NotInteger {
                found: shown(&cell),
            }),
            Value::Text(raw) => {
                let cleaned = self.cleaned(column, raw)?;
                text::integer(&cleaned).map(|(read, remark)| {
                    self.notice(column, remark);
                    read
                })
            }
            _ => Err(Reason::NotInteger {
                found: shown(&cell),
            }),
        };
        let read = self.accept(column, read)?;
        if (min..=max).contains(&read) {
            Some(read)
        } else {
            self.problem(
                column,
                Reason::OutOfRange {
                    found: shown(&cell),
                    min,
                    max,
                },
            );
            None
        }
    }

    /// Minutes of the day's length at most.
    pub fn minutes(&mut self, column: &Column, min: u16) -> Option<u16> {
        let minutes = self.integer(column, min.into(), 1_440)?;
        u16::try_from(minutes).ok()
    }

    /// A day.
    pub fn date(&mut self, column: &Column) -> Option<CivilDate> {
        let cell = self.cell(column)?;
        let read = match &cell.value {
            Value::Moment(moment) => text::date_cell(moment),
            Value::Text(raw) => {
                let found = self.cleaned(column, raw)?;
                text::date(&found).inspect(|date| {
                    let read = date.to_string();
                    self.notice(column, Remark::DateFromText { found, read });
                })
            }
            _ => Err(Reason::NotDate {
                found: shown(&cell),
            }),
        };
        self.accept(column, read)
    }

    /// A time of day.
    pub fn time(&mut self, column: &Column) -> Option<Minute> {
        let cell = self.cell(column)?;
        let read = match &cell.value {
            Value::Moment(moment) => {
                text::time_fraction(moment.as_f64()).map_err(|_| Reason::NotTime {
                    found: shown(&cell),
                })
            }
            Value::Number(number) => text::time_fraction(*number).inspect(|time| {
                let found = number.to_string();
                self.notice(
                    column,
                    Remark::TimeFromText {
                        found,
                        read: time.to_string(),
                    },
                );
            }),
            Value::Text(raw) => {
                let found = self.cleaned(column, raw)?;
                text::time(&found).inspect(|time| {
                    let read = time.to_string();
                    self.notice(column, Remark::TimeFromText { found, read });
                })
            }
            _ => Err(Reason::NotTime {
                found: shown(&cell),
            }),
        };
        self.accept(column, read)
    }

    /// An offset from the opening day; from an agenda item only where `item_known`.
    pub fn offset(&mut self, column: &Column, item_known: bool) -> Option<Offset> {
        let found = self.text(column)?;
        self.read_offset(column, &found, item_known)
    }

    /// An offset that is part of a cell.
    pub fn read_offset(
        &mut self,
        column: &Column,
        found: &str,
        item_known: bool,
    ) -> Option<Offset> {
        let found = one_line(found);
        match Offset::parse(&found) {
            Ok(Offset::BeforeItem { .. }) if !item_known => {
                self.problem(column, Reason::OffsetNeedsItem { found });
                None
            }
            Ok(offset) => {
                let read = offset.to_string();
                if read != found {
                    self.notice(column, Remark::OffsetSpelling { found, read });
                }
                Some(offset)
            }
            Err(OffsetError::TooFar) => {
                let max = i64::from(DISTANCE_DAYS_MAX);
                self.problem(
                    column,
                    Reason::OutOfRange {
                        found,
                        min: -max,
                        max,
                    },
                );
                None
            }
            Err(OffsetError::Format) => {
                self.problem(column, Reason::NotOffset { found });
                None
            }
        }
    }

    fn accept<T>(&mut self, column: &Column, read: Result<T, Reason>) -> Option<T> {
        read.map_err(|reason| self.problem(column, reason)).ok()
    }
}
