//! PostgreSQL: one writer that commits in groups, a pool of readers. Other processes of ours may use the same database.

use std::str::FromStr as _;
use std::time::Duration;

use async_trait::async_trait;
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions as _, Connection as _};
use sync::{AuthorId, DeviceId, Incarnation, LogEntry, Register, RegisterKey, Scope, ServerSeq};

use super::queue::Queue;
use super::{
    DeviceRecord, Heads, HistoryLine, NewerRecord, RefusedRecord, SessionRecord, Storage,
    StorageError, Tail, TokenHash, UnitContact, UserRecord,
};
use backend::PostgresBackend;

mod accounts;
mod backend;
mod read;
mod write;

/// Connections for reading.
const READERS_MAX: u32 = 8;
/// Longest wait for a connection.
const CONNECTION_WAIT_MAX: Duration = Duration::from_secs(10);

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/postgres");

/// The store of one database.
pub struct PostgresStorage {
    readers: PgPool,
    queue: Queue,
}

impl PostgresStorage {
    /// Opens a database (`postgres://…`) and brings it to this build's form.
    ///
    /// # Errors
    /// `Unavailable` when it does not answer, or when a newer build wrote it.
    pub async fn open(url: &str) -> Result<Self, StorageError> {
        let options = PgConnectOptions::from_str(url)?
            // An acknowledged operation outlives a power cut (invariant I1), whatever the cluster's own setting.
            .options([("synchronous_commit", "on")])
            .disable_statement_logging();
        let pool = |connections| {
            PgPoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(CONNECTION_WAIT_MAX)
        };
        // A pool of one: it connects again when the database was away.
        let writer = pool(1).connect_with(options.clone()).await?;
        MIGRATIONS.run(&writer).await.map_err(|error| {
            tracing::error!(%error, "the database cannot be brought to this build's form");
            StorageError::Unavailable
        })?;
        let read_only = options.options([("default_transaction_read_only", "on")]);
        let readers = pool(READERS_MAX).connect_with(read_only).await?;
        let queue = Queue::start(Box::new(PostgresBackend(writer)));
        Ok(Self { readers, queue })
    }
}

/// Begins a new history after PostgreSQL's own tools put a backup back, while no server runs: phones hear of it at their next call
/// and send again what the backup lacks.
///
/// # Errors
/// `Unavailable` when the database does not answer.
pub async fn begin_history(url: &str, now_ms: i64) -> Result<(), StorageError> {
    let mut connection = PgConnection::connect(url).await?;
    let mut tx = connection.begin().await?;
    // A number that no history had before: also when the one that was lost had begun some of its own.
    sqlx::query("UPDATE meta SET value = greatest(value + 1, $1) WHERE name = 'epoch'")
        .bind(now_ms / 1_000)
        .execute(&mut *tx)
        .await?;
    sqlx::query("UPDATE scope SET restored_at = last_seq")
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(connection.close().await?)
}

#[async_trait]
impl Storage for PostgresStorage {
    fn queue(&self) -> &Queue {
        &self.queue
    }

    async fn device(
        &self,
        device: &DeviceId,
        incarnation: &Incarnation,
    ) -> Result<Option<DeviceRecord>, StorageError> {
        read::device(&self.readers, device, incarnation).await
    }

    async fn heads(&self, scopes: &[Scope]) -> Result<Heads, StorageError> {
        read::heads(&self.readers, scopes).await
    }

    async fn scopes(&self) -> Result<Vec<Scope>, StorageError> {
        read::scopes(&self.readers).await
    }

    async fn segments(
        &self,
        scope: &Scope,
        after: ServerSeq,
        entries_max: usize,
    ) -> Result<Tail, StorageError> {
        read::segments(&self.readers, scope, after, entries_max).await
    }

    async fn history(&self, scope: &Scope, limit: usize) -> Result<Vec<HistoryLine>, StorageError> {
        read::history(&self.readers, scope, limit).await
    }

    async fn structure(&self) -> Result<Vec<(RegisterKey, Register)>, StorageError> {
        read::structure(&self.readers).await
    }

    async fn structure_version(&self) -> Result<u64, StorageError> {
        read::structure_version(&self.readers).await
    }

    async fn contacts(&self) -> Result<Vec<UnitContact>, StorageError> {
        read::contacts(&self.readers).await
    }

    async fn refused(
        &self,
        device: &DeviceId,
        incarnation: &Incarnation,
    ) -> Result<Vec<RefusedRecord>, StorageError> {
        read::refused(&self.readers, device, incarnation).await
    }

    async fn newer(&self) -> Result<Vec<NewerRecord>, StorageError> {
        read::newer(&self.readers).await
    }

    async fn entries_by(&self, author: &AuthorId) -> Result<Vec<LogEntry>, StorageError> {
        read::entries_by(&self.readers, author).await
    }

    async fn has_users(&self) -> Result<bool, StorageError> {
        accounts::any(&self.readers).await
    }

    async fn user(&self, name: &AuthorId) -> Result<Option<UserRecord>, StorageError> {
        accounts::user(&self.readers, name).await
    }

    async fn session(
        &self,
        token: TokenHash,
        now_ms: i64,
    ) -> Result<Option<SessionRecord>, StorageError> {
        accounts::session(&self.readers, token, now_ms).await
    }

    async fn close(&self) {
        self.readers.close().await;
        self.queue.close().await;
    }
}
