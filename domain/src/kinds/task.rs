//! Fields that both families of task share, and the changes that people make to them.

use serde_json::Value;
use sync::{Change, FieldName, OpId};

use crate::date::CivilDate;
use crate::kinds::{
    NOTE_CHARS_MAX, NUMBER_CHARS_MAX, PLAN, QUANTITY_MAX, Rule, STEPS_MAX, numbered, plan_only,
};
use crate::offset::Offset;
use crate::task::TaskPlan;

/// Whether it is ticked.
pub const DONE: &str = "done";
/// Whether the unit set it aside.
pub const NOT_APPLICABLE: &str = "not_applicable";
/// Quantity done.
pub const QUANTITY: &str = "quantity";
/// Quantity that the unit plans instead of the template's.
pub const PLANNED: &str = "planned";
/// Number of the document that shows it.
pub const NUMBER: &str = "number";
/// Day that shows it.
pub const DATE: &str = "date";
/// Remarks.
pub const NOTE: &str = "note";
/// Due offset that the unit set instead of the template's.
pub const DUE: &str = "due";
/// Prefix of "step.1", "step.2", …
pub const STEP: &str = "step";

pub(super) fn rule(field: &str) -> Option<Rule> {
    match field {
        PLAN => plan_only::<TaskPlan>(field),
        DONE | NOT_APPLICABLE => Some(Rule::Flag),
        QUANTITY | PLANNED => Some(Rule::Count { max: QUANTITY_MAX }),
        NUMBER => Some(Rule::Text {
            chars_max: NUMBER_CHARS_MAX,
        }),
        DATE => Some(Rule::Date),
        NOTE => Some(Rule::Notes),
        DUE => Some(Rule::Offset),
        _ => numbered(field, STEP).map(|_| Rule::Flag),
    }
}

/// What a person does to a task.
#[derive(Debug, Clone, PartialEq)]
pub enum TaskEdit {
    /// Ticks or unticks it.
    Done(bool),
    /// Sets it aside, or takes it up again.
    NotApplicable(bool),
    /// States the quantity done; clamped to 0 … [`QUANTITY_MAX`].
    Quantity(Option<i64>),
    /// States the quantity to reach; clamped likewise.
    Planned(Option<i64>),
    /// States the document's number; cut to [`NUMBER_CHARS_MAX`] characters, blank clears it.
    Number(String),
    /// States the day.
    Date(Option<CivilDate>),
    /// Ticks or unticks a step, counted from 1.
    Step {
        /// Which step.
        step: usize,
        /// Whether it is done.
        done: bool,
    },
    /// Sets the unit's own due offset.
    Due(Option<Offset>),
    /// Adds a remark; cut to [`NOTE_CHARS_MAX`] characters.
    Note(String),
    /// Withdraws a remark.
    Retract(OpId),
}

impl TaskEdit {
    /// The field to write and the change to it. `None` when there is nothing to write: a blank remark, a step out of
    /// range.
    #[must_use]
    pub fn into_change(self) -> Option<(FieldName, Change)> {
        let count = |it: Option<i64>| Value::from(it.map(|it| it.clamp(0, QUANTITY_MAX)));
        let (field, value) = match self {
            Self::Done(done) => (DONE, done.into()),
            Self::NotApplicable(set_aside) => (NOT_APPLICABLE, set_aside.into()),
            Self::Quantity(quantity) => (QUANTITY, count(quantity)),
            Self::Planned(planned) => (PLANNED, count(planned)),
            Self::Number(text) => (NUMBER, cut(&text, NUMBER_CHARS_MAX).into()),
            Self::Date(date) => (DATE, date.map(CivilDate::iso).into()),
            Self::Due(due) => (DUE, due.map(|it| it.to_string()).into()),
            Self::Step { step, done } => {
                let known = (1..=STEPS_MAX).contains(&step);
                return known.then(|| (step_field(step), Change::Set(done.into())));
            }
            Self::Note(text) => {
                let text = cut(&text, NOTE_CHARS_MAX)?;
                return Some((FieldName::new(NOTE), Change::Add(text.into())));
            }
            Self::Retract(op) => return Some((FieldName::new(NOTE), Change::Retract(op))),
        };
        Some((FieldName::new(field), Change::Set(value)))
    }
}

/// Field of a step, counted from 1.
#[must_use]
pub fn step_field(step: usize) -> FieldName {
    FieldName::new(format!("{STEP}.{step}"))
}

/// Trimmed and cut; `None` when nothing is left.
fn cut(text: &str, chars_max: usize) -> Option<String> {
    let text: String = text.trim().chars().take(chars_max).collect();
    (!text.is_empty()).then_some(text)
}
