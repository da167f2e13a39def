//! One unit for its superior: the handbook, and who did what when on which device.

use domain::handbook::Handbook;
use domain::kinds::{agenda_item, checklist_task, congress, paper, propaganda_task};
use domain::rights::{Grant, may_read};
use sync::{LogEntry, Scope};

use super::board::read;
use crate::state::AppState;
use crate::storage::{HistoryLine, StorageError, UnitContact};

/// Lines of history on the page.
const LINES_MAX: usize = 200;

/// Everything on a unit's page.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitPage {
    /// Its state.
    pub handbook: Handbook,
    /// What people wrote, newest first.
    pub lines: Vec<Line>,
    /// What its people's devices last said.
    pub contact: Option<UnitContact>,
}

/// One line of "who did what when".
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The accepted operation: author, device, corrected time, field and change.
    pub entry: LogEntry,
    /// Server time of arrival, in milliseconds since 1970.
    pub received_ms: i64,
    /// Name of the author; the account id when no record says more.
    pub author_name: String,
    /// Title of the record, when the unit's plan has it.
    pub title: Option<String>,
}

/// A unit's page; `None` when the person may not read the unit.
///
/// # Errors
/// `Missing` when there is no such unit.
pub async fn load(
    state: &AppState,
    grants: &[Grant],
    unit: &Scope,
) -> Result<Option<UnitPage>, StorageError> {
    let directory = state.directory.current(&*state.storage).await?;
    if !directory.tree().contains(unit) {
        return Err(StorageError::Missing);
    }
    if !may_read(grants, directory.tree(), unit) {
        return Ok(None);
    }
    let own = state.storage.snapshot(unit, 0).await?;
    let library = directory.library_of(unit);
    let shared = if library == unit {
        None
    } else {
        Some(state.storage.snapshot(library, 0).await?)
    };
    let handbook = read(&own, shared.as_ref());
    let history = state.storage.history(unit, LINES_MAX).await?;
    let lines = history.into_iter().map(|it| line(&handbook, it)).collect();
    let contact = state
        .storage
        .contacts()
        .await?
        .into_iter()
        .find(|it| it.unit == *unit);
    Ok(Some(UnitPage {
        handbook,
        lines,
        contact,
    }))
}

fn line(handbook: &Handbook, HistoryLine { entry, received_ms }: HistoryLine) -> Line {
    let op = &entry.op;
    let person = handbook.people.get(op.author.as_str());
    Line {
        received_ms,
        author_name: person.map_or_else(|| op.author.to_string(), |it| it.name.clone()),
        title: title(handbook, op.kind.as_str(), op.record.as_str()),
        entry,
    }
}

fn title(handbook: &Handbook, kind: &str, record: &str) -> Option<String> {
    match kind {
        checklist_task::KIND | propaganda_task::KIND => handbook
            .tasks
            .iter()
            .find(|it| it.family.kind() == kind && it.id == record)
            .map(|it| it.plan.title.clone()),
        agenda_item::KIND => handbook.agenda_item(record).map(|it| it.plan.title.clone()),
        paper::KIND => handbook
            .papers
            .iter()
            .find(|it| it.id == record)
            .map(|it| it.plan.name.clone()),
        congress::KIND => Some(handbook.unit.name.clone()),
        _ => None,
    }
}
