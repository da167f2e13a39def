//! Civil days and times of day, as printed in Vietnam: dd/mm/yyyy, 24 hours, `Asia/Ho_Chi_Minh` (fixed +07:00).

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;
use sync::serde_through_wire;
use sync::wire::{Wire, WireError};
use time::{Date, Duration, Month};

/// Julian day of 1970-01-01.
const UNIX_EPOCH_JULIAN_DAY: i64 = 2_440_588;
const DAY_MS: i64 = 86_400_000;
/// Vietnam's fixed distance from UTC.
const OFFSET_MS: i64 = 7 * 3_600_000;

/// Why a text is not a day or a time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    /// Not written as asked.
    #[error("not written as a date or time")]
    Format,
    /// No such day or minute.
    #[error("no such day or time")]
    Range,
}

/// A day of the calendar, without a time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CivilDate(Date);

/// Day of the week, in order of the Vietnamese week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weekday {
    /// Thứ Hai.
    Monday,
    /// Thứ Ba.
    Tuesday,
    /// Thứ Tư.
    Wednesday,
    /// Thứ Năm.
    Thursday,
    /// Thứ Sáu.
    Friday,
    /// Thứ Bảy.
    Saturday,
    /// Chủ Nhật.
    Sunday,
}

impl Weekday {
    const ALL: [Self; 7] = [
        Self::Monday,
        Self::Tuesday,
        Self::Wednesday,
        Self::Thursday,
        Self::Friday,
        Self::Saturday,
        Self::Sunday,
    ];

    /// 2 (Monday) to 7 (Saturday), 8 for Sunday.
    #[must_use]
    pub fn vietnamese_number(self) -> u8 {
        self as u8 + 2
    }

    /// The day that [`Self::vietnamese_number`] gives back.
    #[must_use]
    pub fn from_vietnamese_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number.checked_sub(2)?)).copied()
    }
}

impl CivilDate {
    /// `None` when there is no such day. Years 1 to 9999.
    #[must_use]
    pub fn from_ymd(year: i32, month: u8, day: u8) -> Option<Self> {
        if !(1..=9999).contains(&year) {
            return None;
        }
        let month = Month::try_from(month).ok()?;
        Date::from_calendar_date(year, month, day).ok().map(Self)
    }

    /// Reads "2020-02-21".
    ///
    /// # Errors
    /// `Format` for other shapes, `Range` for a day that does not exist.
    pub fn parse_iso(text: &str) -> Result<Self, DateError> {
        let (year, month, day) = three_numbers(text.trim(), '-')?;
        Self::from_numbers(year, month, day)
    }

    /// Reads "21/02/2020", also with single digits ("1/2/2020").
    ///
    /// # Errors
    /// `Format` for other shapes (two-digit years too), `Range` for a day that does not exist.
    pub fn parse_vietnamese(text: &str) -> Result<Self, DateError> {
        let (day, month, year) = three_numbers(text.trim(), '/')?;
        Self::from_numbers(year, month, day)
    }

    fn from_numbers(year: u16, month: u16, day: u16) -> Result<Self, DateError> {
        if year < 1000 {
            return Err(DateError::Format);
        }
        let month = u8::try_from(month).map_err(|_| DateError::Range)?;
        let day = u8::try_from(day).map_err(|_| DateError::Range)?;
        Self::from_ymd(i32::from(year), month, day).ok_or(DateError::Range)
    }

    /// The day in Vietnam at an instant given in milliseconds since 1970 (UTC). Clamped to years −9999 to 9999.
    #[must_use]
    pub fn from_unix_ms(unix_ms: i64) -> Self {
        let days = unix_ms.saturating_add(OFFSET_MS).div_euclid(DAY_MS);
        let julian = days.saturating_add(UNIX_EPOCH_JULIAN_DAY);
        let julian = julian.clamp(
            i64::from(Date::MIN.to_julian_day()),
            i64::from(Date::MAX.to_julian_day()),
        );
        // Clamped to a valid day just above; the fallback is never reached.
        i32::try_from(julian)
            .ok()
            .and_then(|it| Date::from_julian_day(it).ok())
            .map_or(Self(Date::MAX), Self)
    }

    /// The day so many days later (earlier when negative). Clamped to the calendar's ends.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        let end = if days < 0 { Date::MIN } else { Date::MAX };
        // Beyond ±8 million days every day of the calendar is passed; the bound keeps `Duration` from overflowing.
        let days = days.clamp(-8_000_000, 8_000_000);
        Self(self.0.checked_add(Duration::days(days)).unwrap_or(end))
    }

    /// Days from this one to `other`; negative when `other` is earlier.
    #[must_use]
    pub fn days_until(self, other: Self) -> i64 {
        i64::from(other.0.to_julian_day()) - i64::from(self.0.to_julian_day())
    }

    /// Day of the week.
    #[must_use]
    pub fn weekday(self) -> Weekday {
        Weekday::ALL[usize::from(self.0.weekday().number_days_from_monday())]
    }

    /// The year.
    #[must_use]
    pub fn year(self) -> i32 {
        self.0.year()
    }

    /// The month, 1 to 12.
    #[must_use]
    pub fn month(self) -> u8 {
        self.0.month().into()
    }

    /// The day of the month, 1 to 31.
    #[must_use]
    pub fn day(self) -> u8 {
        self.0.day()
    }

    /// "2020-02-21": as stored.
    #[must_use]
    pub fn iso(self) -> String {
        let mut out = String::with_capacity(10);
        push_number(&mut out, self.0.year().unsigned_abs(), 4);
        out.push('-');
        push_number(&mut out, self.month().into(), 2);
        out.push('-');
        push_number(&mut out, self.day().into(), 2);
        out
    }

    /// "21/02": where the year goes without saying.
    #[must_use]
    pub fn short(self) -> String {
        let mut out = String::with_capacity(10);
        push_number(&mut out, self.day().into(), 2);
        out.push('/');
        push_number(&mut out, self.month().into(), 2);
        out
    }
}

impl fmt::Display for CivilDate {
    /// "21/02/2020".
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = self.short();
        text.push('/');
        push_number(&mut text, self.0.year().unsigned_abs(), 4);
        out.pad(&text)
    }
}

impl Wire for CivilDate {
    fn to_wire(&self) -> Value {
        Value::String(self.iso())
    }

    fn from_wire(value: Value) -> Result<Self, WireError> {
        (value.as_str())
            .and_then(|it| Self::parse_iso(it).ok())
            .ok_or(WireError::new("a day"))
    }
}

serde_through_wire!(CivilDate);

/// A time of day in minutes since midnight. A timetable that runs past midnight goes on counting (25:10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Minute(u16);

impl Minute {
    /// Minutes since midnight.
    #[must_use]
    pub fn new(minutes: u16) -> Self {
        Self(minutes)
    }

    /// Minutes since midnight.
    #[must_use]
    pub fn get(self) -> u16 {
        self.0
    }

    /// Reads "13:30", "7:30", "13h30" or "13h"; before 24:00.
    ///
    /// # Errors
    /// `Format` for other shapes, `Range` for hours past 23 or minutes past 59.
    pub fn parse(text: &str) -> Result<Self, DateError> {
        let text = text.trim();
        let (hours, minutes) = match text.split_once([':', 'h', 'H']) {
            Some((hours, "")) if !text.ends_with(':') => (number(hours, 2)?, 0),
            Some((hours, minutes)) if minutes.len() == 2 => {
                (number(hours, 2)?, number(minutes, 2)?)
            }
            _ => return Err(DateError::Format),
        };
        if hours > 23 || minutes > 59 {
            return Err(DateError::Range);
        }
        Ok(Self(hours * 60 + minutes))
    }

    /// So many minutes later; stops at the largest countable.
    #[must_use]
    pub fn plus(self, minutes: u16) -> Self {
        Self(self.0.saturating_add(minutes))
    }

    /// Minutes from this time to a later one; 0 when `later` is earlier.
    #[must_use]
    pub fn until(self, later: Self) -> u16 {
        later.0.saturating_sub(self.0)
    }

    /// The time of day in Vietnam at an instant given in milliseconds since 1970 (UTC).
    #[must_use]
    pub fn from_unix_ms(unix_ms: i64) -> Self {
        let minute = unix_ms.saturating_add(OFFSET_MS).rem_euclid(DAY_MS) / 60_000;
        Self(u16::try_from(minute).unwrap_or_default())
    }
}

impl fmt::Display for Minute {
    /// "07:05".
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::with_capacity(6);
        push_number(&mut text, u32::from(self.0 / 60), 2);
        text.push(':');
        push_number(&mut text, u32::from(self.0 % 60), 2);
        out.pad(&text)
    }
}

impl Serialize for Minute {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Minute {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(de::Error::custom)
    }
}

fn three_numbers(text: &str, separator: char) -> Result<(u16, u16, u16), DateError> {
    let mut parts = text.split(separator);
    let mut next = || number(parts.next().unwrap_or_default(), 4);
    let numbers = (next()?, next()?, next()?);
    if parts.next().is_some() {
        Err(DateError::Format)
    } else {
        Ok(numbers)
    }
}

fn number(text: &str, digits_max: usize) -> Result<u16, DateError> {
    let text = text.trim();
    if text.is_empty() || text.len() > digits_max || !text.bytes().all(|it| it.is_ascii_digit()) {
        return Err(DateError::Format);
    }
    text.parse().map_err(|_| DateError::Format)
}

/// Decimal digits with leading zeros, without the formatting machinery.
fn push_number(out: &mut String, value: u32, digits_min: usize) {
    let mut digits = [b'0'; 10];
    let mut rest = value;
    let mut first = digits.len();
    while rest > 0 || digits.len() - first < digits_min {
        first -= 1;
        digits[first] = b'0' + u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
    }
    out.extend(digits[first..].iter().copied().map(char::from));
}

#[cfg(test)]
mod tests;
