//! Readings of single values: each either has one meaning, or is refused with a reason. No places, no sheets.

use calamine::ExcelDateTime;
use domain::date::{CivilDate, DateError, Minute};
use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::import::finding::{Reason, Remark};
use crate::import::grid::is_space;

/// A text as it will be kept, and what had to be done for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Clean {
    /// NFC, single spaces, no edge spaces; line breaks kept.
    pub text: String,
    /// Marks were put onto their letters.
    pub composed: bool,
    /// Spaces were dropped or made plain.
    pub spaced: bool,
}

/// Cleans a text without changing a word of it.
pub(crate) fn clean(raw: &str) -> Clean {
    let composed = !is_nfc(raw);
    let unix = raw.replace("\r\n", "\n").replace('\r', "\n");
    let nfc: String = if composed { unix.nfc().collect() } else { unix };
    let mut text = String::with_capacity(nfc.len());
    for line in nfc.split('\n') {
        if !text.is_empty() {
            text.push('\n');
        }
        let words = line.split(is_space).filter(|it| !it.is_empty());
        text.push_str(&words.collect::<Vec<_>>().join(" "));
    }
    text.truncate(text.trim_end_matches('\n').len());
    Clean {
        spaced: text != nfc,
        composed,
        text,
    }
}

/// How keys are compared: case and the two spellings of uỷ/ủy aside, marks kept.
pub(crate) fn same_key(text: &str) -> String {
    let lower = text.to_lowercase();
    [
        ("uỷ", "ủy"),
        ("uý", "úy"),
        ("uỳ", "ùy"),
        ("uỵ", "ụy"),
        ("uỹ", "ũy"),
    ]
    .iter()
    .fold(lower, |text, (new, old)| text.replace(new, old))
}

/// A number without a fraction, within what a spreadsheet keeps exactly.
pub(crate) fn whole(number: f64) -> Option<i64> {
    const EXACT_MAX: f64 = 9_007_199_254_740_992.0;
    let is_whole = number.fract() == 0.0 && number.abs() <= EXACT_MAX;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "whole and within 2^53, checked above"
    )]
    is_whole.then_some(number as i64)
}

/// A whole number typed as text, with what to say of it.
pub(crate) fn integer(text: &str) -> Result<(i64, Remark), Reason> {
    let not = || Reason::NotInteger {
        found: text.to_owned(),
    };
    let (sign, digits) = match text.strip_prefix(['-', '−', '–']) {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let separator = if digits.contains('.') { '.' } else { ' ' };
    let groups: Vec<&str> = digits.split(separator).collect();
    let is_digits = |it: &&str| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit());
    if !groups.iter().all(is_digits) {
        return Err(not());
    }
    let read = |digits: &str| digits.parse::<i64>().map(|it| it * sign).map_err(|_| not());
    let found = text.to_owned();
    match groups.as_slice() {
        [digits] => read(digits).map(|read| (read, Remark::NumberFromText { found, read })),
        [first, rest @ ..] => {
            // "0.500" and "1.5" are decimal fractions to somebody; "1.200" is a thousand in Vietnam.
            let grouped = (1..=3).contains(&first.len())
                && !first.starts_with('0')
                && rest.iter().all(|it| it.len() == 3);
            if !grouped {
                return Err(not());
            }
            read(&groups.concat()).map(|read| (read, Remark::Thousands { found, read }))
        }
        [] => Err(not()),
    }
}

/// First and last year of a date: wide of any term, narrow enough to catch a slip.
const YEARS: std::ops::RangeInclusive<i32> = 1930..=2100;

fn within_years(date: CivilDate, found: &str) -> Result<CivilDate, Reason> {
    if YEARS.contains(&date.year()) {
        Ok(date)
    } else {
        Err(Reason::NoSuchDay {
            found: found.to_owned(),
        })
    }
}

/// A date typed as text: dd/mm/yyyy (also with dots or hyphens) or yyyy-mm-dd.
pub(crate) fn date(text: &str) -> Result<CivilDate, Reason> {
    let found = || text.to_owned();
    let day = text
        .strip_suffix("T00:00:00")
        .or_else(|| text.strip_suffix(" 00:00:00"))
        .unwrap_or(text);
    let same = day.replace(['.', '-', '–', '−'], "/");
    let parts: Vec<&str> = same.split('/').map(str::trim).collect();
    let is_number =
        |it: &&str| (1..=4).contains(&it.len()) && it.bytes().all(|byte| byte.is_ascii_digit());
    let [first, _, last] = parts.as_slice() else {
        return Err(Reason::NotDate { found: found() });
    };
    if !parts.iter().all(is_number) {
        return Err(Reason::NotDate { found: found() });
    }
    let read = match (first.len(), last.len()) {
        (4, 1 | 2) => CivilDate::parse_iso(&parts.join("-")),
        (1 | 2, 4) => CivilDate::parse_vietnamese(&parts.join("/")),
        (1 | 2, 1 | 2) => return Err(Reason::TwoDigitYear { found: found() }),
        _ => Err(DateError::Format),
    };
    match read {
        Ok(date) => within_years(date, text),
        Err(DateError::Format) => Err(Reason::NotDate { found: found() }),
        Err(DateError::Range) => Err(Reason::NoSuchDay { found: found() }),
    }
}

/// A date cell. A time of day on it would be a second meaning.
pub(crate) fn date_cell(cell: &ExcelDateTime) -> Result<CivilDate, Reason> {
    let found = moment(cell);
    if cell.is_duration() || cell.as_f64() < 1.0 || cell.as_f64().fract() != 0.0 {
        return Err(Reason::NotDate { found });
    }
    let (year, month, day, ..) = cell.to_ymd_hms_milli();
    let date = CivilDate::from_ymd(year.into(), month, day).ok_or_else(|| Reason::NoSuchDay {
        found: found.clone(),
    })?;
    within_years(date, &found)
}

/// A time typed as text: 13:30, 13:30:00, 13h30, 13 giờ 30, 7h.
pub(crate) fn time(text: &str) -> Result<Minute, Reason> {
    let not = || Reason::NotTime {
        found: text.to_owned(),
    };
    let mut plain = domain::text::fold(text)
        .replace("gio", "h")
        .replace('g', "h");
    plain.retain(|it| it != ' ');
    let plain = plain
        .strip_suffix("phut")
        .or_else(|| plain.strip_suffix('p'))
        .unwrap_or(&plain);
    let plain = match plain.matches(':').count() {
        2 => plain.strip_suffix(":00").ok_or_else(not)?,
        _ => plain,
    };
    Minute::parse(plain).map_err(|_| not())
}

/// A time cell, or a bare fraction of a day: whole minutes only.
pub(crate) fn time_fraction(fraction: f64) -> Result<Minute, Reason> {
    const MINUTES_OF_DAY: f64 = 1_440.0;
    let minutes = fraction * MINUTES_OF_DAY;
    let rounded = minutes.round();
    // Spreadsheets keep 13:30 as 0.5625 exactly but 07:10 as a repeating binary fraction.
    let is_minute = (minutes - rounded).abs() < 1e-4 && (0.0..MINUTES_OF_DAY).contains(&rounded);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "from 0 to 1439, checked above"
    )]
    let minutes = is_minute.then_some(rounded as u16);
    minutes.map(Minute::new).ok_or_else(|| Reason::NotTime {
        found: fraction.to_string(),
    })
}

/// A date or time cell as a person sees it, nearly.
pub(crate) fn moment(cell: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, ..) = cell.to_ymd_hms_milli();
    let clock = format!("{hour:02}:{minute:02}");
    if cell.as_f64() < 1.0 {
        clock
    } else if cell.as_f64().fract() == 0.0 {
        format!("{day:02}/{month:02}/{year}")
    } else {
        format!("{day:02}/{month:02}/{year} {clock}")
    }
}

#[cfg(test)]
mod tests;
