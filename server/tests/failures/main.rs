//! The failure matrix with real processes: the program itself, killed, restored and upgraded under phones that go on.

#[path = "../support/phone.rs"]
mod phone;
mod phones;
mod process;
mod server;
