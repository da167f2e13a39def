//! The invariants of `architecture.md` as property tests; names carry their numbers.

#[path = "invariants/delivery.rs"]
mod delivery;
#[path = "invariants/reading.rs"]
mod reading;
#[path = "invariants/recovery.rs"]
mod recovery;
#[path = "invariants/support.rs"]
mod support;
