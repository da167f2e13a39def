//! Addresses and names that cannot be.

use reqwest::StatusCode;
use serde_json::json;

use super::works;
use crate::support::{Line, PROPAGANDA, TestServer, refusal};

#[tokio::test]
async fn no_address_of_a_snapshot_gets_more_than_a_refusal() {
    let server = TestServer::start().await;
    let cookie = server.cookie_of(PROPAGANDA).await;
    let long = format!("/api/v1/pages/{}", "x".repeat(4_000));
    for path in [
        "/api/v1/pages/%00",
        "/api/v1/pages/%FF",
        "/api/v1/pages/%20",
        "/api/v1/pages/..%2F..%2Fetc",
        "/api/v1/pages/AL-HONG-THUONG/1-1/minus",
        "/api/v1/pages/AL-HONG-THUONG/1-1/-1",
        "/api/v1/pages/AL-HONG-THUONG/1-1/18446744073709551616",
        "/api/v1/pages/AL-HONG-THUONG/1/0",
        "/api/v1/pages/AL-HONG-THUONG/18446744073709551616-1/0",
        "/api/v1/pages/AL-HONG-THUONG/1-18446744073709551615/18446744073709551615",
        "/api/v1/pages/AL-HONG-THUONG/%FF/0",
        "/api/v1/snapshot/%00",
        "/api/v1/snapshot/%FF",
        &long,
    ] {
        let answer = server.get(path, Some(&cookie)).await;
        assert_eq!(
            refusal(answer).await,
            (404, "not_found".to_owned()),
            "{path}"
        );
        let answer = server.get(path, None).await;
        assert_eq!(
            refusal(answer).await,
            (401, "signed_out".to_owned()),
            "{path}"
        );
    }
    let answer = server.get("/board/%FF", Some(&cookie)).await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    let body = json!({ "user": "tuyengiao\u{0}", "password": "\u{0}" });
    let answer = server.post("/api/v1/sign-in", None, &body).await;
    assert_eq!(refusal(answer).await, (401, "wrong_credentials".to_owned()));
    works(&server, "sound").await;
}
