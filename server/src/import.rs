//! Reads a district's workbook, all or nothing, and plans what an import would change.
//!
//! The way through: [`read`] (bytes → rows, or every problem at once) → [`desired`] (rows → registers) →
//! [`plan`] (registers → changes) → [`summary`] (changes → text). Nothing here writes: the caller turns changes into
//! operations. What has one meaning is normalised with a notice; what has two is a problem, never a guess.

mod archive;
mod demo;
mod finding;
mod grid;
mod keys;
mod layout;
mod markup;
mod plan;
mod reason;
mod row;
mod sheets;
mod summary;
mod text;
mod words;

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

use domain::kinds;
use domain::stamp;
use domain::workbook::Workbook;
use serde_json::Value;
use sync::RegisterKey;

pub use archive::{FILE_BYTES_MAX, UNPACKED_BYTES_MAX};
pub use demo::demo_dates;
pub use finding::{CellProblem, ColumnName, Finding, Language, Notice, Reason, Remark};
pub use grid::{COLUMNS_MAX, ROWS_MAX, TEXT_BYTES_MAX};
pub use plan::{PlannedChange, Verb, plan};
pub use row::TEXT_CHARS_MAX;
pub use summary::summary;

use finding::{Findings, Place};
use keys::{KeyIndex, Keys, Target, keys_of};
use layout::{Column, Table};
use sheets::{SHEETS, agenda, checklist, documents, papers, parameters, propaganda, roles};
use sheets::{lessons, scenarios, script, terms, units};

/// A workbook that may be imported.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// Its rows, in the order of the file.
    pub workbook: Workbook,
    /// What was normalised, in the order of the file.
    pub notices: Vec<Notice>,
}

/// Reads a workbook from a file.
///
/// # Errors
/// Every problem of the file, in the order of its sheets, rows and columns; then nothing may be imported.
pub fn read_file(path: &Path) -> Result<Imported, Vec<CellProblem>> {
    let mut bytes = Vec::new();
    // One byte past the limit is enough to know that the file is too large.
    let opened = std::fs::File::open(path)
        .and_then(|file| file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes));
    match opened {
        Ok(_) => read(&bytes),
        Err(error) => Err(whole_file(Reason::CannotOpen {
            detail: error.to_string(),
        })),
    }
}

/// Reads a workbook from the bytes of an .xlsx file.
///
/// # Errors
/// Every problem of the file, in the order of its sheets, rows and columns; then nothing may be imported.
pub fn read(bytes: &[u8]) -> Result<Imported, Vec<CellProblem>> {
    archive::check(bytes).map_err(whole_file)?;
    let grids = grid::read(bytes).map_err(whole_file)?;
    let mut out = Findings::default();
    let titles: Vec<String> = grids
        .iter()
        .map(|it| match it {
            Ok(grid) => grid.title.clone(),
            Err((title, _)) => title.clone(),
        })
        .collect();
    let mut readable = Vec::new();
    let mut broken = Vec::new();
    for grid in grids {
        match grid {
            Ok(grid) => readable.push(grid),
            Err((title, reason)) => {
                out.problem(&Place::sheet(&title), reason);
                broken.push(title);
            }
        }
    }
    for title in titles.iter().filter(|it| !is_of_the_format(it)) {
        out.notice(&Place::sheet(title), Remark::ExtraSheet);
    }
    let tables: BTreeMap<&str, Table> = SHEETS
        .iter()
        .filter(|spec| !broken.iter().any(|it| layout::answers(spec, it).is_some()))
        .filter_map(|spec| Some((spec.title, layout::table(spec, &readable, &mut out)?)))
        .collect();
    let workbook = read_tables(&tables, &gather_keys(&tables), &mut out);
    let (problems, notices) = out.sorted(&titles);
    if problems.is_empty() {
        Ok(Imported { workbook, notices })
    } else {
        Err(problems)
    }
}

/// Every register that an import of this workbook states, with its value: compare with [`plan`].
#[must_use]
pub fn desired(workbook: &Workbook) -> BTreeMap<RegisterKey, Value> {
    // Without any congress there is no unit above all; the first unit then keeps the library.
    let root = stamp::library_root(&workbook.units).or_else(|| {
        workbook
            .units
            .first()
            .map(|it| sync::Scope::new(it.id.as_str()))
    });
    let Some(root) = root else {
        return BTreeMap::new();
    };
    let mut registers = stamp::registers(workbook, &root);
    for unit in workbook.units.iter().filter(|it| it.opening.is_some()) {
        // A day that the workbook states is no longer assumed.
        registers.insert(
            RegisterKey::new(
                unit.id.as_str(),
                kinds::congress::KIND,
                kinds::congress::RECORD,
                kinds::congress::ASSUMED,
            ),
            Value::Bool(false),
        );
    }
    registers
}

fn whole_file(reason: Reason) -> Vec<CellProblem> {
    vec![CellProblem {
        sheet: None,
        row: None,
        column: None,
        reason,
    }]
}

fn is_of_the_format(title: &str) -> bool {
    SHEETS.iter().any(|it| layout::answers(it, title).is_some())
        || sheets::OTHER_TITLES
            .iter()
            .any(|it| domain::text::same(it, title))
}

/// Keys of all sheets; of a sheet that could not be read, nothing is known and nothing is said.
fn gather_keys(tables: &BTreeMap<&str, Table>) -> Keys {
    let mut keys = Keys::default();
    let own: [(Target, &layout::SheetSpec, &Column); 9] = [
        (Target::Unit, &units::SPEC, &units::ID),
        (Target::Template, &agenda::SPEC, &agenda::TEMPLATE),
        (Target::Item, &agenda::SPEC, &agenda::ID),
        (Target::Checklist, &checklist::SPEC, &checklist::ID),
        (Target::Propaganda, &propaganda::SPEC, &propaganda::ID),
        (Target::Document, &documents::SPEC, &documents::ID),
        (Target::Role, &roles::SPEC, &roles::ID),
        (Target::Scenario, &scenarios::SPEC, &scenarios::ID),
        (Target::Paper, &papers::SPEC, &papers::ID),
    ];
    for (target, spec, column) in own {
        let index = match tables.get(spec.title) {
            Some(table) if table.columns.contains_key(column.header) => {
                KeyIndex::new(spec.title, keys_of(table, column))
            }
            None if !spec.required => KeyIndex::new(spec.title, []),
            _ => KeyIndex::silent(),
        };
        keys.insert(target, index);
    }
    if let Some(table) = tables.get(parameters::SPEC.title) {
        let positions = KeyIndex::new(parameters::SPEC.title, parameters::positions(table));
        keys.insert(Target::Position, positions);
    }
    keys.congress_kinds = tables.get(agenda::SPEC.title).map(agenda::declared_kinds);
    keys.levels = tables
        .get(units::SPEC.title)
        .map(units::levels)
        .unwrap_or_default();
    keys
}

fn read_tables(tables: &BTreeMap<&str, Table>, keys: &Keys, out: &mut Findings) -> Workbook {
    let table = |title: &str| tables.get(title);
    let mut workbook = Workbook::default();
    if let Some(table) = table(units::SPEC.title) {
        workbook.units = units::read(table, keys, out);
    }
    let mut agenda_rows = None;
    if let Some(table) = table(agenda::SPEC.title) {
        workbook.agenda = agenda::read(table, keys, out);
        // With rows refused, an item that seems missing may stand in one of them.
        agenda_rows = (workbook.agenda.len() == table.rows.len()).then(|| workbook.agenda.clone());
    }
    if let Some(table) = table(checklist::SPEC.title) {
        workbook.checklist = checklist::read(table, keys, out);
    }
    if let Some(table) = table(propaganda::SPEC.title) {
        workbook.propaganda = propaganda::read(table, keys, out);
    }
    if let Some(table) = table(documents::SPEC.title) {
        workbook.documents = documents::read(table, keys, out);
    }
    if let Some(table) = table(roles::SPEC.title) {
        workbook.roles = roles::read(table, keys, out);
    }
    if let Some(table) = table(scenarios::SPEC.title) {
        workbook.scenarios = scenarios::read(table, keys, out);
    }
    if let Some(table) = table(script::SPEC.title) {
        workbook.script = script::read(table, keys, agenda_rows.as_deref(), out);
    }
    if let Some(table) = table(lessons::SPEC.title) {
        workbook.lessons = lessons::read(table, keys, out);
    }
    if let Some(table) = table(terms::SPEC.title) {
        workbook.terms = terms::read(table, keys, out);
    }
    if let Some(table) = table(papers::SPEC.title) {
        workbook.papers = papers::read(table, keys, out);
    }
    if let Some(table) = table(parameters::SPEC.title) {
        workbook.parameters = parameters::read(table, keys, out);
    }
    workbook
}
