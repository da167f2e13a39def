//! Rubbish stops nobody: every kept input of `fuzz/`, and seeded changes to each, against the checks that the fuzzers run.

#[path = "rubbish/checks.rs"]
mod checks;
#[path = "rubbish/mutate.rs"]
mod mutate;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use checks::{CHECKS, Check};
use mutate::{Seeded, mutated};

/// Changes to each input, by the folder that keeps it: the fuzzer's own are many, and changed ones already.
const FOLDERS: [(&str, u64); 2] = [("seeds", 24), ("corpus", 2)];
/// Longest that one input may take, unoptimised and on a busy machine.
const TIME_MAX: Duration = Duration::from_secs(5);

/// What is kept for a check, and how many changes to make to it: seeds and regressions by name, and what the fuzzer found
/// worth keeping.
fn kept(name: &str) -> Vec<(PathBuf, u64)> {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz");
    let mut files = Vec::new();
    for (folder, changes) in FOLDERS {
        let folder = fuzz.join(folder).join(name);
        for entry in fs::read_dir(&folder).into_iter().flatten() {
            files.push((entry.expect("a folder can be read").path(), changes));
        }
    }
    files.sort();
    files
}

/// Runs a check; a panic names what it was given.
fn run(check: Check, data: &[u8], what: &str) {
    let begun = Instant::now();
    let done = catch_unwind(AssertUnwindSafe(|| check(data)));
    let shown = String::from_utf8_lossy(&data[..data.len().min(2_000)]);
    assert!(done.is_ok(), "{what}: {shown}");
    assert!(
        begun.elapsed() < TIME_MAX,
        "{what} took {:?}: {shown}",
        begun.elapsed()
    );
}

#[test]
fn what_the_fuzzers_kept_holds_and_so_do_changes_to_it() {
    for (name, check) in CHECKS {
        let files = kept(name);
        assert!(!files.is_empty(), "{name} has kept inputs");
        for (number, (path, changes)) in (0_u64..).zip(files) {
            let data = fs::read(&path).expect("a kept input can be read");
            run(check, &data, &path.display().to_string());
            for change in 0..changes {
                let seed = number * 100 + change;
                let changed = mutated(&data, &mut Seeded::new(seed));
                run(check, &changed, &format!("{}, seed {seed}", path.display()));
            }
        }
    }
}
