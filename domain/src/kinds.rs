//! The schema: which kinds of record there are, which fields each has, and which values fit. One file per kind.
//!
//! Rights are not judged here ([`crate::rights`]), nor is the register's state (`sync`).

pub mod agenda_item;
pub mod checklist_task;
pub mod congress;
pub mod document;
pub mod lesson;
pub mod paper;
pub mod parameter;
pub mod person;
pub mod plan;
pub mod propaganda_task;
pub mod role;
pub mod scenario;
pub mod script_line;
pub mod task;
pub mod term;
pub mod unit;

use serde_json::Value;
use sync::{Change, Operation};

use crate::date::CivilDate;
use crate::kinds::plan::Plan;
use crate::offset::Offset;

/// Field that holds what the workbook says of a record.
pub const PLAN: &str = "plan";
/// Most characters of a scope's, record's or field's key.
pub const KEY_CHARS_MAX: usize = 120;
/// Most characters of a note.
pub const NOTE_CHARS_MAX: usize = 2_000;
/// Most characters of a document's number.
pub const NUMBER_CHARS_MAX: usize = 100;
/// Largest quantity.
pub const QUANTITY_MAX: i64 = 1_000_000;
/// Most minutes of an agenda item: one day.
pub const MINUTES_MAX: i64 = 1_440;
/// Most steps or states of one record.
pub const STEPS_MAX: usize = 99;

/// Why an operation does not fit the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FieldProblem {
    /// No such kind; a newer release may know it.
    #[error("unknown kind of record")]
    UnknownKind,
    /// No such field of this kind; a newer release may know it.
    #[error("unknown field")]
    UnknownField,
    /// The key of the scope, record or field is empty or longer than [`KEY_CHARS_MAX`].
    #[error("bad key")]
    BadKey,
    /// The field is added to, not set; or set, not added to.
    #[error("wrong kind of change for this field")]
    WrongChange,
    /// The value has another type.
    #[error("wrong type of value")]
    WrongType,
    /// The number is out of bounds.
    #[error("number out of bounds")]
    OutOfBounds,
    /// The text is empty or too long.
    #[error("text empty or too long")]
    BadLength,
    /// The text is not a day or an offset.
    #[error("not a day or an offset")]
    BadDate,
    /// The plan cannot be read as this kind's.
    #[error("unreadable plan")]
    BadPlan,
}

impl FieldProblem {
    /// Whether a newer release may know what this one does not.
    #[must_use]
    pub fn is_unknown(self) -> bool {
        matches!(self, Self::UnknownKind | Self::UnknownField)
    }
}

/// What fits a field. `null` clears every field that is not yes-or-no.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Rule {
    /// The kind's plan; `null` takes the record out of the handbook.
    Plan(fn(&Value) -> bool),
    /// Yes or no.
    Flag,
    /// A whole number from 0.
    Count { max: i64 },
    /// Text of so many characters at most.
    Text { chars_max: usize },
    /// "yyyy-mm-dd".
    Date,
    /// "T-15".
    Offset,
    /// Added to only.
    Notes,
}

/// Fields of library kinds: the plan alone.
fn plan_only<P: Plan>(field: &str) -> Option<Rule> {
    (field == PLAN).then_some(Rule::Plan(reads::<P>))
}

fn reads<P: Plan>(value: &Value) -> bool {
    P::read(value).is_some()
}

/// The number of a field such as "step.3", from 1 to [`STEPS_MAX`], written without leading zeros.
#[must_use]
pub fn numbered(field: &str, prefix: &str) -> Option<usize> {
    let digits = field.strip_prefix(prefix)?.strip_prefix('.')?;
    let plain = digits.bytes().all(|it| it.is_ascii_digit()) && !digits.starts_with('0');
    digits
        .parse()
        .ok()
        .filter(|it| plain && (1..=STEPS_MAX).contains(it))
}

/// Kinds in the order in which a phone that loads for the first time needs them: what is due before what is read up.
const NEEDED: [&str; 14] = [
    unit::KIND,
    congress::KIND,
    parameter::KIND,
    checklist_task::KIND,
    propaganda_task::KIND,
    agenda_item::KIND,
    paper::KIND,
    person::KIND,
    role::KIND,
    script_line::KIND,
    document::KIND,
    scenario::KIND,
    lesson::KIND,
    term::KIND,
];

/// Place of a kind among those that a first load brings, from 0; unknown kinds come last.
#[must_use]
pub fn loading_order(kind: &str) -> usize {
    let known = NEEDED.iter().position(|it| *it == kind);
    known.unwrap_or(NEEDED.len())
}

fn rule(kind: &str, field: &str) -> Result<Rule, FieldProblem> {
    let rule = match kind {
        unit::KIND => plan_only::<unit::UnitPlan>(field),
        congress::KIND => congress::rule(field),
        checklist_task::KIND | propaganda_task::KIND => task::rule(field),
        agenda_item::KIND => agenda_item::rule(field),
        paper::KIND => paper::rule(field),
        document::KIND => plan_only::<document::DocumentPlan>(field),
        role::KIND => plan_only::<role::RolePlan>(field),
        scenario::KIND => plan_only::<scenario::ScenarioPlan>(field),
        script_line::KIND => plan_only::<script_line::ScriptLinePlan>(field),
        lesson::KIND => plan_only::<lesson::LessonPlan>(field),
        term::KIND => plan_only::<term::TermPlan>(field),
        parameter::KIND => plan_only::<parameter::ParameterPlan>(field),
        person::KIND => plan_only::<person::PersonPlan>(field),
        _ => return Err(FieldProblem::UnknownKind),
    };
    rule.ok_or(FieldProblem::UnknownField)
}

/// Whether an operation names a known field and carries a value that fits it.
///
/// # Errors
/// The first problem found; nothing is changed either way.
pub fn check(op: &Operation) -> Result<(), FieldProblem> {
    let rule = rule(op.kind.as_str(), op.field.as_str())?;
    for key in [op.scope.as_str(), op.record.as_str()] {
        if key.is_empty() || chars_exceed(key, KEY_CHARS_MAX) {
            return Err(FieldProblem::BadKey);
        }
    }
    match (&op.change, rule) {
        (Change::Set(value), rule) => check_value(rule, value),
        (Change::Add(value), Rule::Notes) => check_text(value, NOTE_CHARS_MAX).and_then(|text| {
            if text.trim().is_empty() {
                Err(FieldProblem::BadLength)
            } else {
                Ok(())
            }
        }),
        (Change::Retract(_), Rule::Notes) => Ok(()),
        (Change::Add(_) | Change::Retract(_), _) => Err(FieldProblem::WrongChange),
    }
}

fn check_value(rule: Rule, value: &Value) -> Result<(), FieldProblem> {
    if value.is_null() && !matches!(rule, Rule::Flag | Rule::Notes) {
        return Ok(());
    }
    match rule {
        Rule::Plan(reads) => reads(value).then_some(()).ok_or(FieldProblem::BadPlan),
        Rule::Flag => value
            .is_boolean()
            .then_some(())
            .ok_or(FieldProblem::WrongType),
        Rule::Count { max } => {
            let count = value.as_i64().ok_or(FieldProblem::WrongType)?;
            (0..=max)
                .contains(&count)
                .then_some(())
                .ok_or(FieldProblem::OutOfBounds)
        }
        Rule::Text { chars_max } => check_text(value, chars_max).map(|_| ()),
        Rule::Date => {
            let text = value.as_str().ok_or(FieldProblem::WrongType)?;
            CivilDate::parse_iso(text)
                .map(|_| ())
                .map_err(|_| FieldProblem::BadDate)
        }
        Rule::Offset => {
            let text = value.as_str().ok_or(FieldProblem::WrongType)?;
            Offset::parse(text)
                .map(|_| ())
                .map_err(|_| FieldProblem::BadDate)
        }
        Rule::Notes => Err(FieldProblem::WrongChange),
    }
}

fn check_text(value: &Value, chars_max: usize) -> Result<&str, FieldProblem> {
    let text = value.as_str().ok_or(FieldProblem::WrongType)?;
    if text.is_empty() || chars_exceed(text, chars_max) {
        return Err(FieldProblem::BadLength);
    }
    Ok(text)
}

fn chars_exceed(text: &str, chars_max: usize) -> bool {
    text.len() > chars_max && text.chars().count() > chars_max
}

#[cfg(test)]
mod tests;
