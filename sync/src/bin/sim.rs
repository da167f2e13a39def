//! Runs the simulator: `--seeds N` schedules (or as many as fit in `--seconds S`), or the one of `--seed X`.

use std::process::ExitCode;
use std::time::Instant;

use sync::sim;

const USAGE: &str = "usage: sim [--seeds N] [--seconds S] [--start X] | --seed X";

struct Arguments {
    /// First seed.
    start: u64,
    /// How many schedules at most.
    seeds: u64,
    /// Seconds after which no new schedule starts.
    seconds: Option<u64>,
}

fn main() -> ExitCode {
    let Some(arguments) = read(std::env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let started = Instant::now();
    let (mut schedules, mut violations) = (0_u64, 0_u64);
    let mut totals = sim::Report::default();
    for seed in arguments.start..arguments.start.saturating_add(arguments.seeds) {
        if arguments
            .seconds
            .is_some_and(|it| started.elapsed().as_secs() >= it)
        {
            break;
        }
        schedules += 1;
        match sim::run(seed) {
            Ok(report) => {
                totals.operations += report.operations;
                totals.exchanges += report.exchanges;
                totals.restores += report.restores;
                totals.crashes += report.crashes;
                totals.rounds = totals.rounds.max(report.rounds);
            }
            Err(violation) => {
                violations += 1;
                println!("{violation}\n");
            }
        }
        if schedules % 2_000 == 0 {
            eprintln!("{schedules} schedules, {violations} violations so far");
        }
    }
    println!(
        "{} operations, {} exchanges, {} restores, {} crashes; at most {} rounds to agree",
        totals.operations, totals.exchanges, totals.restores, totals.crashes, totals.rounds
    );
    println!(
        "sim: {schedules} schedules, {violations} violations, {:.1} s",
        started.elapsed().as_secs_f64()
    );
    if violations == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn read(mut words: impl Iterator<Item = String>) -> Option<Arguments> {
    let mut arguments = Arguments {
        start: 0,
        seeds: 0,
        seconds: None,
    };
    let mut seeds = None;
    while let Some(word) = words.next() {
        let value: u64 = words.next()?.parse().ok()?;
        match word.as_str() {
            "--seed" => {
                arguments.start = value;
                seeds = Some(1);
            }
            "--seeds" => seeds = Some(value),
            "--seconds" => arguments.seconds = Some(value),
            "--start" => arguments.start = value,
            _ => return None,
        }
    }
    let without_limit = if arguments.seconds.is_some() {
        u64::MAX
    } else {
        10_000
    };
    arguments.seeds = seeds.unwrap_or(without_limit);
    Some(arguments)
}
