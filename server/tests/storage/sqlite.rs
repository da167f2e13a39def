//! `SQLite` against the suite.

use server::storage::Storage;
use server::storage::sqlite::{FILE_NAME, SqliteStorage};
use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

use crate::conformance::{self, Fixture, LOG_ROWS, LogRow, suite};

struct Sqlite {
    folder: tempfile::TempDir,
}

impl Fixture for Sqlite {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    async fn open(&self) -> Box<dyn Storage> {
        Box::new(SqliteStorage::open(self.folder.path()).await.unwrap())
    }

    async fn log_rows(&self) -> Vec<LogRow> {
        let file = SqliteConnectOptions::new().filename(self.folder.path().join(FILE_NAME));
        let mut connection = SqliteConnection::connect_with(&file).await.unwrap();
        let rows = sqlx::query_as(LOG_ROWS).fetch_all(&mut connection).await;
        rows.unwrap()
    }
}

suite!(Sqlite);
