//! Turns `locales/*.json` into typed functions and `../style/*.css` into one style sheet, so that neither needs a tool or a byte at run time.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

type Locale = BTreeMap<String, String>;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=locales");
    println!("cargo::rerun-if-changed=../style");
    let out = env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    let out = Path::new(&out);
    fs::write(out.join("words.rs"), words()).expect("OUT_DIR is writable");
    fs::write(out.join("app.css"), style()).expect("OUT_DIR is writable");
}

/// One method per key; a key missing from either language, or with other parameters, stops the build.
fn words() -> String {
    let vi = locale("locales/vi.json");
    let en = locale("locales/en.json");
    let missing: Vec<&String> = vi
        .keys()
        .filter(|key| !en.contains_key(*key))
        .chain(en.keys().filter(|key| !vi.contains_key(*key)))
        .collect();
    assert!(missing.is_empty(), "keys in one locale only: {missing:?}");

    let mut code = String::from("impl Words {\n");
    for (key, text_vi) in &vi {
        let text_en = &en[key];
        let names = parameters(text_vi);
        let mut names_en = parameters(text_en);
        names_en.sort();
        let mut sorted = names.clone();
        sorted.sort();
        assert_eq!(
            sorted, names_en,
            "key {key}: parameters differ between vi and en"
        );
        let method = key.replace(['.', '-'], "_");
        if names.is_empty() {
            writeln!(
                code,
                "/// {text_vi:?}\npub fn {method}(self) -> &'static str {{ self.pick({text_vi:?}, {text_en:?}) }}"
            )
        } else {
            let (mut arguments, mut values) = (String::new(), String::new());
            for name in &names {
                let _ = write!(arguments, ", {name}: impl std::fmt::Display");
                let _ = write!(values, "&{name},");
            }
            let (text_vi, text_en) = (numbered(text_vi, &names), numbered(text_en, &names));
            writeln!(
                code,
                "/// {text_vi:?}\npub fn {method}(self{arguments}) -> String {{ fill(self.pick({text_vi:?}, {text_en:?}), &[{values}]) }}"
            )
        }
        .expect("writing to a string cannot fail");
    }
    code.push_str("}\n");
    code
}

fn locale(path: &str) -> Locale {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Names in `{braces}`, in order of first appearance.
fn parameters(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    for part in text.split('{').skip(1) {
        let name = part.split('}').next().unwrap_or_default().to_owned();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn numbered(text: &str, names: &[String]) -> String {
    names
        .iter()
        .enumerate()
        .fold(text.to_owned(), |text, (index, name)| {
            text.replace(&format!("{{{name}}}"), &format!("{{{index}}}"))
        })
}

/// Inlines the `@import "file" layer(name);` lines of `style/main.css` and drops comments and indentation.
fn style() -> String {
    let folder = Path::new("../style");
    let main = fs::read_to_string(folder.join("main.css")).expect("style/main.css");
    let mut css = String::new();
    for line in main.lines() {
        let Some(rest) = line.trim().strip_prefix("@import \"") else {
            css.push_str(line);
            css.push('\n');
            continue;
        };
        let (file, rest) = rest.split_once('"').expect("@import \"file\" layer(name);");
        let layer = rest
            .trim()
            .trim_start_matches("layer(")
            .trim_end_matches(");");
        let text = fs::read_to_string(folder.join(file))
            .unwrap_or_else(|error| panic!("style/{file}: {error}"));
        write!(css, "@layer {layer} {{\n{text}\n}}\n").expect("writing to a string cannot fail");
    }
    compact(&css)
}

fn compact(css: &str) -> String {
    let mut text = String::with_capacity(css.len());
    let mut rest = css;
    while let Some((before, after)) = rest.split_once("/*") {
        text.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, it)| it);
    }
    text.push_str(rest);
    text.lines()
        .map(str::trim)
        .filter(|it| !it.is_empty())
        .collect::<Vec<_>>()
        .join("\n")
}
