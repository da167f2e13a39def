//! What the store asks of IndexedDB, on `indexed_db_futures`: strict transactions, texts by key, a connection that makes way for
//! a newer schema.

use std::rc::Rc;

use indexed_db_futures::KeyRange;
use indexed_db_futures::database::Database as Idb;
use indexed_db_futures::object_store::ObjectStore;
use indexed_db_futures::prelude::*;
use indexed_db_futures::transaction::{self, TransactionDurability, TransactionOptions};
use js_sys::Promise;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::IdbDatabase;

use super::error::StoreError;

pub(super) use indexed_db_futures::transaction::TransactionMode as Mode;

/// What to do while another tab holds the database open under an older schema.
pub(super) type Blocked = Rc<dyn Fn()>;

/// The layout of a database. It grows by adding stores; an old store is never re-indexed.
pub(super) struct Schema {
    pub(super) version: u8,
    pub(super) stores: &'static [&'static str],
}

/// An open database.
pub(super) struct Connection {
    idb: Idb,
    _keeper: Keeper,
}

impl Connection {
    /// Opens a database, making or upgrading it where needed. Waits for tabs that hold an older schema open, after telling
    /// `blocked` of it; goes on by itself when they are gone.
    pub(super) async fn open(
        name: &str,
        schema: &Schema,
        blocked: &Blocked,
    ) -> Result<Self, StoreError> {
        let kept = open_kept(name, schema, blocked).await?;
        let idb = Idb::open(name).with_version(schema.version).await?;
        let keeper = Keeper::new(kept, idb.clone());
        Ok(Self {
            idb,
            _keeper: keeper,
        })
    }

    /// Begins a transaction of strict durability over `stores`.
    pub(super) fn begin(&self, stores: &[&str], mode: Mode) -> Result<Transaction<'_>, StoreError> {
        let mut options = TransactionOptions::new();
        options.set_durability(TransactionDurability::Strict);
        let building = self.idb.transaction(stores).with_mode(mode);
        Ok(Transaction(building.with_options(options).build()?))
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.idb.clone().close();
    }
}

/// A second connection: it brings the schema up, and hears that another tab wants to change or delete the database. The crate's own
/// ways to do so are 9 kB of the phone's wasm, most of it to print floating numbers, and its connection cannot be listened to
/// from outside.
struct Keeper {
    idb: IdbDatabase,
    _leave: Closure<dyn Fn()>,
}

impl Keeper {
    fn new(idb: IdbDatabase, watched: Idb) -> Self {
        let leaving = idb.clone();
        let leave = Closure::<dyn Fn()>::new(move || {
            leaving.close();
            watched.clone().close();
        });
        idb.set_onversionchange(Some(leave.as_ref().unchecked_ref()));
        Self { idb, _leave: leave }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.idb.set_onversionchange(None);
        self.idb.close();
    }
}

async fn open_kept(
    name: &str,
    schema: &Schema,
    blocked: &Blocked,
) -> Result<IdbDatabase, StoreError> {
    let factory = web_sys::window().and_then(|it| it.indexed_db().ok().flatten());
    let factory = factory.ok_or_else(StoreError::no_storage)?;
    let request = factory.open_with_u32(name, schema.version.into())?;
    let (upgrading, stores) = (request.clone(), schema.stores);
    let upgrade = Closure::<dyn FnMut() -> Result<(), JsValue>>::new(move || {
        let idb: IdbDatabase = upgrading.result()?.unchecked_into();
        let there = idb.object_store_names();
        for name in stores.iter().filter(|it| !there.contains(it)) {
            idb.create_object_store(name)?;
        }
        Ok(())
    });
    request.set_onupgradeneeded(Some(upgrade.as_ref().unchecked_ref()));
    let blocked = blocked.clone();
    let held_up = Closure::<dyn Fn()>::new(move || blocked());
    request.set_onblocked(Some(held_up.as_ref().unchecked_ref()));
    let opened = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    });
    if JsFuture::from(opened).await.is_err() {
        let error = request.error()?.ok_or_else(StoreError::no_storage)?;
        return Err(error.into());
    }
    Ok(request.result()?.unchecked_into())
}

/// A transaction. Nothing of it is kept unless it is committed.
pub(super) struct Transaction<'a>(transaction::Transaction<'a>);

impl Transaction<'_> {
    fn store(&self, name: &str) -> Result<ObjectStore<'_>, StoreError> {
        Ok(self.0.object_store(name)?)
    }

    /// Puts a text. The request goes out at once; the commit says whether it held.
    pub(super) fn put(&self, store: &str, key: &str, text: String) -> Result<(), StoreError> {
        self.put_value(store, key, text.into())
    }

    /// Puts what [`Self::between`] gave.
    pub(super) fn put_value(
        &self,
        store: &str,
        key: &str,
        value: JsValue,
    ) -> Result<(), StoreError> {
        let store = self.store(store)?;
        store.put(value).with_key(key.to_owned()).build()?;
        Ok(())
    }

    pub(super) fn delete(&self, store: &str, key: &str) -> Result<(), StoreError> {
        self.delete_range(store, KeyRange::Only(key.to_owned()))
    }

    /// Takes out what stands from one key up to another.
    pub(super) fn delete_between(
        &self,
        store: &str,
        from: String,
        to: String,
    ) -> Result<(), StoreError> {
        self.delete_range(store, KeyRange::Bound(from, false, to, true))
    }

    fn delete_range(&self, store: &str, range: KeyRange<String>) -> Result<(), StoreError> {
        self.store(store)?.delete::<String, _>(range).build()?;
        Ok(())
    }

    pub(super) fn clear(&self, store: &str) -> Result<(), StoreError> {
        self.store(store)?.clear()?;
        Ok(())
    }

    pub(super) async fn get(&self, store: &str, key: &str) -> Result<Option<String>, StoreError> {
        let get = self.store(store)?.get(key.to_owned()).primitive()?;
        let found: Option<JsValue> = get.await?;
        Ok(found.and_then(|it| it.as_string()))
    }

    /// Every text of a store from a key on, in order of the keys.
    pub(super) async fn all_from(&self, store: &str, key: &str) -> Result<Vec<String>, StoreError> {
        let range = KeyRange::LowerBound(key.to_owned(), false);
        let found = self.values(store, range).await?;
        Ok(found.iter().filter_map(JsValue::as_string).collect())
    }

    /// What stands from one key up to another, in order of the keys, as the browser holds it.
    pub(super) async fn between(
        &self,
        store: &str,
        from: String,
        to: String,
    ) -> Result<Vec<JsValue>, StoreError> {
        let range = KeyRange::Bound(from, false, to, true);
        self.values(store, range).await
    }

    async fn values(
        &self,
        store: &str,
        range: KeyRange<String>,
    ) -> Result<Vec<JsValue>, StoreError> {
        let store = self.store(store)?;
        let all = store.get_all::<JsValue>().with_query::<String, _>(range);
        let mut values = Vec::new();
        for value in all.primitive()?.await? {
            values.push(value?);
        }
        Ok(values)
    }

    /// Waits until everything is durable, or was refused.
    pub(super) async fn commit(self) -> Result<(), StoreError> {
        Ok(self.0.commit().await?)
    }
}
