//! Sessions over time, and making accounts.

use domain::rights::{Grant, Role};
use reqwest::StatusCode;
use server::accounts::enrol::{EnrolError, Enrolment, enrol};
use sync::Scope;

use crate::support::{HONG_THUONG, Line, PASSWORD, PROPAGANDA, TestServer, cookie_pair};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

#[tokio::test]
async fn a_session_slides_while_in_use_and_ends_thirty_days_after() {
    let server = TestServer::start().await;
    let cookie = server.cookie_of(PROPAGANDA).await;
    for _ in 0..3 {
        server.state.clock.advance(20 * DAY_MS);
        let answer = server.get("/api/v1/me", Some(&cookie)).await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(
            cookie_pair(&answer),
            cookie,
            "the browser keeps it longer too"
        );
        let again = server.get("/api/v1/me", Some(&cookie)).await;
        assert!(
            !again.headers().contains_key("set-cookie"),
            "once a day is enough"
        );
    }
    server.state.clock.advance(30 * DAY_MS);
    let answer = server.get("/api/v1/me", Some(&cookie)).await;
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn accounts_are_made_all_or_none() {
    let server = TestServer::start().await;
    let (storage, passwords) = (&*server.state.storage, &server.state.accounts.passwords);
    let person = |user: &str| Enrolment {
        user: user.to_owned(),
        name: "Người mới".to_owned(),
        grant: Grant {
            role: Role::Viewer,
            unit: Scope::new(HONG_THUONG),
        },
    };
    let taken = enrol(
        storage,
        passwords,
        &[person("moi"), person(PROPAGANDA)],
        PASSWORD,
        0,
    )
    .await;
    assert!(matches!(taken, Err(EnrolError::Taken)));
    assert_eq!(
        server.sign_in_as("moi", PASSWORD).await.status(),
        StatusCode::UNAUTHORIZED
    );
    for bad in ["", "hai tu", "import", "server"] {
        let refused = enrol(storage, passwords, &[person(bad)], PASSWORD, 0).await;
        assert!(matches!(refused, Err(EnrolError::BadName(_))), "{bad:?}");
    }
    let short = enrol(storage, passwords, &[person("moi")], "ngan", 0).await;
    assert!(matches!(short, Err(EnrolError::BadPassword)));
    enrol(storage, passwords, &[person("moi")], PASSWORD, 0)
        .await
        .unwrap();
    assert_eq!(
        server.sign_in_as("moi", PASSWORD).await.status(),
        StatusCode::OK
    );
}
