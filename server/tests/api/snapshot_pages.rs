//! `GET /api/v1/pages/{scope}`: a first load in pages that resumes.

use reqwest::StatusCode;
use sync::wire::Wire as _;
use sync::{Page, Snapshot};

use crate::support::{
    A_NGO, DISTRICT, HONG_THUONG, Line, PROPAGANDA, TestServer, refusal, tick_key,
};

async fn page(server: &TestServer, path: &str, cookie: &str) -> Page {
    let answer = server.get(path, Some(cookie)).await;
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    assert_eq!(answer.headers()["cache-control"], "no-store");
    Page::from_json(&answer.text().await.unwrap()).unwrap()
}

#[tokio::test]
async fn the_pages_of_a_snapshot_hold_all_of_it_and_the_tasks_come_first() {
    let server = TestServer::start().await;
    let cookie = server.cookie_of(PROPAGANDA).await;
    for scope in [HONG_THUONG, DISTRICT] {
        let first = page(&server, &format!("/api/v1/pages/{scope}"), &cookie).await;
        let at = format!("{}-{}", first.cursor.epoch.0, first.cursor.seq.0);
        assert_eq!(first.registers[0].kind.as_str(), "unit");
        let mut registers = first.registers.clone();
        for number in 1..first.of {
            let path = format!("/api/v1/pages/{scope}/{at}/{number}");
            let next = page(&server, &path, &cookie).await;
            assert_eq!(
                (next.cursor, next.number, next.of),
                (first.cursor, number, first.of)
            );
            registers.extend(next.registers);
        }
        let whole = server
            .get(&format!("/api/v1/snapshot/{scope}"), Some(&cookie))
            .await;
        let mut whole: Snapshot = whole.json().await.unwrap();
        let address =
            |it: &sync::SnapshotRegister| (it.kind.clone(), it.record.clone(), it.field.clone());
        registers.sort_by_key(address);
        whole.registers.sort_by_key(address);
        assert_eq!(registers, whole.registers);
    }
}

#[tokio::test]
async fn a_page_stays_as_it_is_while_the_log_moves_and_is_gone_when_it_is_not_kept() {
    let server = TestServer::start().await;
    let mut phone = server.phone_of(PROPAGANDA, "d1").await;
    let cookie = phone.cookie.clone();
    let first = page(&server, &format!("/api/v1/pages/{HONG_THUONG}"), &cookie).await;
    phone.set(&tick_key(HONG_THUONG), true);
    phone.sync(&server).await;
    let at = format!("{}-{}", first.cursor.epoch.0, first.cursor.seq.0);
    let path = format!("/api/v1/pages/{HONG_THUONG}/{at}/0");
    assert_eq!(page(&server, &path, &cookie).await, first);
    let later = page(&server, &format!("/api/v1/pages/{HONG_THUONG}"), &cookie).await;
    assert_eq!(later.cursor.seq, first.cursor.seq.next());
    assert_eq!(later.history.len(), 1);
    for gone in ["9-1/0", "1-999999/0", "x/0"] {
        let path = format!("/api/v1/pages/{HONG_THUONG}/{gone}");
        let answer = server.get(&path, Some(&cookie)).await;
        assert_eq!(
            refusal(answer).await,
            (404, "not_found".to_owned()),
            "{gone}"
        );
    }
}

#[tokio::test]
async fn pages_need_the_same_right_as_the_log() {
    let server = TestServer::start().await;
    let cookie = server.cookie_of(PROPAGANDA).await;
    let foreign = server
        .get(&format!("/api/v1/pages/{A_NGO}"), Some(&cookie))
        .await;
    assert_eq!(refusal(foreign).await, (403, "forbidden".to_owned()));
    let foreign = server
        .get(&format!("/api/v1/pages/{A_NGO}/1-1/0"), Some(&cookie))
        .await;
    assert_eq!(refusal(foreign).await, (403, "forbidden".to_owned()));
    let none = server.get("/api/v1/pages/KHONG-CO", Some(&cookie)).await;
    assert_eq!(refusal(none).await, (404, "not_found".to_owned()));
    let nobody = server
        .get(&format!("/api/v1/pages/{HONG_THUONG}"), None)
        .await;
    assert_eq!(refusal(nobody).await, (401, "signed_out".to_owned()));
}
