//! IndexedDB as futures: requests are awaited, a transaction tells why it ended, a connection makes way for a newer schema.

use std::rc::Rc;

use js_sys::{Array, Function, JsString, Object, Promise, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Event, IdbDatabase, IdbKeyRange, IdbObjectStore, IdbOpenDbRequest, IdbRequest, IdbTransaction,
    IdbVersionChangeEvent,
};

use super::error::StoreError;

/// What to do while another tab holds the database open under an older schema.
pub(super) type Blocked = Rc<dyn Fn()>;

/// The layout of a database.
pub(super) struct Schema {
    pub(super) version: u32,
    /// Stores that a database of an earlier version lacks; 0 stands for a new one.
    pub(super) missing: fn(u32) -> &'static [&'static str],
}

/// An open database.
#[derive(Debug)]
pub(super) struct Connection {
    idb: IdbDatabase,
    /// Called when another tab wants to change the schema, or to delete the database.
    _leave: Closure<dyn Fn()>,
}

impl Connection {
    /// Opens a database, making or upgrading it where needed. Waits for tabs that hold an older schema open, after telling
    /// `blocked` of it; goes on by itself when they are gone.
    pub(super) async fn open(
        name: &str,
        schema: &Schema,
        blocked: &Blocked,
    ) -> Result<Self, StoreError> {
        let window = web_sys::window().ok_or_else(StoreError::no_storage)?;
        let factory = window.indexed_db()?.ok_or_else(StoreError::no_storage)?;
        let request = factory.open_with_u32(name, schema.version)?;
        let missing = schema.missing;
        let upgrade = Closure::<dyn Fn(_) -> _>::new(move |event: IdbVersionChangeEvent| {
            make_stores(&event, missing)
        });
        request.set_onupgradeneeded(Some(upgrade.as_ref().unchecked_ref()));
        let blocked = blocked.clone();
        let held_up = Closure::<dyn Fn()>::new(move || blocked());
        request.set_onblocked(Some(held_up.as_ref().unchecked_ref()));
        let idb: IdbDatabase = done(&request).await?.unchecked_into();
        let leaving = idb.clone();
        let leave = Closure::<dyn Fn()>::new(move || leaving.close());
        idb.set_onversionchange(Some(leave.as_ref().unchecked_ref()));
        Ok(Self { idb, _leave: leave })
    }

    /// Begins a transaction of strict durability over `stores`.
    pub(super) fn begin(&self, stores: &[&str], mode: Mode) -> Result<Transaction, StoreError> {
        let names: Array = stores.iter().map(|it| JsValue::from_str(it)).collect();
        let options = Object::new();
        Reflect::set(&options, &"durability".into(), &"strict".into())?;
        let mode = match mode {
            Mode::Read => "readonly",
            Mode::Write => "readwrite",
        };
        // web-sys has this form of the method behind an unstable flag only.
        let begin: Function = Reflect::get(&self.idb, &"transaction".into())?.unchecked_into();
        let idb: IdbTransaction = begin
            .call3(&self.idb, &names, &mode.into(), &options)?
            .unchecked_into();
        let ended = Promise::new(&mut |resolve, _| {
            idb.set_oncomplete(Some(&resolve));
            idb.set_onabort(Some(&resolve));
        });
        Ok(Transaction { idb, ended })
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.idb.set_onversionchange(None);
        self.idb.close();
    }
}

/// What a transaction may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Read,
    Write,
}

/// A transaction. Nothing of it is kept unless it is committed.
pub(super) struct Transaction {
    idb: IdbTransaction,
    ended: Promise,
}

impl Transaction {
    pub(super) fn store(&self, name: &str) -> Result<IdbObjectStore, StoreError> {
        Ok(self.idb.object_store(name)?)
    }

    /// Puts a text. The request goes out at once; the commit says whether it held.
    pub(super) fn put(&self, store: &str, key: &str, text: &str) -> Result<(), StoreError> {
        self.store(store)?.put_with_key(&text.into(), &key.into())?;
        Ok(())
    }

    pub(super) fn delete(&self, store: &str, key: &JsValue) -> Result<(), StoreError> {
        self.store(store)?.delete(key)?;
        Ok(())
    }

    /// Takes out what stands from one key up to another.
    pub(super) fn delete_between(
        &self,
        store: &str,
        from: &str,
        to: &str,
    ) -> Result<(), StoreError> {
        let range = IdbKeyRange::bound_with_lower_open_and_upper_open(
            &from.into(),
            &to.into(),
            false,
            true,
        )?;
        self.delete(store, &range)
    }

    pub(super) fn clear(&self, store: &str) -> Result<(), StoreError> {
        self.store(store)?.clear()?;
        Ok(())
    }

    pub(super) async fn get(&self, store: &str, key: &str) -> Result<Option<String>, StoreError> {
        let found = done(&self.store(store)?.get(&key.into())?).await?;
        Ok(found.as_string())
    }

    /// Copies what is at a key of one store, if anything, to the same key of another; it never leaves the browser.
    pub(super) async fn copy(&self, from: &str, to: &str, key: &str) -> Result<(), StoreError> {
        let found = done(&self.store(from)?.get(&key.into())?).await?;
        if !found.is_undefined() {
            self.store(to)?.put_with_key(&found, &key.into())?;
        }
        Ok(())
    }

    /// Every text of a store from a key on, in order of the keys.
    pub(super) async fn all_from(&self, store: &str, key: &str) -> Result<Vec<String>, StoreError> {
        let range = IdbKeyRange::lower_bound(&key.into())?;
        let found = done(&self.store(store)?.get_all_with_key(&range)?).await?;
        let found: Array = found.unchecked_into();
        let mut texts = Vec::with_capacity(found.length() as usize);
        for text in found.iter() {
            let text: JsString = text
                .dyn_into()
                .map_err(|_| StoreError::Unreadable("no text".to_owned()))?;
            texts.push(text.into());
        }
        Ok(texts)
    }

    /// Waits until everything is durable, or was refused.
    pub(super) async fn commit(self) -> Result<(), StoreError> {
        #[expect(
            deprecated,
            reason = "deprecated by web-sys for want of a WebIDL, not by any browser"
        )]
        // What was given up already refuses this call; the event says why.
        let _ = self.idb.commit();
        let event: Event = JsFuture::from(self.ended.clone()).await?.unchecked_into();
        match (event.type_().as_str(), self.idb.error()) {
            ("complete", _) => Ok(()),
            (_, Some(error)) => Err(JsValue::from(error).into()),
            (_, None) => Err(StoreError::Interrupted("abort".to_owned())),
        }
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        // The browser would commit what was written before the mistake. A transaction that has ended refuses.
        let _ = self.idb.abort();
    }
}

/// Waits for a request. Its transaction stays open as long as nothing else is awaited.
async fn done(request: &IdbRequest) -> Result<JsValue, StoreError> {
    let ended = Promise::new(&mut |resolve, _| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&resolve));
    });
    JsFuture::from(ended).await?;
    let Some(error) = request.error()? else {
        return Ok(request.result()?);
    };
    // A transaction that is given up fails all of its requests by the same words; the reason is its own.
    let reason = request.transaction().and_then(|it| it.error());
    Err(JsValue::from(reason.unwrap_or(error)).into())
}

fn make_stores(
    event: &IdbVersionChangeEvent,
    missing: fn(u32) -> &'static [&'static str],
) -> Result<(), JsValue> {
    let Some(target) = event.target() else {
        return Ok(());
    };
    let idb: IdbDatabase = target
        .unchecked_into::<IdbOpenDbRequest>()
        .result()?
        .unchecked_into();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "versions of our own schema are small counts"
    )]
    let before = event.old_version() as u32;
    for name in missing(before) {
        idb.create_object_store(name)?;
    }
    Ok(())
}
