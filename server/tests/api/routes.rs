//! Every route for nobody, an officer and the superior. A route that is not in the table fails.

use std::collections::BTreeSet;

use reqwest::{Method, Response};
use serde_json::json;
use server::api::routes;

use crate::support::{HONG_THUONG, LEAD, Line, PROPAGANDA, TestServer};

/// Status for nobody, the propaganda officer of Hồng Thượng, and the superior; with how to ask.
const TABLE: &[(&str, &str, &str, [u16; 3])] = &[
    (
        "POST",
        "/api/v1/sign-in",
        "/api/v1/sign-in",
        [400, 400, 400],
    ),
    (
        "POST",
        "/api/v1/sign-out",
        "/api/v1/sign-out",
        [204, 204, 204],
    ),
    ("GET", "/api/v1/me", "/api/v1/me", [401, 200, 200]),
    ("POST", "/api/v1/sync", "/api/v1/sync", [401, 400, 400]),
    (
        "GET",
        "/api/v1/snapshot/{scope}",
        "/api/v1/snapshot/AL-HONG-THUONG",
        [401, 200, 200],
    ),
    (
        "GET",
        "/api/v1/snapshot/{scope}",
        "/api/v1/snapshot/TTH-ALUOI",
        [401, 200, 200],
    ),
    (
        "GET",
        "/api/v1/snapshot/{scope}",
        "/api/v1/snapshot/AL-A-NGO",
        [401, 403, 200],
    ),
    (
        "GET",
        "/api/v1/snapshot/{scope}",
        "/api/v1/snapshot/KHONG-CO",
        [401, 404, 404],
    ),
    (
        "GET",
        "/api/v1/pages/{scope}",
        "/api/v1/pages/AL-HONG-THUONG",
        [401, 200, 200],
    ),
    (
        "GET",
        "/api/v1/pages/{scope}",
        "/api/v1/pages/AL-A-NGO",
        [401, 403, 200],
    ),
    (
        "GET",
        "/api/v1/pages/{scope}/{at}/{number}",
        "/api/v1/pages/AL-A-NGO/1-1/0",
        [401, 403, 404],
    ),
    ("GET", "/healthz", "/healthz", [200, 200, 200]),
    ("GET", "/sw.js", "/sw.js", [200, 200, 200]),
    ("GET", "/boot.js", "/boot.js", [200, 200, 200]),
    (
        "GET",
        "/manifest.webmanifest",
        "/manifest.webmanifest",
        [200, 200, 200],
    ),
    ("GET", "/shell", "/shell", [200, 200, 200]),
    (
        "GET",
        "/pkg/{*file}",
        "/pkg/app.0123456789abcdef.wasm",
        [200, 200, 200],
    ),
    ("GET", "/pkg/{*file}", "/pkg/none.wasm", [404, 404, 404]),
    ("GET", "/icons/{*file}", "/icons/icon.svg", [200, 200, 200]),
    ("GET", "/", "/", [303, 200, 200]),
    ("GET", "/tasks", "/tasks", [303, 200, 200]),
    ("GET", "/tasks/{id}", "/tasks/B16", [303, 200, 200]),
    ("GET", "/schedule", "/schedule", [303, 200, 200]),
    ("GET", "/decoration", "/decoration", [303, 200, 200]),
    (
        "GET",
        "/decoration/{id}",
        "/decoration/R01",
        [303, 200, 200],
    ),
    ("GET", "/more", "/more", [303, 200, 200]),
    ("GET", "/more/sync", "/more/sync", [303, 200, 200]),
    ("GET", "/sign-in", "/sign-in", [200, 303, 303]),
    ("GET", "/board", "/board", [303, 403, 200]),
    (
        "GET",
        "/board/{unit}",
        "/board/AL-HONG-THUONG",
        [303, 200, 200],
    ),
    ("GET", "/board/{unit}", "/board/AL-A-NGO", [303, 403, 200]),
    ("GET", "/board/{unit}", "/board/KHONG-CO", [303, 404, 404]),
];

async fn ask(server: &TestServer, method: &str, path: &str, cookie: Option<&str>) -> Response {
    if method == "POST" {
        server.post(path, cookie, &json!({})).await
    } else {
        server
            .request(Method::GET, path, cookie)
            .send()
            .await
            .unwrap()
    }
}

#[tokio::test]
async fn every_route_answers_as_the_table_says() {
    let server = TestServer::start().await;
    for (method, _, path, expected) in TABLE {
        for (user, expected) in [None, Some(PROPAGANDA), Some(LEAD)]
            .into_iter()
            .zip(expected)
        {
            // A session of its own for each: signing out must not end another's.
            let cookie = match user {
                Some(user) => Some(server.cookie_of(user).await),
                None => None,
            };
            let answer = ask(&server, method, path, cookie.as_deref()).await;
            assert_eq!(
                answer.status().as_u16(),
                *expected,
                "{method} {path} as {user:?}"
            );
            let body = answer.text().await.unwrap();
            if *expected >= 400 {
                assert!(
                    !body.contains("Việc R01"),
                    "{method} {path} as {user:?} leaks"
                );
            }
        }
    }
}

#[test]
fn every_route_is_in_the_table() {
    let table: BTreeSet<(&str, &str)> = TABLE.iter().map(|it| (it.0, it.1)).collect();
    for route in routes() {
        let known = table.contains(&(route.method.as_str(), route.path));
        assert!(known, "{} {} is not in the table", route.method, route.path);
    }
    for (method, path) in table {
        let known = routes()
            .iter()
            .any(|it| it.method.as_str() == method && it.path == path);
        assert!(known, "{method} {path} is no route");
    }
    assert!(TABLE.iter().any(|it| it.2.contains(HONG_THUONG)));
}
