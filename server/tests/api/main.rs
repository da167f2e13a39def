//! The server over HTTP: a real listener, a real database, the phone's own engine as client.

mod accounts;
mod demo;
mod durability;
mod limits;
mod me;
mod pages;
mod projections;
mod routes;
mod rubbish;
mod sign_in;
mod sign_out;
mod site;
mod snapshot;
mod snapshot_pages;
mod support;
mod sync;
