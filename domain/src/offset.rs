//! Due dates as distances from the opening day T, and the calendar that working days are counted by.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::date::{CivilDate, Weekday};
use crate::text::fold;

/// Farthest a due date may lie from the opening day, in days either way: ten years.
pub const DISTANCE_DAYS_MAX: i32 = 3_650;
/// Farthest before an agenda item, in minutes: one day.
pub const BEFORE_ITEM_MINUTES_MAX: u16 = 1_440;

/// A distance from the opening day, as the workbook writes it.
///
/// Orders by the day it usually falls on (working days counted as 7 for 5), so that a list sorts without a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Offset {
    /// Calendar days after T: "T", "T-15", "T+7".
    Days(i32),
    /// Working days after T: "T-30wd".
    WorkingDays(i32),
    /// Minutes before an agenda item of the opening day: "mục-10phút".
    BeforeItem {
        /// Minutes before the item's expected start.
        minutes: u16,
    },
}

/// Why a text is not an offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OffsetError {
    /// Not one of the three forms.
    #[error("not an offset such as T-15, T+5wd or mục-10phút")]
    Format,
    /// Beyond [`DISTANCE_DAYS_MAX`] or [`BEFORE_ITEM_MINUTES_MAX`].
    #[error("too far from the opening day")]
    TooFar,
}

/// Which days are worked. The default is Monday to Friday without holidays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Calendar {
    /// Days off whatever their weekday.
    pub holidays: Vec<CivilDate>,
    /// Weekdays that are worked. Empty means Monday to Friday.
    pub working: Vec<Weekday>,
}

impl Calendar {
    /// Whether a day is worked.
    #[must_use]
    pub fn is_working(&self, day: CivilDate) -> bool {
        let weekday = day.weekday();
        let worked = if self.working.is_empty() {
            weekday < Weekday::Saturday
        } else {
            self.working.contains(&weekday)
        };
        worked && !self.holidays.contains(&day)
    }

    /// The working day that many working days after `from` (before, when negative); `from` itself for 0.
    ///
    /// Stops at the end of the calendar, which holidays of a whole century would be needed to reach.
    #[must_use]
    pub fn plus_working_days(&self, from: CivilDate, working_days: i32) -> CivilDate {
        let step = if working_days < 0 { -1 } else { 1 };
        let mut left = working_days.unsigned_abs();
        let mut day = from;
        while left > 0 {
            let next = day.plus_days(step);
            if next == day {
                break;
            }
            day = next;
            left -= u32::from(self.is_working(day));
        }
        day
    }
}

impl Offset {
    /// Reads an offset. Case, marks, spaces and the kind of dash do not matter; "T-30 ngày làm việc" is "T-30wd".
    ///
    /// # Errors
    /// `Format` for other texts, `TooFar` past the limits.
    pub fn parse(text: &str) -> Result<Self, OffsetError> {
        let mut text = fold(text);
        text.retain(|it| it != ' ');
        if let Some(rest) = text.strip_prefix("muc") {
            let rest = rest.strip_prefix('-').ok_or(OffsetError::Format)?;
            let digits = ["phut", "p", "'"]
                .iter()
                .find_map(|unit| rest.strip_suffix(unit))
                .ok_or(OffsetError::Format)?;
            let minutes = digits_to_number(digits)?;
            return match u16::try_from(minutes) {
                Ok(minutes) if minutes <= BEFORE_ITEM_MINUTES_MAX => {
                    Ok(Self::BeforeItem { minutes })
                }
                _ => Err(OffsetError::TooFar),
            };
        }
        let rest = text.strip_prefix('t').ok_or(OffsetError::Format)?;
        if rest.is_empty() {
            return Ok(Self::Days(0));
        }
        let (sign, rest) = match (rest.strip_prefix('-'), rest.strip_prefix('+')) {
            (Some(rest), _) => (-1, rest),
            (_, Some(rest)) => (1, rest),
            _ => return Err(OffsetError::Format),
        };
        let working = rest
            .strip_suffix("wd")
            .or_else(|| rest.strip_suffix("ngaylamviec"));
        let digits = working
            .or_else(|| rest.strip_suffix("ngay"))
            .unwrap_or(rest);
        let distance = digits_to_number(digits)?;
        if distance > DISTANCE_DAYS_MAX {
            return Err(OffsetError::TooFar);
        }
        let distance = sign * distance;
        Ok(if working.is_some() {
            Self::WorkingDays(distance)
        } else {
            Self::Days(distance)
        })
    }

    /// The day meant, for a congress that opens on `opening`.
    #[must_use]
    pub fn resolve(self, opening: CivilDate, calendar: &Calendar) -> CivilDate {
        match self {
            Self::Days(days) => opening.plus_days(days.into()),
            Self::WorkingDays(days) => calendar.plus_working_days(opening, days),
            Self::BeforeItem { .. } => opening,
        }
    }

    /// Where it sorts among others when no date is known: tenths of days after T.
    fn rank(self) -> i32 {
        match self {
            Self::Days(days) => days.saturating_mul(10),
            Self::WorkingDays(days) => days.saturating_mul(14),
            Self::BeforeItem { .. } => 0,
        }
    }
}

impl Default for Offset {
    /// The opening day.
    fn default() -> Self {
        Self::Days(0)
    }
}

impl PartialOrd for Offset {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Offset {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let key = |it: &Self| match *it {
            Self::Days(days) => (it.rank(), 0, days),
            Self::WorkingDays(days) => (it.rank(), 1, days),
            Self::BeforeItem { minutes } => (it.rank(), 2, -i32::from(minutes)),
        };
        key(self).cmp(&key(other))
    }
}

fn digits_to_number(digits: &str) -> Result<i32, OffsetError> {
    if digits.is_empty() || !digits.bytes().all(|it| it.is_ascii_digit()) {
        return Err(OffsetError::Format);
    }
    digits.parse().map_err(|_| OffsetError::TooFar)
}

impl fmt::Display for Offset {
    /// "T", "T-15", "T+5wd", "mục-10phút": the workbook's own notation, which [`Self::parse`] reads back.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Days(0) => out.write_str("T"),
            Self::Days(days) => write!(out, "T{days:+}"),
            Self::WorkingDays(days) => write!(out, "T{days:+}wd"),
            Self::BeforeItem { minutes } => write!(out, "mục-{minutes}phút"),
        }
    }
}

impl Serialize for Offset {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Offset {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
