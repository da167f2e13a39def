//! `GET /api/v1/me`.

use serde_json::{Value, json};

use crate::support::{DISTRICT, HONG_THUONG, LEAD, Line, PROPAGANDA, TODAY, TestServer};

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
