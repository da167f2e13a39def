//! What outlives the process.

use std::io::Read as _;

use serde_json::json;
use sync::Verdict;

use crate::support::{HONG_THUONG, PROPAGANDA, TestServer, tick_key};

#[tokio::test]
async fn i01_a_killed_server_has_everything_that_it_acknowledged() {
    let server = TestServer::start().await;
    let mut phone = server.phone_of(PROPAGANDA, "d1").await;
    let seq = phone.set(&tick_key(HONG_THUONG), true);
    phone.sync(&server).await;
    assert!(matches!(phone.verdict(seq), Some(Verdict::Applied { .. })));
    let server = server.kill_and_restart().await;
    let mut other = server.phone_of(PROPAGANDA, "d2").await;
    assert_eq!(other.value(&tick_key(HONG_THUONG)), Some(json!(true)));
    // The session outlives it too, and the next place is known.
    phone.set(&tick_key(HONG_THUONG), false);
    phone.sync(&server).await;
    assert_eq!(phone.replica.unsent().count(), 0);
    other.sync(&server).await;
    assert_eq!(other.value(&tick_key(HONG_THUONG)), Some(json!(false)));
}

#[tokio::test]
async fn stopping_finishes_and_leaves_one_whole_file() {
    let server = TestServer::start().await;
    let mut phone = server.phone_of(PROPAGANDA, "d1").await;
    phone.set(&tick_key(HONG_THUONG), true);
    phone.sync(&server).await;
    let folder = server.stop().await;
    let mut start = [0; 15];
    let file = folder
        .path()
        .join("data")
        .join(server::storage::sqlite::FILE_NAME);
    std::fs::File::open(file)
        .unwrap()
        .read_exact(&mut start)
        .unwrap();
    assert_eq!(&start, b"SQLite format 3");
    let log = std::fs::metadata(folder.path().join("data/sotay.sqlite3-wal"));
    assert_eq!(log.map_or(0, |it| it.len()), 0, "the log was folded in");
}
