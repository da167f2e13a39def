//! A seeded world that drives the real [`Replica`](crate::Replica), [`Exchange`](crate::Exchange) and
//! [`decide`](crate::decide), and checkers that watch it from outside.
//!
//! One seed draws every option and every event. The safety phase injects the faults below while the checkers look
//! at each commit; the liveness phase heals the world and demands convergence in bounded rounds. A schedule that breaks an
//! invariant is made smaller before it is shown ([`shrink`]).
//!
//! Faults that may happen, and why the system must survive them:
//! - a message is lost, doubled, reordered or arbitrarily late, snapshots included: phones are on weak signal;
//! - the server dies before a commit (nothing of it is kept) or after (the reply is lost); a commit is atomic;
//! - a backup, also an older one, is restored under a new epoch; only what phones still keep can refill it;
//! - a phone or tab dies between computing changes, committing them and applying them to memory; a commit is atomic;
//! - two tabs write to one store, and hear of each other late;
//! - clocks jump by up to ten years, sessions expire, rights on a scope are withdrawn and given back;
//! - one operation is refused, set aside, too new for the server, or garbled;
//! - a phone's commit is refused for want of room or broken off; a dying phone forgets its last commits; its storage is
//!   evicted, or copied to a phone that lives on beside it;
//! - phones and servers are of two releases, and the server is upgraded meanwhile.
//!
//! Every message goes over the real wire. What a phone's store forgets although it had promised it, nothing can bring back: the
//! checkers then demand the rest. Not injected, since nothing could survive it: bytes that change in a store.

mod actions;
mod checkers;
mod network;
mod options;
mod phone;
mod random;
mod schedule;
mod server;
mod shrink;
mod trace;
mod world;

use std::fmt;

pub use options::Options;
pub use schedule::Schedule;

use checkers::Fault;
use random::Random;
use shrink::Shrinker;
use world::World;

/// What a healthy schedule did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Report {
    /// Operations that people wrote.
    pub operations: usize,
    /// Requests that the server answered.
    pub exchanges: usize,
    /// Backups restored.
    pub restores: usize,
    /// Kills of phones, tabs and servers.
    pub crashes: usize,
    /// Commits of phones that were refused or broken off.
    pub aborts: usize,
    /// Storages evicted.
    pub wipes: usize,
    /// Storages copied to another phone.
    pub clones: usize,
    /// Phones that went on under a new identity.
    pub rebirths: usize,
    /// Servers upgraded.
    pub upgrades: usize,
    /// Rounds that the healed world needed until every phone agreed.
    pub rounds: usize,
}

/// Where a schedule came from. Written as the option of the simulator that runs it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Drawn from a seed.
    Seed(u64),
    /// Read as it was recorded.
    Schedule(Schedule),
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seed(seed) => write!(out, "--seed {seed}"),
            Self::Schedule(schedule) => write!(out, "--replay {schedule}"),
        }
    }
}

/// A broken promise, with all that is needed to see it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The schedule.
    pub origin: Origin,
    /// Name of the invariant (`ARCHITECTURE.md`), "I3" for one.
    pub invariant: &'static str,
    /// What was seen.
    pub detail: String,
    /// Step of the schedule at which it was seen.
    pub step: usize,
    /// What was drawn before the first event.
    pub options: Options,
}

impl fmt::Display for Violation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            origin,
            invariant,
            detail,
            step,
            options,
        } = self;
        writeln!(out, "{invariant} violated at step {step}: {detail}")?;
        writeln!(out, "options, where not the simplest: {options}")?;
        write!(out, "again: cargo xtask sim {origin}")
    }
}

/// A recorded schedule, run again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replay {
    /// How it ended.
    pub outcome: Result<Report, Box<Violation>>,
    /// What happened, in words: a line for each event, and for the first rounds of the healed world.
    pub events: Vec<String>,
}

impl fmt::Display for Replay {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for event in &self.events {
            writeln!(out, "{event}")?;
        }
        match &self.outcome {
            Ok(_) => write!(out, "no invariant violated"),
            Err(violation) => write!(out, "{violation}"),
        }
    }
}

/// A violation, and the smallest schedule found that breaks the same invariant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shrunk {
    /// What was found at first.
    pub found: Violation,
    /// Its events.
    pub found_events: usize,
    /// The smallest schedule.
    pub schedule: Schedule,
    /// What happens in it.
    pub replay: Replay,
    /// Runs that it took to find it.
    pub runs: usize,
}

impl fmt::Display for Shrunk {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{}", self.found)?;
        let (events, from, runs) = (self.schedule.events(), self.found_events, self.runs);
        writeln!(
            out,
            "shrunk from {from} events to {events}, by {runs} runs:"
        )?;
        write!(out, "{}", self.replay)
    }
}

/// A deliberate fault of the machinery around the state machines, which the checkers must notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sabotage {
    /// The server answers first and commits only if it lives on (breaks I1).
    AckBeforeCommit,
    /// The phone forgets an operation once it is on the wire (breaks I2).
    DropOnSend,
    /// The server does not look up earlier receipts (breaks I3).
    ApplyDuplicates,
    /// A tab gives places from its memory, not from the store (breaks I4).
    SharedPlaces,
    /// The stored register misses an added entry (breaks I5).
    RegisterDrifts,
    /// The screen shows the checkpoint alone (breaks I8).
    OverlayForgotten,
    /// The server stops for ever at an operation that it refuses (breaks I9).
    PoisonBlocks,
    /// The stored register keeps only the provisional winner (breaks I11).
    SiblingsDropped,
    /// The phone takes what a restored server lost for settled (breaks I12).
    RestoreIgnored,
    /// A snapshot lacks a register (breaks I6).
    PageLacks,
    /// A tab does not repeat in memory all that it stored (breaks I7).
    MemoryDrifts,
    /// The server refuses what a wrong clock dates far off (breaks I10).
    ClockDecides,
    /// A phone keeps the data of a scope that it may not read any more (breaks I13).
    DenialIgnored,
    /// The server strips fields that it does not know (breaks I14).
    ExtraDropped,
    /// The head is committed before the operation that took the place (breaks I16).
    HeadAlone,
    /// The projection forgets to take away what a register counted before (breaks I17).
    TallyDrifts,
}

impl Sabotage {
    /// The invariant that must be reported.
    #[must_use]
    pub fn breaks(self) -> &'static str {
        match self {
            Self::AckBeforeCommit => "I1",
            Self::DropOnSend => "I2",
            Self::ApplyDuplicates => "I3",
            Self::SharedPlaces => "I4",
            Self::RegisterDrifts => "I5",
            Self::OverlayForgotten => "I8",
            Self::PoisonBlocks => "I9",
            Self::SiblingsDropped => "I11",
            Self::RestoreIgnored => "I12",
            Self::PageLacks => "I6",
            Self::MemoryDrifts => "I7",
            Self::ClockDecides => "I10",
            Self::DenialIgnored => "I13",
            Self::ExtraDropped => "I14",
            Self::HeadAlone => "I16",
            Self::TallyDrifts => "I17",
        }
    }
}

/// Runs one schedule.
///
/// # Errors
/// The first violation seen.
pub fn run(seed: u64) -> Result<Report, Box<Violation>> {
    let mut world = World::new(Random::seeded(seed), None);
    let outcome = world.run();
    conclude(&world, outcome, Origin::Seed(seed))
}

/// Runs one schedule with broken machinery.
///
/// # Errors
/// The first violation seen: what the caller hopes for.
pub fn run_sabotaged(seed: u64, sabotage: Sabotage) -> Result<Report, Box<Violation>> {
    let mut world = World::new(Random::seeded(seed), Some(sabotage));
    let outcome = world.run();
    conclude(&world, outcome, Origin::Seed(seed))
}

/// Runs a recorded schedule, and tells what happens.
#[must_use]
pub fn replay(schedule: &Schedule, sabotage: Option<Sabotage>) -> Replay {
    let mut world = World::new(Random::recorded(schedule.clone()), sabotage);
    world.trace.keep();
    let outcome = world.run();
    Replay {
        outcome: conclude(&world, outcome, Origin::Schedule(schedule.clone())),
        events: world.trace.into_lines(),
    }
}

/// The schedule of a violation, as far as it came: a run with the same machinery, this time recorded.
#[must_use]
pub fn record(found: &Violation, sabotage: Option<Sabotage>) -> Schedule {
    let random = match &found.origin {
        Origin::Seed(seed) => Random::seeded(*seed).recording(),
        Origin::Schedule(schedule) => Random::recorded(schedule.clone()),
    };
    let mut world = World::new(random, sabotage);
    // How it ends is known; what was drawn is not.
    let _ = world.run();
    world.random.take_record()
}

/// Looks for the smallest schedule that breaks the invariant that a run with the same machinery broke.
#[must_use]
pub fn shrink(found: &Violation, sabotage: Option<Sabotage>) -> Shrunk {
    let recorded = record(found, sabotage);
    let found_events = recorded.events();
    let mut shrinker = Shrinker::new(recorded, found.invariant, sabotage);
    shrinker.shrink();
    Shrunk {
        found: found.clone(),
        found_events,
        replay: replay(&shrinker.best, sabotage),
        schedule: shrinker.best,
        runs: shrinker.runs,
    }
}

fn conclude(
    world: &World,
    outcome: Result<(), Fault>,
    origin: Origin,
) -> Result<Report, Box<Violation>> {
    outcome.map(|()| world.report).map_err(|fault| {
        Box::new(Violation {
            origin,
            invariant: fault.invariant,
            detail: fault.detail,
            step: world.step,
            options: world.drawn,
        })
    })
}
