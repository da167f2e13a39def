//! Days and times in words; numbers as Vietnamese offices write them.

use domain::congress::CongressClock;
use domain::date::{CivilDate, Minute, Weekday};
use domain::handbook::Handbook;
use domain::kinds::document::DocumentPlan;

use crate::words::Words;

/// "Thứ Sáu".
pub fn weekday(words: Words, day: CivilDate) -> &'static str {
    match day.weekday() {
        Weekday::Monday => words.weekday_monday(),
        Weekday::Tuesday => words.weekday_tuesday(),
        Weekday::Wednesday => words.weekday_wednesday(),
        Weekday::Thursday => words.weekday_thursday(),
        Weekday::Friday => words.weekday_friday(),
        Weekday::Saturday => words.weekday_saturday(),
        Weekday::Sunday => words.weekday_sunday(),
    }
}

/// "18:42 13/02/2020" from milliseconds since 1970, in Việt Nam.
pub fn moment(unix_ms: i64) -> String {
    format!(
        "{} {}",
        Minute::from_unix_ms(unix_ms),
        CivilDate::from_unix_ms(unix_ms)
    )
}

/// "18:42" on the same day, else "18:42 ngày 13/02".
pub fn moment_short(words: Words, unix_ms: i64, today: CivilDate) -> String {
    let day = CivilDate::from_unix_ms(unix_ms);
    let minute = Minute::from_unix_ms(unix_ms);
    if day == today {
        minute.to_string()
    } else {
        words.moment_on_day(minute, day.short())
    }
}

/// The countdown as a figure and its explanation.
pub fn countdown(
    words: Words,
    clock: CongressClock,
    opening: Option<CivilDate>,
) -> (String, String) {
    let day = opening.map(|it| it.to_string()).unwrap_or_default();
    match clock {
        CongressClock::Undated => (
            words.clock_undated().to_owned(),
            words.clock_undated_why().to_owned(),
        ),
        CongressClock::Suspended => (
            words.clock_suspended().to_owned(),
            words.clock_suspended_why().to_owned(),
        ),
        CongressClock::Before { days } => (words.clock_before(days), words.clock_opening_on(day)),
        CongressClock::Today => (words.clock_today().to_owned(), words.clock_today_why(day)),
        CongressClock::After { days } => (words.clock_after(days), words.clock_opened_on(day)),
    }
}

/// Name of a role key; the key itself until the library has arrived.
pub fn role<'a>(book: &'a Handbook, key: &'a str) -> &'a str {
    book.roles
        .iter()
        .find(|it| it.id == key)
        .map_or(key, |it| it.plan.name.as_str())
}

/// "Chỉ thị 38-CT/TU, 18/07/2019": number and day, since numbers repeat.
pub fn document(plan: &DocumentPlan) -> String {
    let name = if plan.number.is_empty() {
        &plan.title
    } else {
        &plan.number
    };
    match plan.issued {
        Some(day) => format!("{name}, {day}"),
        None => name.clone(),
    }
}

/// Names of role keys, as the workbook has them.
pub fn roles(book: &Handbook, keys: &[String]) -> String {
    let mut names = String::new();
    for key in keys {
        if !names.is_empty() {
            names.push_str(", ");
        }
        names.push_str(role(book, key));
    }
    names
}
