//! `SQLite` against the suite.

use server::storage::Storage;
use server::storage::sqlite::{FILE_NAME, SqliteStorage};
use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

use crate::conformance::{self, FALSIFICATIONS, Fixture, LOG_ROWS, LogRow, PROJECTIONS, suite};

struct Sqlite {
    folder: tempfile::TempDir,
}

impl Sqlite {
    async fn connect(&self) -> SqliteConnection {
        let file = SqliteConnectOptions::new().filename(self.folder.path().join(FILE_NAME));
        SqliteConnection::connect_with(&file).await.unwrap()
    }
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
        let mut connection = self.connect().await;
        let rows = sqlx::query_as(LOG_ROWS).fetch_all(&mut connection).await;
        rows.unwrap()
    }

    async fn projections(&self) -> Vec<String> {
        let mut connection = self.connect().await;
        let rows = sqlx::query_scalar(PROJECTIONS)
            .fetch_all(&mut connection)
            .await;
        rows.unwrap()
    }

    async fn falsify(&self) {
        let mut connection = self.connect().await;
        for sql in FALSIFICATIONS {
            sqlx::query(sql).execute(&mut connection).await.unwrap();
        }
    }
}

suite!(Sqlite);
