//! Inserting many rows with few prepared statements: rows go in chunks of fixed sizes, so that `SQLite` parses each once.

use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Sqlite, SqliteConnection};

/// Rows of one statement, largest first: every count is made up of few. Each statement is a way to `SQLite`'s thread and back.
const CHUNK_ROWS: [usize; 7] = [64, 32, 16, 8, 4, 2, 1];

/// A statement under construction.
pub(super) type Statement<'q> = Query<'q, Sqlite, SqliteArguments<'q>>;

/// One row of an [`Insert`].
pub(super) trait Row {
    /// Binds its columns in the statement's order.
    fn bind<'q>(&'q self, statement: Statement<'q>) -> Statement<'q>;
}

/// An `INSERT … VALUES …` for any number of rows.
pub(super) struct Insert {
    chunks: Vec<(usize, String)>,
}

impl Insert {
    /// `head` names table and columns, `tail` what to do on conflict.
    pub(super) fn new(head: &str, columns: usize, tail: &str) -> Self {
        let row = format!("({})", vec!["?"; columns].join(","));
        let chunks = CHUNK_ROWS
            .into_iter()
            .map(|rows| {
                (
                    rows,
                    format!(
                        "{head} VALUES {} {tail}",
                        vec![row.as_str(); rows].join(",")
                    ),
                )
            })
            .collect();
        Self { chunks }
    }

    /// Inserts all rows in order.
    pub(super) async fn run<R: Row>(
        &self,
        connection: &mut SqliteConnection,
        mut rows: &[R],
    ) -> Result<(), sqlx::Error> {
        for (size, sql) in &self.chunks {
            while rows.len() >= *size {
                let (chunk, rest) = rows.split_at(*size);
                let statement = chunk
                    .iter()
                    .fold(sqlx::query(sql), |statement, row| row.bind(statement));
                statement.execute(&mut *connection).await?;
                rows = rest;
            }
        }
        Ok(())
    }
}
