//! One field's state: the values nobody has displaced, who wrote each, and the entries that only ever grow.

use serde_json::Value;

use crate::ids::{AuthorId, OpId, ServerSeq};
use crate::operation::{Change, LogEntry, Operation};

/// Who wrote a value, and which operation says so.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribution {
    /// The operation.
    pub op: OpId,
    /// Its author.
    pub author: AuthorId,
    /// Corrected time of writing, for people and for ties.
    pub at_ms: i64,
    /// Place in the scope's log, or [`ServerSeq::UNSENT`] on the phone that wrote it.
    pub seq: ServerSeq,
}

/// A value and everyone who wrote it without seeing a later one.
#[derive(Debug, Clone, PartialEq)]
pub struct Head {
    /// The value.
    pub value: Value,
    /// Its authors; never empty.
    pub by: Vec<Attribution>,
}

/// An added entry (a note): nothing displaces it; retraction only marks it.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The text or reference.
    pub value: Value,
    /// Who added it.
    pub by: Attribution,
    /// Who withdrew it, if anyone.
    pub retracted: Option<Attribution>,
}

/// The state of one field. A pure function of the operations applied to it, in server order (invariant I5).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Register {
    /// Place of the last operation that changed it: what the next author bases on.
    pub version: ServerSeq,
    /// One head when people agree; several are siblings to settle.
    pub heads: Vec<Head>,
    /// Added entries, oldest first.
    pub entries: Vec<Entry>,
}

/// What an operation did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It is the only head, or a new entry, or a mark on one.
    Applied,
    /// Another author wrote the same without seeing this.
    Merged,
    /// Another author wrote something else without seeing this.
    Sibling,
    /// The entry to retract is not here; nothing changed.
    NoTarget,
}

impl Register {
    /// Applies an accepted operation. One at or before [`Self::version`] is inside already: nothing changes.
    pub fn apply(&mut self, entry: &LogEntry) -> Effect {
        if entry.server_seq <= self.version {
            return Effect::Applied;
        }
        self.apply_at(&entry.op, entry.server_seq, entry.seen, entry.corrected_ms)
    }

    /// Shows an operation that the server has not ordered yet on top of what is known (invariant I7).
    /// The version stays: nobody can base on what has no place. One that is here already changes nothing.
    pub fn overlay(&mut self, op: &Operation, corrected_ms: i64) -> Effect {
        self.overlay_seen(op, op.base.seq, corrected_ms)
    }

    /// [`Self::overlay`] by an author who had seen this history only up to `seen`.
    pub(crate) fn overlay_seen(
        &mut self,
        op: &Operation,
        seen: ServerSeq,
        corrected_ms: i64,
    ) -> Effect {
        // The server may have received it although its receipt was lost: a snapshot then holds it already.
        if self.contains(&op.id) {
            return Effect::Applied;
        }
        let version = self.version;
        let effect = self.apply_at(op, ServerSeq::UNSENT, seen, corrected_ms);
        self.version = version;
        effect
    }

    /// Whether this operation is to be seen here: as an author of a value, an entry or a retraction.
    #[must_use]
    pub fn contains(&self, id: &OpId) -> bool {
        self.heads
            .iter()
            .any(|head| head.by.iter().any(|it| it.op == *id))
            || self.entries.iter().any(|entry| {
                entry.by.op == *id || entry.retracted.as_ref().is_some_and(|it| it.op == *id)
            })
    }

    fn apply_at(
        &mut self,
        op: &Operation,
        seq: ServerSeq,
        seen: ServerSeq,
        corrected_ms: i64,
    ) -> Effect {
        let by = Attribution {
            op: op.id.clone(),
            author: op.author.clone(),
            at_ms: corrected_ms,
            seq,
        };
        let effect = match &op.change {
            Change::Set(value) => self.set(value, by, seen),
            Change::Add(value) => {
                self.entries.push(Entry {
                    value: value.clone(),
                    by,
                    retracted: None,
                });
                Effect::Applied
            }
            Change::Retract(target) => {
                let Some(entry) = self.entries.iter_mut().find(|it| it.by.op == *target) else {
                    return Effect::NoTarget;
                };
                // The first retraction stands: a repeat by another person changes nothing to see.
                entry.retracted.get_or_insert(by);
                Effect::Applied
            }
        };
        self.version = seq;
        effect
    }

    /// Displaces what the author had seen and keeps what they had not.
    ///
    /// Seen is every writing up to the base version, and every earlier one of the same incarnation:
    /// a phone always shows its own work (invariant I8).
    fn set(&mut self, value: &Value, by: Attribution, seen: ServerSeq) -> Effect {
        for head in &mut self.heads {
            head.by
                .retain(|it| !(it.seq <= seen || is_own_earlier(&it.op, &by.op)));
        }
        self.heads.retain(|it| !it.by.is_empty());
        if let Some(same) = self.heads.iter_mut().find(|it| it.value == *value) {
            same.by.push(by);
            return if self.heads.len() > 1 {
                Effect::Sibling
            } else {
                Effect::Merged
            };
        }
        self.heads.push(Head {
            value: value.clone(),
            by: vec![by],
        });
        if self.heads.len() > 1 {
            Effect::Sibling
        } else {
            Effect::Applied
        }
    }

    /// The value to show: the only one, or the provisional winner among siblings.
    #[must_use]
    pub fn value(&self) -> Option<&Value> {
        self.winner().map(|it| &it.value)
    }

    /// The head to show: latest corrected time, then identity, so every replica picks the same.
    #[must_use]
    pub fn winner(&self) -> Option<&Head> {
        self.heads.iter().max_by(|a, b| a.latest().cmp(&b.latest()))
    }

    /// Whether people still have to settle this field.
    #[must_use]
    pub fn is_disputed(&self) -> bool {
        self.heads.len() > 1
    }
}

impl Head {
    fn latest(&self) -> Option<(i64, &OpId)> {
        self.by.iter().map(|it| (it.at_ms, &it.op)).max()
    }
}

fn is_own_earlier(seen: &OpId, now: &OpId) -> bool {
    seen.device == now.device && seen.incarnation == now.incarnation && seen.seq < now.seq
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use crate::ids::{
        Cursor, DeviceId, Epoch, FieldName, Incarnation, Kind, OpSeq, RecordId, Scope,
    };

    fn entry(device: &str, place: u64, seen: u64, at_ms: i64, change: Change) -> LogEntry {
        let op = Operation {
            id: OpId {
                device: DeviceId::new(device),
                incarnation: Incarnation::new("i"),
                seq: OpSeq::new(place).expect("from 1"),
            },
            author: AuthorId::new(device),
            at_ms,
            scope: Scope::new("s"),
            kind: Kind::new("k"),
            record: RecordId::new("r"),
            field: FieldName::new("f"),
            base: Cursor {
                epoch: Epoch(1),
                seq: ServerSeq(seen),
            },
            change,
            extra: BTreeMap::new(),
        };
        LogEntry {
            server_seq: ServerSeq(place),
            seen: ServerSeq(seen),
            corrected_ms: at_ms,
            op,
        }
    }

    fn set(value: u8) -> Change {
        Change::Set(json!(value))
    }

    #[test]
    fn who_saw_all_settles_and_who_saw_part_keeps_the_rest() {
        let mut register = Register::default();
        assert_eq!(
            register.apply(&entry("a", 1, 0, 1, set(1))),
            Effect::Applied
        );
        assert_eq!(
            register.apply(&entry("b", 2, 0, 2, set(2))),
            Effect::Sibling
        );
        assert_eq!(
            register.apply(&entry("c", 3, 1, 3, set(3))),
            Effect::Sibling
        );
        let values: Vec<_> = register.heads.iter().map(|it| &it.value).collect();
        assert_eq!(values, [&json!(2), &json!(3)]);
        assert_eq!(
            register.apply(&entry("d", 4, 3, 0, set(4))),
            Effect::Applied
        );
        assert_eq!(register.value(), Some(&json!(4)));
    }

    #[test]
    fn the_winner_is_the_latest_and_then_the_same_everywhere() {
        let mut register = Register::default();
        register.apply(&entry("a", 1, 0, 9, set(1)));
        register.apply(&entry("b", 2, 0, 5, set(2)));
        assert_eq!(register.value(), Some(&json!(1)));
        register.apply(&entry("c", 3, 0, 9, set(3)));
        assert_eq!(
            register.value(),
            Some(&json!(3)),
            "equal times: the greater identity"
        );
    }

    #[test]
    fn an_overlay_of_what_is_here_shows_nothing_twice() {
        let mut register = Register::default();
        let note = entry("a", 1, 0, 1, Change::Add(json!("x")));
        register.apply(&note);
        let before = register.clone();
        register.overlay(&note.op, 1);
        assert_eq!(register, before);
    }

    #[test]
    fn the_first_retraction_stands_and_one_without_target_changes_nothing() {
        let mut register = Register::default();
        let note = entry("a", 1, 0, 1, Change::Add(json!("x")));
        let lost = entry("b", 2, 1, 1, Change::Retract(note.op.id.clone()));
        assert_eq!(register.apply(&lost), Effect::NoTarget);
        assert_eq!(register, Register::default());
        register.apply(&note);
        register.apply(&entry("b", 3, 1, 1, Change::Retract(note.op.id.clone())));
        register.apply(&entry("c", 4, 1, 1, Change::Retract(note.op.id.clone())));
        let by = register.entries[0]
            .retracted
            .as_ref()
            .map(|it| it.author.as_str());
        assert_eq!(by, Some("b"));
        assert_eq!(register.version, ServerSeq(4));
    }
}
