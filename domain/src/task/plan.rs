//! What the workbook says of a task: one struct for both sheets, and the closed words of their columns.

use serde::Serialize;
use serde_json::Value;

use crate::kinds::plan::{FieldValue, Plan, readable, stored_words};
use crate::offset::{Offset, OffsetError};
use crate::text::fold;

/// Part of the work that a task belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Phase {
    /// Before the congress.
    #[default]
    Before,
    /// While it sits.
    During,
    /// After it.
    After,
}

stored_words!(Phase { Before = "before", During = "during", After = "after" });

impl Phase {
    /// In order of time.
    pub const ALL: [Self; 3] = [Self::Before, Self::During, Self::After];

    /// Reads the workbook's word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match fold(text).as_str() {
            "truoc" => Some(Self::Before),
            "trong" => Some(Self::During),
            "sau" => Some(Self::After),
            _ => None,
        }
    }
}

/// What shows that a task was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EvidenceKind {
    /// A document's number.
    Number,
    /// A day.
    Date,
    /// A quantity.
    Count,
    /// A photo.
    Photo,
    /// Minutes of a meeting, on paper.
    Minutes,
    /// The tick itself.
    Tick,
}

stored_words!(EvidenceKind { Number = "number", Date = "date", Count = "count", Photo = "photo", Minutes = "minutes", Tick = "tick" });

impl EvidenceKind {
    /// Reads the workbook's word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match fold(text).as_str() {
            "so van ban" => Some(Self::Number),
            "ngay" => Some(Self::Date),
            "so luong" => Some(Self::Count),
            "anh" => Some(Self::Photo),
            "bien ban" => Some(Self::Minutes),
            "tick" => Some(Self::Tick),
            _ => None,
        }
    }
}

/// One step of a task, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What to do.
    pub text: String,
    /// Its own due date, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Offset>,
}

readable!(Step {
    required: text;
    optional: due
});

/// Reads the column "Các bước": "1. text @T-70 | 2. text". Numbers are dropped: the order counts.
///
/// # Errors
/// The place (from 1) and reason of the first step whose offset cannot be read.
pub fn parse_steps(text: &str) -> Result<Vec<Step>, (usize, OffsetError)> {
    let mut steps = Vec::new();
    for part in text.split('|').map(str::trim).filter(|it| !it.is_empty()) {
        let unnumbered = match part.split_once('.') {
            Some((number, rest)) if number.trim().bytes().all(|it| it.is_ascii_digit()) => rest,
            _ => part,
        };
        let (text, due) = match unnumbered.rsplit_once('@') {
            Some((text, offset)) => {
                let due = Offset::parse(offset).map_err(|error| (steps.len() + 1, error))?;
                (text, Some(due))
            }
            None => (unnumbered, None),
        };
        steps.push(Step {
            text: text.trim().to_owned(),
            due,
        });
    }
    Ok(steps)
}

/// What the workbook says of a task, of either family.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct TaskPlan {
    /// What to do.
    pub title: String,
    /// When in the course of things.
    pub phase: Phase,
    /// Group of the sheet ("văn kiện", "tuyến đường").
    #[serde(skip_serializing_if = "String::is_empty")]
    pub group: String,
    /// Role keys; the first is accountable.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<String>,
    /// The level that owes the task, as the workbook words it; empty when it is the unit itself.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub owed_by: String,
    /// When to begin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<Offset>,
    /// When to be done.
    pub due: Offset,
    /// When to remind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warn: Option<Offset>,
    /// When an open task is reported upwards.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub escalate: Option<Offset>,
    /// What shows that it was done.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<EvidenceKind>,
    /// Document keys.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub guidelines: Vec<String>,
    /// Steps in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
    /// Where.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub place: String,
    /// Unit that the quantity counts in.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub measure: String,
    /// Quantity planned by the template.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub planned: Option<i64>,
    /// Text to copy exactly; `|` parts lines or slogans, `{…}` is filled by [`crate::task::fill`].
    #[serde(skip_serializing_if = "String::is_empty")]
    pub slogan: String,
    /// How it must look.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub specification: String,
    /// Position codes on the sketch, seen from the audience.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub positions: Vec<String>,
    /// First day on display.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_from: Option<Offset>,
    /// Last day on display.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_to: Option<Offset>,
    /// The sheet's remark.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// How sure the row is.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub confidence: String,
    /// Where the row comes from.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub source: String,
}

readable!(TaskPlan {
    required: title, phase, due;
    optional: group, owners, owed_by, start, warn, escalate, evidence, guidelines, steps, place, measure, planned, slogan, specification, positions, display_from, display_to, note, confidence, source
});

impl TaskPlan {
    /// Whether a higher level owes the task to the unit; its lateness never counts against the unit.
    #[must_use]
    pub fn owed_by_superior(&self) -> bool {
        !self.owed_by.is_empty() && fold(&self.owed_by) != "don vi"
    }
}

impl FieldValue for Step {
    fn read(value: &Value) -> Option<Self> {
        Plan::read(value)
    }
}
