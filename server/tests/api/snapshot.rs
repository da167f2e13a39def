//! `GET /api/v1/snapshot/{scope}`.

use reqwest::{Method, StatusCode};
use sync::Snapshot;

use crate::support::{
    A_NGO, DISTRICT, HONG_THUONG, LEAD, Line, PROPAGANDA, TestServer, refusal, tick_key,
};

#[tokio::test]
async fn own_unit_and_library_are_open_and_another_unit_is_not() {
    let server = TestServer::start().await;
    let cookie = server.cookie_of(PROPAGANDA).await;
    for scope in [HONG_THUONG, DISTRICT] {
        let answer = server
            .get(&format!("/api/v1/snapshot/{scope}"), Some(&cookie))
            .await;
        let snapshot: Snapshot = answer.json().await.unwrap();
        assert_eq!(snapshot.scope.as_str(), scope);
        assert!(!snapshot.registers.is_empty());
    }
    let other = server
        .get(&format!("/api/v1/snapshot/{A_NGO}"), Some(&cookie))
        .await;
    assert_eq!(refusal(other).await, (403, "forbidden".to_owned()));
    let none = server.get("/api/v1/snapshot/KHONG-CO", Some(&cookie)).await;
    assert_eq!(refusal(none).await, (404, "not_found".to_owned()));
    let nobody = server
        .get(&format!("/api/v1/snapshot/{HONG_THUONG}"), None)
        .await;
    assert_eq!(refusal(nobody).await, (401, "signed_out".to_owned()));
    let lead = server.cookie_of(LEAD).await;
    let answer = server
        .get(&format!("/api/v1/snapshot/{A_NGO}"), Some(&lead))
        .await;
    assert_eq!(answer.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_snapshot_travels_packed_and_only_when_it_changed() {
    let server = TestServer::start().await;
    let mut phone = server.phone_of(PROPAGANDA, "d1").await;
    let path = format!("/api/v1/snapshot/{HONG_THUONG}");
    let first = server.get(&path, Some(&phone.cookie)).await;
    let etag = first.headers()["etag"].clone();
    let first: Snapshot = first.json().await.unwrap();
    let ask = || {
        server
            .request(Method::GET, &path, Some(&phone.cookie))
            .header("if-none-match", &etag)
    };
    assert_eq!(
        ask().send().await.unwrap().status(),
        StatusCode::NOT_MODIFIED
    );
    // The client unpacks by itself; that it was packed shows in the missing length.
    let plain = ask()
        .header("accept-encoding", "identity")
        .header("if-none-match", "x");
    assert_eq!(
        plain.send().await.unwrap().status(),
        StatusCode::NOT_MODIFIED
    );
    phone.set(&tick_key(HONG_THUONG), true);
    phone.sync(&server).await;
    let path = format!("/api/v1/snapshot/{HONG_THUONG}");
    let second = server
        .request(Method::GET, &path, Some(&phone.cookie))
        .header("if-none-match", &etag)
        .send()
        .await
        .unwrap();
    assert_eq!(second.status(), StatusCode::OK);
    let second: Snapshot = second.json().await.unwrap();
    assert_eq!(second.cursor.seq, first.cursor.seq.next());
    assert_eq!(second.history.len(), 1);
}
