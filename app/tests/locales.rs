//! Both languages are complete: the same keys, the same parameters, nothing empty, nothing unused.

#![cfg(not(target_arch = "wasm32"))]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

type Locale = BTreeMap<String, String>;

fn locale(code: &str) -> Locale {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("locales/{code}.json"));
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn parameters(text: &str) -> BTreeSet<&str> {
    text.split('{')
        .skip(1)
        .map(|it| it.split('}').next().unwrap())
        .collect()
}

fn sources(folder: &Path, out: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|it| it == "rs") {
            out.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn every_key_stands_in_both_languages_with_the_same_parameters() {
    let (vi, en) = (locale("vi"), locale("en"));
    assert_eq!(vi.keys().collect::<Vec<_>>(), en.keys().collect::<Vec<_>>());
    for (key, text) in &vi {
        assert_eq!(parameters(text), parameters(&en[key]), "{key}");
    }
}

#[test]
fn no_sentence_is_empty_or_left_in_the_other_language() {
    const VIETNAMESE_ONLY: &str = "ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ";
    for (key, text) in locale("vi").into_iter().chain(locale("en")) {
        assert!(!text.trim().is_empty(), "{key} is empty");
    }
    for (key, text) in locale("en") {
        let foreign = text
            .to_lowercase()
            .chars()
            .find(|it| VIETNAMESE_ONLY.contains(*it));
        assert_eq!(foreign, None, "{key}: {text}");
    }
}

#[test]
fn every_key_is_said_somewhere() {
    let mut code = String::new();
    sources(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut code,
    );
    let code: String = code.split_whitespace().collect();
    for key in locale("vi").keys() {
        let call = format!(".{}(", key.replace(['.', '-'], "_"));
        assert!(code.contains(&call), "{key} is not used");
    }
}
