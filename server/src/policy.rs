//! Judges operations of a signed-in person by the schema and the rights of `domain`.

use std::sync::Arc;

use domain::kinds;
use domain::rights::{Grant, may_write};
use sync::{Judgement, Operation, Policy, RegisterKey, RejectCode};

use crate::directory::Directory;

/// Schema and rights for one person.
pub struct PersonPolicy {
    /// Units and records.
    pub directory: Arc<Directory>,
    /// What the person may do where.
    pub grants: Vec<Grant>,
    /// What the person might do once, each until when (milliseconds since 1970).
    pub withdrawn: Vec<(Grant, i64)>,
}

impl PersonPolicy {
    /// Whether the person may write this now, or might when it was written: what was done in good right is never lost
    /// because the phone had no signal. What came after the right's end is for a supervisor to judge.
    fn allows(&self, key: &RegisterKey, owed_by_superior: bool, written_ms: i64) -> Judgement {
        let allow = |grants: &[Grant]| {
            may_write(grants, self.directory.tree(), key, owed_by_superior).is_ok()
        };
        if allow(&self.grants) {
            return Judgement::Accept;
        }
        let once = |held: &dyn Fn(i64) -> bool| -> Vec<Grant> {
            let kept = self
                .withdrawn
                .iter()
                .filter(|(_, until_ms)| held(*until_ms));
            kept.map(|(grant, _)| grant.clone()).collect()
        };
        if allow(&once(&|until_ms| written_ms < until_ms)) {
            Judgement::Accept
        } else if allow(&once(&|_| true)) {
            Judgement::Quarantine(RejectCode::Forbidden)
        } else {
            Judgement::Reject(RejectCode::Forbidden)
        }
    }
}

impl Policy for PersonPolicy {
    fn judge(&self, op: &Operation, written_ms: i64) -> Judgement {
        if op.is_too_large() {
            return Judgement::Reject(RejectCode::TooLarge);
        }
        match kinds::check(op) {
            Ok(()) => {}
            // A newer phone may know it: kept raw until this server does too.
            Err(problem) if problem.is_unknown() => return Judgement::NeedsUpgrade,
            Err(_) => return Judgement::Reject(RejectCode::BadValue),
        }
        let key = op.key();
        let owed = self.directory.owed_by_superior(&key);
        match (self.allows(&key, owed.unwrap_or(false), written_ms), owed) {
            // No workbook ever had this record.
            (Judgement::Accept, None) => Judgement::Reject(RejectCode::UnknownField),
            (judged, _) => judged,
        }
    }
}

/// The server's own writing: imports and people records.
pub struct ServerPolicy;

impl Policy for ServerPolicy {
    fn judge(&self, _: &Operation, _: i64) -> Judgement {
        Judgement::Accept
    }
}
