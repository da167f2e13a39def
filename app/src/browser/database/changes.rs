//! One change of the store, inside a transaction.

use serde_json::Value;
use sync::wire::{Fields, Wire};
use sync::{DeviceHead, Page, RegisterKey, Scope, StoreChange};

use super::error::StoreError;
use super::idb::Transaction;
use super::{CURSORS, HEAD, HISTORY, META, OUTBOX, PAGES, REGISTERS, STAGED};

/// Between the parts of a key; sorts below every printable character, so a scope's keys stand together.
const PART: char = '\u{1f}';
/// Sorts above [`PART`]: the end of a scope's keys.
const PART_END: char = '\u{20}';

/// Only awaits requests of this transaction: anything else would let the browser close it.
pub(super) async fn write(
    tx: &Transaction<'_>,
    change: &StoreChange,
    page_text: Option<&str>,
) -> Result<(), StoreError> {
    let (store, key) = match change {
        StoreChange::PutHead(_) => (META, HEAD.to_owned()),
        StoreChange::PutClockOffset(clock_offset_ms) => {
            // Another tab may have given out places meanwhile: only the offset is news.
            let Some(head) = tx.get(META, HEAD).await? else {
                return Ok(());
            };
            let head = DeviceHead {
                clock_offset_ms: *clock_offset_ms,
                ..Wire::from_json(&head)?
            };
            return put(tx, META, HEAD, &head.to_wire());
        }
        StoreChange::PutOutgoing(outgoing) => (OUTBOX, place(outgoing.op.id.seq.get())),
        StoreChange::DropOutgoing(seq) => {
            return tx.delete(OUTBOX, &place(seq.get()));
        }
        StoreChange::PutRegister(key, _) => (REGISTERS, register_key(key)),
        StoreChange::PutCursor(scope, _) => {
            // Without the pages below it a cursor would be a hole for ever: they went with what the browser threw away.
            if tx.get(CURSORS, scope.as_str()).await?.is_none() {
                return Err(StoreError::Emptied);
            }
            (CURSORS, scope.as_str().to_owned())
        }
        StoreChange::PutHistory(entry) => (
            HISTORY,
            format!("{}{PART}{}", entry.op.scope, place(entry.server_seq.0)),
        ),
        StoreChange::ForgetScope(scope) => {
            tx.delete(CURSORS, scope.as_str())?;
            return clear(tx, &[PAGES, STAGED, REGISTERS, HISTORY], scope);
        }
        StoreChange::DropPages(scope) => return clear(tx, &[STAGED], scope),
        StoreChange::PutPage(page) => return put_page(tx, page, page_text).await,
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
    put(tx, store, key, &value)
}

/// Takes everything of a scope out of stores whose keys begin with it.
fn clear(tx: &Transaction<'_>, stores: &[&str], scope: &Scope) -> Result<(), StoreError> {
    let (from, to) = bounds(scope);
    for name in stores {
        tx.delete_between(name, from.clone(), to.clone())?;
    }
    Ok(())
}

/// Between these stand the keys that begin with a scope.
fn bounds(scope: &Scope) -> (String, String) {
    let key = |end: char| format!("{scope}{end}");
    (key(PART), key(PART_END))
}

/// A page stays one value: thousands of registers are written and read in a few steps. Pages wait apart until they are all
/// there; then they take the place of what was there of the scope.
async fn put_page(tx: &Transaction<'_>, page: &Page, text: Option<&str>) -> Result<(), StoreError> {
    let key = |number: u32| format!("{}{PART}{}", page.scope, place(number.into()));
    let text = text.map_or_else(|| page.to_json(), str::to_owned);
    if !page.is_last() {
        return tx.put(STAGED, &key(page.number), text);
    }
    clear(tx, &[PAGES, REGISTERS, HISTORY], &page.scope)?;
    let (from, to) = bounds(&page.scope);
    let staged = tx.between(STAGED, from, to).await?;
    for (number, text) in (0..page.number).zip(staged) {
        tx.put_value(PAGES, &key(number), text)?;
    }
    clear(tx, &[STAGED], &page.scope)?;
    tx.put(PAGES, &key(page.number), text)?;
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

pub(super) fn put(
    tx: &Transaction<'_>,
    store: &str,
    key: &str,
    value: &Value,
) -> Result<(), StoreError> {
    tx.put(store, key, value.to_json())
}

/// Reads a store from a key on, as the changes that its values stand for.
pub(super) async fn read_all(
    tx: &Transaction<'_>,
    store: &str,
    from: &str,
    change: &str,
    into: &mut Vec<StoreChange>,
) -> Result<(), StoreError> {
    for text in tx.all_from(store, from).await? {
        let value = Value::from_json(&text)?;
        into.push(StoreChange::from_wire(Fields::only(change, value))?);
    }
    Ok(())
}
