//! A schedule as the choices that made it, part by part, so that one event can be left out without changing the others.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

/// Part of the options.
pub(super) const OPTIONS: usize = 0;
/// Part of the healed world, after the last event.
pub(super) const HEALED: usize = 1;
/// Part of the first event; each has its own.
pub(super) const EVENTS: usize = 2;

/// Every choice of one run. Written as text it replays that run: `--replay TEXT`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Schedule(pub(super) Vec<Vec<usize>>);

impl Schedule {
    /// Events before the world is healed.
    #[must_use]
    pub fn events(&self) -> usize {
        self.0.len().saturating_sub(EVENTS)
    }

    pub(super) fn reach(&mut self, part: usize) {
        if self.0.len() <= part {
            self.0.resize(part + 1, Vec::new());
        }
    }

    pub(super) fn push(&mut self, part: usize, choice: usize) {
        self.reach(part);
        self.0[part].push(choice);
    }

    /// The same schedule without the choices that are made anyhow.
    pub(super) fn trimmed(mut self) -> Self {
        for part in &mut self.0 {
            let end = part.iter().rposition(|it| *it > 0).map_or(0, |it| it + 1);
            part.truncate(end);
        }
        self
    }

    /// Leaves out events, counted from 0.
    pub(super) fn without(&self, events: Range<usize>) -> Self {
        let mut parts = self.0.clone();
        parts.drain(EVENTS + events.start..EVENTS + events.end);
        Self(parts)
    }

    /// What shrinking makes smaller: events, then options, then choices that are not the simplest, then all of them.
    pub(super) fn size(&self) -> (usize, usize, usize, usize) {
        let options = self.0.first().into_iter().flatten().sum();
        let others = || self.0.iter().skip(HEALED).flatten();
        let chosen = others().filter(|it| **it > 0).count();
        (self.events(), options, chosen, others().sum())
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, part) in self.0.iter().enumerate() {
            if number > 0 {
                out.write_str("_")?;
            }
            let choices: Vec<String> = part.iter().map(usize::to_string).collect();
            out.write_str(&choices.join("."))?;
        }
        Ok(())
    }
}

impl FromStr for Schedule {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let choices = |part: &str| -> Result<Vec<usize>, Self::Err> {
            let numbers = part.split('.').filter(|it| !it.is_empty());
            numbers.map(str::parse).collect()
        };
        text.split('_')
            .map(choices)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}
