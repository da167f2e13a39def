//! `GET /api/v1/me`.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{DISTRICT, HONG_THUONG, LEAD, Line, PROPAGANDA, SECRETARY, TODAY, TestServer};

#[tokio::test]
async fn says_what_a_phone_keeps_and_offers() {
    let server = TestServer::start().await;
    let cookie = server.cookie_of(PROPAGANDA).await;
    let answer = server.get("/api/v1/me", Some(&cookie)).await;
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let me: Value = answer.json().await.unwrap();
    let expected = json!({
        "user": PROPAGANDA,
        "name": "Tuyên giáo Hồng Thượng",
        "role": "Cán bộ tuyên truyền",
        "grants": [{ "role": "propaganda_member", "unit": HONG_THUONG }],
        "unit": HONG_THUONG,
        "library": DISTRICT,
        "board": false,
        "fixed_today": TODAY,
    });
    assert_eq!(me, expected);
    let cookie = server.cookie_of(LEAD).await;
    let me: Value = server
        .get("/api/v1/me", Some(&cookie))
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(
        (&me["unit"], &me["library"]),
        (&json!(DISTRICT), &json!(DISTRICT))
    );
    assert_eq!(me["board"], true);
}

#[tokio::test]
async fn a_phone_that_carries_another_persons_work_is_not_signed_in() {
    let server = TestServer::start().await;
    let cookie = server.cookie_of(PROPAGANDA).await;
    for (person, status) in [(PROPAGANDA, 200), (SECRETARY, 401), ("", 401)] {
        for path in ["/api/v1/me", "/api/v1/pages/AL-HONG-THUONG"] {
            let request = server.request(Method::GET, path, Some(&cookie));
            let answer = request.header("sotay-user", person).send().await.unwrap();
            assert_eq!(answer.status(), status, "{path} for {person:?}");
        }
    }
}
