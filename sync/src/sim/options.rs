//! What a seed draws before the first event.

use std::fmt;

use super::random::Random;
use super::schedule::Schedule;

/// Size and nastiness of one schedule. Chances are in percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Phones, 1 to 4.
    pub phones: usize,
    /// Tabs on each phone's store, 1 or 2.
    pub tabs: usize,
    /// Scopes, all known to every phone.
    pub scopes: usize,
    /// Events of the safety phase.
    pub steps: usize,
    /// How often people write rather than machines talk.
    pub edit_weight: usize,
    /// Chance that a message is lost.
    pub lost: usize,
    /// Chance that a message comes twice.
    pub doubled: usize,
    /// Whether an answer may reach a tab that has given up waiting for it.
    pub late_replies: bool,
    /// Chance that the server dies in a request.
    pub server_crash: usize,
    /// Chance that a tab or phone dies at a commit.
    pub kill: usize,
    /// Weight of making a backup.
    pub backup_weight: usize,
    /// Weight of restoring one.
    pub restore_weight: usize,
    /// Whether an older backup than the last may be restored.
    pub old_backups: bool,
    /// Weight of withdrawing and giving back rights.
    pub revoke_weight: usize,
    /// Weight of a clock jump of up to ten years.
    pub clock_weight: usize,
    /// Weight of a session's end.
    pub sign_out_weight: usize,
    /// Chance that an operation is one that the server will not take.
    pub poison: usize,
    /// Operations that the server looks at in one request.
    pub batch_max: usize,
    /// Log entries of one scope in a reply.
    pub entries_max: usize,
    /// Registers in a page of a snapshot.
    pub page_max: usize,
    /// Chance that a commit is refused for want of room or broken off: nothing of it is kept.
    pub abort: usize,
    /// Weight of a kill that loses the last commits of a phone's store.
    pub torn_weight: usize,
    /// Weight of a phone's storage being evicted.
    pub wipe_weight: usize,
    /// Weight of a phone's storage being copied to another phone; happens once.
    pub clone_weight: usize,
    /// Whether the server begins as the first release.
    pub old_server: bool,
    /// Weight of upgrading it.
    pub upgrade_weight: usize,
    /// How many of the phones have the app of the first release.
    pub old_phones: usize,
    /// Log entries that the server keeps for pulls; older cursors are told to reset.
    pub horizon: u64,
}

impl Options {
    pub(super) fn draw(random: &mut Random) -> Self {
        let some = |random: &mut Random, weight: usize| weight * usize::from(random.percent(40));
        Self {
            phones: random.between(1, 4),
            tabs: random.between(1, 2),
            scopes: random.between(1, 3),
            steps: random.between(40, 200),
            edit_weight: random.between(5, 40),
            lost: random.pick(&[0, 0, 10, 40]).copied().unwrap_or_default(),
            doubled: random.pick(&[0, 0, 10, 30]).copied().unwrap_or_default(),
            late_replies: random.percent(50),
            server_crash: random.pick(&[0, 0, 5, 20]).copied().unwrap_or_default(),
            kill: random.pick(&[0, 0, 3, 15]).copied().unwrap_or_default(),
            backup_weight: some(random, 4),
            restore_weight: some(random, 2),
            old_backups: random.percent(30),
            revoke_weight: some(random, 2),
            clock_weight: some(random, 3),
            sign_out_weight: some(random, 2),
            poison: random.pick(&[0, 0, 5, 25]).copied().unwrap_or_default(),
            batch_max: *random.pick_from_end(&[1, 3, 256]).unwrap_or(&256),
            entries_max: *random.pick_from_end(&[1, 4, 2_000]).unwrap_or(&2_000),
            page_max: *random.pick_from_end(&[1, 2, 1_000]).unwrap_or(&1_000),
            abort: random.pick(&[0, 0, 5, 20]).copied().unwrap_or_default(),
            torn_weight: some(random, 1),
            wipe_weight: some(random, 1),
            clone_weight: some(random, 2),
            old_server: random.percent(25),
            upgrade_weight: some(random, 3),
            old_phones: random.pick(&[0, 0, 1, 4]).copied().unwrap_or_default(),
            horizon: *random.pick_from_end(&[5, 1_000, 1_000]).unwrap_or(&1_000),
        }
    }

    /// The smallest world, in which nothing fails.
    fn simplest() -> Self {
        Self::draw(&mut Random::recorded(Schedule::default()))
    }
}

impl fmt::Display for Options {
    /// What is not as in the simplest world: few words for a schedule that was shrunk, and no option forgotten.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (drawn, simplest) = (format!("{self:?}"), format!("{:?}", Self::simplest()));
        let inside = |it: &str| {
            it.trim_start_matches("Options { ")
                .trim_end_matches(" }")
                .to_owned()
        };
        let (drawn, simplest) = (inside(&drawn), inside(&simplest));
        let differing = drawn
            .split(", ")
            .zip(simplest.split(", "))
            .filter(|(it, plain)| it != plain);
        let differing: Vec<&str> = differing.map(|(it, _)| it).collect();
        out.write_str(&differing.join(", "))
    }
}
