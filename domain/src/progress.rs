//! How far a unit has come. Tasks set aside are left out; tasks that a higher level owes are counted apart.

use crate::congress::Congress;
use crate::date::CivilDate;
use crate::offset::Calendar;
use crate::task::{Phase, Standing, Task};

/// Done out of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PhaseCount {
    /// Ticked.
    pub done: usize,
    /// All that count.
    pub total: usize,
}

impl PhaseCount {
    fn count(&mut self, done: bool) {
        self.done += usize::from(done);
        self.total += 1;
    }
}

/// Counts of one unit on one day. All but the two about the superior are of the unit's own tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// In order of [`Phase::ALL`]; they add up to `done` and `total`.
    pub phases: [PhaseCount; 3],
    /// Ticked.
    pub done: usize,
    /// All that count.
    pub total: usize,
    /// Open and late.
    pub overdue: usize,
    /// Open and due today.
    pub due_today: usize,
    /// Open and due within [`crate::task::SOON_DAYS`].
    pub soon: usize,
    /// Due today or earlier, done among all.
    pub due_by_today: PhaseCount,
    /// Ticked, with every number, day and quantity that the plan asks for.
    pub with_evidence: usize,
    /// Set aside, whoever owes them; in no other count.
    pub not_applicable: usize,
    /// Owed by a higher level, done among all.
    pub superior: PhaseCount,
    /// Owed by a higher level and open.
    pub waiting_superior: usize,
    /// Owed by a higher level, open and late.
    pub late_superior: usize,
}

/// Counts some tasks of one unit on a day.
#[must_use]
pub fn of<'a>(
    tasks: impl IntoIterator<Item = &'a Task>,
    congress: &Congress,
    calendar: &Calendar,
    today: CivilDate,
) -> Progress {
    let mut progress = Progress::default();
    for task in tasks {
        let standing = task.standing(today, congress, calendar);
        if standing == Standing::NotApplicable {
            progress.not_applicable += 1;
        } else if task.plan.owed_by_superior() {
            progress.superior.count(task.done);
            progress.waiting_superior += usize::from(!task.done);
            let late = matches!(standing, Standing::WaitingSuperior { late_days: 1.. });
            progress.late_superior += usize::from(late);
        } else {
            progress.count(task, standing);
            if task.due(congress, calendar).is_some_and(|it| it <= today) {
                progress.due_by_today.count(task.done);
            }
        }
    }
    progress
}

impl Progress {
    /// Counts of one phase.
    #[must_use]
    pub fn phase(&self, phase: Phase) -> PhaseCount {
        self.phases[phase as usize]
    }

    fn count(&mut self, task: &Task, standing: Standing) {
        self.phases[task.plan.phase as usize].count(task.done);
        self.done += usize::from(task.done);
        self.total += 1;
        self.overdue += usize::from(matches!(standing, Standing::Overdue { .. }));
        self.due_today += usize::from(standing == Standing::DueToday);
        self.soon += usize::from(matches!(standing, Standing::Soon { .. }));
        self.with_evidence += usize::from(task.done && task.missing_evidence().is_empty());
    }
}

#[cfg(test)]
mod tests;
