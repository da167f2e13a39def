//! Bodies that are no requests.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sync::Incoming;
use sync::wire::Wire as _;

use crate::support::{HONG_THUONG, Line, PROPAGANDA, TestServer, refusal, tick_key};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

async fn send(server: &TestServer, encoding: Option<&str>, body: Vec<u8>) -> reqwest::Response {
    let cookie = server.cookie_of(PROPAGANDA).await;
    let request = server
        .request(Method::POST, "/api/v1/sync", Some(&cookie))
        .body(body);
    match encoding {
        Some(encoding) => request.header("content-encoding", encoding),
        None => request,
    }
    .send()
    .await
    .unwrap()
}

#[tokio::test]
async fn rubbish_is_malformed() {
    let server = TestServer::start().await;
    for body in [
        "",
        "{",
        "[]",
        "null",
        "{\"protocol\":1}",
        "\u{feff}{}",
        "<html>",
    ] {
        let answer = send(&server, None, body.into()).await;
        assert_eq!(
            refusal(answer).await,
            (400, "malformed".to_owned()),
            "{body:?}"
        );
    }
    let answer = send(&server, Some("gzip"), b"not gzip at all".to_vec()).await;
    assert_eq!(refusal(answer).await, (400, "malformed".to_owned()));
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let answer = send(&server, None, deep.into_bytes()).await;
    assert_eq!(refusal(answer).await, (400, "malformed".to_owned()));
}

#[tokio::test]
async fn ten_megabytes_and_a_gzip_bomb_are_too_large() {
    let server = TestServer::start().await;
    let answer = send(&server, None, vec![b' '; 10 * 1024 * 1024]).await;
    assert_eq!(refusal(answer).await, (413, "too_large".to_owned()));
    let bomb = gzip(&vec![b' '; 200 * 1024 * 1024]);
    assert!(bomb.len() < 300 * 1024);
    let answer = send(&server, Some("gzip"), bomb).await;
    assert_eq!(refusal(answer).await, (413, "too_large".to_owned()));
    assert_eq!(server.get("/healthz", None).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn too_many_operations_or_names_too_long_are_refused_whole() {
    let server = TestServer::start().await;
    let mut phone = server.phone_of(PROPAGANDA, "d1").await;
    phone.set(&tick_key(HONG_THUONG), true);
    let request = phone.next_request();
    let mut many = request.clone();
    many.ops = vec![Incoming::Raw(json!({})); 257];
    assert_eq!(
        refusal(phone.send(&server, &many).await).await,
        (413, "too_large".to_owned())
    );
    let mut long = request.clone();
    long.device = sync::DeviceId::new("d".repeat(65));
    assert_eq!(
        refusal(phone.send(&server, &long).await).await,
        (400, "malformed".to_owned())
    );
    let mut unversioned = request.clone();
    unversioned.protocol = 0;
    let answer = phone.send(&server, &unversioned).await;
    assert_eq!(refusal(answer).await, (400, "unknown_version".to_owned()));
    let mut newer = request;
    newer.protocol = 99;
    newer.app = "ứng dụng của năm sau ".repeat(20);
    assert_eq!(phone.send(&server, &newer).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_packed_request_is_read() {
    let server = TestServer::start().await;
    let mut phone = server.phone_of(PROPAGANDA, "d1").await;
    phone.set(&tick_key(HONG_THUONG), true);
    let body = gzip(phone.next_request().to_json().as_bytes());
    let answer = send(&server, Some("gzip"), body).await;
    let reply: Value = answer.json().await.unwrap();
    assert_eq!(reply["receipts"][0][2], "applied");
}
