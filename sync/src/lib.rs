//! The sync engine without I/O: what a change is, how changes merge, and the two state machines that exchange them.
//!
//! Nothing here has a clock, a random source, a socket or a congress word: the caller hands these in.
//! A change travels [`Draft`] → [`Operation`] → [`Replica`] → [`Exchange`] → [`decide`] → [`Register`].

mod client;
mod ids;
mod operation;
mod protocol;
mod register;
mod replica;
mod segment;
mod server;
#[cfg(feature = "sim")]
pub mod sim;
mod sorted_map;
mod store;
mod verdict;
pub mod wire;

pub use client::{Exchange, Failure, Link};
pub use ids::{
    AuthorId, Cursor, DeviceId, Epoch, FieldName, Incarnation, Kind, OpId, OpSeq, RecordId,
    RegisterKey, Scope, ServerSeq,
};
pub use operation::{Change, Draft, Incoming, LogEntry, OpDigest, Operation, Unreadable};
pub use protocol::{
    OPERATION_BYTES_MAX, PAGE_REGISTERS_MAX, PLAIN_VERSION, Page, PageWanted, ProtocolError,
    REPLY_ENTRIES_MAX, REQUEST_BYTES_MAX, REQUEST_OPS_MAX, Receipt, SCOPE_BYTES_MAX, ScopePull,
    Snapshot, SnapshotRegister, SyncReply, SyncRequest, VALUE_DEPTH_MAX, VERSION,
};
pub use register::{Attribution, Effect, Entry, Head, Register};
pub use replica::Replica;
pub use segment::Segment;
pub use server::{
    Address, Decision, DeviceState, Judgement, Lifetime, Needs, Policy, Refused, ScopeState,
    ServerClock, StoredReceipt, Working, admit, decide, needs,
};
pub use sorted_map::SortedMap;
pub use store::{DeviceHead, Outgoing, StoreChange, rebirth, record};
pub use verdict::{RejectCode, Verdict};
