//! What an import would change: the difference between what imports wrote last and what the file now states.

use std::collections::BTreeMap;

use domain::kinds::{
    PLAN, agenda_item, checklist_task, congress, document, lesson, paper, parameter,
    propaganda_task, role, scenario, script_line, term, unit,
};
use serde_json::Value;
use sync::RegisterKey;

/// Kinds whose plans come from workbooks, in the order in which they are told. People's records are not among them.
pub(crate) const IMPORTED_KINDS: [&str; 13] = [
    unit::KIND,
    congress::KIND,
    agenda_item::KIND,
    checklist_task::KIND,
    propaganda_task::KIND,
    document::KIND,
    role::KIND,
    scenario::KIND,
    script_line::KIND,
    lesson::KIND,
    term::KIND,
    paper::KIND,
    parameter::KIND,
];

/// What a change does to its register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    /// Never imported before.
    Added,
    /// Another value than the last import's.
    Edited,
    /// In the last import, not in this file.
    Removed,
    /// Taken out by an earlier import, back in this file.
    Restored,
}

/// One register to write.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedChange {
    /// Which.
    pub key: RegisterKey,
    /// What it does.
    pub verb: Verb,
    /// Value that imports wrote last.
    pub before: Option<Value>,
    /// Value to set; `None` sets `null`, which takes the record out of the handbook and keeps its history.
    pub after: Option<Value>,
}

/// The changes that bring `imported` to `desired`, ordered by key. The same file twice gives none.
///
/// `imported` holds, for each register, the value that the last **import** wrote (demonstration days are not the
/// file's: leave them out), not what people made of it since: a day that was moved on the board is not moved back by
/// the same file. Only plans are ever taken out; a date cell made blank takes no date away, and what people wrote
/// (ticks, quantities, notes) is in other registers, which no import touches.
#[must_use]
pub fn plan(
    imported: &BTreeMap<RegisterKey, Value>,
    desired: &BTreeMap<RegisterKey, Value>,
) -> Vec<PlannedChange> {
    let mut changes = Vec::new();
    for (key, after) in desired {
        let before = imported.get(key);
        if before == Some(after) {
            continue;
        }
        let verb = match before {
            None => Verb::Added,
            Some(Value::Null) => Verb::Restored,
            Some(_) => Verb::Edited,
        };
        changes.push(PlannedChange {
            key: key.clone(),
            verb,
            before: before.filter(|it| !it.is_null()).cloned(),
            after: Some(after.clone()),
        });
    }
    let is_gone = |key: &RegisterKey, value: &Value| {
        key.field.as_str() == PLAN
            && IMPORTED_KINDS.contains(&key.kind.as_str())
            && !value.is_null()
            && !desired.contains_key(key)
    };
    for (key, before) in imported.iter().filter(|(key, value)| is_gone(key, value)) {
        changes.push(PlannedChange {
            key: key.clone(),
            verb: Verb::Removed,
            before: Some(before.clone()),
            after: None,
        });
    }
    changes.sort_by(|a, b| a.key.cmp(&b.key));
    changes
}
