//! What the phone honestly knows about sending and receiving.

use serde::{Deserialize, Serialize};
use sync::{Link, Outgoing, RejectCode, Verdict};

/// What became of the last change to a record, as far as the phone knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Transport {
    /// Nothing of this phone's own to tell.
    #[default]
    Quiet,
    /// On this phone only.
    Unsent,
    /// The server has it and gave a receipt.
    Received,
    /// The server refused or set aside at least one change.
    Refused,
}

impl Transport {
    /// State of one own operation.
    #[must_use]
    pub fn of(outgoing: &Outgoing) -> Self {
        match &outgoing.verdict {
            None => Self::Unsent,
            Some(verdict) if verdict.server_seq().is_some() => Self::Received,
            Some(_) => Self::Refused,
        }
    }

    /// The one worth showing of two states of the same record.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let rank = |it: Self| match it {
            Self::Quiet => 0,
            Self::Received => 1,
            Self::Unsent => 2,
            Self::Refused => 3,
        };
        if rank(other) > rank(self) {
            other
        } else {
            self
        }
    }
}

/// Reason of a refusal, for its sentence.
#[must_use]
pub fn refusal(outgoing: &Outgoing) -> Option<RejectCode> {
    match outgoing.verdict.as_ref()? {
        Verdict::Rejected { code } | Verdict::Quarantined { code } => Some(code.clone()),
        Verdict::NeedsUpgrade => Some(RejectCode::Other),
        Verdict::Applied { .. } | Verdict::Merged { .. } | Verdict::Sibling { .. } => None,
    }
}

/// Whether the app can be opened without signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Offline {
    /// Not known yet, or this browser cannot.
    #[default]
    Unknown,
    /// Files are still being fetched.
    Fetching {
        /// Bytes kept so far.
        done_bytes: u64,
        /// Bytes to keep in all.
        total_bytes: u64,
    },
    /// Every file and the handbook's data are on the phone.
    Ready,
}

/// Counts that are never merged: on the phone, received, refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SyncStatus {
    /// Path to the server.
    pub link: Link,
    /// A request is under way.
    pub sending: bool,
    /// Own changes on this phone only.
    pub unsent: usize,
    /// Own changes that the server has.
    pub received: usize,
    /// Own changes that the server refused.
    pub refused: usize,
    /// Device time of the last answer of our server.
    pub last_contact_ms: Option<i64>,
    /// Server time minus phone time, in milliseconds.
    pub clock_offset_ms: i64,
    /// Whether the app opens without signal.
    pub offline: Offline,
    /// A newer build waits for the person's consent.
    pub update_waiting: bool,
}

impl Default for SyncStatus {
    fn default() -> Self {
        Self {
            link: Link::Unknown,
            sending: false,
            unsent: 0,
            received: 0,
            refused: 0,
            last_contact_ms: None,
            clock_offset_ms: 0,
            offline: Offline::Unknown,
            update_waiting: false,
        }
    }
}

impl SyncStatus {
    /// A clock more than five minutes off is worth telling.
    #[must_use]
    pub fn is_clock_wrong(&self) -> bool {
        self.clock_offset_ms.abs() > 5 * 60 * 1000
    }
}
