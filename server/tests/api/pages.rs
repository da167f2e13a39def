//! Pages: who gets which, and that they hold what they should.

use reqwest::StatusCode;

use crate::support::{A_NGO, HONG_THUONG, LEAD, Line, PROPAGANDA, TestServer, garble, tick_key};

#[tokio::test]
async fn a_page_without_a_session_leads_to_sign_in_and_back() {
    let server = TestServer::start().await;
    let answer = server.get("/tasks/R01?x=1", None).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(
        answer.headers()["location"],
        "/sign-in?next=%2Ftasks%2FR01%3Fx%3D1"
    );
    let page = server.get("/sign-in?next=%2Ftasks%2FR01", None).await;
    assert_eq!(page.status(), StatusCode::OK);
    let page = page.text().await.unwrap();
    assert!(page.contains("value=\"/tasks/R01\"") && page.contains("type=\"password\""));
    let cookie = server.cookie_of(PROPAGANDA).await;
    let answer = server.get("/sign-in?next=%2Ftasks", Some(&cookie)).await;
    assert_eq!(answer.headers()["location"], "/tasks");
}

#[tokio::test]
async fn the_app_starts_from_the_own_unit_and_is_never_cached() {
    let server = TestServer::start().await;
    let cookie = server.cookie_of(PROPAGANDA).await;
    for path in [
        "/",
        "/tasks",
        "/tasks/B16",
        "/schedule",
        "/decoration",
        "/more",
        "/more/sync",
    ] {
        let answer = server.get(path, Some(&cookie)).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        assert_eq!(answer.headers()["cache-control"], "no-store");
        let page = answer.text().await.unwrap();
        assert!(page.starts_with("<!DOCTYPE html>"), "{path}");
        assert!(
            page.contains("id=\"boot\"") && page.contains(HONG_THUONG),
            "{path}"
        );
        assert!(!page.contains(A_NGO), "{path}");
    }
    let page = server
        .get("/tasks", Some(&cookie))
        .await
        .text()
        .await
        .unwrap();
    assert!(page.contains("Việc B16"));
    let english = format!("{cookie}; sotay_language=en");
    let page = server
        .get("/tasks", Some(&english))
        .await
        .text()
        .await
        .unwrap();
    assert!(page.contains("<html lang=\"en\""));
}

#[tokio::test]
async fn the_board_shows_counts_and_the_unit_page_who_did_what() {
    let server = TestServer::start().await;
    let mut phone = server.phone_of(PROPAGANDA, "d1").await;
    phone.set(&tick_key(HONG_THUONG), true);
    phone.sync(&server).await;
    let lead = server.cookie_of(LEAD).await;
    let board = server
        .get("/board", Some(&lead))
        .await
        .text()
        .await
        .unwrap();
    assert!(board.contains("Hồng Thượng") && board.contains("A Ngo"));
    assert!(
        board.contains("1/2"),
        "one of the unit's two own tasks is done"
    );
    let page = server
        .get(&format!("/board/{HONG_THUONG}"), Some(&lead))
        .await;
    let page = page.text().await.unwrap();
    assert!(page.contains("Việc R01") && page.contains("Tuyên giáo Hồng Thượng"));
}

#[tokio::test]
async fn a_unit_of_others_is_403_with_a_sentence_and_no_data() {
    let server = TestServer::start().await;
    let cookie = server.cookie_of(PROPAGANDA).await;
    for path in ["/board".to_owned(), format!("/board/{A_NGO}")] {
        let answer = server.get(&path, Some(&cookie)).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN);
        let page = answer.text().await.unwrap();
        assert!(page.starts_with("<!DOCTYPE html>") && !page.contains("Việc"));
    }
    let lead = server.cookie_of(LEAD).await;
    let answer = server.get("/board/KHONG-CO", Some(&lead)).await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn strange_paths_are_answered_not_crashed_on() {
    let server = TestServer::start().await;
    let cookie = server.cookie_of(PROPAGANDA).await;
    for path in [
        "/tasks/%FF",
        "/tasks/%00",
        "/tasks/..%2f..%2fetc",
        "/tasks/%3Cscript%3E",
        "/tasks/a?b=%FF&&==",
    ] {
        let answer = server.get(path, Some(&cookie)).await;
        assert!(
            answer.status().as_u16() < 500,
            "{path}: {}",
            answer.status()
        );
        assert!(
            !answer.text().await.unwrap().contains("<script>\""),
            "{path}"
        );
    }
}

#[tokio::test]
async fn i10_times_at_the_ends_of_the_world_are_shown_somehow() {
    let server = TestServer::start().await;
    let mut phone = server.phone_of(PROPAGANDA, "d1").await;
    for at_ms in [i64::MAX, i64::MIN, 0] {
        phone.set(&tick_key(HONG_THUONG), at_ms == 0);
        let mut request = phone.next_request();
        garble(&mut request, 0, |it| {
            it["at_ms"] = at_ms.into();
        });
        request.now_ms = at_ms;
        request.unsent = u64::MAX;
        let answer = phone.send(&server, &request).await;
        phone.take(answer).await;
        assert_eq!(phone.replica.unsent().count(), 0);
    }
    let lead = server.cookie_of(LEAD).await;
    for path in ["/board".to_owned(), format!("/board/{HONG_THUONG}")] {
        assert_eq!(
            server.get(&path, Some(&lead)).await.status(),
            StatusCode::OK
        );
    }
    let page = server.get("/tasks", Some(&phone.cookie)).await;
    assert_eq!(page.status(), StatusCode::OK);
}
