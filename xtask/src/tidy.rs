//! Habits of the house (`CONTRIBUTING.md`) that neither rustfmt nor clippy look after.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::say;
use crate::workspace::Workspace;

const FOLDERS: [&str; 9] = [
    "app", "domain", "end2end", "fuzz", "public", "server", "style", "sync", "xtask",
];
const SKIPPED: [&str; 5] = [
    "node_modules",
    "pkg",
    "playwright-report",
    "target",
    "test-results",
];
const EXTENSIONS: [&str; 5] = ["rs", "ts", "js", "css", "html"];
const LINES_MAX: usize = 450;

/// Left-overs of writing, in two parts each so that this file does not hold them.
const LEFT_OVERS: [(&str, &str); 6] = [
    ("dbg", "!("),
    ("todo", "!("),
    ("unimplemented", "!("),
    ("#[ig", "nore"),
    (".on", "ly("),
    ("waitFor", "Timeout("),
];

/// Reads every source file; gives how many.
///
/// A long file is only mentioned. Everything else found is an error, all of it at once.
pub fn check(workspace: &Workspace) -> Result<usize> {
    let mut files = Vec::new();
    for folder in FOLDERS {
        collect(&workspace.root.join(folder), &mut files)?;
    }
    files.sort();
    let mut problems = Vec::new();
    for path in &files {
        let name = path.strip_prefix(&workspace.root).unwrap_or(path);
        let text = fs::read_to_string(path).with_context(|| name.display().to_string())?;
        problems.extend(problems_of(name, &text));
        let lines = text.lines().count();
        if lines > LINES_MAX {
            say(&format!(
                "{}: {lines} lines; time to split?",
                name.display()
            ));
        }
    }
    if !problems.is_empty() {
        bail!("{}", problems.join("\n"));
    }
    Ok(files.len())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if path.is_dir() {
            if !SKIPPED.contains(&name.as_str()) {
                collect(&path, files)?;
            }
        } else if path
            .extension()
            .is_some_and(|it| EXTENSIONS.iter().any(|known| it == *known))
        {
            files.push(path);
        }
    }
    Ok(())
}

fn problems_of(name: &Path, text: &str) -> Vec<String> {
    let shown = name.display();
    let mut problems = Vec::new();
    if name.extension().is_some_and(|it| it == "rs") {
        if name.file_name().is_some_and(|it| it == "mod.rs") {
            problems.push(format!("{shown}: name the module's file after the module"));
        }
        if !text.starts_with("//! ") {
            problems.push(format!(
                "{shown}:1: begin with a `//!` line: what lives here"
            ));
        }
    }
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        for (first, second) in LEFT_OVERS {
            if line.contains(&format!("{first}{second}")) {
                problems.push(format!("{shown}:{number}: {first}{second} was left behind"));
            }
        }
        for word in [concat!("TO", "DO"), concat!("FIX", "ME")] {
            if line
                .split(|it: char| !it.is_alphanumeric())
                .any(|it| it == word)
                && !names_an_issue(line)
            {
                problems.push(format!(
                    "{shown}:{number}: a {word} names its issue, as in #12"
                ));
            }
        }
        if line.ends_with(' ') || line.ends_with('\t') {
            problems.push(format!("{shown}:{number}: spaces at the end of the line"));
        }
    }
    problems
}

fn names_an_issue(line: &str) -> bool {
    line.split('#')
        .skip(1)
        .any(|rest| rest.starts_with(|it: char| it.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(name: &str, text: &str) -> Vec<String> {
        problems_of(Path::new(name), text)
    }

    #[test]
    fn clean_file_has_no_problem() {
        assert_eq!(
            problems("a/b.rs", "//! What it is.\n\nfn main() {}\n"),
            Vec::<String>::new()
        );
        assert_eq!(problems("a/b.css", ".a {}\n"), Vec::<String>::new());
    }

    #[test]
    fn each_habit_is_looked_after() {
        assert_eq!(problems("a/b.rs", "fn main() {}\n").len(), 1);
        assert_eq!(problems("a/mod.rs", "//! Words.\n").len(), 1);
        let text = format!("//! Words.\n{}{}1);\n", LEFT_OVERS[0].0, LEFT_OVERS[0].1);
        assert_eq!(problems("a/b.rs", &text).len(), 1);
    }

    #[test]
    fn reminder_needs_an_issue() {
        let word = concat!("TO", "DO");
        assert_eq!(problems("a/b.ts", &format!("// {word}: later\n")).len(), 1);
        assert_eq!(
            problems("a/b.ts", &format!("// {word} #12: later\n")).len(),
            0
        );
        assert_eq!(
            problems("a/b.ts", &format!("const {word}S = 1;\n")).len(),
            0
        );
    }
}
