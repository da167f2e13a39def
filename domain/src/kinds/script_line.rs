//! Kind `script_line`: one line of the general running script.

use serde::Serialize;

use crate::kinds::plan::readable;
use crate::text::same;

/// Record kind; the record's id is "Mã lời".
pub const KIND: &str = "script_line";

/// What the workbook says of a script line.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ScriptLinePlan {
    /// Agenda templates that it belongs to; empty means all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub templates: Vec<String>,
    /// Agenda item.
    pub item: String,
    /// Order within the item.
    pub order: i32,
    /// Role keys of the speakers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// Words to read; `{…}` is filled in.
    pub words: String,
    /// When, and what to do.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub cue: String,
    /// How sure the row is.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub confidence: String,
    /// Where the row comes from.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub source: String,
}

readable!(ScriptLinePlan {
    required: item, order, words;
    optional: templates, roles, cue, confidence, source
});

impl ScriptLinePlan {
    /// Whether it belongs to an agenda template.
    #[must_use]
    pub fn applies_to(&self, template: &str) -> bool {
        self.templates.is_empty() || self.templates.iter().any(|it| same(it, template))
    }
}
