//! Kind `checklist_task`: a task of the preparation checklist. Its fields are those of [`super::task`].

/// Record kind; the record's id is "Mã việc".
pub const KIND: &str = "checklist_task";
