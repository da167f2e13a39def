//! Who may read and write what. The server asks on every operation; the phone asks so as not to offer in vain.

use std::collections::BTreeSet;

use serde_json::Value;
use sync::wire::{Wire, WireError};
use sync::{RegisterKey, Scope, SortedMap, serde_through_wire, wire_struct};

use crate::kinds::{agenda_item, checklist_task, congress, paper, propaganda_task, task};

/// What an account may do at its unit. Maps the application rights of the sheet "Vai trò" by English identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Makes units and accounts; reads everything below, writes no content.
    Administrator,
    /// Reads everything below; sets days, ticks what the superior owes, remarks.
    SuperiorLead,
    /// Writes everything of the unit but its days and what the superior owes.
    Secretary,
    /// Writes the unit's propaganda tasks, and remarks.
    Propaganda,
    /// Reads the unit.
    Viewer,
}

impl Role {
    /// From most to least powerful.
    pub const ALL: [Self; 5] = [
        Self::Administrator,
        Self::SuperiorLead,
        Self::Secretary,
        Self::Propaganda,
        Self::Viewer,
    ];

    /// English identifier, as in the workbook and in stored accounts.
    #[must_use]
    pub fn identifier(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::SuperiorLead => "superior_lead",
            Self::Secretary => "unit_secretary",
            Self::Propaganda => "propaganda_member",
            Self::Viewer => "viewer",
        }
    }

    /// The role of an identifier.
    #[must_use]
    pub fn parse(identifier: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|it| it.identifier() == identifier)
    }

    /// Whether it reaches the units below its own.
    #[must_use]
    pub fn reaches_below(self) -> bool {
        matches!(self, Self::Administrator | Self::SuperiorLead)
    }
}

impl Wire for Role {
    fn to_wire(&self) -> Value {
        self.identifier().into()
    }

    fn from_wire(value: Value) -> Result<Self, WireError> {
        (value.as_str())
            .and_then(Self::parse)
            .ok_or(WireError::new("a role"))
    }
}

serde_through_wire!(Role);

/// A role at a unit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    /// What may be done.
    pub role: Role,
    /// Where.
    pub unit: Scope,
}

wire_struct!(Grant { role, unit });

/// Which unit stands above which.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UnitTree {
    parents: SortedMap<Scope, Option<Scope>>,
}

impl UnitTree {
    /// A tree of units and the unit above each. Loops are cut where they close.
    pub fn new(units: impl IntoIterator<Item = (Scope, Option<Scope>)>) -> Self {
        let mut parents = SortedMap::new();
        for (unit, above) in units {
            parents.insert(unit, above);
        }
        Self { parents }
    }

    /// Whether the unit is known.
    #[must_use]
    pub fn contains(&self, unit: &Scope) -> bool {
        self.parents.contains_key(unit)
    }

    /// The unit directly above.
    #[must_use]
    pub fn parent(&self, unit: &Scope) -> Option<&Scope> {
        self.parents.get(unit)?.as_ref()
    }

    /// Units above, nearest first; the unit itself is not among them.
    pub fn ancestors<'a>(&'a self, unit: &'a Scope) -> impl Iterator<Item = &'a Scope> {
        let path = std::iter::successors(self.parent(unit), |it| self.parent(it));
        // No path is longer than there are units; a loop ends here.
        path.take(self.parents.len())
            .take_while(move |it| *it != unit)
    }

    /// Whether `unit` is `above` or stands below it.
    #[must_use]
    pub fn is_within(&self, unit: &Scope, above: &Scope) -> bool {
        unit == above || self.ancestors(unit).any(|it| it == above)
    }

    /// Units directly below, in order of key.
    pub fn children<'a>(&'a self, unit: &'a Scope) -> impl Iterator<Item = &'a Scope> {
        self.parents
            .iter()
            .filter(move |(_, above)| above.as_ref() == Some(unit))
            .map(|(it, _)| it)
    }

    /// Every unit, in order of key.
    pub fn units(&self) -> impl Iterator<Item = &Scope> {
        self.parents.keys()
    }
}

/// Why a write is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Denied {
    /// No grant reaches this unit.
    #[error("another unit")]
    OtherUnit,
    /// The grants that reach it only read.
    #[error("read only")]
    ReadOnly,
    /// Plans and people come from imports and accounts, never from a phone.
    #[error("written by the server only")]
    ServerOnly,
    /// The superior decides this.
    #[error("the superior decides")]
    SuperiorOnly,
    /// The unit decides this, not its superior.
    #[error("the unit decides")]
    UnitOnly,
    /// Belongs to another office of the unit.
    #[error("another office of the unit")]
    OtherOffice,
}

/// Whether the grants reach a scope for reading: the own unit, the units above it (their libraries), and for roles
/// that reach below the whole subtree.
#[must_use]
pub fn may_read(grants: &[Grant], tree: &UnitTree, scope: &Scope) -> bool {
    grants.iter().any(|grant| {
        tree.is_within(&grant.unit, scope)
            || (grant.role.reaches_below() && tree.is_within(scope, &grant.unit))
    })
}

/// Every known scope that [`may_read`] allows.
#[must_use]
pub fn readable(grants: &[Grant], tree: &UnitTree) -> BTreeSet<Scope> {
    tree.units()
        .filter(|it| may_read(grants, tree, it))
        .cloned()
        .collect()
}

/// Whether the grants allow a write to a register. More grants never allow less.
///
/// `owed_by_superior`: whether the record is a task whose plan says that a higher level owes it
/// ([`crate::task::TaskPlan::owed_by_superior`]); only the caller has the plan.
///
/// # Errors
/// The reason of the grant that comes closest.
pub fn may_write(
    grants: &[Grant],
    tree: &UnitTree,
    key: &RegisterKey,
    owed_by_superior: bool,
) -> Result<(), Denied> {
    let part = Part::of(key, owed_by_superior);
    let mut closest = Denied::OtherUnit;
    for grant in grants {
        let reached = grant.unit == key.scope
            || (grant.role.reaches_below() && tree.is_within(&key.scope, &grant.unit));
        if !reached {
            continue;
        }
        match may_write_part(grant.role, part) {
            Ok(()) => return Ok(()),
            Err(denied) => closest = closest.max(denied),
        }
    }
    Err(closest)
}

/// What of a unit a register belongs to, as far as rights differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Plans, people, the library, and everything unknown.
    Server,
    /// Days of the congress, assumption and suspension.
    CongressDays,
    /// Remarks.
    Note,
    /// Decision on a task that a higher level owes: ticks, steps, setting aside, due date.
    SuperiorDecision,
    /// What the unit decides: agenda minutes, paper states, checklist, due dates of propaganda, that it has met.
    Unit,
    /// Carrying out propaganda tasks.
    Propaganda,
}

impl Part {
    fn of(key: &RegisterKey, owed_by_superior: bool) -> Self {
        let field = key.field.as_str();
        if field == crate::kinds::PLAN {
            return Self::Server;
        }
        match key.kind.as_str() {
            congress::KIND if field != congress::HELD => Self::CongressDays,
            checklist_task::KIND | propaganda_task::KIND if field == task::NOTE => Self::Note,
            checklist_task::KIND | propaganda_task::KIND if owed_by_superior => {
                // The unit still records what reached it, and when.
                match field {
                    task::NUMBER | task::DATE | task::QUANTITY => Self::Unit,
                    _ => Self::SuperiorDecision,
                }
            }
            propaganda_task::KIND if field != task::DUE => Self::Propaganda,
            congress::KIND
            | agenda_item::KIND
            | paper::KIND
            | checklist_task::KIND
            | propaganda_task::KIND => Self::Unit,
            _ => Self::Server,
        }
    }
}

fn may_write_part(role: Role, part: Part) -> Result<(), Denied> {
    match (role, part) {
        (_, Part::Server) => Err(Denied::ServerOnly),
        (Role::Administrator | Role::Viewer, _) => Err(Denied::ReadOnly),
        (_, Part::Note)
        | (Role::SuperiorLead, Part::CongressDays | Part::SuperiorDecision)
        | (Role::Secretary, Part::Unit | Part::Propaganda)
        | (Role::Propaganda, Part::Propaganda) => Ok(()),
        (Role::SuperiorLead, Part::Unit | Part::Propaganda) => Err(Denied::UnitOnly),
        (_, Part::CongressDays | Part::SuperiorDecision) => Err(Denied::SuperiorOnly),
        (Role::Propaganda, Part::Unit) => Err(Denied::OtherOffice),
    }
}

#[cfg(test)]
mod tests;
