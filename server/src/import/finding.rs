//! What an import has to say about a place in the workbook, in Vietnamese and in English.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::Value;

use crate::import::words;

pub use crate::import::reason::{Reason, Remark};

/// A language of the person at the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Tiếng Việt.
    Vietnamese,
    /// English.
    English,
}

/// A column as a person sees it: its header and its letter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ColumnName {
    /// Header as this project spells it.
    pub header: String,
    /// Letter as Excel shows it, "A" to "XFD".
    pub letter: String,
}

/// Something said of a place: of a cell, or of a row, sheet or file where the finer parts are missing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding<R> {
    /// Sheet title as it stands in the file.
    pub sheet: Option<String>,
    /// Row as Excel counts, from 1.
    pub row: Option<u32>,
    /// Column.
    pub column: Option<ColumnName>,
    /// What is said.
    pub reason: R,
}

/// Why the workbook was refused; one such finding and nothing at all is imported.
pub type CellProblem = Finding<Reason>;

/// What was read differently from how it was written, because it has only one meaning.
pub type Notice = Finding<Remark>;

impl<R: Serialize> Finding<R> {
    /// The finding as a Vietnamese sentence that begins with its place.
    pub fn display_vi(&self) -> String {
        self.display(Language::Vietnamese)
    }

    /// The finding as an English sentence that begins with its place.
    pub fn display_en(&self) -> String {
        self.display(Language::English)
    }

    fn display(&self, language: Language) -> String {
        let mut place = Vec::new();
        if let Some(sheet) = &self.sheet {
            place.push(words::say(language, "place_sheet", &[("sheet", sheet)]));
        }
        if let Some(row) = self.row {
            place.push(words::say(
                language,
                "place_row",
                &[("row", &row.to_string())],
            ));
        }
        if let Some(ColumnName { header, letter }) = &self.column {
            let parameters = [("header", header.as_str()), ("letter", letter)];
            place.push(words::say(language, "place_column", &parameters));
        }
        let mut sentence = place.join(", ");
        if sentence.is_empty() {
            sentence = words::say(language, "place_file", &[]);
        } else if let Some(first) = sentence.chars().next() {
            sentence.replace_range(..first.len_utf8(), &first.to_uppercase().to_string());
        }
        let _ = write!(sentence, ": {}.", reason_text(language, &self.reason));
        sentence
    }
}

/// Words of a reason: its code picks the sentence, its parameters fill it.
fn reason_text<R: Serialize>(language: Language, reason: &R) -> String {
    // Reasons are enums of plain values with a `code` tag; serialising one cannot fail.
    let value = serde_json::to_value(reason).unwrap_or(Value::Null);
    let code = value
        .get("code")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let parameters: Vec<(String, String)> = value
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.clone(), plain(value)))
        .collect();
    let borrowed: Vec<(&str, &str)> = parameters
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    words::say(language, code, &borrowed)
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// Letter of a column counted from 0: "A", "Z", "AA".
pub(crate) fn letter(column: u32) -> String {
    let mut rest = column;
    let mut letters = Vec::new();
    loop {
        letters.push(char::from(b'A' + u8::try_from(rest % 26).unwrap_or(0)));
        if rest < 26 {
            break;
        }
        rest = rest / 26 - 1;
    }
    letters.iter().rev().collect()
}

/// Findings of one import: bounded, so that a hostile file cannot fill memory with complaints.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// Why nothing will be imported.
    pub problems: Vec<CellProblem>,
    /// What was normalised.
    pub notices: Vec<Notice>,
    problems_unsaid: usize,
}

/// Most problems told one by one; the rest is counted. More than anybody reads, little memory.
const PROBLEMS_MAX: usize = 2_000;
/// Most notices kept.
const NOTICES_MAX: usize = 20_000;

impl Findings {
    /// Adds a problem.
    pub fn problem(&mut self, place: &Place, reason: Reason) {
        if self.problems.len() == PROBLEMS_MAX {
            self.problems_unsaid += 1;
        } else {
            self.problems.push(place.say(reason));
        }
    }

    /// Adds a notice.
    pub fn notice(&mut self, place: &Place, remark: Remark) {
        if self.notices.len() < NOTICES_MAX {
            self.notices.push(place.say(remark));
        }
    }

    /// Ends the import: both lists in the order of the file's sheets, rows and columns.
    pub fn sorted(mut self, titles: &[String]) -> (Vec<CellProblem>, Vec<Notice>) {
        sort(&mut self.problems, titles);
        sort(&mut self.notices, titles);
        if self.problems_unsaid > 0 {
            let reason = Reason::MoreProblems {
                count: self.problems_unsaid,
            };
            self.problems.push(Place::default().say(reason));
        }
        (self.problems, self.notices)
    }
}

fn sort<R: PartialEq>(findings: &mut Vec<Finding<R>>, titles: &[String]) {
    let place = |it: &Finding<R>| {
        let sheet = it
            .sheet
            .as_ref()
            .and_then(|it| titles.iter().position(|title| title == it));
        let column = it
            .column
            .as_ref()
            .map(|it| (it.letter.len(), it.letter.clone()));
        (sheet, it.row, column)
    };
    findings.sort_by_cached_key(place);
    findings.dedup();
}

/// A place before anything is said of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// Sheet title.
    pub sheet: Option<String>,
    /// Row from 1.
    pub row: Option<u32>,
    /// Column.
    pub column: Option<ColumnName>,
}

impl Place {
    /// A whole sheet.
    pub fn sheet(title: &str) -> Self {
        Self {
            sheet: Some(title.to_owned()),
            ..Self::default()
        }
    }

    /// A row of this sheet, counted from 1.
    pub fn at_row(&self, row: u32) -> Self {
        Self {
            row: Some(row),
            ..self.clone()
        }
    }

    /// A cell of this row.
    pub fn at_column(&self, header: &str, column: u32) -> Self {
        let column = ColumnName {
            header: header.to_owned(),
            letter: letter(column),
        };
        Self {
            column: Some(column),
            ..self.clone()
        }
    }

    fn say<R>(&self, reason: R) -> Finding<R> {
        Finding {
            sheet: self.sheet.clone(),
            row: self.row,
            column: self.column.clone(),
            reason,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_lettered_as_in_excel() {
        let seen: Vec<_> = [0, 6, 25, 26, 51, 52, 701, 702, 16_383]
            .map(letter)
            .to_vec();
        assert_eq!(seen, ["A", "G", "Z", "AA", "AZ", "BA", "ZZ", "AAA", "XFD"]);
    }
}
