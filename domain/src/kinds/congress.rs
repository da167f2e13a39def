//! Kind `congress`: the one congress of a unit, record id "congress".

use serde::Serialize;

use crate::kinds::plan::readable;
use crate::kinds::{Rule, plan_only};

/// Record kind.
pub const KIND: &str = "congress";
/// Id of a unit's only record of this kind.
pub const RECORD: &str = "congress";
/// Opening day T, "yyyy-mm-dd"; `null` when undetermined.
pub const OPENING: &str = "opening";
/// Day of the preparatory session.
pub const PREPARATORY: &str = "preparatory";
/// Whether the days are assumed.
pub const ASSUMED: &str = "assumed";
/// Whether a higher level has suspended it.
pub const SUSPENDED: &str = "suspended";
/// Whether it has been held.
pub const HELD: &str = "held";

/// What the workbook says of a congress.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct CongressPlan {
    /// Key of the agenda template stamped for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
}

readable!(CongressPlan {
    required: ;
    optional: template
});

pub(super) fn rule(field: &str) -> Option<Rule> {
    match field {
        OPENING | PREPARATORY => Some(Rule::Date),
        ASSUMED | SUSPENDED | HELD => Some(Rule::Flag),
        _ => plan_only::<CongressPlan>(field),
    }
}
