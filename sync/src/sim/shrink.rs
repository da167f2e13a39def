//! Makes a failing schedule smaller for as long as it breaks the same invariant.

use super::Sabotage;
use super::random::Random;
use super::schedule::{OPTIONS, Schedule};
use super::world::World;

/// Events of which every run of neighbours is tried, not only halves, quarters and so on.
const FEW_EVENTS: usize = 32;
/// Runs that one schedule is worth.
const RUNS_MAX: usize = 10_000;

pub(super) struct Shrinker {
    invariant: &'static str,
    sabotage: Option<Sabotage>,
    /// The smallest schedule found so far.
    pub(super) best: Schedule,
    pub(super) runs: usize,
}

impl Shrinker {
    pub(super) fn new(
        found: Schedule,
        invariant: &'static str,
        sabotage: Option<Sabotage>,
    ) -> Self {
        Self {
            invariant,
            sabotage,
            best: found,
            runs: 0,
        }
    }

    /// Shrinks until nothing helps any more.
    pub(super) fn shrink(&mut self) {
        loop {
            let before = self.best.size();
            self.drop_events();
            self.lower_choices();
            self.drop_neighbours();
            if self.best.size() == before {
                return;
            }
        }
    }

    /// Keeps a candidate that still breaks the invariant, as far as it was read, if that is smaller.
    fn accept(&mut self, candidate: Schedule) -> bool {
        if self.runs == RUNS_MAX {
            return false;
        }
        self.runs += 1;
        let mut world = World::new(Random::recorded(candidate), self.sabotage);
        let outcome = world.run();
        let same = outcome.is_err_and(|it| it.invariant == self.invariant);
        let made = world.random.take_record();
        let accepted = same && made.size() < self.best.size();
        if accepted {
            self.best = made;
        }
        accepted
    }

    /// Leaves out events, the last ones first: half of them at once, then a quarter, down to each alone.
    fn drop_events(&mut self) {
        let mut length = self.best.events().div_ceil(2);
        while length > 0 {
            let mut end = self.best.events();
            while end > 0 {
                let start = end.saturating_sub(length);
                self.accept(self.best.without(start..end));
                end = start.min(self.best.events());
            }
            length /= 2;
        }
    }

    /// Leaves out every run of neighbours, long ones first: a message and what became of it may have to go together.
    fn drop_neighbours(&mut self) {
        let mut length = self.best.events();
        while length > 0 && self.best.events() <= FEW_EVENTS {
            let mut start = 0;
            while start + length <= self.best.events() {
                if !self.accept(self.best.without(start..start + length)) {
                    start += 1;
                }
            }
            length -= 1;
        }
    }

    /// Makes choices simpler: those of a whole part at once, then each alone.
    fn lower_choices(&mut self) {
        let mut part = OPTIONS;
        while part < self.best.0.len() {
            let mut simplest = self.best.clone();
            simplest.0[part].clear();
            if !self.accept(simplest) {
                self.lower_each(part);
            }
            part += 1;
        }
    }

    fn lower_each(&mut self, part: usize) {
        let mut place = 0;
        while let Some(choice) = self.choice(part, place) {
            // The simplest, or else the least that halving finds.
            let mut fails = 0;
            if choice > 0 && !self.lower(part, place, 0) {
                while let Some(choice) = self.choice(part, place)
                    && fails + 1 < choice
                {
                    let middle = fails.midpoint(choice);
                    if !self.lower(part, place, middle) {
                        fails = middle;
                    }
                }
            }
            place += 1;
        }
    }

    fn choice(&self, part: usize, place: usize) -> Option<usize> {
        self.best.0.get(part)?.get(place).copied()
    }

    fn lower(&mut self, part: usize, place: usize, choice: usize) -> bool {
        let mut candidate = self.best.clone();
        candidate.0[part][place] = choice;
        self.accept(candidate)
    }
}
