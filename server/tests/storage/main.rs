//! Every storage passes the same suite.

mod conformance;
mod sqlite;
