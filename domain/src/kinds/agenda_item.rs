//! Kind `agenda_item`: one item of a unit's agenda.

use crate::agenda::AgendaPlan;
use crate::kinds::{MINUTES_MAX, Rule, plan_only};

/// Record kind; the record's id is "Mã mục".
pub const KIND: &str = "agenda_item";
/// Minutes that the unit gives it instead of the template's.
pub const MINUTES: &str = "minutes";

pub(super) fn rule(field: &str) -> Option<Rule> {
    match field {
        MINUTES => Some(Rule::Count { max: MINUTES_MAX }),
        _ => plan_only::<AgendaPlan>(field),
    }
}
