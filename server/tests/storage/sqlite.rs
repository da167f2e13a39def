//! `SQLite` against the suite.

use std::path::PathBuf;

use serde_json::{Value, json};
use server::storage::Storage;
use server::storage::sqlite::{FILE_NAME, SqliteStorage};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Connection as _, Row as _};
use sync::Change;

use crate::conformance::{self, Fixture, log, op, push, tick};

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
        let folder: PathBuf = self.folder.path().into();
        Box::new(SqliteStorage::open(&folder).await.unwrap())
    }
}

macro_rules! suite {
    ($($name:ident),* $(,)?) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                conformance::$name::<Sqlite>().await;
            }
        )*
    };
}

suite! {
    i01_what_was_acknowledged_is_there_after_reopening_without_closing,
    i03_a_repeated_push_gets_the_same_answer_and_changes_nothing,
    i04_a_fork_is_kept_and_a_gap_waits,
    i05_registers_are_the_fold_of_the_log,
    i09_one_bad_operation_never_holds_up_its_neighbours,
    many_devices_at_once_leave_a_contiguous_log,
    a_rule_that_panics_fails_its_own_push_only,
    refused_operations_are_kept_in_full_and_once,
    a_snapshot_leaves_imports_out_of_history,
    a_long_push_enters_the_log_in_pieces_that_a_bad_line_can_carry,
    structure_version_follows_plans_only,
    accounts_sessions_and_contacts,
    unknown_scopes_are_missing_and_closed_storage_is_unavailable,
    places_beyond_signed_integers_survive,
}

#[tokio::test]
async fn the_log_can_be_asked_in_sql() {
    let fixture = Sqlite::new();
    let storage = fixture.open().await;
    let mut ops = vec![tick("d1", 1, "a", true), tick("d1", 2, "b", false)];
    // Of another unit, which does not exist: the places of this one have a hole.
    let mut elsewhere = tick("d1", 3, "a", true);
    elsewhere["scope"] = "nowhere".into();
    ops.push(elsewhere);
    ops.push(op("d1", 4, "an", "n", &json!({ "add": "Ghi \"chú\"" })));
    let retracted = json!({ "retract": { "device": "d1", "incarnation": "i1", "seq": 4 } });
    ops.push(op("d1", 5, "an", "n", &retracted));
    for (it, at_ms) in ops
        .iter_mut()
        .zip([5_000, i64::MIN, i64::MAX, i64::MAX, -7])
    {
        it["at_ms"] = at_ms.into();
    }
    push(&*storage, "d1", ops).await;
    push(&*storage, "d2", vec![tick("d2", 1, "a", true)]).await;
    let file = SqliteConnectOptions::new().filename(fixture.folder.path().join(FILE_NAME));
    let mut connection = SqliteConnection::connect_with(&file).await.unwrap();
    let rows = sqlx::query("SELECT * FROM log ORDER BY scope, server_seq")
        .fetch_all(&mut connection)
        .await
        .unwrap();
    let entries = log(&*storage).await;
    assert_eq!((rows.len(), entries.len()), (5, 5));
    for (row, entry) in rows.iter().zip(entries) {
        let op = &entry.op;
        for (column, value) in [
            ("scope", op.scope.as_str()),
            ("device", op.id.device.as_str()),
            ("incarnation", op.id.incarnation.as_str()),
            ("author", op.author.as_str()),
            ("kind", op.kind.as_str()),
            ("record", op.record.as_str()),
            ("field", op.field.as_str()),
        ] {
            assert_eq!(row.get::<&str, _>(column), value);
        }
        for (column, value) in [
            ("server_seq", entry.server_seq.0.cast_signed()),
            ("op_seq", op.id.seq.get().cast_signed()),
            ("at_ms", op.at_ms),
            ("corrected_ms", entry.corrected_ms),
            ("received_ms", 10_000),
        ] {
            assert_eq!(row.get::<i64, _>(column), value, "{column} of {entry:?}");
        }
        let change: Value = serde_json::from_str(row.get("change")).unwrap();
        assert_eq!(serde_json::from_value::<Change>(change).unwrap(), op.change);
    }
}
