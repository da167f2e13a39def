//! Kind `parameter`: a number, time, day or word that rules read by its English identifier.

use serde::Serialize;

use crate::kinds::plan::readable;

/// Record kind; the record's id is "Mã tham số".
pub const KIND: &str = "parameter";

/// What the workbook says of a parameter.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ParameterPlan {
    /// English identifier, the same in every season; holidays and positions share one each.
    pub identifier: String,
    /// Group of the sheet.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub group: String,
    /// Name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Value as text: days as "yyyy-mm-dd", times as "hh:mm", whole numbers plain.
    pub value: String,
    /// Unit of the value, in words.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub measure: String,
    /// Meaning.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub meaning: String,
    /// Scope, in words.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub applies_to: String,
    /// How sure the row is.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub confidence: String,
    /// Where the row comes from.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub source: String,
}

readable!(ParameterPlan {
    required: identifier, value;
    optional: group, name, measure, meaning, applies_to, confidence, source
});
