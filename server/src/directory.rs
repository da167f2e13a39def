//! Which units and records exist, read from the plans in the registers. A cache: rebuilt whenever a plan changes.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use domain::kinds::{
    checklist_task, document, lesson, parameter, propaganda_task, role, scenario, script_line,
    term, unit,
};
use domain::rights::{Grant, Role, UnitTree};
use domain::task::TaskPlan;
use serde::de::DeserializeOwned;
use sync::{Kind, RecordId, Register, RegisterKey, Scope};
use tokio::sync::Mutex;

use crate::storage::{Storage, StorageError};

/// Kinds that live in a library's scope.
const LIBRARY_KINDS: [&str; 7] = [
    document::KIND,
    lesson::KIND,
    parameter::KIND,
    role::KIND,
    scenario::KIND,
    script_line::KIND,
    term::KIND,
];

/// What rights and pages need to know of all units at once.
#[derive(Debug, Default)]
pub struct Directory {
    tree: UnitTree,
    units: BTreeMap<Scope, unit::UnitPlan>,
    libraries: BTreeSet<Scope>,
    /// Every planned record; the value says whether a higher level owes it.
    records: HashMap<Scope, HashMap<Kind, HashMap<RecordId, bool>>>,
    role_names: HashMap<String, String>,
}

impl Directory {
    /// Reads the plans of all units.
    #[must_use]
    pub fn of(plans: &[(RegisterKey, Register)]) -> Self {
        let mut it = Self::default();
        for (key, register) in plans {
            it.take(key, register);
        }
        let parent = |plan: &unit::UnitPlan| plan.parent.as_deref().map(Scope::new);
        it.tree = UnitTree::new(
            it.units
                .iter()
                .map(|(unit, plan)| (unit.clone(), parent(plan))),
        );
        it
    }

    fn take(&mut self, key: &RegisterKey, register: &Register) {
        let kind = key.kind.as_str();
        if LIBRARY_KINDS.contains(&kind) {
            self.libraries.insert(key.scope.clone());
        }
        let mut owed = false;
        match kind {
            unit::KIND if key.record.as_str() == key.scope.as_str() => {
                if let Some(plan) = plan_of::<unit::UnitPlan>(register) {
                    self.units.insert(key.scope.clone(), plan);
                }
            }
            checklist_task::KIND | propaganda_task::KIND => {
                owed = plan_of::<TaskPlan>(register).is_some_and(|it| it.owed_by_superior());
            }
            role::KIND => {
                if let Some(plan) = plan_of::<role::RolePlan>(register) {
                    self.role_names.insert(plan.identifier, plan.name);
                }
            }
            _ => {}
        }
        let kinds = self.records.entry(key.scope.clone()).or_default();
        kinds
            .entry(key.kind.clone())
            .or_default()
            .insert(key.record.clone(), owed);
    }

    /// Which unit stands above which.
    #[must_use]
    pub fn tree(&self) -> &UnitTree {
        &self.tree
    }

    /// A unit's plan.
    #[must_use]
    pub fn unit(&self, unit: &Scope) -> Option<&unit::UnitPlan> {
        self.units.get(unit)
    }

    /// Whether a register's record was ever planned, and if so whether a higher level owes it.
    #[must_use]
    pub fn owed_by_superior(&self, key: &RegisterKey) -> Option<bool> {
        self.records
            .get(&key.scope)?
            .get(&key.kind)?
            .get(&key.record)
            .copied()
    }

    /// The library of a unit: of itself, or of the nearest unit above that has one; else the unit itself.
    #[must_use]
    pub fn library_of<'a>(&'a self, unit: &'a Scope) -> &'a Scope {
        std::iter::once(unit)
            .chain(self.tree.ancestors(unit))
            .find(|it| self.libraries.contains(*it))
            .unwrap_or(unit)
    }

    /// The workbook's word for a role; its identifier when the workbook has none.
    #[must_use]
    pub fn role_name(&self, role: Role) -> &str {
        self.role_names
            .get(role.identifier())
            .map_or(role.identifier(), String::as_str)
    }

    /// Units below grants that reach below, and the units of those grants, in order of key.
    #[must_use]
    pub fn overseen(&self, grants: &[Grant]) -> Vec<Scope> {
        let reaching: Vec<&Scope> = grants
            .iter()
            .filter(|it| it.role.reaches_below())
            .map(|it| &it.unit)
            .collect();
        self.tree
            .units()
            .filter(|unit| {
                reaching
                    .iter()
                    .any(|above| self.tree.is_within(unit, above))
            })
            .cloned()
            .collect()
    }
}

/// What a plan register says now; `None` when it was taken out or this build cannot read it.
fn plan_of<P: DeserializeOwned>(register: &Register) -> Option<P> {
    register.value().and_then(|it| P::deserialize(it).ok())
}

/// The current directory, and which structure it was read from.
#[derive(Default)]
pub struct DirectoryCache {
    known: Mutex<Option<(u64, Arc<Directory>)>>,
}

impl DirectoryCache {
    /// The directory as of now.
    ///
    /// # Errors
    /// When storage does not answer.
    pub async fn current(&self, storage: &dyn Storage) -> Result<Arc<Directory>, StorageError> {
        let version = storage.structure_version().await?;
        // Held while loading, so that many requests after an import read the plans once.
        let mut known = self.known.lock().await;
        if let Some((of, directory)) = known.as_ref()
            && *of >= version
        {
            return Ok(Arc::clone(directory));
        }
        let directory = Arc::new(Directory::of(&storage.structure().await?));
        *known = Some((version, Arc::clone(&directory)));
        Ok(directory)
    }
}
