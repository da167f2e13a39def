//! Kind `term`: a word of the glossary.

use serde::Serialize;

use crate::kinds::plan::readable;

/// Record kind; the record's id is the English identifier, or the word itself where there is none.
pub const KIND: &str = "term";

/// What the workbook says of a term.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct TermPlan {
    /// Vietnamese word.
    pub term: String,
    /// English identifier.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub identifier: String,
    /// Short definition.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub definition: String,
}

readable!(TermPlan {
    required: term;
    optional: identifier, definition
});
