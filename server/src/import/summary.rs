//! Planned changes as text for `--dry-run`: Vietnamese and English side by side, the same text every time.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use domain::kinds::PLAN;
use serde_json::Value;

use crate::import::finding::Language;
use crate::import::plan::{IMPORTED_KINDS, PlannedChange, Verb};
use crate::import::words;

/// Most units named in one line; the rest is counted.
const UNITS_NAMED_MAX: usize = 3;
/// Most characters of a value shown.
const VALUE_CHARS_MAX: usize = 60;

/// Totals, counts by kind, then one line for each change. Stamping repeats a row for each unit: equal changes of
/// several units share a line.
#[must_use]
pub fn summary(changes: &[PlannedChange]) -> String {
    if changes.is_empty() {
        return both("change_nothing", &[]) + "\n";
    }
    let records: BTreeSet<_> = changes
        .iter()
        .map(|it| (&it.key.scope, &it.key.kind, &it.key.record))
        .collect();
    let (count, records) = (changes.len().to_string(), records.len().to_string());
    let mut text = both("change_total", &[("count", &count), ("records", &records)]) + "\n";
    for kind in IMPORTED_KINDS {
        let of = |verb| {
            changes
                .iter()
                .filter(|it| it.key.kind.as_str() == kind && it.verb == verb)
                .count()
        };
        let counts = [Verb::Added, Verb::Edited, Verb::Removed, Verb::Restored].map(of);
        if counts.iter().sum::<usize>() == 0 {
            continue;
        }
        let [added, edited, removed, restored] = counts.map(|it| it.to_string());
        let in_language = |language| {
            let kind = words::say(language, &format!("kind_{kind}"), &[]);
            let parameters = [
                ("kind", kind.as_str()),
                ("added", &added),
                ("edited", &edited),
                ("removed", &removed),
                ("restored", &restored),
            ];
            words::say(language, "change_counts", &parameters)
        };
        let vietnamese = in_language(Language::Vietnamese);
        let _ = writeln!(text, "  {vietnamese} · {}", in_language(Language::English));
    }
    for kind in IMPORTED_KINDS {
        lines(
            changes.iter().filter(|it| it.key.kind.as_str() == kind),
            &mut text,
        );
    }
    text
}

fn lines<'a>(changes: impl Iterator<Item = &'a PlannedChange>, text: &mut String) {
    let mut grouped: BTreeMap<(String, Verb, String), Vec<&str>> = BTreeMap::new();
    for change in changes {
        let record = change.key.record.as_str().to_owned();
        let group = (record, change.verb, detail(change));
        let line = format!("kind_{}", change.key.kind);
        let entry = grouped.entry((
            format!("{} {}", both(&line, &[]), group.0),
            group.1,
            group.2,
        ));
        entry.or_default().push(change.key.scope.as_str());
    }
    for ((record, verb, detail), units) in grouped {
        let code = match verb {
            Verb::Added => "change_added",
            Verb::Edited => "change_edited",
            Verb::Removed => "change_removed",
            Verb::Restored => "change_restored",
        };
        let mut named = units
            .iter()
            .take(UNITS_NAMED_MAX)
            .copied()
            .collect::<Vec<_>>()
            .join(", ");
        if units.len() > UNITS_NAMED_MAX {
            let _ = write!(named, ", +{}", units.len() - UNITS_NAMED_MAX);
        }
        let _ = writeln!(text, "{}: {record} [{named}]{detail}", both(code, &[]));
    }
}

/// Which parts of a value differ: "due: T-3 → T-4".
fn detail(change: &PlannedChange) -> String {
    if change.key.field.as_str() != PLAN {
        let before = change.before.as_ref().map_or_else(|| "–".to_owned(), shown);
        let after = change.after.as_ref().map_or_else(|| "–".to_owned(), shown);
        return format!(" {}: {before} → {after}", change.key.field);
    }
    let (Some(before), Some(after)) = (&change.before, &change.after) else {
        return String::new();
    };
    let (Some(before), Some(after)) = (before.as_object(), after.as_object()) else {
        return String::new();
    };
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let differing = names
        .into_iter()
        .filter(|it| before.get(*it) != after.get(*it));
    let parts: Vec<String> = differing
        .map(|name| {
            let show = |it: Option<&Value>| it.map_or_else(|| "–".to_owned(), shown);
            format!(
                "{name}: {} → {}",
                show(before.get(name)),
                show(after.get(name))
            )
        })
        .collect();
    format!(" {}", parts.join("; "))
}

fn shown(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.replace('\n', " "),
        other => other.to_string(),
    };
    if text.chars().count() <= VALUE_CHARS_MAX {
        return text;
    }
    text.chars().take(VALUE_CHARS_MAX).chain(['…']).collect()
}

fn both(code: &str, parameters: &[(&str, &str)]) -> String {
    let vietnamese = words::say(Language::Vietnamese, code, parameters);
    format!(
        "{vietnamese} · {}",
        words::say(Language::English, code, parameters)
    )
}
