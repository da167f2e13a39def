//! The simulator finds nothing in the real machinery, and finds every deliberate fault: `--features sim`.
#![cfg(feature = "sim")]

use sync::sim::{self, Sabotage, Schedule, Violation};

/// Schedules within which a deliberate fault must be noticed.
const SEEDS_UNTIL_CAUGHT: u64 = 300;
/// Events that may be left of a schedule that breaks broken machinery. Of 30 such schedules for each fault none kept more than 9.
const SHRUNK_EVENTS_MAX: usize = 15;

fn is_caught(sabotage: Sabotage) {
    let invariant = sabotage.breaks();
    let mut others = Vec::new();
    for seed in 0..SEEDS_UNTIL_CAUGHT {
        match sim::run_sabotaged(seed, sabotage) {
            Err(violation) if violation.invariant == invariant => {
                return shrinks(&violation, sabotage);
            }
            Err(violation) => others.push(violation.invariant),
            Ok(_) => {}
        }
    }
    panic!("{sabotage:?} was not reported as {invariant}; reported: {others:?}");
}

/// The schedule becomes small, stays one that breaks the same invariant, and says the same whenever it is run.
fn shrinks(violation: &Violation, sabotage: Sabotage) {
    let shrunk = sim::shrink(violation, Some(sabotage));
    let events = shrunk.schedule.events();
    assert!(events <= shrunk.found_events, "{shrunk}");
    assert!(events <= SHRUNK_EVENTS_MAX, "{shrunk}");

    let text = shrunk.schedule.to_string();
    let read: Schedule = text.parse().expect("a schedule reads what it wrote");
    assert_eq!(read, shrunk.schedule);
    let again = sim::replay(&read, Some(sabotage));
    assert_eq!(again, shrunk.replay);
    assert!(again.events.len() >= events, "{shrunk}");
    let broken = again.outcome.expect_err("it still breaks something");
    assert_eq!(broken.invariant, violation.invariant);

    // Broken machinery is what breaks it: the choices alone are harmless.
    let sound = sim::replay(&read, None);
    assert!(sound.outcome.is_ok(), "{sound}");
}

#[test]
fn i01_acknowledging_before_the_commit_is_caught() {
    is_caught(Sabotage::AckBeforeCommit);
}

#[test]
fn i02_forgetting_an_operation_once_sent_is_caught() {
    is_caught(Sabotage::DropOnSend);
}

#[test]
fn i03_applying_duplicates_is_caught() {
    is_caught(Sabotage::ApplyDuplicates);
}

#[test]
fn i04_two_tabs_taking_one_place_is_caught() {
    is_caught(Sabotage::SharedPlaces);
}

#[test]
fn i05_a_stored_register_that_drifts_is_caught() {
    is_caught(Sabotage::RegisterDrifts);
}

#[test]
fn i06_a_snapshot_that_lacks_something_is_caught() {
    is_caught(Sabotage::PageLacks);
}

#[test]
fn i07_a_memory_that_is_not_the_store_is_caught() {
    is_caught(Sabotage::MemoryDrifts);
}

#[test]
fn i08_a_screen_without_own_work_is_caught() {
    is_caught(Sabotage::OverlayForgotten);
}

#[test]
fn i09_one_operation_holding_up_the_queue_is_caught() {
    is_caught(Sabotage::PoisonBlocks);
}

#[test]
fn i10_a_clock_that_decides_is_caught() {
    is_caught(Sabotage::ClockDecides);
}

#[test]
fn i11_dropping_siblings_is_caught() {
    is_caught(Sabotage::SiblingsDropped);
}

#[test]
fn i12_not_refilling_a_restored_server_is_caught() {
    is_caught(Sabotage::RestoreIgnored);
}

#[test]
fn i13_data_that_stays_after_a_denial_is_caught() {
    is_caught(Sabotage::DenialIgnored);
}

#[test]
fn i14_stripping_fields_of_a_later_release_is_caught() {
    is_caught(Sabotage::ExtraDropped);
}

#[test]
fn i16_a_head_committed_before_its_operation_is_caught() {
    is_caught(Sabotage::HeadAlone);
}

#[test]
fn i17_a_projection_that_drifts_is_caught() {
    is_caught(Sabotage::TallyDrifts);
}

#[test]
fn one_seed_gives_one_schedule() {
    for seed in [3, 14, 159] {
        assert_eq!(sim::run(seed), sim::run(seed));
    }
}

#[test]
fn a_violation_shrinks_to_one_schedule() {
    let violation = (0..SEEDS_UNTIL_CAUGHT)
        .find_map(|seed| sim::run_sabotaged(seed, Sabotage::DenialIgnored).err())
        .expect("it is caught");
    let shrink = || sim::shrink(&violation, Some(Sabotage::DenialIgnored));
    assert_eq!(shrink(), shrink());
}

#[test]
fn a_recorded_schedule_is_the_seeds_own() {
    let sabotage = Some(Sabotage::DropOnSend);
    let found = sim::run_sabotaged(0, Sabotage::DropOnSend).expect_err("it is caught");
    let whole = sim::record(&found, sabotage);
    assert_eq!(whole.events(), found.step);
    let again = sim::replay(&whole, sabotage).outcome.expect_err("the same");
    assert_eq!(
        (again.invariant, &again.detail, again.step),
        (found.invariant, &found.detail, found.step)
    );
}

#[test]
fn rubbish_is_no_schedule() {
    for text in ["1.x", "1,2", "-1", "99999999999999999999999"] {
        assert!(text.parse::<Schedule>().is_err(), "{text}");
    }
}

#[test]
fn fixed_seeds_replay_without_violation() {
    let seeds: Vec<u64> = include_str!("seeds.txt")
        .lines()
        .filter_map(|line| line.split('#').next().map(str::trim))
        .filter(|line| !line.is_empty())
        .map(|line| line.parse().expect("a seed is a number"))
        .collect();
    assert!(!seeds.is_empty());
    for seed in seeds {
        if let Err(violation) = sim::run(seed) {
            panic!("{}", sim::shrink(&violation, None));
        }
    }
}

#[test]
fn schedules_reach_what_they_are_meant_to_reach() {
    let mut sum = sim::Report::default();
    for seed in 0..200 {
        let report = sim::run(seed).unwrap_or_else(|violation| panic!("{violation}"));
        sum.operations += report.operations;
        sum.exchanges += report.exchanges;
        sum.restores += report.restores;
        sum.crashes += report.crashes;
        sum.aborts += report.aborts;
        sum.wipes += report.wipes;
        sum.clones += report.clones;
        sum.rebirths += report.rebirths;
        sum.upgrades += report.upgrades;
    }
    assert!(sum.operations > 2_000, "{sum:?}");
    assert!(sum.exchanges > 2_000, "{sum:?}");
    assert!(sum.restores > 20, "{sum:?}");
    assert!(sum.crashes > 200, "{sum:?}");
    assert!(sum.aborts > 200, "{sum:?}");
    for rare in [sum.wipes, sum.clones, sum.rebirths, sum.upgrades] {
        assert!(rare > 10, "{sum:?}");
    }
}
