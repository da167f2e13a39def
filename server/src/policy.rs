//! Judges operations of a signed-in person by the schema and the rights of `domain`.

use std::sync::Arc;

use domain::kinds;
use domain::rights::{Grant, may_write};
use sync::{Judgement, Operation, Policy, RejectCode};

use crate::directory::Directory;

/// Schema and rights for one person.
pub struct PersonPolicy {
    /// Units and records.
    pub directory: Arc<Directory>,
    /// What the person may do where.
    pub grants: Vec<Grant>,
}

impl Policy for PersonPolicy {
    fn judge(&self, op: &Operation) -> Judgement {
        match kinds::check(op) {
            Ok(()) => {}
            // A newer phone may know it: kept raw until this server does too.
            Err(problem) if problem.is_unknown() => return Judgement::NeedsUpgrade,
            Err(_) => return Judgement::Reject(RejectCode::BadValue),
        }
        let key = op.key();
        let owed = self.directory.owed_by_superior(&key);
        let tree = self.directory.tree();
        if may_write(&self.grants, tree, &key, owed.unwrap_or(false)).is_err() {
            return Judgement::Reject(RejectCode::Forbidden);
        }
        match owed {
            Some(_) => Judgement::Accept,
            // No workbook ever had this record.
            None => Judgement::Reject(RejectCode::UnknownField),
        }
    }
}

/// The server's own writing: imports and people records.
pub struct ServerPolicy;

impl Policy for ServerPolicy {
    fn judge(&self, _: &Operation) -> Judgement {
        Judgement::Accept
    }
}
