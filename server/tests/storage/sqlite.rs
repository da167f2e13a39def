//! `SQLite` against the suite.

use std::path::PathBuf;

use server::storage::Storage;
use server::storage::sqlite::SqliteStorage;

use crate::conformance::{self, Fixture};

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
    structure_version_follows_plans_only,
    accounts_sessions_and_contacts,
    unknown_scopes_are_missing_and_closed_storage_is_unavailable,
    places_beyond_signed_integers_survive,
}
