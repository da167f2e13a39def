//! The handbook in memory and what is derived from it. Knows no browser and no network.

pub mod book;
pub mod status;
