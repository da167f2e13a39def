//! One change of the store, inside a transaction.

use indexed_db_futures::KeyRange;
use indexed_db_futures::object_store::ObjectStore;
use indexed_db_futures::prelude::*;
use indexed_db_futures::transaction::Transaction;
use serde_json::Value;
use sync::wire::{Fields, Wire};
use sync::{DeviceHead, Page, RegisterKey, Scope, StoreChange};

use super::error::StoreError;
use super::{CURSORS, HISTORY, META, OUTBOX, PAGES, REGISTERS, STAGED};

/// Between the parts of a key; sorts below every printable character, so a scope's keys stand together.
const PART: char = '\u{1f}';
/// Sorts above [`PART`]: the end of a scope's keys.
const PART_END: char = '\u{20}';

/// Only awaits requests of this transaction: anything else would let the browser close it.
pub(super) async fn write(tx: &Transaction<'_>, change: &StoreChange) -> Result<(), StoreError> {
    let (store, key) = match change {
        StoreChange::PutHead(_) => (META, "head".to_owned()),
        StoreChange::PutClockOffset(clock_offset_ms) => {
            // Another tab may have given out places meanwhile: only the offset is news.
            let Some(head) = get(tx, META, "head").await? else {
                return Ok(());
            };
            let head = DeviceHead {
                clock_offset_ms: *clock_offset_ms,
                ..Wire::from_wire(head)?
            };
            return put(&tx.object_store(META)?, "head", &head.to_wire());
        }
        StoreChange::PutOutgoing(outgoing) => (OUTBOX, place(outgoing.op.id.seq.get())),
        StoreChange::DropOutgoing(seq) => {
            tx.object_store(OUTBOX)?.delete(place(seq.get())).build()?;
            return Ok(());
        }
        StoreChange::PutRegister(key, _) => (REGISTERS, register_key(key)),
        StoreChange::PutCursor(scope, _) => (CURSORS, scope.as_str().to_owned()),
        StoreChange::PutHistory(entry) => (
            HISTORY,
            format!("{}{PART}{}", entry.op.scope, place(entry.server_seq.0)),
        ),
        StoreChange::ForgetScope(scope) => {
            tx.object_store(CURSORS)?
                .delete(scope.as_str().to_owned())
                .build()?;
            return clear(tx, &[PAGES, STAGED, REGISTERS, HISTORY], scope);
        }
        StoreChange::DropPages(scope) => return clear(tx, &[STAGED], scope),
        StoreChange::PutPage(page) => return put_page(tx, page).await,
    };
    put_change(tx, store, &key, change)
}

/// A change is written as {"what": value}: the value is what its store keeps.
fn put_change(
    tx: &Transaction<'_>,
    store: &str,
    key: &str,
    change: &StoreChange,
) -> Result<(), StoreError> {
    let (_, value) = Fields::read(change.to_wire())?.into_only()?;
    put(&tx.object_store(store)?, key, &value)
}

/// Takes everything of a scope out of stores whose keys begin with it.
fn clear(tx: &Transaction<'_>, stores: &[&str], scope: &Scope) -> Result<(), StoreError> {
    for name in stores {
        let from = format!("{scope}{PART}");
        let to = format!("{scope}{PART_END}");
        let range: KeyRange<String> = KeyRange::Bound(from, false, to, true);
        tx.object_store(name)?.delete::<String, _>(range).build()?;
    }
    Ok(())
}

/// A page stays one value: thousands of registers are written and read in a few steps. Pages wait apart until they are all
/// there; then they take the place of what was there of the scope.
async fn put_page(tx: &Transaction<'_>, page: &Page) -> Result<(), StoreError> {
    let key = |number: u32| format!("{}{PART}{}", page.scope, place(number.into()));
    if !page.is_last() {
        return put(
            &tx.object_store(STAGED)?,
            &key(page.number),
            &page.to_wire(),
        );
    }
    let staged = tx.object_store(STAGED)?;
    let mut pages = Vec::new();
    for number in 0..page.number {
        let kept: Option<String> = staged.get(key(number)).primitive()?.await?;
        pages.extend(kept.map(|text| (key(number), text)));
    }
    clear(tx, &[STAGED, PAGES, REGISTERS, HISTORY], &page.scope)?;
    pages.push((key(page.number), page.to_json()));
    let complete = tx.object_store(PAGES)?;
    for (key, text) in pages {
        complete.put(text).with_key(key).build()?;
    }
    let cursor = StoreChange::PutCursor(page.scope.clone(), page.cursor);
    put_change(tx, CURSORS, page.scope.as_str(), &cursor)
}

/// A number as a key that sorts by value.
pub(super) fn place(number: u64) -> String {
    format!("{number:020}")
}

fn register_key(key: &RegisterKey) -> String {
    format!(
        "{}{PART}{}{PART}{}{PART}{}",
        key.scope, key.kind, key.record, key.field
    )
}

pub(super) fn put(store: &ObjectStore<'_>, key: &str, value: &Value) -> Result<(), StoreError> {
    // The request goes out when built; the transaction's commit says whether it held.
    store
        .put(value.to_json())
        .with_key(key.to_owned())
        .build()?;
    Ok(())
}

pub(super) async fn get(
    tx: &Transaction<'_>,
    store: &str,
    key: &str,
) -> Result<Option<Value>, StoreError> {
    let text: Option<String> = tx
        .object_store(store)?
        .get(key.to_owned())
        .primitive()?
        .await?;
    Ok(text.map(|it| Value::from_json(&it)).transpose()?)
}

pub(super) async fn all(tx: &Transaction<'_>, store: &str) -> Result<Vec<Value>, StoreError> {
    let texts = tx
        .object_store(store)?
        .get_all::<String>()
        .primitive()?
        .await?;
    let mut values = Vec::with_capacity(texts.len());
    for text in texts {
        values.push(Value::from_json(&text?)?);
    }
    Ok(values)
}
