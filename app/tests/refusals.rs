//! What browsers do to a store: giving transactions up, running out of room, throwing it away, and holding it for an older tab.

#![cfg(all(target_arch = "wasm32", feature = "hydrate"))]

use std::cell::Cell;
use std::rc::Rc;

use app::browser::{Database, StoreError};
use app::session::Me;
use futures_util::future::{Either, select};
use js_sys::Promise;
use sync::{
    AuthorId, Change, Cursor, Draft, Epoch, Page, RegisterKey, Replica, Scope, ServerSeq,
    StoreChange,
};
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen(inline_js = r"
const real = { commit: IDBTransaction.prototype.commit, put: IDBObjectStore.prototype.put };

/** The next commits are given up by the browser. */
export function giveUpCommits(times) {
  IDBTransaction.prototype.commit = function () {
    if (times-- > 0) this.abort();
    else real.commit.call(this);
  };
}

/** The next commit is durable, yet the page hears that it was given up. */
export function loseTheAnswerOfACommit() {
  IDBTransaction.prototype.commit = function () {
    IDBTransaction.prototype.commit = real.commit;
    real.commit.call(this);
    this.dispatchEvent(new Event('abort'));
  };
}

/** The next puts do not fit. */
export function refusePuts(times) {
  IDBObjectStore.prototype.put = function (value, key) {
    if (times-- > 0) throw new DOMException('no room', 'QuotaExceededError');
    return real.put.call(this, value, key);
  };
}

export function heal() {
  IDBTransaction.prototype.commit = real.commit;
  IDBObjectStore.prototype.put = real.put;
}

const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

export function throwAway(name) {
  return done(indexedDB.deleteDatabase(name));
}

/** A tab of another build: holds the database open and makes way for nobody. */
export function openAs(name, version, stores) {
  const request = indexedDB.open(name, version);
  request.onupgradeneeded = () => {
    for (const store of stores.split(' ')) {
      if (!request.result.objectStoreNames.contains(store)) request.result.createObjectStore(store);
    }
  };
  return done(request);
}

export async function putAs(tab, store, key, text) {
  const transaction = tab.transaction(store, 'readwrite');
  await done(transaction.objectStore(store).put(text, key));
}

export function closeTab(tab) {
  tab.close();
}
")]
extern "C" {
    #[wasm_bindgen(js_name = giveUpCommits)]
    fn give_up_commits(times: u32);
    #[wasm_bindgen(js_name = loseTheAnswerOfACommit)]
    fn lose_the_answer_of_a_commit();
    #[wasm_bindgen(js_name = refusePuts)]
    fn refuse_puts(times: u32);
    fn heal();
    #[wasm_bindgen(js_name = throwAway)]
    fn throw_away(name: &str) -> Promise;
    #[wasm_bindgen(js_name = openAs)]
    fn open_as(name: &str, version: u32, stores: &str) -> Promise;
    #[wasm_bindgen(js_name = putAs)]
    fn put_as(tab: &JsValue, store: &str, key: &str, text: &str) -> Promise;
    #[wasm_bindgen(js_name = closeTab)]
    fn close_tab(tab: &JsValue);
}

const FIRST_STORES: &str = "meta outbox registers cursors history";

fn partition(test: &str) -> String {
    format!("{test}-{}", js_sys::Math::random())
}

async fn open(name: &str) -> Database {
    Database::open(name, || {}).await.unwrap()
}

fn draft(text: &str) -> Draft {
    Draft {
        key: RegisterKey::new("AL-HONG-THUONG", "propaganda_task", "R01", "note"),
        base: Cursor {
            epoch: Epoch(1),
            seq: ServerSeq::ZERO,
        },
        change: Change::Add(text.into()),
        author: AuthorId::new("tuyengiao.hongthuong"),
    }
}

fn staged_page() -> StoreChange {
    StoreChange::PutPage(Box::new(Page {
        scope: Scope::new("AL-HONG-THUONG"),
        cursor: Cursor {
            epoch: Epoch(1),
            seq: ServerSeq(5),
        },
        number: 0,
        of: 2,
        registers: Vec::new(),
        history: Vec::new(),
    }))
}

fn me() -> Me {
    Me {
        user: AuthorId::new("tuyengiao.hongthuong"),
        name: "Tuyên giáo".to_owned(),
        role: "Cán bộ".to_owned(),
        grants: Vec::new(),
        unit: Scope::new("AL-HONG-THUONG"),
        library: Scope::new("TTH-ALUOI"),
        board: false,
        fixed_today: None,
    }
}

fn notes(replica: &Replica) -> Vec<(u64, String)> {
    let note = |change: &Change| match change {
        Change::Add(text) => text.as_str().unwrap_or_default().to_owned(),
        _ => String::new(),
    };
    let outbox = replica.outbox().iter();
    outbox
        .map(|(seq, it)| (seq.get(), note(&it.op.change)))
        .collect()
}

#[wasm_bindgen_test]
async fn what_the_browser_gives_up_is_tried_again_a_few_times() {
    let database = open(&partition("given-up")).await;
    database.load().await.unwrap();
    give_up_commits(2);
    database.record(draft("một"), 1).await.unwrap();
    give_up_commits(u32::MAX);
    let refused = database.record(draft("hai"), 2).await;
    heal();
    // Whatever the reason was, nobody is told that it was kept.
    assert_eq!(refused, Err(StoreError::GivenUp));
    database.record(draft("ba"), 3).await.unwrap();
    let replica = database.load().await.unwrap();
    assert_eq!(notes(&replica), [(1, "một".into()), (2, "ba".into())]);
}

#[wasm_bindgen_test]
async fn reading_is_tried_again_too() {
    let name = partition("read-again");
    let database = open(&name).await;
    database.load().await.unwrap();
    database.record(draft("một"), 1).await.unwrap();
    give_up_commits(2);
    let replica = database.load().await.unwrap();
    heal();
    assert_eq!(notes(&replica), [(1, "một".into())]);
}

#[wasm_bindgen_test]
async fn what_was_durable_although_the_browser_gave_it_up_is_not_written_twice() {
    let database = open(&partition("durable")).await;
    database.load().await.unwrap();
    lose_the_answer_of_a_commit();
    let made = database.record(draft("một"), 1).await.unwrap();
    heal();
    assert_eq!(made.len(), 2);
    let mut replica = Replica::with_head(database.load().await.unwrap().head().clone());
    for change in made {
        replica.apply(change);
    }
    assert_eq!(replica, database.load().await.unwrap());
    assert_eq!(notes(&replica), [(1, "một".into())]);
}

#[wasm_bindgen_test]
async fn a_tick_takes_the_room_of_what_the_server_can_give_again() {
    let database = open(&partition("room")).await;
    database.load().await.unwrap();
    database.commit(&[staged_page()]).await.unwrap();
    refuse_puts(1);
    database.record(draft("một"), 1).await.unwrap();
    refuse_puts(u32::MAX);
    let refused = database.record(draft("hai"), 2).await;
    heal();
    assert_eq!(refused, Err(StoreError::Full));
    let replica = database.load().await.unwrap();
    assert_eq!(notes(&replica), [(1, "một".into())]);
    assert!(replica.staged(&Scope::new("AL-HONG-THUONG")).is_empty());
}

#[wasm_bindgen_test]
async fn an_emptied_store_takes_nothing_in_until_it_has_its_life_back() {
    let name = partition("emptied");
    let database = open(&name).await;
    database.load().await.unwrap();
    database.record(draft("một"), 1).await.unwrap();
    let before = database.load().await.unwrap();
    JsFuture::from(throw_away(&format!("sotay-{name}")))
        .await
        .unwrap();
    let cursor = StoreChange::PutCursor(
        Scope::new("AL-HONG-THUONG"),
        Cursor {
            epoch: Epoch(1),
            seq: ServerSeq(9),
        },
    );
    // A cursor without its pages would be a hole for ever.
    let refused = database.commit(std::slice::from_ref(&cursor)).await;
    assert_eq!(refused, Err(StoreError::Emptied));
    assert_eq!(
        database.record(draft("hai"), 2).await,
        Err(StoreError::Emptied)
    );
    assert_eq!(database.load().await, Err(StoreError::Emptied));

    let mut kept = vec![StoreChange::PutHead(before.head().clone())];
    for outgoing in before.outbox().values() {
        kept.push(StoreChange::PutOutgoing(Box::new(outgoing.clone())));
    }
    database.revive(&kept, &me()).await.unwrap();
    database.revive(&kept[..1], &me()).await.unwrap();
    // Another tab, which heard of nothing, still counts on its pages.
    assert_eq!(
        database.commit(std::slice::from_ref(&cursor)).await,
        Err(StoreError::Emptied)
    );
    database.record(draft("hai"), 2).await.unwrap();
    let after = database.load().await.unwrap();
    assert_eq!(after.head().incarnation, before.head().incarnation);
    assert_eq!(notes(&after), [(1, "một".into()), (2, "hai".into())]);
    assert_eq!(database.me().await, Ok(Some(me())));
}

#[wasm_bindgen_test]
async fn an_open_tab_makes_way_for_a_newer_schema_and_says_that_it_is_outdated() {
    let name = partition("outdated");
    let database = open(&name).await;
    database.load().await.unwrap();
    database.record(draft("một"), 1).await.unwrap();
    let newer = JsFuture::from(open_as(&format!("sotay-{name}"), 3, "sau-nay"))
        .await
        .unwrap();
    assert_eq!(
        database.record(draft("hai"), 2).await,
        Err(StoreError::Outdated)
    );
    let opened = Database::open(&name, || {}).await;
    assert!(matches!(opened, Err(StoreError::Outdated)));
    close_tab(&newer);
}

#[wasm_bindgen_test]
async fn a_tab_of_the_first_schema_is_told_of_and_waited_for_and_its_work_is_read() {
    let name = partition("first");
    let old = JsFuture::from(open_as(&format!("sotay-{name}"), 1, FIRST_STORES))
        .await
        .unwrap();
    let head = r#"{"device":"d1","incarnation":"i1","next_seq":2,"clock_offset_ms":0}"#;
    let op = r#"{"op":{"device":"d1","incarnation":"i1","seq":1,"author":"tuyengiao.hongthuong","at_ms":1,"scope":"AL-HONG-THUONG","kind":"propaganda_task","record":"R01","field":"note","base":{"epoch":1,"seq":0},"change":{"add":"một"}},"verdict":null}"#;
    for (store, key, text) in [
        ("meta", "head", head),
        ("outbox", "00000000000000000001", op),
    ] {
        JsFuture::from(put_as(&old, store, key, text))
            .await
            .unwrap();
    }
    let told = Rc::new(Cell::new(0));
    let counted = told.clone();
    let (tell, told_of) = blocked_once();
    let opening = Box::pin(Database::open(&name, move || {
        counted.set(counted.get() + 1);
        tell.call0(&JsValue::NULL).unwrap();
    }));
    let opening = match select(opening, JsFuture::from(told_of)).await {
        Either::Left(_) => panic!("opened under the old tab's feet"),
        Either::Right((_, opening)) => opening,
    };
    assert_eq!(told.get(), 1);
    close_tab(&old);
    let database = opening.await.unwrap();
    let replica = database.load().await.unwrap();
    assert_eq!(notes(&replica), [(1, "một".into())]);
    database.record(draft("hai"), 2).await.unwrap();
    database.commit(&[staged_page()]).await.unwrap();
    let replica = database.load().await.unwrap();
    assert_eq!(notes(&replica), [(1, "một".into()), (2, "hai".into())]);
    assert_eq!(told.get(), 1);
}

/// A function to call, and a promise that is kept when it was called.
fn blocked_once() -> (js_sys::Function, Promise) {
    let mut tell = None;
    let hear = Promise::new(&mut |resolve, _| tell = Some(resolve));
    (tell.unwrap(), hear)
}
