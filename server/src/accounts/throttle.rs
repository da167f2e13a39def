//! Slows down guessing: after a few wrong passwords for a name from one address, the next tries wait longer and longer.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use sync::AuthorId;

/// Wrong tries that cost no wait: people mistype.
const FREE_FAILURES: u32 = 5;
/// Longest wait, in milliseconds.
const WAIT_MAX_MS: i64 = 5 * 60 * 1000;
/// A name and address are forgotten after this long without a try.
const FORGET_AFTER_MS: i64 = 60 * 60 * 1000;
/// Names and addresses remembered; the one tried longest ago goes first.
const REMEMBERED_MAX: usize = 10_000;

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    last_ms: i64,
}

/// Wrong tries by name and address. In memory only: a restart forgives.
#[derive(Default)]
pub struct Throttle {
    failures: Mutex<HashMap<(AuthorId, IpAddr), Failures>>,
}

impl Throttle {
    /// Seconds to wait before the next try is looked at; `None` for now.
    pub fn wait_s(&self, name: &AuthorId, from: IpAddr, now_ms: i64) -> Option<u64> {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let known = failures.get(&(name.clone(), from))?;
        let over = known.count.checked_sub(FREE_FAILURES)?;
        let wait_ms = (1_000_i64 << over.min(20)).min(WAIT_MAX_MS);
        let left_ms = known.last_ms.saturating_add(wait_ms).saturating_sub(now_ms);
        // A clock that was set back must not lock people out for longer than the wait itself.
        (left_ms > 0).then(|| left_ms.min(wait_ms).unsigned_abs().div_ceil(1_000))
    }

    /// Notes a wrong try.
    pub fn failed(&self, name: AuthorId, from: IpAddr, now_ms: i64) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= REMEMBERED_MAX {
            failures.retain(|_, it| now_ms.saturating_sub(it.last_ms) < FORGET_AFTER_MS);
        }
        if failures.len() >= REMEMBERED_MAX
            && let Some(oldest) = failures
                .iter()
                .min_by_key(|(_, it)| it.last_ms)
                .map(|(key, _)| key.clone())
        {
            failures.remove(&oldest);
        }
        let known = failures.entry((name, from)).or_insert(Failures {
            count: 0,
            last_ms: now_ms,
        });
        if now_ms.saturating_sub(known.last_ms) >= FORGET_AFTER_MS {
            known.count = 0;
        }
        known.count = known.count.saturating_add(1);
        known.last_ms = now_ms;
    }

    /// Forgets wrong tries once the right password came.
    pub fn succeeded(&self, name: &AuthorId, from: IpAddr) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        failures.remove(&(name.clone(), from));
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    #[test]
    fn waits_grow_and_end() {
        let throttle = Throttle::default();
        let name = AuthorId::new("a");
        for _ in 0..4 {
            throttle.failed(name.clone(), HERE, 0);
            assert_eq!(throttle.wait_s(&name, HERE, 0), None);
        }
        throttle.failed(name.clone(), HERE, 0);
        assert_eq!(throttle.wait_s(&name, HERE, 0), Some(1));
        assert_eq!(throttle.wait_s(&name, HERE, 1_000), None);
        throttle.failed(name.clone(), HERE, 1_000);
        assert_eq!(throttle.wait_s(&name, HERE, 1_000), Some(2));
        for _ in 0..40 {
            throttle.failed(name.clone(), HERE, 1_000);
        }
        assert_eq!(throttle.wait_s(&name, HERE, 1_000), Some(300));
        assert_eq!(throttle.wait_s(&AuthorId::new("b"), HERE, 1_000), None);
        throttle.succeeded(&name, HERE);
        assert_eq!(throttle.wait_s(&name, HERE, 1_000), None);
    }

    #[test]
    fn memory_is_bounded() {
        let throttle = Throttle::default();
        for index in 0..REMEMBERED_MAX + 10 {
            throttle.failed(AuthorId::new(index.to_string()), HERE, 0);
        }
        assert!(throttle.failures.lock().unwrap().len() <= REMEMBERED_MAX);
    }
}
