//! One file per screen: loads what it shows from the book and lays it out.

pub mod decoration;
pub mod more;
pub mod not_found;
pub mod on_the_way;
pub mod schedule;
pub mod sync;
pub mod task;
pub mod tasks;
pub mod today;
