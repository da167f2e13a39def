//! The requests that the fuzzers of `fuzz/` kept, and seeded changes to each.

use std::fs;
use std::path::Path;

use domain::kinds::propaganda_task;
use reqwest::StatusCode;
use sync::SyncReply;

use super::{post, works};
use crate::support::{DISTRICT, HONG_THUONG, Line, PROPAGANDA, TestServer, refusal};
use mutate::{Seeded, mutated};

#[path = "../../../../sync/tests/rubbish/mutate.rs"]
mod mutate;

/// Changes to each kept request, by the folder that keeps it: the fuzzer's own are many, and changed ones already.
const FOLDERS: [(&str, u64); 4] = [
    ("seeds/request", 8),
    ("seeds/server", 8),
    ("corpus/request", 0),
    ("corpus/server", 0),
];

/// Requests that the fuzzers kept, in the words of this district, and how many changes to make to each.
fn kept_requests() -> Vec<(Vec<u8>, u64)> {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz");
    let mut bodies = Vec::new();
    for (folder, changes) in FOLDERS {
        for entry in fs::read_dir(fuzz.join(folder)).into_iter().flatten() {
            let body = fs::read(entry.unwrap().path()).unwrap();
            let body = match String::from_utf8(body) {
                Ok(text) => text
                    .replace("tuyengiao.hongthuong", PROPAGANDA)
                    .replace("VIEC-01", "R01")
                    .replace("TT-03", "R01")
                    .replace("checklist_task", propaganda_task::KIND)
                    .into_bytes(),
                Err(error) => error.into_bytes(),
            };
            bodies.push((body, changes));
        }
    }
    bodies.sort();
    bodies
}

/// Sends a body; gives whether it was taken as a request. Anything else is refused in our form.
async fn is_taken(server: &TestServer, cookie: &str, body: Vec<u8>) -> bool {
    let shown = String::from_utf8_lossy(&body).into_owned();
    let answer = post(server, cookie, &[], body).await;
    if answer.status() == StatusCode::OK {
        let reply = answer.bytes().await.unwrap();
        assert!(
            SyncReply::parse(&reply).is_ok(),
            "a phone reads the answer to {shown}"
        );
        return true;
    }
    let (status, code) = refusal(answer).await;
    let known = [
        (400, "malformed"),
        (400, "unknown_version"),
        (413, "too_large"),
    ];
    assert!(known.contains(&(status, &code)), "{status} {code}: {shown}");
    false
}

#[tokio::test]
async fn what_the_fuzzers_kept_is_answered_and_the_server_goes_on() {
    let server = TestServer::start().await;
    let cookie = server.cookie_of(PROPAGANDA).await;
    let mut taken = 0;
    for (number, (body, changes)) in (0_u64..).zip(kept_requests()) {
        for change in 0..changes {
            let changed = mutated(&body, &mut Seeded::new(number * 100 + change));
            taken += usize::from(is_taken(&server, &cookie, changed).await);
        }
        taken += usize::from(is_taken(&server, &cookie, body).await);
    }
    assert!(taken > 20, "among them are requests");
    // Whatever was let in, people's phones still load the scope.
    for scope in [HONG_THUONG, DISTRICT] {
        let path = format!("/api/v1/snapshot/{scope}");
        assert_eq!(
            server.get(&path, Some(&cookie)).await.status(),
            StatusCode::OK
        );
    }
    works(&server, "sound").await;
    let server = server.kill_and_restart().await;
    works(&server, "sound-again").await;
}
