//! The phone's store: one IndexedDB database per person. A list of changes is committed in one strict transaction or not at all.

use indexed_db_futures::KeyRange;
use indexed_db_futures::database::Database as Idb;
use indexed_db_futures::error::{DomException, Error as IdbError, OpenDbError};
use indexed_db_futures::prelude::*;
use indexed_db_futures::transaction::{
    Transaction, TransactionDurability, TransactionMode, TransactionOptions,
};
use serde_json::Value;
use sync::wire::{Fields, Wire, WireError};
use sync::{DeviceHead, Draft, OpSeq, Outgoing, RegisterKey, Replica, StoreChange, record};

use super::{clock, local};
use crate::error::AppError;
use crate::session::Me;

/// Version of the schema below. Grows by adding stores; an old store is never re-indexed.
const SCHEMA: u8 = 1;
const META: &str = "meta";
const OUTBOX: &str = "outbox";
const REGISTERS: &str = "registers";
const CURSORS: &str = "cursors";
const HISTORY: &str = "history";
const STORES: [&str; 5] = [META, OUTBOX, REGISTERS, CURSORS, HISTORY];
/// What is read back at the start, in this order, each with the change that its values stand for. The outbox comes
/// last: what is in it shows on top of the registers.
const LOADED: [(&str, &str); 4] = [
    (REGISTERS, "put_register"),
    (CURSORS, "put_cursor"),
    (HISTORY, "put_history"),
    (OUTBOX, "put_outgoing"),
];

/// Between the parts of a key; sorts below every printable character, so a scope's keys stand together.
const PART: char = '\u{1f}';
/// Sorts above [`PART`]: the end of a scope's keys.
const PART_END: char = '\u{20}';

/// Why the store refused. Nothing of that write was kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// No room left on the phone.
    #[error("storage is full")]
    Full,
    /// The browser keeps no storage here (private window) or has broken it.
    #[error("storage is not available: {0}")]
    Unavailable(String),
    /// Stored bytes cannot be read by this build.
    #[error("stored data cannot be read: {0}")]
    Unreadable(String),
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full => Self::StorageFull,
            StoreError::Unavailable(reason) | StoreError::Unreadable(reason) => {
                Self::Storage { reason }
            }
        }
    }
}

impl From<IdbError> for StoreError {
    fn from(error: IdbError) -> Self {
        match &error {
            // The crate has no variant of its own for a full disk; the exception's name is the standard's.
            IdbError::DomException(DomException::Other(it))
                if it.name() == "QuotaExceededError" =>
            {
                Self::Full
            }
            _ => Self::Unavailable(error.to_string()),
        }
    }
}

impl From<OpenDbError> for StoreError {
    fn from(error: OpenDbError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl From<WireError> for StoreError {
    fn from(error: WireError) -> Self {
        Self::Unreadable(error.to_string())
    }
}

/// The open database of one person on this phone.
#[derive(Debug)]
pub struct Database {
    idb: Idb,
}

impl Database {
    /// Opens the database of `partition` (an account id), making it when it is not there.
    ///
    /// # Errors
    /// `Unavailable` when the browser refuses, as in some private windows.
    pub async fn open(partition: &str) -> Result<Self, StoreError> {
        let idb = Idb::open(format!("sotay-{partition}"))
            .with_version(SCHEMA)
            .with_on_upgrade_needed(|_, db| {
                for name in STORES {
                    db.create_object_store(name).build()?;
                }
                Ok(())
            })
            .await?;
        Ok(Self { idb })
    }

    /// Reads everything back. An empty store starts a new incarnation, which is stored before it is returned.
    ///
    /// # Errors
    /// `Unavailable` or `Unreadable`; nothing is changed then.
    pub async fn load(&self) -> Result<Replica, StoreError> {
        let tx = self.transaction(TransactionMode::Readwrite)?;
        let meta = tx.object_store(META)?;
        let head = match get(&tx, META, "head").await? {
            Some(head) => DeviceHead::from_wire(head)?,
            None => {
                let device = local_device_id();
                let new = Replica::new(
                    sync::DeviceId::new(device),
                    sync::Incarnation::new(clock::random_id()),
                );
                put(&meta, "head", &new.head().to_wire())?;
                new.head().clone()
            }
        };
        let mut stored = Vec::with_capacity(LOADED.len());
        for (store, change) in LOADED {
            stored.push((change, all(&tx, store).await?));
        }
        tx.commit().await?;

        let mut replica = Replica::with_head(head);
        for (change, values) in stored {
            for value in values {
                replica.apply(StoreChange::from_wire(Fields::only(change, value))?);
            }
        }
        Ok(replica)
    }

    /// Commits changes together with strict durability.
    ///
    /// # Errors
    /// `Full` or `Unavailable`: none of them was kept.
    pub async fn commit(&self, changes: &[StoreChange]) -> Result<(), StoreError> {
        let tx = self.transaction(TransactionMode::Readwrite)?;
        for change in changes {
            write(&tx, change).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Gives a draft its place and commits it, in one transaction: two tabs never share a place (I4, I16).
    ///
    /// # Errors
    /// `Full` or `Unavailable`: the draft was not kept.
    pub async fn record(&self, draft: Draft, now_ms: i64) -> Result<Vec<StoreChange>, StoreError> {
        let tx = self.transaction(TransactionMode::Readwrite)?;
        let head = get(&tx, META, "head")
            .await?
            .ok_or_else(|| StoreError::Unreadable("head is missing".to_owned()))?;
        let head = DeviceHead::from_wire(head)?;
        let (_, changes) = record(&head, draft, now_ms)
            .ok_or_else(|| StoreError::Unreadable("the log is full".to_owned()))?;
        for change in &changes {
            write(&tx, change).await?;
        }
        tx.commit().await?;
        Ok(changes)
    }

    /// Own operations from a place on: those of tabs that were killed before they told.
    ///
    /// # Errors
    /// `Unavailable` or `Unreadable`.
    pub async fn outbox_from(&self, from: OpSeq) -> Result<Vec<Outgoing>, StoreError> {
        let tx = self.transaction(TransactionMode::Readonly)?;
        let range: KeyRange<String> = KeyRange::LowerBound(place(from.get()), false);
        let texts = tx
            .object_store(OUTBOX)?
            .get_all::<String>()
            .with_query::<String, _>(range)
            .primitive()?
            .await?;
        let mut outbox = Vec::with_capacity(texts.len());
        for text in texts {
            outbox.push(Outgoing::from_json(&text?)?);
        }
        Ok(outbox)
    }

    /// The person whose data these are, as last told by the server.
    ///
    /// # Errors
    /// `Unavailable` or `Unreadable`.
    pub async fn me(&self) -> Result<Option<Me>, StoreError> {
        let tx = self.transaction(TransactionMode::Readonly)?;
        Ok(get(&tx, META, "me").await?.map(Me::from_wire).transpose()?)
    }

    /// Keeps what the server says about the person.
    ///
    /// # Errors
    /// `Full` or `Unavailable`.
    pub async fn put_me(&self, me: &Me) -> Result<(), StoreError> {
        let tx = self.transaction(TransactionMode::Readwrite)?;
        put(&tx.object_store(META)?, "me", &me.to_wire())?;
        tx.commit().await?;
        Ok(())
    }

    fn transaction(&self, mode: TransactionMode) -> Result<Transaction<'_>, StoreError> {
        let mut options = TransactionOptions::new();
        options.set_durability(TransactionDurability::Strict);
        Ok(self
            .idb
            .transaction(STORES)
            .with_mode(mode)
            .with_options(options)
            .build()?)
    }
}

/// Only awaits requests of this transaction: anything else would let the browser close it.
async fn write(tx: &Transaction<'_>, change: &StoreChange) -> Result<(), StoreError> {
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
            for name in [REGISTERS, HISTORY] {
                let from = format!("{scope}{PART}");
                let to = format!("{scope}{PART_END}");
                let range: KeyRange<String> = KeyRange::Bound(from, false, to, true);
                tx.object_store(name)?.delete::<String, _>(range).build()?;
            }
            return Ok(());
        }
    };
    // A change is written as {"what": value}: the value is what its store keeps.
    let (_, value) = Fields::read(change.to_wire())?.into_only()?;
    put(&tx.object_store(store)?, &key, &value)
}

/// A number as a key that sorts by value.
fn place(number: u64) -> String {
    format!("{number:020}")
}

fn register_key(key: &RegisterKey) -> String {
    format!(
        "{}{PART}{}{PART}{}{PART}{}",
        key.scope, key.kind, key.record, key.field
    )
}

fn put(
    store: &indexed_db_futures::object_store::ObjectStore<'_>,
    key: &str,
    value: &Value,
) -> Result<(), StoreError> {
    // The request goes out when built; the transaction's commit says whether it held.
    store
        .put(value.to_json())
        .with_key(key.to_owned())
        .build()?;
    Ok(())
}

async fn get(tx: &Transaction<'_>, store: &str, key: &str) -> Result<Option<Value>, StoreError> {
    let text: Option<String> = tx
        .object_store(store)?
        .get(key.to_owned())
        .primitive()?
        .await?;
    Ok(text.map(|it| Value::from_json(&it)).transpose()?)
}

async fn all(tx: &Transaction<'_>, store: &str) -> Result<Vec<Value>, StoreError> {
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

/// The device's identity is shared by the people on it, so it lives outside their databases.
fn local_device_id() -> String {
    const KEY: &str = "sotay.device";
    local::get(KEY).unwrap_or_else(|| {
        let id = clock::random_id();
        // Where it is refused, the incarnation alone still keeps operations apart.
        local::set(KEY, &id);
        id
    })
}
