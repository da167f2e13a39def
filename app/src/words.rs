//! Words for people, from `locales/*.json`: one method per key, made by `build.rs`, so a missing key does not compile.

use std::fmt::{Display, Write as _};

use serde::{Deserialize, Serialize};

/// A language of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// Vietnamese, the default.
    #[default]
    Vi,
    /// English.
    En,
}

impl Language {
    /// Code for `<html lang>` and for the cookie.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
        }
    }

    /// Reads a code; anything unknown is Vietnamese.
    #[must_use]
    pub fn from_code(code: &str) -> Self {
        if code.trim().eq_ignore_ascii_case("en") {
            Self::En
        } else {
            Self::Vi
        }
    }
}

/// Every sentence of the interface in one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Words(pub Language);

impl Words {
    fn pick(self, vi: &'static str, en: &'static str) -> &'static str {
        match self.0 {
            Language::Vi => vi,
            Language::En => en,
        }
    }
}

/// Puts values into `{0}`, `{1}`, … of a sentence.
fn fill(sentence: &str, values: &[&dyn Display]) -> String {
    let mut text = String::with_capacity(sentence.len() + 16);
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let (index, after) = after.split_once('}').unwrap_or(("", after));
        if let Some(value) = index.parse().ok().and_then(|it: usize| values.get(it)) {
            // Writing to a string cannot fail.
            let _ = write!(text, "{value}");
        }
        rest = after;
    }
    text.push_str(rest);
    text
}

include!(concat!(env!("OUT_DIR"), "/words.rs"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_go_where_their_numbers_stand() {
        assert_eq!(fill("{1} trước {0}", &[&"sau", &7]), "7 trước sau");
        assert_eq!(fill("không có gì", &[]), "không có gì");
    }
}
