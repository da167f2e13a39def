//! What happens to the server: killed, restored from an older backup, upgraded under old phones.

use serde_json::{Value, json};
use sync::{Change, Failure, RegisterKey};

use crate::phone::{Line as _, Phone};
use crate::process::{HONG_THUONG, PROPAGANDA, SECRETARY, Server};

/// Requests of the first release, as its client wrote them.
const RECORDED: &str = include_str!("recorded/v1_request.json");

fn key(record: &str, field: &str) -> RegisterKey {
    RegisterKey::new(HONG_THUONG, "propaganda_task", record, field)
}

fn note(phone: &mut Phone, text: &str) {
    phone.write(&key("R01", "note"), Change::Add(text.into()));
}

/// Calls until nothing is unsent and nothing new comes.
async fn settle(phone: &mut Phone, server: &Server) {
    for _ in 0..20 {
        let before = phone.replica.clone();
        phone.sync(server).await;
        phone.load(server, HONG_THUONG).await;
        if phone.replica.unsent().count() == 0 && phone.replica == before {
            return;
        }
    }
    panic!("the phone does not come to rest");
}

#[tokio::test]
async fn a_restored_backup_gets_back_what_it_lacks_and_nothing_twice() {
    let mut server = Server::start();
    let mut first = server.phone(PROPAGANDA, "d1").await;
    let mut second = server.phone(SECRETARY, "d2").await;
    note(&mut first, "trước khi sao lưu");
    settle(&mut first, &server).await;
    let backup = server.path("monday.sqlite3");
    server.run(&["backup", backup.to_str().unwrap()]);
    settle(&mut first, &server).await;
    assert!(
        first.replica.outbox().is_empty(),
        "what the backup holds the phone may forget"
    );
    for text in ["sau khi sao lưu", "sau nữa"] {
        note(&mut first, text);
        note(&mut second, text);
    }
    settle(&mut first, &server).await;
    settle(&mut second, &server).await;
    let before = server.operations().await;
    assert_eq!(before.len(), 5);

    server.kill();
    server.run(&["restore", backup.to_str().unwrap()]);
    assert_eq!(server.operations().await.len(), 1, "the backup is older");
    server.start_again();
    // The phones hear of it by calling; the first of them was never told anything else.
    settle(&mut second, &server).await;
    settle(&mut first, &server).await;
    settle(&mut second, &server).await;
    assert_eq!(server.operations().await, before);
    let mut fresh = server.phone(PROPAGANDA, "d3").await;
    settle(&mut fresh, &server).await;
    let notes = |it: &Phone| it.replica.view(&key("R01", "note")).entries.len();
    assert_eq!((notes(&first), notes(&second), notes(&fresh)), (5, 5, 5));
}

#[tokio::test]
async fn a_running_server_is_not_restored_and_a_damaged_copy_is_told() {
    let mut server = Server::start();
    let backup = server.path("monday.sqlite3");
    let backup = backup.to_str().unwrap();
    server.run(&["backup", backup]);
    let said = |output: std::process::Output| {
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(said(server.try_run(&["restore", backup])).contains("stop it first"));
    assert!(said(server.try_run(&["backup", backup])).contains("is there already"));
    server.kill();
    let damaged = server.path("damaged.sqlite3");
    let mut bytes = std::fs::read(backup).unwrap();
    let end = bytes.len() / 2;
    bytes.truncate(end);
    std::fs::write(&damaged, bytes).unwrap();
    let damaged = damaged.to_str().unwrap();
    assert!(said(server.try_run(&["restore", damaged])).contains("cannot be used"));
    // Nothing happened to the store.
    server.start_again();
    server.phone(PROPAGANDA, "d1").await;
}

#[tokio::test]
async fn a_kill_between_answers_loses_and_doubles_nothing() {
    let mut server = Server::start();
    let mut phone = server.phone(PROPAGANDA, "d1").await;
    for round in 0..4 {
        for number in 0..25 {
            note(&mut phone, &format!("lần {round}, số {number}"));
        }
        // The answer never arrives: the phone cannot know what became of it.
        let request = phone.next_request();
        let answer = phone.send(&server, &request).await;
        drop(answer);
        server.kill();
        phone
            .exchange
            .handle_failure(phone.now_ms, Failure::Unreachable);
        server.start_again();
    }
    settle(&mut phone, &server).await;
    let all: Vec<(String, u64)> = (1..=100).map(|it| ("d1".to_owned(), it)).collect();
    assert_eq!(server.operations().await, all);
}

#[tokio::test]
async fn a_phone_of_the_first_release_is_served_in_its_own_words() {
    let server = Server::start();
    let cookie = server.sign_in(PROPAGANDA).await;
    let request: Value = serde_json::from_str(RECORDED).unwrap();
    let mut replies = Vec::new();
    for _ in 0..2 {
        let answer = server.post("/api/v1/sync", Some(&cookie), &request).await;
        assert_eq!(answer.status(), 200);
        replies.push(answer.json::<Value>().await.unwrap());
    }
    let reply = &replies[0];
    assert_eq!(reply["protocol"], 1);
    assert_eq!(reply["expect"], 6);
    let receipts = reply["receipts"].as_array().unwrap();
    assert_eq!(receipts.len(), 5);
    for receipt in receipts {
        assert_eq!(receipt["verdict"], "applied", "{receipt}");
        assert!(receipt["server_seq"].is_u64());
    }
    assert_eq!(replies[1]["receipts"], reply["receipts"], "a repeat (I3)");
    // Its snapshot is one piece with registers as objects.
    let path = format!("/api/v1/snapshot/{HONG_THUONG}");
    let snapshot: Value = server.get(&path, Some(&cookie)).await.json().await.unwrap();
    let registers = snapshot["registers"].as_array().unwrap();
    let done = registers
        .iter()
        .find(|it| it["record"] == "R01" && it["field"] == "done");
    assert_eq!(done.unwrap()["register"]["heads"][0]["value"], json!(true));
    assert_eq!(server.operations().await.len(), 5);
}
