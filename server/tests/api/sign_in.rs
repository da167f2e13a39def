//! `POST /api/v1/sign-in`.

use std::time::Instant;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{LEAD, Line, PASSWORD, PROPAGANDA, TestServer, refusal};

#[tokio::test]
async fn the_right_password_opens_a_session_with_a_guarded_cookie() {
    let server = TestServer::start().await;
    let answer = server.sign_in_as(" TuyenGiao ", PASSWORD).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let cookie = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
    for flag in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=2592000"] {
        assert!(cookie.contains(flag), "{flag} in {cookie}");
    }
    assert!(!cookie.contains("Secure"));
    let me: Value = answer.json().await.unwrap();
    assert_eq!(me["user"], PROPAGANDA);
    let pair = cookie.split(';').next().unwrap();
    assert_eq!(
        server.get("/api/v1/me", Some(pair)).await.status(),
        StatusCode::OK
    );
}

#[tokio::test]
async fn behind_tls_the_cookie_is_secure() {
    let server = TestServer::start().await;
    let answer = server
        .request(Method::POST, "/api/v1/sign-in", None)
        .header("x-forwarded-proto", "https")
        .json(&json!({ "user": PROPAGANDA, "password": PASSWORD }))
        .send()
        .await
        .unwrap();
    assert!(
        answer.headers()["set-cookie"]
            .to_str()
            .unwrap()
            .ends_with("; Secure")
    );
}

#[tokio::test]
async fn wrong_password_and_unknown_name_get_the_same_answer_in_like_time() {
    let server = TestServer::start().await;
    let mut times = Vec::new();
    for (user, password) in [(PROPAGANDA, "sai"), ("khong-co-ai", PASSWORD)] {
        let started = Instant::now();
        let answer = server.sign_in_as(user, password).await;
        assert!(!answer.headers().contains_key("set-cookie"));
        assert_eq!(refusal(answer).await, (401, "wrong_credentials".to_owned()));
        times.push(started.elapsed().as_secs_f64());
    }
    // Both hash once; without the decoy the unknown name would be a hundred times faster.
    assert!(times[1] > times[0] / 10.0, "{times:?}");
}

#[tokio::test]
async fn guessing_is_slowed_down_even_with_the_right_password_at_last() {
    let server = TestServer::start().await;
    for _ in 0..5 {
        server.sign_in_as(LEAD, "sai").await;
    }
    let answer = server.sign_in_as(LEAD, PASSWORD).await;
    assert_eq!(answer.headers()["retry-after"], "1");
    assert_eq!(refusal(answer).await, (429, "too_many_tries".to_owned()));
    server.state.clock.advance(1_000);
    assert_eq!(
        server.sign_in_as(LEAD, PASSWORD).await.status(),
        StatusCode::OK
    );
    assert_eq!(
        server.sign_in_as(PROPAGANDA, PASSWORD).await.status(),
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_form_goes_on_to_a_page_of_ours_and_back_when_wrong() {
    let server = TestServer::start().await;
    let cases = [
        (PROPAGANDA, PASSWORD, "/tasks/R01", "/tasks/R01"),
        (PROPAGANDA, PASSWORD, "https://example.com/", "/"),
        (PROPAGANDA, PASSWORD, "//example.com", "/"),
        (LEAD, PASSWORD, "/", "/board"),
        (LEAD, PASSWORD, "/more", "/more"),
        (
            PROPAGANDA,
            "sai",
            "/tasks",
            "/sign-in?error=wrong_credentials&next=%2Ftasks",
        ),
    ];
    for (user, password, next, expected) in cases {
        let body = format!("user={user}&password={password}&next={next}");
        let answer = server
            .request(Method::POST, "/api/v1/sign-in", None)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        assert_eq!(answer.headers()["location"], expected);
        assert_eq!(
            answer.headers().contains_key("set-cookie"),
            password == PASSWORD
        );
    }
}

#[tokio::test]
async fn nonsense_and_other_sites_are_refused() {
    let server = TestServer::start().await;
    let answer = server
        .post("/api/v1/sign-in", None, &json!({ "user": 7 }))
        .await;
    assert_eq!(refusal(answer).await, (400, "malformed".to_owned()));
    let answer = server
        .request(Method::POST, "/api/v1/sign-in", None)
        .header("sec-fetch-site", "cross-site")
        .json(&json!({ "user": PROPAGANDA, "password": PASSWORD }))
        .send()
        .await
        .unwrap();
    assert_eq!(refusal(answer).await, (403, "cross_site".to_owned()));
}
