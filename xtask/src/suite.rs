//! `cargo xtask test`: everything that has to hold before a change lands, in one order, each build made once.

use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};

use crate::browser::{Browser, playwright};
use crate::process::{Timed, command, on_terminal, run, run_for_summary, run_quietly, run_timed};
use crate::tools::{Tool, Toolbox, wasm_target};
use crate::workspace::Workspace;
use crate::{postgres, release, say, size, tidy};

/// Both halves of the product in one native build; the browser's half has its own.
const NATIVE_FEATURES: &str = "--features=app/ssr,sync/sim";
const BROWSER_OPTIONS: [&str; 5] = [
    "--package=app",
    "--target=wasm32-unknown-unknown",
    "--no-default-features",
    "--features=hydrate",
    "--tests",
];

/// The invariants of sync must hold for each of these worlds.
const SEEDS: &str = "20000";

/// Long enough for a first fetch, short enough not to be noticed where there is no network.
const ADVISORIES_LIMIT: Duration = Duration::from_mins(1);

/// A part of the suite that can be run alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Part {
    /// Format, tidy, clippy for server and browser, licences and sources of dependencies
    Lint,
    /// Unit and property tests, examples in documentation, the simulator
    Unit,
    /// Tests of the phone's storage in headless Chromium
    Wasm,
    /// Release build, sizes, journeys with Playwright and axe
    E2e,
}

/// What a step has to say when it went well.
enum Outcome {
    Passed(Option<String>),
    Skipped(String),
}

type Run = fn(&Workspace) -> Result<Outcome>;

/// Cheapest first, so that a slip is told within seconds.
const STEPS: [(Part, &str, Run); 12] = [
    (Part::Lint, "format", format),
    (Part::Lint, "tidy", tidy_up),
    (Part::Lint, "dependencies", dependencies),
    (Part::Lint, "advisories", advisories),
    (Part::Lint, "clippy, server", clippy_native),
    (Part::Lint, "clippy, browser", clippy_browser),
    (Part::Unit, "documentation examples", examples),
    (Part::Unit, "unit and property tests", unit),
    (Part::Unit, "simulator", simulator),
    (Part::Wasm, "storage in a browser", wasm),
    (Part::E2e, "release build and sizes", build_and_size),
    (Part::E2e, "journeys", journeys),
];

/// Runs `part`, or all of it; stops at the first step that fails.
pub fn run_suite(workspace: &Workspace, part: Option<Part>) -> Result<()> {
    let steps: Vec<_> = STEPS
        .into_iter()
        .filter(|(of, _, _)| part.is_none_or(|it| it == *of))
        .collect();
    let start = Instant::now();
    let mut report = Vec::new();
    let (mut passed, mut skipped) = (0, 0);
    for (number, (of, name, step)) in steps.iter().enumerate() {
        say(&format!(
            "[{}/{}] {name} (at {} s)",
            number + 1,
            steps.len(),
            start.elapsed().as_secs()
        ));
        let begun = Instant::now();
        let outcome = step(workspace);
        let seconds = begun.elapsed().as_secs_f32();
        match outcome {
            Ok(Outcome::Passed(summary)) => {
                passed += 1;
                report.push(format!("  {seconds:>7.1} s  {name}"));
                report.extend(summary.map(|it| format!("{:13}{it}", "")));
            }
            Ok(Outcome::Skipped(reason)) => {
                skipped += 1;
                say(&format!("skipped: {reason}"));
                report.push(format!("  {seconds:>7.1} s  {name}: skipped, {reason}"));
            }
            Err(error) => {
                println!("\n{error:#}\n");
                report.push(format!("  {seconds:>7.1} s  {name}: FAILED"));
                println!("{}", report.join("\n"));
                println!("\nAlone: cargo xtask test {}", part_name(*of));
                println!("{}", closing_line(passed, 1, skipped));
                bail!("the step \"{name}\" failed");
            }
        }
    }
    println!(
        "\nAll of it in {} s:\n{}\n",
        start.elapsed().as_secs(),
        report.join("\n")
    );
    println!("{}", closing_line(passed, 0, skipped));
    Ok(())
}

fn closing_line(passed: usize, failed: usize, skipped: usize) -> String {
    let skipped = if skipped > 0 {
        format!(", {skipped} skipped")
    } else {
        String::new()
    };
    format!("xtask: {passed} passed, {failed} failed{skipped}")
}

fn part_name(part: Part) -> &'static str {
    match part {
        Part::Lint => "lint",
        Part::Unit => "unit",
        Part::Wasm => "wasm",
        Part::E2e => "e2e",
    }
}

fn colours() -> &'static str {
    if on_terminal() {
        "--color=always"
    } else {
        "--color=never"
    }
}

fn format(workspace: &Workspace) -> Result<Outcome> {
    run(command("cargo", &workspace.root).args([
        "fmt",
        "--all",
        "--check",
        "--",
        "--files-with-diff",
    ]))?;
    Ok(Outcome::Passed(None))
}

fn tidy_up(workspace: &Workspace) -> Result<Outcome> {
    let files = tidy::check(workspace)?;
    Ok(Outcome::Passed(Some(format!("{files} files"))))
}

fn dependencies(workspace: &Workspace) -> Result<Outcome> {
    let tools = Toolbox::with(workspace, &[Tool::Deny])?;
    run(tools.command(workspace, "cargo").args([
        "deny",
        "--workspace",
        "--log-level=error",
        "check",
        "bans",
        "licenses",
        "sources",
    ]))?;
    Ok(Outcome::Passed(None))
}

fn advisories(workspace: &Workspace) -> Result<Outcome> {
    let tools = Toolbox::with(workspace, &[Tool::Deny])?;
    let mut check = tools.command(workspace, "cargo");
    check.args(["deny", "--workspace", "check", "advisories"]);
    let out_of_reach = || {
        Ok(Outcome::Skipped(
            "advisory database out of reach".to_owned(),
        ))
    };
    match run_timed(&mut check, ADVISORIES_LIMIT)? {
        Timed::Ended { success: true, .. } => Ok(Outcome::Passed(None)),
        Timed::Ended { output, .. } if output.contains("failed to fetch advisory database") => {
            out_of_reach()
        }
        Timed::Ended { output, .. } => bail!("cargo deny check advisories:\n{output}"),
        Timed::TimedOut => out_of_reach(),
    }
}

fn clippy_native(workspace: &Workspace) -> Result<Outcome> {
    run(command("cargo", &workspace.root)
        .args(["clippy", "--workspace", "--all-targets", NATIVE_FEATURES])
        .args(["--", "--deny=warnings"]))?;
    Ok(Outcome::Passed(None))
}

fn clippy_browser(workspace: &Workspace) -> Result<Outcome> {
    wasm_target(workspace)?;
    run(command("cargo", &workspace.root)
        .arg("clippy")
        .args(BROWSER_OPTIONS)
        .args(["--lib", "--features=split", "--", "--deny=warnings"]))?;
    Ok(Outcome::Passed(None))
}

fn examples(workspace: &Workspace) -> Result<Outcome> {
    run(command("cargo", &workspace.root).args([
        "test",
        "--workspace",
        "--doc",
        "--quiet",
        NATIVE_FEATURES,
    ]))?;
    Ok(Outcome::Passed(None))
}

fn unit(workspace: &Workspace) -> Result<Outcome> {
    let tools = Toolbox::with(workspace, &[Tool::Nextest])?;
    let nextest = |what: &str| {
        let mut nextest = tools.command(workspace, "cargo");
        nextest.args(["nextest", what, "--workspace", NATIVE_FEATURES, colours()]);
        nextest
    };
    let mut tests = nextest("run");
    tests.arg("--profile=ci");
    let mut left_out = Vec::new();
    if !postgres::find_or_install() {
        let filter = format!("test(/^{}/)", postgres::TESTS);
        let list = run_quietly(nextest("list").args(["--message-format=oneline", "-E", &filter]))?;
        left_out.extend(list.lines().map(str::to_owned));
        tests.args(["-E", &format!("not {filter}")]);
    }
    let summary = run_for_summary(&mut tests, |line| line.starts_with("Summary ["))?;
    let Some(mut summary) = summary else {
        bail!("nextest gave no summary");
    };
    for test in &left_out {
        say(&format!("skipped, there is no PostgreSQL: {test}"));
    }
    if !left_out.is_empty() {
        summary += "; ";
        summary += &left_out.len().to_string();
        summary += " SKIPPED, there is no PostgreSQL (named above)";
    }
    Ok(Outcome::Passed(Some(summary)))
}

fn simulator(workspace: &Workspace) -> Result<Outcome> {
    let summary = run_for_summary(
        command("cargo", &workspace.root)
            .args(simulator_arguments())
            .args(["--seeds", SEEDS]),
        |line| line.starts_with("sim: "),
    )?;
    Ok(Outcome::Passed(summary))
}

/// What runs the simulator; its own options follow.
pub fn simulator_arguments() -> [&'static str; 7] {
    [
        "run",
        "--release",
        "--package=sync",
        "--features=sim",
        "--bin=sim",
        "--quiet",
        "--",
    ]
}

fn wasm(workspace: &Workspace) -> Result<Outcome> {
    wasm_target(workspace)?;
    let browser = Browser::find_or_install()?;
    let tools = Toolbox::with(workspace, &[Tool::WasmBindgen])?;
    let summary = run_for_summary(
        tools
            .command(workspace, "cargo")
            .env(
                "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER",
                "wasm-bindgen-test-runner",
            )
            .env("CHROMEDRIVER", &browser.driver)
            .env(
                "WASM_BINDGEN_TEST_WEBDRIVER_JSON",
                browser.webdriver_settings(workspace)?,
            )
            .env("WASM_BINDGEN_TEST_TIMEOUT", "120")
            .arg("test")
            .args(&BROWSER_OPTIONS[..4])
            .args(["--test=*", colours()]),
        |line| line.starts_with("test result: ok."),
    )?;
    ensure!(
        summary.as_ref().is_some_and(|it| !it.contains(" 0 passed")),
        "no test ran in the browser"
    );
    Ok(Outcome::Passed(summary))
}

fn build_and_size(workspace: &Workspace) -> Result<Outcome> {
    release::build(workspace)?;
    size::bench(workspace).map(|line| Outcome::Passed(Some(line)))
}

fn journeys(workspace: &Workspace) -> Result<Outcome> {
    let browser = Browser::find_or_install()?;
    playwright(workspace)?;
    let folder = workspace.end2end();
    run_quietly(command("npx", &folder).args(["--no-install", "tsc", "--noEmit"]))?;
    let artefacts = folder.join("test-results");
    if artefacts.exists() {
        fs::remove_dir_all(artefacts)?;
    }
    let summary = run_for_summary(
        command("npx", &folder)
            .envs(release::site_variables(workspace))
            .env("SOTAY_SERVER", workspace.server())
            .env("SOTAY_SITE", workspace.site())
            .env("SOTAY_CHROMIUM", &browser.chromium)
            .args(["--no-install", "playwright", "test"]),
        is_playwright_summary,
    )?;
    ensure!(summary.is_some(), "Playwright ran no test");
    Ok(Outcome::Passed(summary))
}

fn is_playwright_summary(line: &str) -> bool {
    line.split_once(" passed (")
        .is_some_and(|(count, _)| count.parse::<u32>().is_ok_and(|it| it > 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_line_counts_steps() {
        assert_eq!(closing_line(12, 0, 0), "xtask: 12 passed, 0 failed");
        assert_eq!(
            closing_line(3, 1, 1),
            "xtask: 3 passed, 1 failed, 1 skipped"
        );
    }

    #[test]
    fn playwright_summary_counts_at_least_one() {
        assert!(is_playwright_summary("7 passed (1.2m)"));
        assert!(!is_playwright_summary("0 passed (3s)"));
        assert!(!is_playwright_summary("ok 1 it passed (3s)"));
    }
}
