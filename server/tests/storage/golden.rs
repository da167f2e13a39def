//! Databases that earlier releases left open as they were: nothing that they held is lost or says something else.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use server::storage::sqlite::{FILE_NAME, SqliteStorage};
use server::storage::{Push, Storage};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteRow};
use sqlx::{Connection as _, Row as _};
use sync::{
    AuthorId, DeviceId, Incarnation, Judgement, OpSeq, Operation, Policy, Register, RegisterKey,
    Scope, ServerSeq, SyncRequest, VERSION, Verdict,
};

const SCHEMA_1: &str = include_str!("golden/schema_1.sql");
/// Before the golden sessions end.
const THEN_MS: i64 = 1_795_507_000_000;

/// Nothing new enters: what is answered was kept.
struct Closed;

impl Policy for Closed {
    fn judge(&self, op: &Operation, _: i64) -> Judgement {
        panic!("judged again: {op:?}");
    }
}

async fn connect(folder: &Path, create: bool) -> SqliteConnection {
    let options = SqliteConnectOptions::new()
        .filename(folder.join(FILE_NAME))
        .create_if_missing(create);
    SqliteConnection::connect_with(&options).await.unwrap()
}

async fn rows(connection: &mut SqliteConnection, sql: &str) -> Vec<SqliteRow> {
    sqlx::query(sql).fetch_all(connection).await.unwrap()
}

fn parsed<T: serde::de::DeserializeOwned>(row: &SqliteRow, column: &str) -> T {
    serde_json::from_str(row.get(column)).unwrap()
}

fn place(row: &SqliteRow, column: &str) -> OpSeq {
    OpSeq::new(row.get::<i64, _>(column).cast_unsigned()).unwrap()
}

fn key(row: &SqliteRow) -> RegisterKey {
    RegisterKey::new(
        row.get::<&str, _>("scope"),
        row.get::<&str, _>("kind"),
        row.get::<&str, _>("record"),
        row.get::<&str, _>("field"),
    )
}

fn lifetime(row: &SqliteRow) -> (DeviceId, Incarnation) {
    let device = DeviceId::new(row.get::<&str, _>("device"));
    (device, Incarnation::new(row.get::<&str, _>("incarnation")))
}

/// The rows of schema 1, and the storage that opened it.
struct Opened {
    log: Vec<SqliteRow>,
    registers: Vec<SqliteRow>,
    receipts: Vec<SqliteRow>,
    refused: Vec<SqliteRow>,
    scopes: Vec<SqliteRow>,
    users: Vec<SqliteRow>,
    grants: Vec<SqliteRow>,
    sessions: Vec<SqliteRow>,
    devices: Vec<SqliteRow>,
    storage: SqliteStorage,
    folder: tempfile::TempDir,
}

async fn open() -> Opened {
    let folder = tempfile::tempdir().unwrap();
    let mut old = connect(folder.path(), true).await;
    sqlx::raw_sql(SCHEMA_1).execute(&mut old).await.unwrap();
    let opened = Opened {
        log: rows(&mut old, "SELECT * FROM log ORDER BY scope, server_seq").await,
        registers: rows(&mut old, "SELECT * FROM register").await,
        receipts: rows(&mut old, "SELECT * FROM receipt").await,
        refused: rows(&mut old, "SELECT * FROM refused").await,
        scopes: rows(&mut old, "SELECT * FROM scope ORDER BY key").await,
        users: rows(&mut old, "SELECT * FROM user").await,
        grants: rows(&mut old, "SELECT * FROM grant_of ORDER BY user, unit, role").await,
        sessions: rows(&mut old, "SELECT * FROM session").await,
        devices: rows(&mut old, "SELECT * FROM device").await,
        storage: {
            old.close().await.unwrap();
            SqliteStorage::open(folder.path()).await.unwrap()
        },
        folder,
    };
    assert!(opened.log.len() > 30 && opened.refused.len() > 10);
    opened
}

#[tokio::test]
async fn the_log_of_schema_1_has_the_same_entries() {
    let it = open().await;
    let mut places = BTreeMap::new();
    for scope in &it.scopes {
        let scope = Scope::new(scope.get::<&str, _>("key"));
        let start = ServerSeq::ZERO;
        let tail = it.storage.segments(&scope, start, 1_000).await.unwrap();
        for entry in tail.entries(start).unwrap() {
            places.insert((scope.clone(), entry.server_seq.0), entry);
        }
        let by_people = it.storage.history(&scope, 1_000).await.unwrap();
        for line in by_people {
            let before = it.log.iter().find(|row| {
                row.get::<&str, _>("scope") == scope.as_str()
                    && row.get::<i64, _>("server_seq").cast_unsigned() == line.entry.server_seq.0
            });
            let before: i64 = before.unwrap().get("received_ms");
            assert_eq!(line.received_ms, before);
        }
    }
    assert_eq!(places.len(), it.log.len());
    for row in &it.log {
        let place = row.get::<i64, _>("server_seq").cast_unsigned();
        let entry = &places[&(Scope::new(row.get::<&str, _>("scope")), place)];
        let op: Operation = Operation::from_value(&parsed::<Value>(row, "op")).unwrap();
        assert_eq!(entry.op, op);
        assert_eq!(entry.corrected_ms, row.get::<i64, _>("corrected_ms"));
        assert_eq!(entry.seen.0, row.get::<i64, _>("seen").cast_unsigned());
    }
}

#[tokio::test]
async fn the_log_of_schema_1_can_still_be_asked_in_sql() {
    let it = open().await;
    let mut new = connect(it.folder.path(), false).await;
    let view = rows(&mut new, "SELECT * FROM log ORDER BY scope, server_seq").await;
    assert_eq!(view.len(), it.log.len());
    for (now, before) in view.iter().zip(&it.log) {
        for column in [
            "scope",
            "device",
            "incarnation",
            "author",
            "kind",
            "record",
            "field",
        ] {
            assert_eq!(now.get::<&str, _>(column), before.get::<&str, _>(column));
        }
        for column in ["server_seq", "op_seq", "corrected_ms", "received_ms"] {
            assert_eq!(now.get::<i64, _>(column), before.get::<i64, _>(column));
        }
        let op: Value = parsed(before, "op");
        assert_eq!(now.get::<i64, _>("at_ms"), op["at_ms"].as_i64().unwrap());
        assert_eq!(parsed::<Value>(now, "change"), op["change"]);
    }
}

#[tokio::test]
async fn i05_registers_of_schema_1_are_the_same_when_folded_from_the_log() {
    let it = open().await;
    let mut folded = BTreeMap::new();
    for scope in &it.scopes {
        let scope = Scope::new(scope.get::<&str, _>("key"));
        for (address, register) in &it.storage.state(&scope).await.unwrap().registers {
            folded.insert(address.within(&scope), register.clone());
        }
    }
    let before: BTreeMap<RegisterKey, Register> = it
        .registers
        .iter()
        .map(|row| (key(row), parsed(row, "body")))
        .collect();
    assert_eq!(folded, before);
    let mut plans = before;
    plans.retain(|key, _| key.field.as_str() == "plan");
    let structure = it.storage.structure().await.unwrap();
    assert_eq!(structure.into_iter().collect::<BTreeMap<_, _>>(), plans);
}

#[tokio::test]
async fn i03_what_schema_1_answered_is_answered_again() {
    let it = open().await;
    let accepted = it.log.iter().map(|row| {
        let place = place(row, "op_seq");
        (lifetime(row), place, row, "op")
    });
    let refused = it.refused.iter().map(|row| {
        let place = place(row, "seq");
        (lifetime(row), place, row, "raw")
    });
    let mut repeated = BTreeSet::new();
    for ((device, incarnation), place, row, column) in accepted.chain(refused) {
        let request = json!({
            "protocol": VERSION, "app": "", "device": device, "incarnation": incarnation,
            "now_ms": THEN_MS, "unsent": 0, "kept_from": 1, "ops": [parsed::<Value>(row, column)],
        });
        let request = SyncRequest::parse(request.to_string().as_bytes()).unwrap();
        let push = Push {
            request,
            author: AuthorId::new(row.get::<&str, _>("author")),
            policy: Arc::new(Closed),
            now_ms: THEN_MS,
            new_scopes: Vec::new(),
        };
        let pushed = it.storage.push(push).await.unwrap();
        let is_it = |row: &&SqliteRow| {
            lifetime(row) == (device.clone(), incarnation.clone())
                && self::place(row, "seq") == place
        };
        let known = it.receipts.iter().find(is_it).unwrap();
        let kept: Verdict = parsed(known, "verdict");
        let verdict = match column {
            // A fork has no receipt of its own: the place belongs to whoever came first.
            "raw" => parsed(row, "verdict"),
            _ => kept,
        };
        assert_eq!(pushed.receipts.len(), 1);
        assert_eq!(pushed.receipts[0].verdict, verdict);
        assert_eq!(pushed.accepted, 0);
        repeated.insert((device, incarnation, place));
    }
    assert_eq!(
        repeated.len(),
        it.receipts.len(),
        "every receipt was asked for"
    );
}

#[tokio::test]
async fn refused_operations_of_schema_1_are_still_there_in_full() {
    let it = open().await;
    let lifetimes: BTreeSet<_> = it.refused.iter().map(lifetime).collect();
    let mut found = Vec::new();
    for (device, incarnation) in lifetimes {
        for kept in it.storage.refused(&device, &incarnation).await.unwrap() {
            found.push(json!([
                device,
                incarnation,
                kept.seq,
                kept.raw,
                kept.verdict
            ]));
        }
    }
    let mut before: Vec<Value> = Vec::new();
    for row in &it.refused {
        let (device, incarnation) = lifetime(row);
        let (raw, verdict): (Value, Value) = (parsed(row, "raw"), parsed(row, "verdict"));
        before.push(json!([
            device,
            incarnation,
            place(row, "seq"),
            raw,
            verdict
        ]));
    }
    let text = |it: &Value| it.to_string();
    found.sort_by_key(text);
    before.sort_by_key(text);
    assert_eq!(found, before);
}

#[tokio::test]
async fn heads_devices_accounts_and_sessions_of_schema_1_stay() {
    let it = open().await;
    let scopes: Vec<Scope> = it
        .scopes
        .iter()
        .map(|row| Scope::new(row.get::<&str, _>("key")))
        .collect();
    assert_eq!(it.storage.scopes().await.unwrap(), scopes);
    let heads = it.storage.heads(&scopes).await.unwrap();
    assert_eq!(heads.epoch.0, 1);
    for row in &it.scopes {
        let head = heads.seqs[&Scope::new(row.get::<&str, _>("key"))];
        assert_eq!(head.0, row.get::<i64, _>("last_seq").cast_unsigned());
    }
    for row in &it.devices {
        let (device, incarnation) = lifetime(row);
        let known = it.storage.device(&device, &incarnation).await.unwrap();
        let known = known.unwrap();
        let high = row.get::<Option<i64>, _>("high");
        assert_eq!(known.high.map(|it| it.get().cast_signed()), high);
        let contact = known.contact;
        assert_eq!(contact.user.as_str(), row.get::<&str, _>("user"));
        assert_eq!(contact.at_ms, row.get::<i64, _>("last_contact_ms"));
        assert_eq!(
            contact.unsent.cast_signed(),
            row.get::<i64, _>("unsent_reported")
        );
        assert_eq!(contact.app, row.get::<&str, _>("app"));
    }
    let mut grants = Vec::new();
    for row in &it.users {
        let name = AuthorId::new(row.get::<&str, _>("name"));
        let user = it.storage.user(&name).await.unwrap().unwrap();
        assert_eq!(user.display_name, row.get::<&str, _>("display_name"));
        assert_eq!(user.password_hash, row.get::<&str, _>("password_hash"));
        for grant in user.grants {
            assert_eq!(grant.until_ms, None);
            grants.push((name.to_string(), grant.unit.to_string(), grant.role));
        }
    }
    grants.sort();
    let before: Vec<(String, String, String)> = it
        .grants
        .iter()
        .map(|row| (row.get("user"), row.get("unit"), row.get("role")))
        .collect();
    assert_eq!(grants, before);
    for row in &it.sessions {
        let token = row.get::<Vec<u8>, _>("token_sha256").try_into().unwrap();
        let session = it.storage.session(token, THEN_MS).await.unwrap().unwrap();
        assert_eq!(session.user.name.as_str(), row.get::<&str, _>("user"));
        assert_eq!(session.expires_ms, row.get::<i64, _>("expires_ms"));
    }
}
