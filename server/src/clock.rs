//! The server's time: milliseconds since 1970, and the civil day in Viet Nam.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use domain::date::CivilDate;

/// The system's clock; the civil day can be fixed by `SOTAY_TODAY`.
#[derive(Debug, Default)]
pub struct Clock {
    today: Option<CivilDate>,
    ahead_ms: AtomicI64,
}

impl Clock {
    /// A clock whose civil day is fixed when `today` is given.
    #[must_use]
    pub fn new(today: Option<CivilDate>) -> Self {
        Self {
            today,
            ahead_ms: AtomicI64::new(0),
        }
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        let system = match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
            Err(before) => -i64::try_from(before.duration().as_millis()).unwrap_or(i64::MAX),
        };
        system.saturating_add(self.ahead_ms.load(Ordering::Relaxed))
    }

    /// The civil day in Viet Nam (+07:00, no daylight saving).
    #[must_use]
    pub fn today(&self) -> CivilDate {
        self.today
            .unwrap_or_else(|| CivilDate::from_unix_ms(self.now_ms()))
    }

    /// Whether the civil day is fixed.
    #[must_use]
    pub fn is_fixed(&self) -> bool {
        self.today.is_some()
    }

    /// Moves the clock, for tests of what happens weeks later.
    pub fn advance(&self, by_ms: i64) {
        self.ahead_ms.fetch_add(by_ms, Ordering::Relaxed);
    }
}
