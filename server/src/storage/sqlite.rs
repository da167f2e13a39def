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
use sync::{
    AuthorId, DeviceId, Incarnation, LogEntry, Register, RegisterKey, Scope, ServerSeq, Snapshot,
};
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::task::JoinHandle;

use super::{
    Contact, DeviceRecord, Heads, HistoryLine, NewUser, Push, Pushed, RefusedRecord, SessionRecord,
    Storage, StorageError, TokenHash, UnitContact, UserRecord,
};
use writer::{AccountChange, Job};

mod accounts;
mod commit;
mod load;
mod read;
mod rows;
mod writer;

/// File name of the database in the data folder.
pub const FILE_NAME: &str = "sotay.sqlite3";
/// How long a statement waits for another process's lock (an import beside a running server).
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Connections for reading.
const READERS_MAX: u32 = 8;
/// Longest wait for a reader.
const READER_WAIT_MAX: Duration = Duration::from_secs(10);
/// Jobs that may wait for the writer; senders wait beyond that.
const QUEUE_MAX: usize = 1_024;
/// Pages are larger than the default so that most operations fit a leaf.
const PAGE_BYTES: u32 = 8_192;

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

/// The store of one data folder.
pub struct SqliteStorage {
    readers: SqlitePool,
    queue: mpsc::Sender<Job>,
    writer: Mutex<Option<JoinHandle<()>>>,
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
            .statement_cache_capacity(64)
            .disable_statement_logging();
        let mut writer = SqliteConnection::connect_with(&options).await?;
        MIGRATIONS.run_direct(&mut writer).await.map_err(|error| {
            tracing::error!(%error, "the database cannot be brought to this build's form");
            StorageError::Unavailable
        })?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS_MAX)
            .acquire_timeout(READER_WAIT_MAX)
            .connect_with(options.read_only(true).create_if_missing(false))
            .await?;
        let (queue, jobs) = mpsc::channel(QUEUE_MAX);
        let writer = tokio::spawn(writer::run(writer, jobs));
        Ok(Self {
            readers,
            queue,
            writer: Mutex::new(Some(writer)),
        })
    }

    async fn ask<T>(
        &self,
        job: impl FnOnce(oneshot::Sender<Result<T, StorageError>>) -> Job,
    ) -> Result<T, StorageError> {
        let (answer, answered) = oneshot::channel();
        self.queue
            .send(job(answer))
            .await
            .map_err(|_| StorageError::Unavailable)?;
        answered.await.map_err(|_| StorageError::Unavailable)?
    }

    async fn change(&self, change: AccountChange) -> Result<(), StorageError> {
        self.ask(|answer| Job::Account(Box::new(change), answer))
            .await
    }
}

impl From<sqlx::Error> for StorageError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::RowNotFound => Self::Missing,
            sqlx::Error::Database(it) if it.is_unique_violation() => Self::Conflict,
            _ => {
                tracing::error!(%error, "database");
                Self::Unavailable
            }
        }
    }
}

/// Reads JSON that this server wrote.
fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, StorageError> {
    serde_json::from_str(text).map_err(|error| {
        tracing::error!(%error, "unreadable JSON in the database");
        StorageError::Unavailable
    })
}

/// Writes JSON of plain data types; cannot fail for those.
fn to_json<T: serde::Serialize>(value: &T) -> Result<String, StorageError> {
    serde_json::to_string(value).map_err(|error| {
        tracing::error!(%error, "unwritable JSON");
        StorageError::Unavailable
    })
}

/// `SQLite`'s integers are signed: places travel by their bits, so that every `u64` comes back as it was.
fn from_u64(value: u64) -> i64 {
    value.cast_signed()
}

/// The reverse of [`from_u64`].
fn to_u64(value: i64) -> u64 {
    value.cast_unsigned()
}

#[async_trait]
impl Storage for SqliteStorage {
    async fn push(&self, push: Push) -> Result<Pushed, StorageError> {
        // Naming what is needed parses every operation: done here, beside the writer, not on it.
        let needs = sync::needs(&push.request);
        self.ask(|answer| Job::Push(Box::new(writer::PushJob { push, needs }), answer))
            .await
    }

    fn note_contact(&self, contact: Contact) {
        // A full queue means that fresher contacts follow.
        let _ = self.queue.try_send(Job::Contact(Box::new(contact)));
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

    async fn entries(
        &self,
        scope: &Scope,
        after: ServerSeq,
        limit: usize,
    ) -> Result<Vec<LogEntry>, StorageError> {
        read::entries(&self.readers, scope, after, limit).await
    }

    async fn snapshot(&self, scope: &Scope, history_max: usize) -> Result<Snapshot, StorageError> {
        read::snapshot(&self.readers, scope, history_max).await
    }

    async fn history(&self, scope: &Scope, limit: usize) -> Result<Vec<HistoryLine>, StorageError> {
        let mut connection = self.readers.acquire().await?;
        read::history(&mut connection, scope, limit).await
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

    async fn entries_by(&self, author: &AuthorId) -> Result<Vec<LogEntry>, StorageError> {
        read::entries_by(&self.readers, author).await
    }

    async fn add_users(&self, users: Vec<NewUser>, now_ms: i64) -> Result<(), StorageError> {
        self.change(AccountChange::AddUsers { users, now_ms }).await
    }

    async fn has_users(&self) -> Result<bool, StorageError> {
        accounts::any(&self.readers).await
    }

    async fn user(&self, name: &AuthorId) -> Result<Option<UserRecord>, StorageError> {
        accounts::user(&self.readers, name).await
    }

    async fn open_session(
        &self,
        token: TokenHash,
        user: &AuthorId,
        now_ms: i64,
        expires_ms: i64,
    ) -> Result<(), StorageError> {
        let user = user.clone();
        self.change(AccountChange::OpenSession {
            token,
            user,
            now_ms,
            expires_ms,
        })
        .await
    }

    async fn session(
        &self,
        token: TokenHash,
        now_ms: i64,
    ) -> Result<Option<SessionRecord>, StorageError> {
        accounts::session(&self.readers, token, now_ms).await
    }

    async fn extend_session(&self, token: TokenHash, expires_ms: i64) -> Result<(), StorageError> {
        self.change(AccountChange::ExtendSession { token, expires_ms })
            .await
    }

    async fn close_session(&self, token: TokenHash) -> Result<(), StorageError> {
        self.change(AccountChange::CloseSession { token }).await
    }

    async fn purge_sessions(&self, now_ms: i64) -> Result<(), StorageError> {
        self.change(AccountChange::PurgeSessions { now_ms }).await
    }

    async fn close(&self) {
        // Readers first: the last to leave folds SQLite's log into the file, and readers may not.
        self.readers.close().await;
        // The writer is gone already when the queue refuses.
        let _ = self.queue.send(Job::Stop).await;
        if let Some(writer) = self.writer.lock().await.take()
            && let Err(error) = writer.await
        {
            tracing::error!(%error, "the writer ended badly");
        }
    }
}
