//! A unit's congress: its kind and form, its days, and where today stands against the opening day.

use crate::date::CivilDate;
use crate::offset::Offset;

use crate::kinds::plan::stored_words;
use crate::text::fold;

/// Who sits in the congress.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// Elected or summoned delegates ("đại biểu").
    Delegates,
    /// All members ("đảng viên").
    AllMembers,
}

stored_words!(Form { Delegates = "delegates", AllMembers = "all_members" });

impl Form {
    /// Reads the workbook's word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match fold(text).as_str() {
            "dai bieu" => Some(Self::Delegates),
            "dang vien" => Some(Self::AllMembers),
            _ => None,
        }
    }
}

/// What is known of a unit's congress.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Congress {
    /// Congress kind, a word of the workbook; `None` for a unit that holds none.
    pub kind: Option<String>,
    /// Form, when known.
    pub form: Option<Form>,
    /// Agenda template that was stamped.
    pub template: Option<String>,
    /// Opening day T; `None` while undetermined.
    pub opening: Option<CivilDate>,
    /// Day of the preparatory session.
    pub preparatory: Option<CivilDate>,
    /// Whether the days are assumed, as in the demonstration.
    pub assumed: bool,
    /// Whether a higher level has suspended it: nothing is due.
    pub suspended: bool,
    /// Whether it has been held.
    pub held: bool,
}

/// Today against the opening day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CongressClock {
    /// No opening day yet.
    Undated,
    /// Suspended, dated or not.
    Suspended,
    /// Opens later.
    Before {
        /// Days to go, at least 1.
        days: i64,
    },
    /// Opens today.
    Today,
    /// Opened earlier.
    After {
        /// Days since, at least 1.
        days: i64,
    },
}

impl Congress {
    /// Where `today` stands.
    #[must_use]
    pub fn clock(&self, today: CivilDate) -> CongressClock {
        if self.suspended {
            return CongressClock::Suspended;
        }
        let Some(opening) = self.opening else {
            return CongressClock::Undated;
        };
        match today.days_until(opening) {
            0 => CongressClock::Today,
            days if days > 0 => CongressClock::Before { days },
            days => CongressClock::After { days: -days },
        }
    }

    /// The day that offsets count from: none while undated or suspended.
    #[must_use]
    pub fn origin(&self) -> Option<CivilDate> {
        self.opening.filter(|_| !self.suspended)
    }

    /// "T-7", "T", "T+1"; `None` while undated or suspended.
    #[must_use]
    pub fn t_minus(&self, today: CivilDate) -> Option<String> {
        self.clock(today).t_minus()
    }
}

impl CongressClock {
    /// "T-7", "T", "T+1"; `None` while undated or suspended.
    #[must_use]
    pub fn t_minus(self) -> Option<String> {
        let days = match self {
            Self::Undated | Self::Suspended => return None,
            Self::Before { days } => -days,
            Self::Today => 0,
            Self::After { days } => days,
        };
        i32::try_from(days)
            .ok()
            .map(|it| Offset::Days(it).to_string())
    }
}

#[cfg(test)]
mod tests;
