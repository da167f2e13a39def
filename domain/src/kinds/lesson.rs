//! Kind `lesson`: what an earlier wave taught.

use serde::Serialize;

use crate::kinds::plan::readable;
use crate::text::same;

/// Record kind; the record's id is "Mã bài học".
pub const KIND: &str = "lesson";

/// What the workbook says of a lesson.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct LessonPlan {
    /// What was seen.
    pub observation: String,
    /// Why.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub cause: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub recommendation: String,
    /// Checklist tasks that it changes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub checklist_tasks: Vec<String>,
    /// Propaganda tasks that it changes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub propaganda_tasks: Vec<String>,
    /// Agenda items that it changes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<String>,
    /// Scenarios that it changes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scenarios: Vec<String>,
    /// Proposed change of the template.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub change: String,
    /// Congress kinds that it applies to; empty means all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub congress_kinds: Vec<String>,
    /// Whether it is offered only to units that have not met yet.
    pub only_unheld: bool,
    /// How sure the row is.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub confidence: String,
    /// Where the row comes from.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub source: String,
}

readable!(LessonPlan {
    required: observation;
    optional: cause, recommendation, checklist_tasks, propaganda_tasks, items, scenarios, change, congress_kinds, only_unheld, confidence, source
});

impl LessonPlan {
    /// Whether it applies to a congress kind; a row that names none applies to all.
    #[must_use]
    pub fn applies_to(&self, congress_kind: &str) -> bool {
        self.congress_kinds.is_empty()
            || self.congress_kinds.iter().any(|it| same(it, congress_kind))
    }
}
