//! How much memory reading takes, told by a counting allocator.

use std::sync::{Mutex, PoisonError};

use peak_alloc::PeakAlloc;

#[global_allocator]
static COUNTING: PeakAlloc = PeakAlloc;

/// The count is of the whole process: one measures at a time.
static MEASURING: Mutex<()> = Mutex::new(());

/// Runs `work`; gives what it gave, and how many bytes it held at most beyond what was held before.
pub fn peak<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let _alone = MEASURING.lock().unwrap_or_else(PoisonError::into_inner);
    let before = COUNTING.current_usage();
    COUNTING.reset_peak_usage();
    let done = work();
    (done, COUNTING.peak_usage().saturating_sub(before))
}
