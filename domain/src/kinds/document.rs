//! Kind `document`: a guiding document of the library. Numbers repeat: number, day and issuer identify it.

use serde::Serialize;

use crate::date::CivilDate;
use crate::kinds::plan::readable;

/// Record kind; the record's id is "Mã văn bản".
pub const KIND: &str = "document";

/// What the workbook says of a document.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct DocumentPlan {
    /// Kind, a word of the workbook ("chỉ thị").
    #[serde(skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// Number as printed.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub number: String,
    /// Day of issue; `None` when not verified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued: Option<CivilDate>,
    /// Who issued it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub issuer: String,
    /// Short title.
    pub title: String,
    /// Summary in the workbook's own words.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub summary: String,
    /// Scope, in words.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub applies_to: String,
    /// Congress season.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub season: String,
    /// Keys of the documents that it replaces.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub replaces: Vec<String>,
    /// Whether it was published.
    pub public: bool,
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

readable!(DocumentPlan {
    required: title;
    optional: kind, number, issued, issuer, summary, applies_to, season, replaces, public, note, confidence, source
});
