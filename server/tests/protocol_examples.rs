//! Every example of `docs/protocol.md` is what it says it is.

use std::path::Path;

use serde_json::Value;
use sync::wire::Wire as _;
use sync::{Operation, Page, Snapshot, SyncReply, SyncRequest};

/// Name and JSON of each example, in order.
fn examples() -> Vec<(String, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/protocol.md");
    let text = std::fs::read_to_string(path).unwrap();
    text.split("<!-- example: ")
        .skip(1)
        .map(|part| {
            let (name, rest) = part.split_once(" -->").unwrap();
            let (_, rest) = rest.split_once("```json\n").unwrap();
            let (json, _) = rest.split_once("\n```").unwrap();
            (name.to_owned(), json.to_owned())
        })
        .collect()
}

#[test]
fn each_example_is_read_as_its_type() {
    let mut names = Vec::new();
    for (name, json) in examples() {
        let value: Value = serde_json::from_str(&json).unwrap();
        // "SyncReply 1" is the form of version 1: read as the same type.
        let kind = name.split(' ').next().unwrap_or_default();
        match kind {
            "Operation" => drop(Operation::from_value(&value).unwrap()),
            "SyncRequest" => drop(SyncRequest::parse(json.as_bytes()).unwrap()),
            "SyncReply" => drop(SyncReply::parse(json.as_bytes()).unwrap()),
            "Page" => drop(Page::from_json(&json).unwrap()),
            "Snapshot" => drop(serde_json::from_value::<Snapshot>(value).unwrap()),
            "Me" => drop(serde_json::from_value::<app::session::Me>(value).unwrap()),
            "SignIn" => assert!(value["user"].is_string() && value["password"].is_string()),
            "ApiError" => {
                for field in ["code", "message", "request_id"] {
                    assert!(value[field].is_string(), "{field}");
                }
            }
            other => panic!("no type for the example {other}"),
        }
        names.push(name);
    }
    names.sort();
    assert_eq!(
        names,
        [
            "ApiError",
            "Me",
            "Operation",
            "Page",
            "SignIn",
            "Snapshot 1",
            "SyncReply",
            "SyncReply 1",
            "SyncRequest",
            "SyncRequest 1"
        ]
    );
}
