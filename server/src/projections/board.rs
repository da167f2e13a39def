//! One line for each unit: how far it is, and when it was last heard of.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::congress::Congress;
use domain::date::CivilDate;
use domain::handbook::Handbook;
use domain::kinds::unit::UnitPlan;
use domain::kinds::{parameter, person};
use domain::progress::Progress;
use domain::rights::Grant;
use sync::{Cursor, Register, RegisterKey, Scope, Snapshot};

use crate::directory::Directory;
use crate::state::AppState;
use crate::storage::{StorageError, UnitContact};

/// Everything on the board.
#[derive(Debug, Clone, PartialEq)]
pub struct Board {
    /// Civil day that the numbers are of.
    pub today: CivilDate,
    /// Units that hold a congress, in order of opening day, then key; undated last.
    pub rows: Vec<BoardRow>,
}

/// One unit.
#[derive(Debug, Clone, PartialEq)]
pub struct BoardRow {
    /// The unit.
    pub unit: Scope,
    /// What the log says of it.
    pub counted: Arc<Counted>,
    /// What its people's devices last said; `None` when none ever called.
    pub contact: Option<UnitContact>,
}

/// A unit's numbers at one place of its log.
#[derive(Debug, Clone, PartialEq)]
pub struct Counted {
    /// The unit's plan.
    pub plan: UnitPlan,
    /// Its congress.
    pub congress: Congress,
    /// Its counts.
    pub progress: Progress,
    /// Place of its log.
    pub cursor: Cursor,
    /// Fields on which people disagree.
    pub disputed: usize,
}

/// What the numbers were counted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Basis {
    unit: Cursor,
    library: Cursor,
    today: CivilDate,
}

/// Counted units; recounted when their log, their library's or the day moves on.
#[derive(Default)]
pub struct BoardCache {
    counted: Mutex<BTreeMap<Scope, (Basis, Arc<Counted>)>>,
}

/// The board of a person: every unit with a congress that their grants oversee.
///
/// # Errors
/// When storage does not answer.
pub async fn load(state: &AppState, grants: &[Grant]) -> Result<Board, StorageError> {
    let directory = state.directory.current(&*state.storage).await?;
    let today = state.clock.today();
    let units: Vec<Scope> = directory
        .overseen(grants)
        .into_iter()
        .filter(|it| {
            directory
                .unit(it)
                .is_some_and(|it| it.congress_kind.is_some())
        })
        .collect();
    let contacts = state.storage.contacts().await?;
    let mut rows = Vec::with_capacity(units.len());
    let mut libraries = BTreeMap::new();
    for unit in units {
        let counted = count(state, &directory, &unit, today, &mut libraries).await?;
        let contact = contacts.iter().find(|it| it.unit == unit).cloned();
        rows.push(BoardRow {
            unit,
            counted,
            contact,
        });
    }
    rows.sort_by(|a, b| {
        let key = |it: &BoardRow| {
            (
                it.counted.congress.opening.is_none(),
                it.counted.congress.opening,
            )
        };
        key(a).cmp(&key(b)).then_with(|| a.unit.cmp(&b.unit))
    });
    Ok(Board { today, rows })
}

async fn count(
    state: &AppState,
    directory: &Directory,
    unit: &Scope,
    today: CivilDate,
    libraries: &mut BTreeMap<Scope, Snapshot>,
) -> Result<Arc<Counted>, StorageError> {
    let library = directory.library_of(unit);
    let heads = state
        .storage
        .heads(&[unit.clone(), library.clone()])
        .await?;
    let (Some(unit_head), Some(library_head)) = (heads.cursor(unit), heads.cursor(library)) else {
        return Err(StorageError::Missing);
    };
    let basis = Basis {
        unit: unit_head,
        library: library_head,
        today,
    };
    if let Some(counted) = state.board.get(unit, basis) {
        return Ok(counted);
    }
    let own = state.storage.snapshot(unit, 0).await?;
    if !libraries.contains_key(library) {
        libraries.insert(library.clone(), state.storage.snapshot(library, 0).await?);
    }
    let handbook = match libraries.get(library) {
        Some(shared) if library != unit => read(&own, Some(shared)),
        _ => read(&own, None),
    };
    let counted = Arc::new(Counted {
        progress: handbook.progress(today),
        plan: handbook.unit,
        congress: handbook.congress,
        cursor: own.cursor,
        disputed: own
            .registers
            .iter()
            .filter(|it| it.register.is_disputed())
            .count(),
    });
    // What was read may be newer than the heads asked for: it is filed under what it is.
    let library_cursor = libraries.get(library).map_or(library_head, |it| it.cursor);
    let basis = Basis {
        unit: own.cursor,
        library: library_cursor,
        today,
    };
    state.board.put(unit.clone(), basis, Arc::clone(&counted));
    Ok(counted)
}

/// A unit's handbook with what counting needs of the library: parameters, and people.
#[must_use]
pub fn read(own: &Snapshot, library: Option<&Snapshot>) -> Handbook {
    let needed = [parameter::KIND, person::KIND];
    let registers: Vec<(RegisterKey, &Register)> = addressed(own)
        .chain(
            library
                .into_iter()
                .flat_map(addressed)
                .filter(|(key, _)| needed.contains(&key.kind.as_str())),
        )
        .collect();
    let library = library.map_or(&own.scope, |it| &it.scope);
    Handbook::read(
        &own.scope,
        library,
        registers.iter().map(|(key, it)| (key, *it)),
    )
}

/// A snapshot's registers with their addresses.
pub fn addressed(snapshot: &Snapshot) -> impl Iterator<Item = (RegisterKey, &Register)> {
    snapshot.registers.iter().map(|it| {
        let key = RegisterKey {
            scope: snapshot.scope.clone(),
            kind: it.kind.clone(),
            record: it.record.clone(),
            field: it.field.clone(),
        };
        (key, &it.register)
    })
}

impl BoardCache {
    fn get(&self, unit: &Scope, basis: Basis) -> Option<Arc<Counted>> {
        let counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        counted
            .get(unit)
            .filter(|(of, _)| *of == basis)
            .map(|(_, it)| Arc::clone(it))
    }

    fn put(&self, unit: Scope, basis: Basis, new: Arc<Counted>) {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        counted.insert(unit, (basis, new));
    }
}
