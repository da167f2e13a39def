//! `POST /api/v1/sign-out`.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::support::{Line, PROPAGANDA, TestServer, refusal};

#[tokio::test]
async fn the_session_ends_on_the_server_and_in_the_browser() {
    let server = TestServer::start().await;
    let cookie = server.cookie_of(PROPAGANDA).await;
    let answer = server
        .post("/api/v1/sign-out", Some(&cookie), &json!({}))
        .await;
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    assert!(
        answer.headers()["set-cookie"]
            .to_str()
            .unwrap()
            .contains("Max-Age=0")
    );
    let answer = server.get("/api/v1/me", Some(&cookie)).await;
    assert_eq!(refusal(answer).await, (401, "signed_out".to_owned()));
    let again = server
        .post("/api/v1/sign-out", Some(&cookie), &json!({}))
        .await;
    assert_eq!(again.status(), StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_form_goes_to_the_sign_in_page() {
    let server = TestServer::start().await;
    let cookie = server.cookie_of(PROPAGANDA).await;
    let answer = server
        .request(Method::POST, "/api/v1/sign-out", Some(&cookie))
        .header("content-type", "application/x-www-form-urlencoded")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(answer.headers()["location"], "/sign-in");
}
