//! PostgreSQL against the suite, each test on a cluster of its own that goes with it.

use server::storage::Storage;
use server::storage::postgres::PostgresStorage;
use sqlx::{Connection as _, PgConnection};

use crate::cluster::Cluster;
use crate::conformance::{self, Fixture, LOG_ROWS, LogRow, suite};

struct Postgres {
    cluster: Cluster,
}

impl Fixture for Postgres {
    fn new() -> Self {
        Self {
            cluster: Cluster::start(),
        }
    }

    async fn open(&self) -> Box<dyn Storage> {
        Box::new(PostgresStorage::open(self.cluster.url()).await.unwrap())
    }

    async fn log_rows(&self) -> Vec<LogRow> {
        let mut connection = PgConnection::connect(self.cluster.url()).await.unwrap();
        let rows = sqlx::query_as(LOG_ROWS).fetch_all(&mut connection).await;
        rows.unwrap()
    }
}

suite!(Postgres);
