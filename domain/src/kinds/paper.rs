//! Kind `paper`: a ballot, minutes, list or thing. Status only: there is no field for content, and never will be.

use sync::FieldName;

use crate::kinds::{Rule, numbered, plan_only};
use crate::paper::PaperPlan;

/// Record kind; the record's id is "Mã giấy tờ".
pub const KIND: &str = "paper";
/// Prefix of "state.1", "state.2", …: whether the paper has reached that state of its plan.
pub const STATE: &str = "state";

pub(super) fn rule(field: &str) -> Option<Rule> {
    match numbered(field, STATE) {
        Some(_) => Some(Rule::Flag),
        None => plan_only::<PaperPlan>(field),
    }
}

/// Field of a state, counted from 1.
#[must_use]
pub fn state_field(state: usize) -> FieldName {
    FieldName::new(format!("{STATE}.{state}"))
}
