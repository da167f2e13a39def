//! Sentences of the import, from the locale files beside this module. No other module here holds words for people.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::import::finding::Language;

type Sentences = BTreeMap<String, String>;

// The files are compiled in and a test reads them, so a broken one never ships.
static VIETNAMESE: LazyLock<Sentences> =
    LazyLock::new(|| serde_json::from_str(include_str!("words/vi.json")).unwrap_or_default());
static ENGLISH: LazyLock<Sentences> =
    LazyLock::new(|| serde_json::from_str(include_str!("words/en.json")).unwrap_or_default());

/// The sentence of `code` with `{name}` replaced by each parameter; the code itself when there is none.
pub(crate) fn say(language: Language, code: &str, parameters: &[(&str, &str)]) -> String {
    let sentences = match language {
        Language::Vietnamese => &VIETNAMESE,
        Language::English => &ENGLISH,
    };
    let Some(template) = sentences.get(code) else {
        return code.to_owned();
    };
    // One pass, so that braces inside a parameter (slogans have them) stay as they are.
    let mut sentence = String::with_capacity(template.len());
    let mut rest = template.as_str();
    while let Some((before, after)) = rest.split_once('{') {
        sentence.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            rest = after;
            break;
        };
        if let Some((_, text)) = parameters.iter().find(|(known, _)| *known == name) {
            sentence.push_str(text);
        } else {
            sentence.push('{');
            sentence.push_str(name);
            sentence.push('}');
        }
        rest = after;
    }
    sentence.push_str(rest);
    sentence
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_have_the_same_sentences_and_parameters() {
        assert!(VIETNAMESE.len() > 60, "vi.json is read");
        let names = |text: &str| {
            let mut names: Vec<_> = text
                .split('{')
                .skip(1)
                .filter_map(|it| it.split_once('}').map(|(name, _)| name.to_owned()))
                .collect();
            names.sort();
            names
        };
        let shape = |sentences: &Sentences| -> Vec<_> {
            sentences
                .iter()
                .map(|(code, text)| (code.clone(), names(text)))
                .collect()
        };
        assert_eq!(shape(&VIETNAMESE), shape(&ENGLISH));
    }

    /// Codes of the enums in `reason.rs` with their parameters, from the source itself: a variant without a sentence
    /// would otherwise show only when somebody meets it.
    fn codes() -> Vec<(String, Vec<String>)> {
        let after_doc = |it: &'static str| it.split_once('\n').map(|(_, rest)| rest.trim());
        let variants = include_str!("reason.rs")
            .split("\n    /// ")
            .skip(1)
            .filter_map(after_doc)
            .filter(|it| it.starts_with(|it: char| it.is_ascii_uppercase()));
        let code = |name: &str| {
            let mut code = String::new();
            for letter in name.chars() {
                if letter.is_ascii_uppercase() && !code.is_empty() {
                    code.push('_');
                }
                code.push(letter.to_ascii_lowercase());
            }
            code
        };
        variants
            .map(|variant| {
                let end = variant.find(|it: char| !it.is_ascii_alphanumeric());
                let (name, fields) = variant.split_at(end.unwrap_or(variant.len()));
                let fields = fields
                    .split([',', '}', '\n'])
                    .filter_map(|it| it.split_once(':'));
                let name_of = |(name, _): (&str, &str)| name.trim_matches([' ', '{']).to_owned();
                let fields: Vec<_> = fields.map(name_of).collect();
                (code(name), fields)
            })
            .collect()
    }

    #[test]
    fn every_reason_and_remark_has_a_sentence_with_its_parameters_only() {
        let codes = codes();
        assert!(codes.len() > 75, "{} variants found", codes.len());
        for (code, fields) in codes {
            let sentence = VIETNAMESE
                .get(&code)
                .unwrap_or_else(|| panic!("no sentence for {code}"));
            let named = sentence
                .split('{')
                .skip(1)
                .filter_map(|it| it.split_once('}'));
            for (name, _) in named {
                assert!(
                    fields.iter().any(|it| it == name),
                    "{code} has no parameter {name}"
                );
            }
        }
    }

    #[test]
    fn braces_inside_a_parameter_stay() {
        let text = say(Language::English, "place_sheet", &[("sheet", "{row}")]);
        assert_eq!(text, "sheet ‘{row}’");
    }
}
