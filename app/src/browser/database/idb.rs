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

/// The layout of a database.
pub(super) struct Schema {
    pub(super) version: u8,
    /// Stores that a database of an earlier version lacks; 0 stands for a new one.
    pub(super) missing: fn(u8) -> &'static [&'static str],
}

/// An open database.
pub(super) struct Connection {
    idb: Idb,
    _watch: Option<Watch>,
}

impl Connection {
    /// Opens a database, making or upgrading it where needed. Waits for tabs that hold an older schema open, after telling
    /// `blocked` of it; goes on by itself when they are gone.
    pub(super) async fn open(
        name: &str,
        schema: &Schema,
        blocked: &Blocked,
    ) -> Result<Self, StoreError> {
        let (blocked, missing) = (blocked.clone(), schema.missing);
        let idb = Idb::open(name)
            .with_version(schema.version)
            .with_on_blocked(move |_| {
                blocked();
                Ok(())
            })
            .with_on_upgrade_needed(move |event, idb| {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "versions of our own schema are small counts"
                )]
                let before = event.old_version() as u8;
                for name in missing(before) {
                    idb.create_object_store(name).build()?;
                }
                Ok(())
            })
            .await?;
        let watch = Watch::set(name, schema.version, idb.clone()).await;
        Ok(Self { idb, _watch: watch })
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

/// A second connection, which hears that another tab wants to change or delete the database and closes both. The crate's own way to
/// hear of it is 2.6 kB of the phone's wasm, and its connection cannot be listened to from outside.
struct Watch {
    idb: IdbDatabase,
    _leave: Closure<dyn Fn()>,
}

impl Watch {
    /// `None` where the browser refuses: then the other tab waits until this one is closed.
    async fn set(name: &str, version: u8, watched: Idb) -> Option<Self> {
        let factory = web_sys::window()?.indexed_db().ok()??;
        let request = factory.open_with_u32(name, version.into()).ok()?;
        let opened = Promise::new(&mut |resolve, reject| {
            request.set_onsuccess(Some(&resolve));
            request.set_onerror(Some(&reject));
        });
        JsFuture::from(opened).await.ok()?;
        let idb: IdbDatabase = request.result().ok()?.unchecked_into();
        let leaving = idb.clone();
        let leave = Closure::<dyn Fn()>::new(move || {
            leaving.close();
            watched.clone().close();
        });
        idb.set_onversionchange(Some(leave.as_ref().unchecked_ref()));
        Some(Self { idb, _leave: leave })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.idb.set_onversionchange(None);
        self.idb.close();
    }
}

/// A transaction. Nothing of it is kept unless it is committed.
pub(super) struct Transaction<'a>(transaction::Transaction<'a>);

impl Transaction<'_> {
    fn store(&self, name: &str) -> Result<ObjectStore<'_>, StoreError> {
        Ok(self.0.object_store(name)?)
    }

    /// Puts a text. The request goes out at once; the commit says whether it held.
    pub(super) fn put(&self, store: &str, key: &str, text: String) -> Result<(), StoreError> {
        let store = self.store(store)?;
        store.put(text).with_key(key.to_owned()).build()?;
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
        let found: Option<JsValue> = self.value(store, key).await?;
        Ok(found.and_then(|it| it.as_string()))
    }

    /// Copies what is at a key of one store, if anything, to the same key of another; it never leaves the browser.
    pub(super) async fn copy(&self, from: &str, to: &str, key: &str) -> Result<(), StoreError> {
        if let Some(found) = self.value(from, key).await? {
            let to = self.store(to)?;
            to.put(found).with_key(key.to_owned()).build()?;
        }
        Ok(())
    }

    async fn value(&self, store: &str, key: &str) -> Result<Option<JsValue>, StoreError> {
        let get = self.store(store)?.get(key.to_owned()).primitive()?;
        Ok(get.await?)
    }

    /// Every text of a store from a key on, in order of the keys.
    pub(super) async fn all_from(&self, store: &str, key: &str) -> Result<Vec<String>, StoreError> {
        let range: KeyRange<String> = KeyRange::LowerBound(key.to_owned(), false);
        let store = self.store(store)?;
        let all = store.get_all::<String>().with_query::<String, _>(range);
        let found = all.primitive()?.await?;
        let mut texts = Vec::with_capacity(found.len());
        for text in found {
            texts.push(text?);
        }
        Ok(texts)
    }

    /// Waits until everything is durable, or was refused.
    pub(super) async fn commit(self) -> Result<(), StoreError> {
        Ok(self.0.commit().await?)
    }
}
