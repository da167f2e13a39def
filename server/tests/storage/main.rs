//! Every storage passes the same suite.

mod conformance;
mod golden;
mod sqlite;
