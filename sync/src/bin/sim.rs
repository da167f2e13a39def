//! Runs the simulator on all cores: `--seeds N` schedules (or as many as fit in `--seconds S`), or the one of `--seed X` or
//! `--replay SCHEDULE`. What it finds does not depend on the number of cores.

use std::panic;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use sync::sim::{self, Report, Schedule, Violation};

const USAGE: &str =
    "usage: sim [--seeds N] [--seconds S] [--start X] [--threads T] | --seed X | --replay SCHEDULE";

/// Violations that are shrunk and shown; of more than these the seeds are named.
const SHOWN_MAX: usize = 10;
/// Schedules between two words about how far the run is.
const SCHEDULES_BETWEEN_WORDS: u64 = 20_000;

struct Arguments {
    /// First seed.
    start: u64,
    /// How many schedules at most.
    seeds: u64,
    /// After this no new schedule starts.
    time: Option<Duration>,
    threads: usize,
    replay: Option<Schedule>,
}

/// What one thread saw.
#[derive(Default)]
struct Seen {
    schedules: u64,
    totals: Report,
    violations: Vec<(u64, Box<Violation>)>,
}

fn main() -> ExitCode {
    let Some(arguments) = read(std::env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    if let Some(schedule) = &arguments.replay {
        let replay = sim::replay(schedule, None);
        println!("{replay}");
        return code(replay.outcome.is_ok());
    }
    let started = Instant::now();
    let seen = run(&arguments, started);
    for (_, violation) in seen.violations.iter().take(SHOWN_MAX) {
        println!("{}\n", sim::shrink(violation, None));
    }
    for (seed, violation) in seen.violations.iter().skip(SHOWN_MAX) {
        println!("{} violated by --seed {seed}", violation.invariant);
    }
    let totals = seen.totals;
    println!(
        "{} operations, {} exchanges, {} restores, {} crashes; at most {} rounds to agree",
        totals.operations, totals.exchanges, totals.restores, totals.crashes, totals.rounds
    );
    println!(
        "sim: {} schedules, {} violations, {:.1} s",
        seen.schedules,
        seen.violations.len(),
        started.elapsed().as_secs_f64()
    );
    code(seen.violations.is_empty())
}

fn code(is_well: bool) -> ExitCode {
    if is_well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// The threads take seeds from one counter, so that none waits for another.
fn run(arguments: &Arguments, started: Instant) -> Seen {
    let taken = AtomicU64::new(0);
    let mut all = Seen::default();
    thread::scope(|scope| {
        let threads: Vec<_> = (0..arguments.threads)
            .map(|_| scope.spawn(|| work(arguments, started, &taken)))
            .collect();
        for thread in threads {
            let seen = thread.join().unwrap_or_else(|it| panic::resume_unwind(it));
            all.schedules += seen.schedules;
            add(&mut all.totals, seen.totals);
            all.violations.extend(seen.violations);
        }
    });
    all.violations.sort_by_key(|(seed, _)| *seed);
    all
}

fn work(arguments: &Arguments, started: Instant, taken: &AtomicU64) -> Seen {
    let mut mine = Seen::default();
    while arguments.time.is_none_or(|it| started.elapsed() < it) {
        let number = taken.fetch_add(1, Ordering::Relaxed);
        let Some(seed) = arguments.start.checked_add(number) else {
            break;
        };
        if number >= arguments.seeds {
            break;
        }
        if number > 0 && number.is_multiple_of(SCHEDULES_BETWEEN_WORDS) {
            eprintln!("{number} schedules, {} s", started.elapsed().as_secs());
        }
        mine.schedules += 1;
        let outcome = panic::catch_unwind(|| sim::run(seed)).unwrap_or_else(|it| {
            eprintln!("a panic in --seed {seed}");
            panic::resume_unwind(it)
        });
        match outcome {
            Ok(report) => add(&mut mine.totals, report),
            Err(violation) => {
                // At once, since a long run may be broken off.
                eprintln!("{} violated by --seed {seed}", violation.invariant);
                mine.violations.push((seed, violation));
            }
        }
    }
    mine
}

fn add(totals: &mut Report, report: Report) {
    totals.operations += report.operations;
    totals.exchanges += report.exchanges;
    totals.restores += report.restores;
    totals.crashes += report.crashes;
    totals.rounds = totals.rounds.max(report.rounds);
}

fn read(mut words: impl Iterator<Item = String>) -> Option<Arguments> {
    let mut arguments = Arguments {
        start: 0,
        seeds: 0,
        time: None,
        threads: thread::available_parallelism().map_or(1, usize::from),
        replay: None,
    };
    let mut seeds = None;
    while let Some(word) = words.next() {
        let value = words.next()?;
        match word.as_str() {
            "--seed" => {
                arguments.start = value.parse().ok()?;
                seeds = Some(1);
            }
            "--seeds" => seeds = Some(value.parse().ok()?),
            "--seconds" => arguments.time = Some(Duration::from_secs(value.parse().ok()?)),
            "--start" => arguments.start = value.parse().ok()?,
            "--threads" => arguments.threads = value.parse().ok().filter(|it| *it > 0)?,
            "--replay" => arguments.replay = Some(value.parse().ok()?),
            _ => return None,
        }
    }
    let without_limit = if arguments.time.is_some() {
        u64::MAX
    } else {
        10_000
    };
    arguments.seeds = seeds.unwrap_or(without_limit);
    Some(arguments)
}
