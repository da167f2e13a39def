//! PostgreSQL against the suite, each test on a cluster of its own that goes with it.

use server::storage::Storage;
use server::storage::postgres::PostgresStorage;
use sqlx::{Connection as _, PgConnection};

use crate::cluster::Cluster;
use crate::conformance::{self, FALSIFICATIONS, Fixture, LOG_ROWS, LogRow, PROJECTIONS, suite};

struct Postgres {
    cluster: Cluster,
}

impl Postgres {
    async fn connect(&self) -> PgConnection {
        PgConnection::connect(self.cluster.url()).await.unwrap()
    }
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

suite!(Postgres);
