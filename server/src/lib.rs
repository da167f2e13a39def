//! HTTP, accounts, storage, projections and import. Nothing of ours uses this crate.

pub mod accounts;
pub mod api;
pub mod clock;
pub mod compression;
pub mod connections;
pub mod demo;
pub mod directory;
pub mod import;
pub mod intake;
pub mod pages;
pub mod policy;
pub mod projections;
pub mod room;
pub mod serve;
pub mod site;
pub mod state;
pub mod storage;
pub mod upgrade;
