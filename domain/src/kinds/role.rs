//! Kind `role`: an office, body or right that tasks and items name by key.

use serde::Serialize;

use crate::kinds::plan::readable;

/// Record kind; the record's id is "Mã vai trò".
pub const KIND: &str = "role";

/// What the workbook says of a role.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct RolePlan {
    /// Name.
    pub name: String,
    /// English identifier.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub identifier: String,
    /// Kind, a word of the workbook ("tiểu ban").
    #[serde(skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// Level that holds it, a word of the workbook.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub side: String,
    /// Usual number of people, in words.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub size: String,
    /// How it is constituted.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub formed: String,
    /// What it does.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub duties: String,
    /// How sure the row is.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub confidence: String,
    /// Where the row comes from.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub source: String,
}

readable!(RolePlan {
    required: name;
    optional: identifier, kind, side, size, formed, duties, confidence, source
});
