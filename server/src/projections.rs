//! Read models for the superior's pages. Every number is a function of the log at one place (invariant I17): nothing
//! here is the only copy of a fact.

pub mod board;
pub mod unit;
