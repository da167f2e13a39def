//! Ballots, minutes, lists and things that agenda items need. Status only: their content never enters the app.

use serde::Serialize;
use sync::FieldName;

use crate::kinds::plan::readable;

/// What the workbook says of a paper.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct PaperPlan {
    /// Kind, a word of the workbook ("phiếu bầu").
    pub kind: String,
    /// Name.
    pub name: String,
    /// English identifier.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub identifier: String,
    /// Role keys of those who prepare it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub prepared_by: Vec<String>,
    /// Checklist tasks that produce it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<String>,
    /// How many are needed, in words.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub quantity_rule: String,
    /// States to reach before use, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub states: Vec<String>,
    /// Whether its content is secret by rule; this app stores no content of any paper either way.
    pub status_only: bool,
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

readable!(PaperPlan {
    required: kind, name;
    optional: identifier, prepared_by, tasks, quantity_rule, states, status_only, note, confidence, source
});

/// A paper of one unit: the plan and the states it has reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    /// "Mã giấy tờ".
    pub id: String,
    /// What the workbook says.
    pub plan: PaperPlan,
    /// One for each state of the plan.
    pub states_done: Vec<bool>,
    /// Fields on which people still disagree.
    pub disputed: Vec<FieldName>,
}

impl Paper {
    /// A paper in none of its states.
    #[must_use]
    pub fn new(id: impl Into<String>, plan: PaperPlan) -> Self {
        let states_done = vec![false; plan.states.len()];
        Self {
            id: id.into(),
            plan,
            states_done,
            disputed: Vec::new(),
        }
    }

    /// Whether every required state has been reached.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.states_done
            .iter()
            .take(self.plan.states.len())
            .all(|it| *it)
    }
}

/// How many of an agenda item's papers are ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Gate {
    /// Papers ready.
    pub ready: usize,
    /// Papers needed; one that the unit does not have counts as not ready.
    pub total: usize,
}

impl Gate {
    /// Whether the item may begin.
    #[must_use]
    pub fn is_open(self) -> bool {
        self.ready == self.total
    }
}
