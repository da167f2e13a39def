//! `cargo xtask …`: sets the machine up, builds, serves, tests and measures. No logic of the product.

mod bench;
mod browser;
mod debian;
mod fuzz;
mod http;
mod postgres;
mod process;
mod release;
mod serve;
mod size;
mod suite;
mod tidy;
mod tools;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::process::{command, run};
use crate::workspace::Workspace;

/// Builds, serves, tests and measures Sổ tay Đại hội.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Build the release and serve it, with the demo district unless told otherwise
    Serve(serve::Options),
    /// Serve a debug build, rebuilt whenever a file changes
    Watch,
    /// Run all checks and tests, or one part of them
    Test {
        /// The part; without it, all of them
        part: Option<suite::Part>,
    },
    /// Measure
    #[command(subcommand)]
    Bench(Bench),
    /// Run the simulator of sync, as in `cargo xtask sim --seed 7`
    Sim {
        /// Options of the simulator
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        options: Vec<String>,
    },
    /// Fuzz the parsers of sync, and keep what reaches further
    Fuzz(fuzz::Options),
}

#[derive(Debug, Subcommand)]
enum Bench {
    /// What a phone fetches, compressed, against the goals
    Size {
        /// Measure the release build that is there
        #[arg(long)]
        no_build: bool,
    },
    /// Simulated phones against the real server, beside PouchDB and express-pouchdb in the same run
    Sync(bench::sync::Options),
}

/// Something that only the person can install. Ends xtask with exit code 2.
#[derive(Debug)]
struct Missing(String);

impl std::fmt::Display for Missing {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Missing {}

/// One line about what xtask itself does, apart from what the programs print.
fn say(message: &str) {
    println!("xtask: {message}");
}

fn main() -> ExitCode {
    match perform(Arguments::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            let is_missing = error.chain().any(<dyn std::error::Error>::is::<Missing>);
            ExitCode::from(if is_missing { 2 } else { 1 })
        }
    }
}

fn perform(task: Task) -> Result<()> {
    let workspace = Workspace::find()?;
    match task {
        Task::Serve(options) => serve::serve(&workspace, &options),
        Task::Watch => serve::watch(&workspace),
        Task::Test { part } => suite::run_suite(&workspace, part),
        Task::Bench(Bench::Size { no_build }) => {
            if !no_build {
                release::build(&workspace)?;
            }
            size::bench(&workspace).map(drop)
        }
        Task::Bench(Bench::Sync(options)) => bench::sync::bench(&workspace, &options),
        Task::Fuzz(options) => fuzz::fuzz(&workspace, &options),
        Task::Sim { options } => run(command("cargo", &workspace.root)
            .args(suite::simulator_arguments())
            .args(options)),
    }
}
