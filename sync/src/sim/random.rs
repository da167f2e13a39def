//! The only source of chance in a schedule: draws from a seed, or reads the choices of a recorded schedule.

use super::schedule::{EVENTS, HEALED, OPTIONS, Schedule};

/// Chance, told apart by part of the schedule. A choice of 0 is always the simplest: no fault, the first phone, the
/// message sent last.
#[derive(Debug)]
pub(super) struct Random {
    source: Source,
    /// The part of the schedule that is being drawn.
    part: usize,
    /// The choices so far, if somebody wants to know them.
    record: Option<Schedule>,
}

#[derive(Debug)]
enum Source {
    Seed(Mix),
    /// Choices, and how many of the current part were read. Past the end of a part every choice is the simplest.
    Recorded(Schedule, usize),
}

impl Random {
    pub(super) fn seeded(seed: u64) -> Self {
        Self::new(Source::Seed(Mix(seed)))
    }

    /// Reads the choices of a schedule, and records those that it needs.
    pub(super) fn recorded(schedule: Schedule) -> Self {
        Self::new(Source::Recorded(schedule, 0)).recording()
    }

    fn new(source: Source) -> Self {
        Self {
            source,
            part: OPTIONS,
            record: None,
        }
    }

    pub(super) fn recording(mut self) -> Self {
        self.record = Some(Schedule::default());
        self
    }

    /// The choices that were made: of a schedule that was read, not those that nothing asked for.
    pub(super) fn take_record(&mut self) -> Schedule {
        self.record.take().unwrap_or_default().trimmed()
    }

    /// Whether one more event follows: what a seed leaves to the caller, and a recorded schedule knows.
    pub(super) fn more_events(&mut self, wanted: bool) -> bool {
        let next = (self.part + 1).max(EVENTS);
        let more = match &self.source {
            Source::Seed(_) => wanted,
            Source::Recorded(schedule, _) => next < schedule.0.len(),
        };
        if more {
            self.begin(next);
        }
        more
    }

    /// What is drawn from here on belongs to the healed world.
    pub(super) fn heal(&mut self) {
        self.begin(HEALED);
    }

    fn begin(&mut self, part: usize) {
        self.part = part;
        if let Source::Recorded(_, read) = &mut self.source {
            *read = 0;
        }
        if let Some(record) = &mut self.record {
            record.reach(part);
        }
    }

    /// One of so many choices.
    fn choose(&mut self, choices: usize, draw: impl FnOnce(&mut Mix) -> usize) -> usize {
        let chosen = match &mut self.source {
            Source::Seed(mix) => draw(mix),
            Source::Recorded(schedule, read) => {
                let part = schedule.0.get(self.part);
                let choice = part.and_then(|it| it.get(*read)).copied();
                *read += 1;
                choice.unwrap_or_default().min(choices.saturating_sub(1))
            }
        };
        if let Some(record) = &mut self.record {
            record.push(self.part, chosen);
        }
        chosen
    }

    /// From 0 to `end` without it; 0 for an empty range. The first is the simplest.
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.choose(end, |mix| mix.below(end))
    }

    /// The same, where the last is the simplest.
    pub(super) fn below_from_end(&mut self, end: usize) -> usize {
        let last = end.saturating_sub(1);
        last - self.choose(end, |mix| last - mix.below(end))
    }

    /// From `low` to `high`, both included.
    pub(super) fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high - low + 1)
    }

    /// True so many times of a hundred.
    pub(super) fn percent(&mut self, chance: usize) -> bool {
        let choices = 1 + usize::from(chance > 0);
        self.choose(choices, |mix| usize::from(mix.below(100) < chance)) == 1
    }

    /// The place of one weight, the likelier the heavier it is. Never one without weight.
    pub(super) fn weighted(&mut self, weights: &[usize]) -> Option<usize> {
        let place = self.choose(weights.len(), |mix| {
            let mut drawn = mix.below(weights.iter().sum());
            let here = |weight: &usize| {
                let here = drawn < *weight;
                drawn = drawn.saturating_sub(*weight);
                here
            };
            weights.iter().position(here).unwrap_or_default()
        });
        (weights.get(place)? > &0).then_some(place)
    }

    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for index in (1..items.len()).rev() {
            items.swap(index, self.below_from_end(index + 1));
        }
    }

    /// One of the items; the first is the simplest.
    pub(super) fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.below(items.len()))
    }

    /// One of the items; the last is the simplest.
    pub(super) fn pick_from_end<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.below_from_end(items.len()))
    }
}

/// `SplitMix64` (Steele, Lea, Flood 2014), the same on every machine.
#[derive(Debug)]
struct Mix(u64);

impl Mix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// The bias is far below what a schedule could show.
    fn below(&mut self, end: usize) -> usize {
        let wide = u128::from(self.next()) * (end as u128);
        usize::try_from(wide >> 64).unwrap_or_default()
    }
}
