//! Vietnamese text without Unicode tables: folding for search, alphabetical order, upper case, yes and no.
//!
//! Handles composed (NFC) and decomposed (NFD) letters alike; letters of other scripts pass through unchanged.

use std::cmp::Ordering;
use std::iter::Peekable;
use std::str::Chars;

/// Letter marks in alphabetical order: a ă â, d đ, o ô ơ, u ư.
const PLAIN: u8 = 0;
const BREVE: u8 = 1;
const CIRCUMFLEX: u8 = 2;
const HORN: u8 = 3;
const STROKE: u8 = 4;
const FOREIGN: u8 = 5;

/// Tones in alphabetical order: level, grave, hook, tilde, acute, dot below.
const LEVEL: u8 = 0;
const GRAVE: u8 = 1;
const HOOK: u8 = 2;
const TILDE: u8 = 3;
const ACUTE: u8 = 4;
const DOT: u8 = 5;

/// Mark and tone of U+1EA0, U+1EA2, … U+1EF8, as `mark * 8 + tone`; the odd code after each is its lower case.
const EXTENDED: [u8; 45] = {
    const C: u8 = CIRCUMFLEX * 8;
    const B: u8 = BREVE * 8;
    const H: u8 = HORN * 8;
    [
        DOT,
        HOOK,
        C + ACUTE,
        C + GRAVE,
        C + HOOK,
        C + TILDE,
        C + DOT,
        B + ACUTE,
        B + GRAVE,
        B + HOOK,
        B + TILDE,
        B + DOT,
        DOT,
        HOOK,
        TILDE,
        C + ACUTE,
        C + GRAVE,
        C + HOOK,
        C + TILDE,
        C + DOT,
        HOOK,
        DOT,
        DOT,
        HOOK,
        C + ACUTE,
        C + GRAVE,
        C + HOOK,
        C + TILDE,
        C + DOT,
        H + ACUTE,
        H + GRAVE,
        H + HOOK,
        H + TILDE,
        H + DOT,
        DOT,
        HOOK,
        H + ACUTE,
        H + GRAVE,
        H + HOOK,
        H + TILDE,
        H + DOT,
        GRAVE,
        DOT,
        HOOK,
        TILDE,
    ]
};

/// Bases of U+00E0 … U+00FF.
const LATIN_1: &[u8; 32] = b"aaaaaa?ceeeeiiiidnooooo?ouuuuy?y";

/// One letter with its marks taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Letter {
    /// Lower-case letter without any mark; a run of spaces is one `' '`.
    base: char,
    mark: u8,
    tone: u8,
}

enum Piece {
    Letter(Letter),
    Mark(u8),
    Tone(u8),
    /// Invisible, or a mark that Vietnamese does not use.
    Nothing,
    Space,
}

fn letter(base: char, mark: u8, tone: u8) -> Piece {
    Piece::Letter(Letter { base, mark, tone })
}

fn classify(char: char) -> Piece {
    let code = u32::from(char);
    match char {
        '\t'..='\r'
        | ' '
        | '\u{85}'
        | '\u{a0}'
        | '\u{1680}'
        | '\u{2000}'..='\u{200a}'
        | '\u{2028}'
        | '\u{2029}'
        | '\u{202f}'
        | '\u{205f}'
        | '\u{3000}' => Piece::Space,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => Piece::Nothing,
        '\u{c0}'..='\u{ff}' => latin_1(char),
        'Ă' | 'ă' => letter('a', BREVE, LEVEL),
        'Đ' | 'đ' => letter('d', STROKE, LEVEL),
        'Ĩ' | 'ĩ' => letter('i', PLAIN, TILDE),
        'Ũ' | 'ũ' => letter('u', PLAIN, TILDE),
        'Ơ' | 'ơ' => letter('o', HORN, LEVEL),
        'Ư' | 'ư' => letter('u', HORN, LEVEL),
        '\u{1ea0}'..='\u{1ef9}' => {
            let base = match code {
                0x1ea0..=0x1eb7 => 'a',
                0x1eb8..=0x1ec7 => 'e',
                0x1ec8..=0x1ecb => 'i',
                0x1ecc..=0x1ee3 => 'o',
                0x1ee4..=0x1ef1 => 'u',
                _ => 'y',
            };
            let marks = EXTENDED[(code as usize - 0x1ea0) / 2];
            letter(base, marks / 8, marks % 8)
        }
        '\u{300}' | '\u{340}' => Piece::Tone(GRAVE),
        '\u{301}' | '\u{341}' => Piece::Tone(ACUTE),
        '\u{303}' => Piece::Tone(TILDE),
        '\u{309}' => Piece::Tone(HOOK),
        '\u{323}' => Piece::Tone(DOT),
        '\u{302}' => Piece::Mark(CIRCUMFLEX),
        '\u{306}' => Piece::Mark(BREVE),
        '\u{31b}' => Piece::Mark(HORN),
        _ if (0x300..=0x36f).contains(&code) => Piece::Nothing,
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' => {
            letter('-', PLAIN, LEVEL)
        }
        '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2032}' | '\u{2bc}' => letter('\'', PLAIN, LEVEL),
        '\u{201c}' | '\u{201d}' | '\u{201f}' | '\u{ab}' | '\u{bb}' => letter('"', PLAIN, LEVEL),
        other => letter(other.to_ascii_lowercase(), PLAIN, LEVEL),
    }
}

fn latin_1(char: char) -> Piece {
    // Upper and lower case differ by one bit, except ß and ÿ, which have no partner here.
    let lower = match char {
        'ß' => return letter('ß', FOREIGN, LEVEL),
        'ÿ' => 'ÿ',
        other => char::from_u32(u32::from(other) | 0x20).unwrap_or(other),
    };
    let base = match LATIN_1[u32::from(lower) as usize - 0xe0] {
        b'?' => return letter(lower, PLAIN, LEVEL),
        base => char::from(base),
    };
    match lower {
        'à' | 'è' | 'ì' | 'ò' | 'ù' => letter(base, PLAIN, GRAVE),
        'á' | 'é' | 'í' | 'ó' | 'ú' | 'ý' => letter(base, PLAIN, ACUTE),
        'ã' | 'õ' | 'ñ' => letter(base, PLAIN, TILDE),
        'â' | 'ê' | 'î' | 'ô' | 'û' => letter(base, CIRCUMFLEX, LEVEL),
        // Eth stands in for đ in old typefaces.
        'ð' => letter(base, STROKE, LEVEL),
        _ => letter(base, FOREIGN, LEVEL),
    }
}

/// Letters of a text, marks gathered on their letter, runs of spaces as one space.
struct Letters<'a> {
    chars: Peekable<Chars<'a>>,
}

fn letters(text: &str) -> Letters<'_> {
    Letters {
        chars: text.chars().peekable(),
    }
}

impl Iterator for Letters<'_> {
    type Item = Letter;

    fn next(&mut self) -> Option<Letter> {
        loop {
            match classify(self.chars.next()?) {
                Piece::Mark(_) | Piece::Tone(_) | Piece::Nothing => {}
                Piece::Space => {
                    // A mark on a space marks nothing: the spaces around it are one run.
                    while let Some(next) = self.chars.peek().copied()
                        && !matches!(classify(next), Piece::Letter(_))
                    {
                        self.chars.next();
                    }
                    return Some(Letter {
                        base: ' ',
                        mark: PLAIN,
                        tone: LEVEL,
                    });
                }
                Piece::Letter(mut letter) => {
                    while let Some(next) = self.chars.peek().copied() {
                        match classify(next) {
                            Piece::Mark(mark) => letter.mark = mark,
                            Piece::Tone(tone) => letter.tone = tone,
                            Piece::Nothing => {}
                            Piece::Letter(_) | Piece::Space => break,
                        }
                        self.chars.next();
                    }
                    return Some(letter);
                }
            }
        }
    }
}

/// Lower case, marks dropped, đ as d, spaces (no-break ones too) collapsed and trimmed, dashes and quotes plain.
///
/// "Huyện uỷ" and "huyện ủy", composed or not, fold to "huyen uy". Folding twice changes nothing.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in letters(text) {
        if letter.base != ' ' || !folded.is_empty() {
            folded.push(letter.base);
        }
    }
    if folded.ends_with(' ') {
        folded.pop();
    }
    folded
}

/// Whether two texts differ in case, marks and spaces at most.
#[must_use]
pub fn same(a: &str, b: &str) -> bool {
    a == b || fold(a) == fold(b)
}

/// How a query was found; the better one sorts first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Match {
    /// With the marks as typed (the place of a tone within its syllable does not count: uỷ is ủy).
    Marked,
    /// Only with marks dropped.
    Folded,
}

/// Whether every word of `query` occurs in `hay`, folded. An empty query matches everything.
#[must_use]
pub fn matches(query: &str, hay: &str) -> bool {
    has_words(&fold(query), &fold(hay))
}

/// As [`matches()`], of texts that are folded already.
#[must_use]
pub fn has_words(query: &str, hay: &str) -> bool {
    query.split(' ').all(|word| hay.contains(word))
}

/// As [`matches()`], and whether the marks agree too.
#[must_use]
pub fn find(query: &str, hay: &str) -> Option<Match> {
    if !matches(query, hay) {
        return None;
    }
    let hay = marked(hay);
    let agrees = marked(query).split(' ').all(|word| hay.contains(word));
    Some(if agrees { Match::Marked } else { Match::Folded })
}

/// Folded text that keeps marks as digits after their letter and the tone at the end of its syllable.
fn marked(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut tone = LEVEL;
    for letter in letters(text) {
        if letter.base.is_ascii() && !letter.base.is_ascii_alphanumeric() {
            push_digit(&mut out, tone, '\u{10}');
            tone = LEVEL;
        }
        out.push(letter.base);
        push_digit(&mut out, letter.mark, '\u{1}');
        tone = tone.max(letter.tone);
    }
    push_digit(&mut out, tone, '\u{10}');
    out.trim_matches(' ').to_owned()
}

/// Control characters stand for marks and tones, so that no digit of the text is taken for one.
fn push_digit(out: &mut String, value: u8, zero: char) {
    if value > 0 {
        out.extend(char::from_u32(u32::from(zero) + u32::from(value)));
    }
}

/// Order of the Vietnamese alphabet: letters first (a ă â b c d đ e ê …), then tones, then the bytes.
///
/// A total order: texts compare equal only when identical.
#[must_use]
pub fn compare(a: &str, b: &str) -> Ordering {
    let primary = |text| letters(text).map(|it| (it.base, it.mark));
    primary(a)
        .cmp(primary(b))
        .then_with(|| syllable_tones(a).cmp(syllable_tones(b)))
        .then_with(|| a.cmp(b))
}

/// Order of people's names: given name (the last word) first, then the whole name.
#[must_use]
pub fn compare_people(a: &str, b: &str) -> Ordering {
    compare(given_name(a), given_name(b)).then_with(|| compare(a, b))
}

fn given_name(name: &str) -> &str {
    name.split_whitespace().next_back().unwrap_or_default()
}

/// One tone per word: Vietnamese writes it over different vowels of the same syllable.
fn syllable_tones(text: &str) -> impl Iterator<Item = u8> {
    let mut rest = letters(text).peekable();
    std::iter::from_fn(move || {
        rest.peek()?;
        let mut tone = LEVEL;
        for letter in rest.by_ref() {
            if letter.base == ' ' {
                break;
            }
            tone = tone.max(letter.tone);
        }
        Some(tone)
    })
}

/// Upper case of Vietnamese letters; others stay.
#[must_use]
pub fn upper(text: &str) -> String {
    text.chars().map(upper_char).collect()
}

/// Whether a text has letters and none of them is lower case.
#[must_use]
pub fn is_upper(text: &str) -> bool {
    let mut seen = false;
    for char in text.chars() {
        if upper_char(char) != char {
            return false;
        }
        seen |= matches!(classify(char), Piece::Letter(it) if it.base.is_ascii_alphabetic());
    }
    seen
}

fn upper_char(char: char) -> char {
    let code = u32::from(char);
    let up = match char {
        'a'..='z' => return char.to_ascii_uppercase(),
        'à'..='ö' | 'ø'..='þ' => code - 0x20,
        'ă' | 'đ' | 'ĩ' | 'ũ' | 'ơ' | 'ư' => code - 1,
        '\u{1ea0}'..='\u{1ef9}' => code & !1,
        _ => return char,
    };
    char::from_u32(up).unwrap_or(char)
}

/// Reads the workbook's yes and no ("có", "không"); `None` for anything else.
#[must_use]
pub fn parse_yes_no(text: &str) -> Option<bool> {
    match fold(text).as_str() {
        "co" => Some(true),
        "khong" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
