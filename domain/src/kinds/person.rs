//! Kind `person`: who stands behind an author's id, in the scope of the unit of their grant. Written by the server.

use serde::Serialize;

use crate::kinds::plan::readable;

/// Record kind; the record's id is the account's [`sync::AuthorId`].
pub const KIND: &str = "person";

/// Name and role of an account.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct PersonPlan {
    /// Name to show.
    pub name: String,
    /// [`crate::rights::Role::identifier`].
    #[serde(skip_serializing_if = "String::is_empty")]
    pub role: String,
}

readable!(PersonPlan {
    required: name;
    optional: role
});
