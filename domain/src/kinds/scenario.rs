//! Kind `scenario`: a card for what may go wrong in the hall.

use serde::Serialize;

use crate::kinds::plan::readable;
use crate::text::same;

/// Record kind; the record's id is "Mã phương án".
pub const KIND: &str = "scenario";

/// What the workbook says of a scenario.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ScenarioPlan {
    /// What has happened.
    pub situation: String,
    /// When to open the card.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub sign: String,
    /// What the presidium says.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub words: String,
    /// What to do next: "1. … 2. …".
    #[serde(skip_serializing_if = "String::is_empty")]
    pub steps: String,
    /// Paper keys.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub papers: Vec<String>,
    /// Rule to read.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub rule: String,
    /// Document keys.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<String>,
    /// Agenda items that it belongs to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<String>,
    /// Congress kinds that it applies to; empty means all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub congress_kinds: Vec<String>,
    /// How sure the row is.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub confidence: String,
    /// Where the row comes from.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub source: String,
}

readable!(ScenarioPlan {
    required: situation;
    optional: sign, words, steps, papers, rule, documents, items, congress_kinds, confidence, source
});

impl ScenarioPlan {
    /// Whether it applies to a congress kind; a row that names none applies to all.
    #[must_use]
    pub fn applies_to(&self, congress_kind: &str) -> bool {
        self.congress_kinds.is_empty()
            || self.congress_kinds.iter().any(|it| same(it, congress_kind))
    }
}
