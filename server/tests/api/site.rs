//! Files of the site folder over HTTP.

use reqwest::{Method, StatusCode};

use crate::support::{Line, TestServer, refusal};

#[tokio::test]
async fn the_worker_lists_files_that_are_really_served() {
    let server = TestServer::start().await;
    let worker = server.get("/sw.js", None).await;
    assert_eq!(worker.headers()["service-worker-allowed"], "/");
    assert_eq!(worker.headers()["cache-control"], "no-cache");
    assert_eq!(
        worker.headers()["content-type"],
        "text/javascript; charset=utf-8"
    );
    let worker = worker.text().await.unwrap();
    assert!(worker.contains(&format!("BUILD = '{}'", server.state.site.build())));
    let listed = server.state.site.precache();
    assert_eq!(listed.len(), 8);
    for it in listed {
        let answer = server.get(&it.url, None).await;
        assert_eq!(answer.status(), StatusCode::OK, "{}", it.url);
        assert!(worker.contains(&it.url), "{}", it.url);
    }
    let wasm = server.get("/pkg/app.0123456789abcdef.wasm", None).await;
    assert_eq!(wasm.headers()["content-type"], "application/wasm");
    assert!(
        wasm.headers()["cache-control"]
            .to_str()
            .unwrap()
            .contains("immutable")
    );
}

#[tokio::test]
async fn the_shell_holds_nobody() {
    let server = TestServer::start().await;
    let shell = server.get("/shell", None).await.text().await.unwrap();
    assert!(shell.starts_with("<!DOCTYPE html>") && shell.contains("/boot.js"));
    assert!(!shell.contains("id=\"boot\""));
}

#[tokio::test]
async fn every_answer_carries_the_basic_guards_and_nothing_else_is_served() {
    let server = TestServer::start().await;
    for path in ["/sw.js", "/healthz", "/khong-co", "/sign-in"] {
        let answer = server.get(path, None).await;
        assert_eq!(
            answer.headers()["x-content-type-options"],
            "nosniff",
            "{path}"
        );
        assert_eq!(
            answer.headers()["content-security-policy"],
            "frame-ancestors 'none'"
        );
        assert_eq!(answer.headers()["referrer-policy"], "same-origin");
    }
    for path in [
        "/../Cargo.toml",
        "/pkg/..%2fsw.js",
        "/data/sotay.sqlite3",
        "/pkg/",
    ] {
        assert_eq!(refusal(server.get(path, None).await).await.0, 404, "{path}");
    }
    let posted = server
        .request(Method::POST, "/khong-co", None)
        .send()
        .await
        .unwrap();
    assert_eq!(refusal(posted).await, (404, "not_found".to_owned()));
    let page = server
        .request(Method::GET, "/khong-co", None)
        .header("accept", "text/html");
    let page = page.send().await.unwrap();
    assert_eq!(page.status(), StatusCode::NOT_FOUND);
    assert!(page.text().await.unwrap().starts_with("<!DOCTYPE html>"));
}
