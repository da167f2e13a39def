//! The agenda of a congress and its timetable: when each item starts, what runs side by side, and whether it fits.

use serde::Serialize;
use sync::FieldName;

use crate::date::Minute;
use crate::kinds::plan::{readable, stored_words};
use crate::text::fold;

mod timetable;

pub use timetable::{AgendaWarning, ClassMinutes, Timetable, TimetableRow, timetable};

/// Which of the two sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Session {
    /// "trù bị".
    Preparatory,
    /// "chính thức".
    #[default]
    Official,
}

stored_words!(Session { Preparatory = "preparatory", Official = "official" });

impl Session {
    /// Reads the workbook's word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match fold(text).as_str() {
            "tru bi" => Some(Self::Preparatory),
            "chinh thuc" => Some(Self::Official),
            _ => None,
        }
    }
}

/// What an item's time is spent on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum TimeClass {
    /// "nghi lễ".
    Ceremony,
    /// "báo cáo".
    Report,
    /// "thảo luận".
    Discussion,
    /// "bầu cử".
    Election,
    /// "khác".
    #[default]
    Other,
}

stored_words!(TimeClass { Ceremony = "ceremony", Report = "report", Discussion = "discussion", Election = "election", Other = "other" });

impl TimeClass {
    /// In order of the workbook's list.
    pub const ALL: [Self; 5] = [
        Self::Ceremony,
        Self::Report,
        Self::Discussion,
        Self::Election,
        Self::Other,
    ];

    /// Reads the workbook's word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match fold(text).as_str() {
            "nghi le" => Some(Self::Ceremony),
            "bao cao" => Some(Self::Report),
            "thao luan" => Some(Self::Discussion),
            "bau cu" => Some(Self::Election),
            "khac" => Some(Self::Other),
            _ => None,
        }
    }
}

/// Whether an item's start may move ("cứng; mềm").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartKind {
    /// Does not move; the column "Giờ dự kiến" says when.
    Fixed,
    /// Follows the item before it.
    Soft,
}

impl StartKind {
    /// Reads the workbook's word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match fold(text).as_str() {
            "cung" => Some(Self::Fixed),
            "mem" => Some(Self::Soft),
            _ => None,
        }
    }
}

/// What the workbook says of an agenda item.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct AgendaPlan {
    /// Which session.
    pub session: Session,
    /// Order within the session.
    pub order: i32,
    /// What happens.
    pub title: String,
    /// Planned minutes.
    pub minutes: u16,
    /// Floor in minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minutes_min: Option<u16>,
    /// Cap in minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minutes_max: Option<u16>,
    /// What the time is spent on.
    pub class: TimeClass,
    /// Start that does not move; `None` for an item that follows the one before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixed_start: Option<Minute>,
    /// Role keys.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conductors: Vec<String>,
    /// Paper keys that must be ready.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub papers: Vec<String>,
    /// Item that this one runs beside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parallel_to: Option<String>,
    /// Minutes of each part; the last part runs beside the parallel item. Empty for an undivided item.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<u16>,
    /// Discussion that may not be cut when time runs short.
    #[serde(skip_serializing_if = "is_false")]
    pub protected: bool,
    /// Whether its minutes count against the session's budget (lunch does not).
    pub counts: bool,
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

readable!(AgendaPlan {
    required: session, order, title, minutes, class, counts;
    optional: minutes_min, minutes_max, fixed_start, conductors, papers, parallel_to, parts, protected, note, confidence, source
});

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands in a reference"
)]
fn is_false(value: &bool) -> bool {
    !value
}

/// An agenda item of one unit: the plan and the unit's own minutes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgendaItem {
    /// "Mã mục".
    pub id: String,
    /// What the workbook says.
    pub plan: AgendaPlan,
    /// Minutes set by the unit.
    pub own_minutes: Option<u16>,
    /// Fields on which people still disagree.
    pub disputed: Vec<FieldName>,
}

impl AgendaItem {
    /// An item as the workbook has it.
    #[must_use]
    pub fn new(id: impl Into<String>, plan: AgendaPlan) -> Self {
        Self {
            id: id.into(),
            plan,
            own_minutes: None,
            disputed: Vec::new(),
        }
    }

    /// Minutes in force: the unit's own, else the template's.
    #[must_use]
    pub fn minutes(&self) -> u16 {
        self.own_minutes.unwrap_or(self.plan.minutes)
    }

    /// Minutes of each part, at least one part; they always add up to [`Self::minutes`].
    ///
    /// When the unit changed the minutes, later parts keep theirs as far as possible (they run beside something)
    /// and the first takes the difference.
    #[must_use]
    pub fn parts(&self) -> Vec<u16> {
        let mut left = self.minutes();
        let mut parts: Vec<u16> = if self.plan.parts.is_empty() {
            vec![left]
        } else {
            self.plan.parts.clone()
        };
        for part in parts.iter_mut().skip(1).rev() {
            *part = (*part).min(left);
            left -= *part;
        }
        parts[0] = left;
        parts
    }
}

/// The time that a session has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SessionBudget {
    /// Which session.
    pub session: Session,
    /// When it begins, if its first item does not say so.
    pub start: Option<Minute>,
    /// When it should end.
    pub end: Option<Minute>,
    /// Minutes there are, breaks not counted.
    pub budget_minutes: Option<u32>,
    /// Cap for each report that has none of its own.
    pub report_minutes_max: Option<u16>,
    /// Floor for all discussion of the session together.
    pub discussion_minutes_min: Option<u32>,
}

/// The time that both sessions have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budgets {
    /// Of the preparatory session.
    pub preparatory: SessionBudget,
    /// Of the official session.
    pub official: SessionBudget,
}

impl Default for Budgets {
    /// Nothing known of either session.
    fn default() -> Self {
        let of = |session| SessionBudget {
            session,
            ..SessionBudget::default()
        };
        Self {
            preparatory: of(Session::Preparatory),
            official: of(Session::Official),
        }
    }
}

impl Budgets {
    /// Of one session.
    #[must_use]
    pub fn of(&self, session: Session) -> &SessionBudget {
        match session {
            Session::Preparatory => &self.preparatory,
            Session::Official => &self.official,
        }
    }
}

#[cfg(test)]
mod tests;
