//! Kind `unit`: one Party organisation of the tree, in its own scope.

use serde::Serialize;

use crate::congress::Form;
use crate::kinds::plan::readable;

/// Record kind; the record's id is the unit's key.
pub const KIND: &str = "unit";

/// What the workbook says of a unit.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct UnitPlan {
    /// Name of the organisation.
    pub name: String,
    /// Level, a word of the workbook.
    pub kind: String,
    /// Key of the unit above; `None` at the top.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// Other names and spellings.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// Congress kind, a word of the workbook; `None` for a unit that holds none here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub congress_kind: Option<String>,
    /// Form of its congress.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<Form>,
    /// Wave that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wave: Option<String>,
    /// Statistical code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Unit that took over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub successor: Option<String>,
    /// Telephone of the office.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Number of members.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub members: Option<u32>,
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

readable!(UnitPlan {
    required: name, kind;
    optional: parent, aliases, congress_kind, form, wave, code, successor, phone, members, note, confidence, source
});
