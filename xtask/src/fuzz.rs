//! `cargo xtask fuzz`: libFuzzer against the checks of `sync/tests/rubbish`, by cargo-fuzz and the stable compiler.
//!
//! What it finds on the way lives in the target folder; what reaches code that nothing kept reaches is merged into
//! `fuzz/corpus`, which the ordinary tests replay.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};

use crate::process::line;
use crate::say;
use crate::tools::{Tool, Toolbox};
use crate::workspace::Workspace;

/// Longest input that is made up, in bytes: what the checks bound is already out of bounds at this size.
const INPUT_BYTES_MAX: usize = 8 * 1024;
/// Longest that one input may take, in seconds.
const INPUT_SECONDS_MAX: u64 = 5;
/// Most memory of a fuzzer, in MiB; the checks bound that of each input far more closely.
const MEMORY_MIB_MAX: u64 = 2_048;

/// Most bytes that are kept of one target: a repository is read by people, and replayed with every change. All that was found
/// stays in the target folder.
const CORPUS_BYTES_MAX: u64 = 80 * 1024;

/// What to fuzz and for how long.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The target; without it, all of them, one after the other
    target: Option<String>,
    /// How long each of them runs
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..))]
    seconds: u64,
}

/// Fuzzes, tells what was reached, and keeps what reaches further. Stops at the first find.
pub fn fuzz(workspace: &Workspace, options: &Options) -> Result<()> {
    let fuzzer = Fuzzer {
        workspace,
        tools: Toolbox::with(workspace, &[Tool::Fuzz])?,
        folder: workspace.root.join("fuzz"),
    };
    let mut targets = fuzzer.targets()?;
    if let Some(wanted) = &options.target {
        ensure!(
            targets.contains(wanted),
            "no target {wanted}; there are {}",
            targets.join(", ")
        );
        targets = vec![wanted.clone()];
    }
    let mut report = Vec::new();
    for target in &targets {
        say(&format!("{target}, for {} s", options.seconds));
        let reached = fuzzer.run(target, options.seconds)?;
        let kept = fuzzer.keep(target)?;
        report.push(format!("{target:<10} {reached}; {kept} inputs kept"));
    }
    println!("{}", report.join("\n"));
    Ok(())
}

struct Fuzzer<'a> {
    workspace: &'a Workspace,
    tools: Toolbox,
    /// The workspace of the targets.
    folder: PathBuf,
}

impl Fuzzer<'_> {
    fn targets(&self) -> Result<Vec<String>> {
        let files = fs::read_dir(self.folder.join("fuzz_targets")).context("fuzz/fuzz_targets")?;
        let mut names = Vec::new();
        for file in files {
            let path = file?.path();
            names.extend(path.file_stem().map(|it| it.to_string_lossy().into_owned()));
        }
        names.sort();
        Ok(names)
    }

    /// Where a fuzzer's work is kept between runs.
    fn work(&self, what: &str, target: &str) -> Result<PathBuf> {
        let folder = self.workspace.target.join("fuzz").join(what).join(target);
        fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    /// A run of a target on folders of inputs. Its compiler flags are its own, so its builds are too. Sanitizers look after
    /// `unsafe` code, need a nightly compiler, and there is no such code here.
    fn command(&self, target: &str, folders: &[&Path]) -> Command {
        let mut command = self.tools.command(self.workspace, "cargo");
        command
            .env("CARGO_TARGET_DIR", self.workspace.target.join("fuzz"))
            .args(["fuzz", "run", "--sanitizer=none", target])
            .args(folders)
            .arg("--");
        command
    }

    /// Fuzzes for a while; gives libFuzzer's closing line.
    fn run(&self, target: &str, seconds: u64) -> Result<String> {
        let work = self.work("work", target)?;
        let kept = [
            self.folder.join("seeds").join(target),
            self.folder.join("corpus").join(target),
        ];
        for folder in &kept {
            fs::create_dir_all(folder)?;
        }
        let mut fuzz = self.command(target, &[&work, &kept[0], &kept[1]]);
        fuzz.arg(format!("-max_total_time={seconds}"))
            .arg(format!("-max_len={INPUT_BYTES_MAX}"))
            .arg(format!("-timeout={INPUT_SECONDS_MAX}"))
            .arg(format!("-rss_limit_mb={MEMORY_MIB_MAX}"))
            .arg(format!(
                "-dict={}",
                self.folder.join("words.dict").display()
            ));
        let log = self.logged(target, &mut fuzz)?;
        closing_line(&log)
            .with_context(|| format!("libFuzzer said nothing of {target}"))
            .map(str::to_owned)
    }

    /// Merges what was found into the corpus: the few inputs that reach, beside the seeds, what is reached; short ones first
    /// while there is room. Gives how many there are.
    fn keep(&self, target: &str) -> Result<usize> {
        let (work, merged) = (self.work("work", target)?, self.work("merged", target)?);
        let (seeds, corpus) = (self.folder.join("seeds"), self.folder.join("corpus"));
        let (seeds, corpus) = (seeds.join(target), corpus.join(target));
        fs::remove_dir_all(&merged)?;
        fs::create_dir_all(&merged)?;
        for seed in fs::read_dir(&seeds)? {
            let seed = seed?;
            fs::copy(seed.path(), merged.join(seed.file_name()))?;
        }
        let mut merge = self.command(target, &[&merged, &corpus, &work]);
        // Counting how often a line is passed would keep five times the inputs.
        merge.args(["-set_cover_merge=1", "-use_counters=0"]);
        self.logged(target, &mut merge)?;
        fs::remove_dir_all(&corpus)?;
        fs::create_dir_all(&corpus)?;
        let mut inputs = Vec::new();
        for input in fs::read_dir(&merged)? {
            let input = input?;
            if !seeds.join(input.file_name()).exists() {
                inputs.push((input.metadata()?.len(), input.file_name()));
            }
        }
        inputs.sort();
        let (mut count, mut room) = (0, CORPUS_BYTES_MAX);
        for (bytes, name) in inputs {
            let Some(rest) = room.checked_sub(bytes) else {
                break;
            };
            room = rest;
            fs::copy(merged.join(&name), corpus.join(&name))?;
            count += 1;
        }
        Ok(count)
    }

    /// Runs a fuzzer, whose thousands of lines are of interest only when it finds something.
    fn logged(&self, target: &str, fuzz: &mut Command) -> Result<String> {
        let path = self.work("logs", target)?.join("last");
        let status = fuzz
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&path)?)
            .status()
            .with_context(|| line(fuzz))?;
        // An input may be shown in the log, and is not always text.
        let log = String::from_utf8_lossy(&fs::read(&path)?).into_owned();
        if !status.success() {
            let lines: Vec<&str> = log.lines().collect();
            let last = lines
                .get(lines.len().saturating_sub(60)..)
                .unwrap_or_default();
            bail!("{}\n`{}` failed ({status})", last.join("\n"), line(fuzz));
        }
        Ok(log)
    }
}

/// "#4096 DONE cov: 1108 ft: 4224 corp: 330/72Kb lim: 8192 exec/s: 2048 rss: 71Mb", without the first word.
fn closing_line(log: &str) -> Option<&str> {
    log.lines()
        .rev()
        .find(|it| it.starts_with('#') && it.contains("DONE"))
        .map(|it| it.trim_start_matches('#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closing_line_is_the_last_of_its_kind() {
        let log = "#1\tINITED cov: 2\n#90\tNEW    cov: 3\n#99\tDONE   cov: 4 ft: 5\nDone 99 runs in 1 second(s)\n";
        assert_eq!(closing_line(log), Some("99\tDONE   cov: 4 ft: 5"));
        assert_eq!(closing_line("#1\tINITED\n"), None);
    }
}
