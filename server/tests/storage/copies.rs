//! Backups of SQLite: whole, told to the phones, and never in the way of what is there.

use server::storage::Storage;
use server::storage::sqlite::copies::{CopyError, back_up, restore};
use server::storage::sqlite::{FILE_NAME, SqliteStorage};
use sqlx::Connection as _;
use sync::{DeviceId, Epoch, Incarnation, OpSeq, ServerSeq};

use crate::conformance::{log, push, scope, tick};

async fn backed_up(storage: &SqliteStorage, device: &str) -> Option<u64> {
    let (device, incarnation) = (DeviceId::new(device), Incarnation::new("i1"));
    let known = storage.device(&device, &incarnation).await.unwrap();
    known.unwrap().backed_up.map(OpSeq::get)
}

#[tokio::test]
async fn i12_phones_hear_what_of_theirs_is_safe_and_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let storage = SqliteStorage::open(folder.path()).await.unwrap();
    let ops = vec![tick("d1", 1, "a", true), tick("d1", 2, "b", true)];
    push(&storage, "d1", ops).await;
    assert_eq!(backed_up(&storage, "d1").await, None);
    let backup = back_up(folder.path(), &folder.path().join("1.sqlite3"))
        .await
        .unwrap();
    assert_eq!((backup.operations, backup.devices), (2, 1));
    assert_eq!(backed_up(&storage, "d1").await, Some(2));
    push(&storage, "d1", vec![tick("d1", 3, "c", true)]).await;
    assert_eq!(backed_up(&storage, "d1").await, Some(2));
    back_up(folder.path(), &folder.path().join("2.sqlite3"))
        .await
        .unwrap();
    assert_eq!(backed_up(&storage, "d1").await, Some(3));
}

#[tokio::test]
async fn a_restored_store_is_a_new_history_and_the_old_one_is_kept_aside() {
    let folder = tempfile::tempdir().unwrap();
    let (data, copy) = (folder.path().join("data"), folder.path().join("copy"));
    let storage = SqliteStorage::open(&data).await.unwrap();
    push(&storage, "d1", vec![tick("d1", 1, "a", true)]).await;
    back_up(&data, &copy).await.unwrap();
    push(&storage, "d1", vec![tick("d1", 2, "b", true)]).await;
    let in_use = restore(&data, &copy, 1_000).await.unwrap_err();
    assert!(matches!(in_use, CopyError::InUse(_)), "{in_use}");
    storage.close().await;

    let mut epochs = vec![Epoch(1)];
    for _ in 0..2 {
        let aside = restore(&data, &copy, 1_000).await.unwrap().unwrap();
        assert!(aside.exists());
        let storage = SqliteStorage::open(&data).await.unwrap();
        assert_eq!(log(&storage).await.len(), 1);
        let heads = storage.heads(&[scope()]).await.unwrap();
        assert_eq!(heads.seqs[&scope()], ServerSeq(1));
        let state = storage.state(&scope()).await.unwrap();
        assert_eq!(state.restored_at, ServerSeq(1), "up to here they agree");
        epochs.push(heads.epoch);
        storage.close().await;
    }
    assert!(epochs.is_sorted_by(|a, b| a < b), "{epochs:?}");
    // The store itself is lost, and with it how many histories there were: time still tells them apart.
    std::fs::remove_file(data.join(FILE_NAME)).unwrap();
    let aside = restore(&data, &copy, 1_700_000_000_000).await.unwrap();
    assert_eq!(aside, None);
    let storage = SqliteStorage::open(&data).await.unwrap();
    let heads = storage.heads(&[]).await.unwrap();
    assert_eq!(heads.epoch, Epoch(1_700_000_000));
}

#[tokio::test]
async fn a_copy_with_a_hole_in_its_log_is_refused_and_nothing_is_touched() {
    let folder = tempfile::tempdir().unwrap();
    let (data, copy) = (folder.path().join("data"), folder.path().join("copy"));
    let storage = SqliteStorage::open(&data).await.unwrap();
    for seq in 1..=3 {
        push(&storage, "d1", vec![tick("d1", seq, "a", true)]).await;
    }
    back_up(&data, &copy).await.unwrap();
    storage.close().await;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&copy);
    let mut connection = sqlx::SqliteConnection::connect_with(&options)
        .await
        .unwrap();
    sqlx::query("DELETE FROM segment WHERE last_seq = 2")
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    let damaged = restore(&data, &copy, 1_000).await.unwrap_err();
    assert!(
        damaged.to_string().contains("1 logs have holes"),
        "{damaged}"
    );
    let storage = SqliteStorage::open(&data).await.unwrap();
    assert_eq!(log(&storage).await.len(), 3);
    assert_eq!(storage.heads(&[]).await.unwrap().epoch, Epoch(1));
    let nothing = back_up(&folder.path().join("nowhere"), &copy)
        .await
        .unwrap_err();
    assert!(matches!(nothing, CopyError::NoDatabase(_)));
}
