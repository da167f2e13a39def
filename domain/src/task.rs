//! One task of a unit, of the preparation checklist or of the propaganda catalogue: its plan, what people wrote, when
//! it is due and how it stands.

use sync::{Attribution, FieldName};

use crate::congress::Congress;
use crate::date::CivilDate;
use crate::offset::{Calendar, Offset};

mod plan;
mod slogan;

pub use plan::{EvidenceKind, Phase, Step, TaskPlan, parse_steps};
pub use slogan::fill;

/// Due within so many days counts as soon.
pub const SOON_DAYS: i64 = 3;

/// Which sheet a task comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TaskFamily {
    /// Preparation checklist.
    Checklist,
    /// Propaganda and decoration.
    Propaganda,
}

impl TaskFamily {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Checklist, Self::Propaganda];

    /// Record kind of this family.
    #[must_use]
    pub fn kind(self) -> &'static str {
        match self {
            Self::Checklist => crate::kinds::checklist_task::KIND,
            Self::Propaganda => crate::kinds::propaganda_task::KIND,
        }
    }

    /// The family of a record kind.
    #[must_use]
    pub fn of_kind(kind: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.kind() == kind)
    }
}

/// A remark under a task. Nothing displaces it; a retracted one stays readable.
#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    /// The text.
    pub text: String,
    /// Who wrote it; `by.op` is what a retraction names.
    pub by: Attribution,
    /// Whether it was withdrawn.
    pub retracted: bool,
}

/// A task of one unit: the plan and what people wrote.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// "Mã việc".
    pub id: String,
    /// Which sheet it comes from.
    pub family: TaskFamily,
    /// What the workbook says.
    pub plan: TaskPlan,
    /// Whether it is ticked.
    pub done: bool,
    /// Who ticked it, the latest of several; `None` while open.
    pub done_by: Option<Attribution>,
    /// Whether the unit set it aside as not applicable.
    pub not_applicable: bool,
    /// Quantity done.
    pub quantity: Option<i64>,
    /// Quantity planned by the unit itself; see [`Self::planned`].
    pub own_planned: Option<i64>,
    /// Due date set by the unit itself; see [`Self::due_offset`].
    pub own_due: Option<Offset>,
    /// Number of the document that shows it.
    pub number: Option<String>,
    /// Day that shows it.
    pub date: Option<CivilDate>,
    /// One for each step of the plan.
    pub steps_done: Vec<bool>,
    /// Remarks, oldest first.
    pub notes: Vec<Note>,
    /// Fields on which people still disagree.
    pub disputed: Vec<FieldName>,
}

/// How a task stands on a day. Exactly one of these holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Ticked.
    Done,
    /// Set aside.
    NotApplicable,
    /// Late.
    Overdue {
        /// Days since it was due, at least 1.
        days: i64,
    },
    /// Due today.
    DueToday,
    /// Due within [`SOON_DAYS`].
    Soon {
        /// Days to go, at least 1.
        days: i64,
    },
    /// Due after that.
    Later,
    /// The congress has no day yet.
    Undated,
    /// The congress is suspended.
    Suspended,
    /// Open, dated and owed by a higher level: never counts against the unit.
    WaitingSuperior {
        /// Days since it was due; zero or less while the superior still has time.
        late_days: i64,
    },
}

/// Whom an open task calls for on a day, by the plan's own offsets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Notice {
    /// Nobody yet.
    None,
    /// Its owner.
    Warn,
    /// The level above.
    Escalate,
}

impl Task {
    /// A task of which only the plan is known.
    #[must_use]
    pub fn new(family: TaskFamily, id: impl Into<String>, plan: TaskPlan) -> Self {
        let steps_done = vec![false; plan.steps.len()];
        Self {
            id: id.into(),
            family,
            plan,
            done: false,
            done_by: None,
            not_applicable: false,
            quantity: None,
            own_planned: None,
            own_due: None,
            number: None,
            date: None,
            steps_done,
            notes: Vec::new(),
            disputed: Vec::new(),
        }
    }

    /// Record kind.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.family.kind()
    }

    /// Quantity to reach: the unit's own plan, else the template's.
    #[must_use]
    pub fn planned(&self) -> Option<i64> {
        self.own_planned.or(self.plan.planned)
    }

    /// When it is due: the unit's own offset, else the template's.
    #[must_use]
    pub fn due_offset(&self) -> Offset {
        self.own_due.unwrap_or(self.plan.due)
    }

    /// The day it is due; none while the congress is undated or suspended.
    #[must_use]
    pub fn due(&self, congress: &Congress, calendar: &Calendar) -> Option<CivilDate> {
        congress
            .origin()
            .map(|opening| self.due_offset().resolve(opening, calendar))
    }

    /// Whether somebody still has to do it.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.done && !self.not_applicable
    }

    /// How it stands. What is done stays done, whatever becomes of the opening day.
    #[must_use]
    pub fn standing(&self, today: CivilDate, congress: &Congress, calendar: &Calendar) -> Standing {
        if self.not_applicable {
            return Standing::NotApplicable;
        }
        if self.done {
            return Standing::Done;
        }
        if congress.suspended {
            return Standing::Suspended;
        }
        let Some(due) = self.due(congress, calendar) else {
            return Standing::Undated;
        };
        let late_days = due.days_until(today);
        if self.plan.owed_by_superior() {
            return Standing::WaitingSuperior { late_days };
        }
        match late_days {
            1.. => Standing::Overdue { days: late_days },
            0 => Standing::DueToday,
            _ if -late_days <= SOON_DAYS => Standing::Soon { days: -late_days },
            _ => Standing::Later,
        }
    }

    /// Whom it calls for: the plan's warning and escalation days have come and it is still open.
    #[must_use]
    pub fn notice(&self, today: CivilDate, congress: &Congress, calendar: &Calendar) -> Notice {
        let Some(opening) = congress.origin().filter(|_| self.is_open()) else {
            return Notice::None;
        };
        let reached = |offset: Option<Offset>| {
            offset.is_some_and(|it| it.resolve(opening, calendar) <= today)
        };
        if reached(self.plan.escalate) {
            Notice::Escalate
        } else if reached(self.plan.warn) {
            Notice::Warn
        } else {
            Notice::None
        }
    }

    /// Evidence that the plan asks for and nobody has recorded yet.
    ///
    /// Only numbers, days and quantities are judged: photos and minutes cannot be recorded by this release,
    /// and the tick is its own evidence.
    #[must_use]
    pub fn missing_evidence(&self) -> Vec<EvidenceKind> {
        let missing = |kind: &EvidenceKind| match kind {
            EvidenceKind::Number => self.number.is_none(),
            EvidenceKind::Date => self.date.is_none(),
            EvidenceKind::Count => self.quantity.is_none(),
            EvidenceKind::Photo | EvidenceKind::Minutes | EvidenceKind::Tick => false,
        };
        self.plan.evidence.iter().copied().filter(missing).collect()
    }
}

#[cfg(test)]
mod tests;
