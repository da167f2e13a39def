//! Rubbish at the door: what no phone sends is refused in our form, whatever it is, and changes nothing.

use std::fmt::Write as _;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use sync::{Scope, ServerSeq, SyncReply, Verdict};

use crate::support::{HONG_THUONG, LEAD, Line, PROPAGANDA, SECRETARY, TestServer, key, refusal};

mod addresses;
mod operations;
mod replayed;

/// What a case is, how its body is said to be packed, the body, and the refusal that it gets.
type Case<'a> = (&'a str, Option<&'a str>, Vec<u8>, (u16, &'a str));

/// Everything that people would miss: where the logs end, and what is in them.
async fn kept(server: &TestServer) -> (Vec<(Scope, ServerSeq)>, Vec<sync::Snapshot>) {
    let storage = &server.state.storage;
    let scopes = storage.scopes().await.unwrap();
    let heads = storage.heads(&scopes).await.unwrap();
    let mut snapshots = Vec::new();
    for scope in &scopes {
        snapshots.push(storage.snapshot(scope, 200).await.unwrap());
    }
    (heads.seqs.into_iter().collect(), snapshots)
}

async fn post(
    server: &TestServer,
    cookie: &str,
    headers: &[(&str, &str)],
    body: Vec<u8>,
) -> Response {
    let mut request = server.request(Method::POST, "/api/v1/sync", Some(cookie));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(body).send().await.unwrap()
}

/// The server is as good as new: a phone loads, ticks and pulls, and the board is drawn.
async fn works(server: &TestServer, device: &str) {
    let mut phone = server.phone_of(SECRETARY, device).await;
    let number = key(HONG_THUONG, "checklist_task", "B16", "number");
    let seq = phone.set(&number, "12-CV/ĐU");
    phone.sync(server).await;
    assert!(matches!(
        phone.verdict(seq),
        Some(Verdict::Applied { .. } | Verdict::Sibling { .. } | Verdict::Merged { .. })
    ));
    phone.sync(server).await;
    let lead = server.cookie_of(LEAD).await;
    for page in ["/board", "/board/AL-HONG-THUONG", "/healthz"] {
        assert_eq!(
            server.get(page, Some(&lead)).await.status(),
            StatusCode::OK,
            "{page}"
        );
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

#[tokio::test]
async fn no_body_header_or_encoding_gets_more_than_a_refusal() {
    let server = TestServer::start().await;
    let cookie = server.cookie_of(PROPAGANDA).await;
    let before = kept(&server).await;
    let sound = br#"{"protocol":2,"app":"","device":"d","incarnation":"i","now_ms":1,"unsent":0,"kept_from":1}"#;
    let with = |field: &str, value: &str| {
        let mut text: Value = serde_json::from_slice(sound).unwrap();
        text[field] = "@".into();
        text.to_string().replace("\"@\"", value).into_bytes()
    };
    let packed = gzip(sound);
    let zeros = gzip(&vec![b'0'; 100 * 1024 * 1024]);
    assert!(zeros.len() < 110 * 1024);
    let scopes = |count: usize| {
        (0..count).fold(String::from("{"), |mut text, it| {
            let comma = if it > 0 { "," } else { "" };
            write!(text, r#"{comma}"S{it}":{{"epoch":1,"seq":1}}"#).unwrap();
            text
        }) + "}"
    };
    let malformed = (400, "malformed");
    let too_large = (413, "too_large");
    let cases: Vec<Case> = vec![
        ("nothing", None, Vec::new(), malformed),
        ("nothing, packed", Some("gzip"), Vec::new(), malformed),
        (
            "half of a packed body",
            Some("gzip"),
            packed[..packed.len() / 2].to_vec(),
            malformed,
        ),
        (
            "plain, said to be gzip",
            Some("gzip"),
            sound.to_vec(),
            malformed,
        ),
        (
            "plain, said to be br",
            Some("br"),
            sound.to_vec(),
            malformed,
        ),
        ("gzip, said to be br", Some("br"), packed.clone(), malformed),
        ("gzip, said to be nothing", None, packed.clone(), malformed),
        (
            "an encoding that is not spoken",
            Some("zstd"),
            sound.to_vec(),
            malformed,
        ),
        ("packed twice", Some("gzip, gzip"), gzip(&packed), malformed),
        ("100 MiB in 100 kB", Some("gzip"), zeros, too_large),
        ("not UTF-8", None, vec![0xff; 64], malformed),
        (
            "UTF-16",
            None,
            sound.iter().flat_map(|it| [*it, 0]).collect(),
            malformed,
        ),
        ("not a number", None, with("now_ms", "NaN"), malformed),
        ("endless", None, with("now_ms", "-Infinity"), malformed),
        (
            "beyond all numbers",
            None,
            with("now_ms", "1e400"),
            malformed,
        ),
        ("a half", None, with("unsent", "0.5"), malformed),
        ("fewer than none", None, with("unsent", "-1"), malformed),
        ("place 0", None, with("kept_from", "0"), malformed),
        (
            "2^64",
            None,
            with("kept_from", "18446744073709551616"),
            malformed,
        ),
        (
            "a lone surrogate",
            None,
            with("app", r#""\ud800""#),
            malformed,
        ),
        ("no name", None, with("device", r#""""#), malformed),
        (
            "a NUL in a name",
            None,
            with("device", r#""d\u0000""#),
            malformed,
        ),
        (
            "a long name",
            None,
            with("incarnation", &format!("{:?}", "i".repeat(65))),
            malformed,
        ),
        (
            "a long name of one before",
            None,
            with("born_of", &format!("{:?}", "i".repeat(65))),
            malformed,
        ),
        (
            "too deep",
            None,
            with("later", &format!("{}{}", "[".repeat(200), "]".repeat(200))),
            malformed,
        ),
        (
            "deep and never ending",
            None,
            with("later", &"[".repeat(100_000)),
            malformed,
        ),
        (
            "version 0",
            None,
            with("protocol", "0"),
            (400, "unknown_version"),
        ),
        (
            "257 operations",
            None,
            with("ops", &json!(vec![json!({}); 257]).to_string()),
            too_large,
        ),
        (
            "257 rows",
            None,
            with("batch", r#"{"rows":257}"#),
            too_large,
        ),
        (
            "rows without columns",
            None,
            with("batch", r#"{"rows":2}"#),
            malformed,
        ),
        ("65 scopes", None, with("cursors", &scopes(65)), too_large),
        (
            "a byte too many",
            None,
            {
                let mut body = sound.to_vec();
                body.resize(1_048_577, b' ');
                body
            },
            too_large,
        ),
    ];
    for (what, encoding, body, (status, code)) in cases {
        let encoding: Vec<_> = encoding
            .map(|it| ("content-encoding", it))
            .into_iter()
            .collect();
        let answer = post(&server, &cookie, &encoding, body).await;
        assert_eq!(refusal(answer).await, (status, code.to_owned()), "{what}");
    }
    // At the limits, and where the type of content is none of the server's business.
    let mut whole = sound.to_vec();
    whole.resize(1_048_576, b' ');
    for (what, headers, body) in [
        ("as long as may be", vec![], whole),
        ("64 scopes", vec![], with("cursors", &scopes(64))),
        (
            "a name of 64 bytes",
            vec![],
            with("device", &format!("{:?}", "d".repeat(64))),
        ),
        (
            "a form, it says",
            vec![("content-type", "application/x-www-form-urlencoded")],
            sound.to_vec(),
        ),
        ("no type", vec![("content-type", "")], sound.to_vec()),
        ("packed", vec![("content-encoding", "gzip")], packed),
        (
            "a phone years ahead",
            vec![],
            with("now_ms", "9223372036854775807"),
        ),
        (
            "scopes that cannot be",
            vec![],
            with(
                "cursors",
                r#"{"":{"epoch":1,"seq":0},"A\u0000":{"epoch":1,"seq":0}}"#,
            ),
        ),
    ] {
        let answer = post(&server, &cookie, &headers, body).await;
        assert_eq!(answer.status(), StatusCode::OK, "{what}");
        SyncReply::parse(&answer.bytes().await.unwrap()).unwrap();
    }
    // The HTTP library refuses these before anything of ours is asked: without a body, as told in `docs/protocol.md`.
    let many: Vec<String> = (0..200).map(|it| format!("x-{it}")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|it| (it.as_str(), "1")).collect();
    assert_eq!(
        post(&server, &cookie, &many, sound.to_vec()).await.status(),
        431
    );
    assert_eq!(kept(&server).await, before, "nothing was written");
    works(&server, "sound").await;
}
