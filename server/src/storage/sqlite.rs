//! `SQLite`: one file, one writer that commits in groups, a pool of readers.

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection};
use sync::{AuthorId, DeviceId, Incarnation, LogEntry, Register, RegisterKey, Scope, ServerSeq};

use super::queue::Queue;
use super::{
    DeviceRecord, Heads, HistoryLine, NewerRecord, RefusedRecord, SessionRecord, Storage,
    StorageError, Tail, TokenHash, UnitContact, UserRecord,
};
use backend::SqliteBackend;

mod accounts;
mod backend;
pub mod copies;
mod insert;
mod read;
mod rows;

/// File name of the database in the data folder.
pub const FILE_NAME: &str = "sotay.sqlite3";
/// How long a statement waits for another process's lock (an import beside a running server).
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Connections for reading.
const READERS_MAX: u32 = 8;
/// Prepared statements of a connection: more than the writer has.
const STATEMENTS_KEPT: usize = 128;
/// Longest wait for a reader.
const READER_WAIT_MAX: Duration = Duration::from_secs(10);
/// Pages are larger than the default so that most operations fit a leaf.
const PAGE_BYTES: u32 = 8_192;

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

/// The store of one data folder.
pub struct SqliteStorage {
    readers: SqlitePool,
    queue: Queue,
}

impl SqliteStorage {
    /// Opens or creates the database of a data folder and brings it to this build's form.
    ///
    /// # Errors
    /// `Unavailable` when the folder cannot be used, or when a newer build wrote the database.
    pub async fn open(folder: &Path) -> Result<Self, StorageError> {
        std::fs::create_dir_all(folder).map_err(|error| {
            tracing::error!(folder = %folder.display(), %error, "data folder cannot be made");
            StorageError::Unavailable
        })?;
        let options = SqliteConnectOptions::new()
            .filename(folder.join(FILE_NAME))
            .create_if_missing(true)
            .page_size(PAGE_BYTES)
            .journal_mode(SqliteJournalMode::Wal)
            // FULL: an acknowledged operation outlives a power cut (invariant I1).
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT)
            .statement_cache_capacity(STATEMENTS_KEPT)
            .disable_statement_logging();
        let mut writer = SqliteConnection::connect_with(&options).await?;
        MIGRATIONS.run_direct(&mut writer).await.map_err(|error| {
            tracing::error!(%error, "the database cannot be brought to this build's form");
            StorageError::Unavailable
        })?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS_MAX)
            .acquire_timeout(READER_WAIT_MAX)
            // A file does not hang up: asking each time whether it did is a way to its thread and back.
            .test_before_acquire(false)
            .connect_with(options.read_only(true).create_if_missing(false))
            .await?;
        let queue = Queue::start(Box::new(SqliteBackend(writer)));
        Ok(Self { readers, queue })
    }
}

#[async_trait]
impl Storage for SqliteStorage {
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
        // Readers first: the last to leave folds SQLite's log into the file, and readers may not.
        self.readers.close().await;
        self.queue.close().await;
    }
}
