//! The server's answer to one operation. A bad operation gets a verdict, never an error that stops its neighbours.

use crate::ids::ServerSeq;

/// What became of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Accepted, and now the register's only value.
    Applied {
        /// Place in the scope's log.
        server_seq: ServerSeq,
    },
    /// Accepted; somebody wrote the same at the same time, both are kept as authors.
    Merged {
        /// Place in the scope's log.
        server_seq: ServerSeq,
    },
    /// Accepted; somebody wrote something else at the same time, both values are shown.
    Sibling {
        /// Place in the scope's log.
        server_seq: ServerSeq,
    },
    /// Refused: kept on the phone and on the server with its reason, not counted.
    Rejected {
        /// Why.
        code: RejectCode,
    },
    /// Set aside in full for a supervisor (a fork, or rights that need a person to judge).
    Quarantined {
        /// Why.
        code: RejectCode,
    },
    /// Written by a newer release than the server; kept raw.
    NeedsUpgrade,
}

/// Why an operation was not accepted. Codes are listed in `docs/protocol.md` and never reused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RejectCode {
    /// The bytes are not an operation.
    Malformed,
    /// Longer than an operation may be.
    TooLarge,
    /// Same identity as an earlier operation, other bytes.
    Fork,
    /// The signed-in person is not the author.
    WrongAuthor,
    /// The author may not write this record.
    Forbidden,
    /// No such unit.
    UnknownScope,
    /// No such kind, record or field.
    UnknownField,
    /// The value does not fit the field.
    BadValue,
    /// The entry to retract is not there.
    UnknownTarget,
    /// A code of a newer server.
    Other,
}

impl Verdict {
    /// Place in the scope's log, for accepted operations.
    #[must_use]
    pub fn server_seq(&self) -> Option<ServerSeq> {
        match self {
            Self::Applied { server_seq }
            | Self::Merged { server_seq }
            | Self::Sibling { server_seq } => Some(*server_seq),
            Self::Rejected { .. } | Self::Quarantined { .. } | Self::NeedsUpgrade => None,
        }
    }
}
