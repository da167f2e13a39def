//! Keys of every sheet, gathered before any row is read, so that references resolve whatever the order of sheets.

use std::collections::{BTreeMap, BTreeSet};

use domain::kinds::KEY_CHARS_MAX;
use domain::text::fold;

use crate::import::finding::{Findings, Reason};
use crate::import::grid::{Row, Value};
use crate::import::layout::{Column, Table};
use crate::import::text::{clean, same_key, whole};

/// What a reference may point at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Target {
    /// A unit.
    Unit,
    /// An agenda template.
    Template,
    /// An agenda item of any template.
    Item,
    /// A task of the checklist.
    Checklist,
    /// A task of the propaganda catalogue.
    Propaganda,
    /// A document.
    Document,
    /// A role.
    Role,
    /// A scenario card.
    Scenario,
    /// A paper.
    Paper,
    /// A position on the sketch, by its code.
    Position,
}

/// The keys of one kind of target.
#[derive(Debug, Clone, Default)]
pub(crate) struct KeyIndex {
    sheet: String,
    // Its sheet could not be read: nothing can be said of references to it.
    silent: bool,
    exact: BTreeSet<String>,
    by_fold: BTreeMap<String, BTreeSet<String>>,
}

/// What a written key refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Resolved {
    /// That very key.
    Exact,
    /// The only key that differs in case or marks alone.
    Spelled(String),
    /// Nothing, or too much.
    Refused(Reason),
    /// The other sheet is unreadable; the reference is not the problem.
    Unknowable,
}

impl KeyIndex {
    /// An index of keys that stand on `sheet`.
    pub fn new(sheet: &str, keys: impl IntoIterator<Item = String>) -> Self {
        let mut index = Self {
            sheet: sheet.to_owned(),
            ..Self::default()
        };
        for key in keys {
            index
                .by_fold
                .entry(fold(&key))
                .or_default()
                .insert(key.clone());
            index.exact.insert(key);
        }
        index
    }

    /// An index that says nothing, for a sheet that could not be read.
    pub fn silent() -> Self {
        Self {
            silent: true,
            ..Self::default()
        }
    }

    /// Finds what `found` refers to.
    pub fn resolve(&self, found: &str) -> Resolved {
        if self.silent {
            return Resolved::Unknowable;
        }
        if self.exact.contains(found) {
            return Resolved::Exact;
        }
        let near = self
            .by_fold
            .get(&fold(found))
            .into_iter()
            .flatten()
            .cloned();
        let near: Vec<String> = near.collect();
        match near.as_slice() {
            [] => Resolved::Refused(Reason::UnknownKey {
                found: found.to_owned(),
                sheet: self.sheet.clone(),
            }),
            [key] => Resolved::Spelled(key.clone()),
            _ => Resolved::Refused(Reason::AmbiguousKey {
                found: found.to_owned(),
                matches: near,
            }),
        }
    }
}

/// All indexes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Keys {
    indexes: BTreeMap<Target, KeyIndex>,
    /// Congress kinds as the agenda templates spell them, in their order; `None` when that sheet is unreadable.
    pub congress_kinds: Option<Vec<String>>,
    /// Levels as the units' sheet spells them, in its order.
    pub levels: Vec<String>,
}

impl Keys {
    /// Adds an index.
    pub fn insert(&mut self, target: Target, index: KeyIndex) {
        self.indexes.insert(target, index);
    }

    /// Resolves against one index.
    pub fn resolve(&self, target: Target, found: &str) -> Resolved {
        self.indexes
            .get(&target)
            .map_or(Resolved::Unknowable, |it| it.resolve(found))
    }
}

/// A key cell as text; problems of the cell are told when its row is read.
pub(crate) fn key_text(table: &Table, row: &Row, column: &Column) -> Option<String> {
    let cell = row.get(table.columns.get(column.header)?)?;
    match &cell.value {
        Value::Text(text) => Some(one_line(&clean(text).text)),
        Value::Number(number) => whole(*number).map(|it| it.to_string()),
        _ => None,
    }
}

/// Every key of a column, in order of rows.
pub(crate) fn keys_of(table: &Table, column: &Column) -> Vec<String> {
    table
        .rows
        .iter()
        .filter_map(|(_, row)| key_text(table, row, column))
        .collect()
}

/// Says which ids stand twice, and which cannot be ids. The id is the last of `columns`.
pub(crate) fn check_ids(table: &Table, columns: &[&Column], out: &mut Findings) {
    for column in columns {
        for (number, row) in &table.rows {
            if let Some(found) = key_text(table, row, column).filter(|it| !is_key(it)) {
                out.problem(&table.at(*number, column), Reason::BadKey { found });
            }
        }
    }
    check_unique(table, columns, out);
}

/// Says which values stand twice.
pub(crate) fn check_unique(table: &Table, columns: &[&Column], out: &mut Findings) {
    let Some(last) = columns.last() else { return };
    let mut seen: BTreeMap<Vec<String>, u32> = BTreeMap::new();
    for (number, row) in &table.rows {
        let parts: Option<Vec<String>> =
            columns.iter().map(|it| key_text(table, row, it)).collect();
        let Some(parts) = parts else { continue };
        let same = parts.iter().map(|it| same_key(it)).collect();
        if let Some(other) = seen.get(&same) {
            let reason = Reason::DuplicateKey {
                found: parts.join(" "),
                other_row: other + 1,
            };
            out.problem(&table.at(*number, last), reason);
        } else {
            seen.insert(same, *number);
        }
    }
}

/// Whether a text can be an id: ids stand in lists, in addresses and in every operation.
pub(crate) fn is_key(text: &str) -> bool {
    let length = text.chars().count();
    (1..=KEY_CHARS_MAX).contains(&length)
        && !text.contains([';', ',', '|', '/', '\\', '?', '#', '%'])
        && !text.chars().any(char::is_control)
}

/// A text of one line: line breaks become spaces.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
