//! What the writer asks of a database. SQL behind it, no rules.

use std::collections::BTreeSet;

use async_trait::async_trait;
use sync::{AuthorId, Epoch, Lifetime, OpDigest, OpId, OpSeq, Scope, ServerSeq};

use super::rows::{PlanRow, ReceiptRow, Rows, ScopeHead};
use super::{Contact, NewUser, StorageError, TokenHash};

/// A change to accounts or sessions.
pub(super) enum AccountChange {
    AddUsers {
        users: Vec<NewUser>,
        now_ms: i64,
    },
    OpenSession {
        token: TokenHash,
        user: AuthorId,
        now_ms: i64,
        expires_ms: i64,
    },
    ExtendSession {
        token: TokenHash,
        expires_ms: i64,
    },
    CloseSession {
        token: TokenHash,
    },
    PurgeSessions {
        now_ms: i64,
    },
    WithdrawGrant {
        user: AuthorId,
        unit: Scope,
        role: String,
        now_ms: i64,
    },
}

/// The one connection that writes.
#[async_trait]
pub(super) trait Backend: Send + 'static {
    /// Begins a transaction that no other writer can disturb.
    async fn begin(&mut self) -> Result<Box<dyn Transaction + '_>, StorageError>;

    /// Ends the connection.
    async fn close(self: Box<Self>);
}

/// One transaction: kept whole by [`Self::commit`], else not at all.
#[async_trait]
pub(super) trait Transaction: Send {
    /// The current history.
    async fn epoch(&mut self) -> Result<Epoch, StorageError>;

    /// The logs asked for that exist, which nobody else can write until the end of the transaction.
    async fn scopes(&mut self, asked: &BTreeSet<Scope>) -> Result<Vec<ScopeHead>, StorageError>;

    /// The lifetimes asked for that are known, each with the last place received of it.
    async fn lifetimes(
        &mut self,
        asked: &BTreeSet<Lifetime>,
    ) -> Result<Vec<(Lifetime, Option<OpSeq>)>, StorageError>;

    /// Answers of one lifetime that touch a range of places.
    async fn receipts(
        &mut self,
        lifetime: &Lifetime,
        first: OpSeq,
        last: OpSeq,
    ) -> Result<Vec<ReceiptRow>, StorageError>;

    /// The latest checkpoint of a scope.
    async fn checkpoint(
        &mut self,
        scope: &Scope,
    ) -> Result<Option<(ServerSeq, String)>, StorageError>;

    /// Segments of a log that end after a place, oldest first, at most `limit`.
    async fn segments(
        &mut self,
        scope: &Scope,
        after: ServerSeq,
        limit: u32,
    ) -> Result<Vec<String>, StorageError>;

    /// Writes rows.
    async fn write(&mut self, rows: &Rows) -> Result<(), StorageError>;

    /// Notes devices that called without operations.
    async fn note(&mut self, contacts: &[Contact]) -> Result<(), StorageError>;

    /// Makes one change. The outer error is the database's and fails the batch, the inner one is the asker's.
    async fn change(
        &mut self,
        change: &AccountChange,
    ) -> Result<Result<(), StorageError>, StorageError>;

    /// The registers of a scope that are kept as plans, in order of their address.
    async fn plans(&mut self, scope: &Scope) -> Result<Vec<PlanRow>, StorageError>;

    /// Takes away what follows from a scope's log: its checkpoints and plans.
    async fn forget_projections(&mut self, scope: &Scope) -> Result<(), StorageError>;

    /// Writes the answers of a row that is there already.
    async fn replace_receipt(&mut self, row: &ReceiptRow) -> Result<(), StorageError>;

    /// What became of an operation that was kept: another refusal, or a place in the log when there is none.
    async fn settle_refused(
        &mut self,
        id: &OpId,
        digest: &OpDigest,
        refusal: Option<&str>,
    ) -> Result<(), StorageError>;

    /// Makes it durable.
    async fn commit(self: Box<Self>) -> Result<(), StorageError>;
}
