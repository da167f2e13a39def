//! Kind `propaganda_task`: a task of the propaganda and decoration catalogue. Its fields are those of [`super::task`].

/// Record kind; the record's id is "Mã việc".
pub const KIND: &str = "propaganda_task";
