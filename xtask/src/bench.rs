//! `cargo xtask bench …`: measures, beside a peer from the same run where there is one.

mod peer;
mod process;
mod report;
mod screen;
pub mod sync;
