//! Every storage passes the same suite.

mod cluster;
mod conformance;
mod copies;
mod golden;
mod postgres;
mod sqlite;
