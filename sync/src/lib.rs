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
mod server;
#[cfg(feature = "sim")]
pub mod sim;
mod sorted_map;
mod verdict;
pub mod wire;

pub use client::{Exchange, Failure, Link};
pub use ids::{
    AuthorId, Cursor, DeviceId, Epoch, FieldName, Incarnation, Kind, OpId, OpSeq, RecordId,
    RegisterKey, Scope, ServerSeq,
};
pub use operation::{Change, Draft, LogEntry, OpDigest, Operation, Unreadable};
pub use protocol::{
    OPERATION_BYTES_MAX, ProtocolError, REPLY_ENTRIES_MAX, REQUEST_BYTES_MAX, REQUEST_OPS_MAX,
    RawOperation, Receipt, ScopePull, Snapshot, SnapshotRegister, SyncReply, SyncRequest, VERSION,
};
pub use register::{Attribution, Effect, Entry, Head, Register};
pub use replica::{DeviceHead, Outgoing, Replica, StoreChange, record};
pub use server::{
    Decision, DeviceState, Judgement, Needs, Policy, Refused, ServerClock, StoredReceipt, Working,
    decide, needs,
};
pub use sorted_map::SortedMap;
pub use verdict::{RejectCode, Verdict};
