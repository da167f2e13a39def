//! The phone's store: one IndexedDB database per person. A list of changes is committed in one strict transaction or not at all.

use std::cell::RefCell;
use std::rc::Rc;

use indexed_db_futures::KeyRange;
use indexed_db_futures::database::Database as Idb;
use indexed_db_futures::prelude::*;
use indexed_db_futures::transaction::{
    Transaction, TransactionDurability, TransactionMode, TransactionOptions,
};
use sync::wire::{Fields, Wire};
use sync::{DeviceHead, Draft, Incarnation, OpSeq, Outgoing, Replica, StoreChange, record};

use super::{clock, local};
use crate::session::Me;
use changes::{all, get, place, put, write};
pub use error::StoreError;

mod changes;
mod error;

/// Version of the schema below. Grows by adding stores; an old store is never re-indexed.
const SCHEMA: u8 = 2;
const META: &str = "meta";
const OUTBOX: &str = "outbox";
const REGISTERS: &str = "registers";
const CURSORS: &str = "cursors";
const HISTORY: &str = "history";
/// Pages of the snapshots that the registers start from.
const PAGES: &str = "pages";
/// Pages of snapshots that are not complete yet.
const STAGED: &str = "staged";
const STORES: [&str; 7] = [META, OUTBOX, REGISTERS, CURSORS, HISTORY, PAGES, STAGED];
/// How many of them an earlier version of the schema had.
const STORES_BEFORE: [(f64, usize); SCHEMA as usize] = [(0.0, 0), (1.0, 5)];
/// Tries of a write that the browser interrupts.
const TRIES_MAX: u32 = 3;
/// What is read back at the start, in this order, each with the change that its values stand for. Registers are newer than
/// the pages that they lie on. The outbox comes last: what is in it shows on top of the registers.
const LOADED: [(&str, &str); 6] = [
    (PAGES, "put_page"),
    (REGISTERS, "put_register"),
    (CURSORS, "put_cursor"),
    (HISTORY, "put_history"),
    (STAGED, "put_page"),
    (OUTBOX, "put_outgoing"),
];

/// What one transaction writes. One function runs them all: each of its own would be some kilobytes for the browser.
enum Write<'a> {
    Changes(&'a [StoreChange]),
    Draft(Draft, i64),
    Rebirth(Incarnation),
    Me(&'a Me),
    /// Takes away what the server can give again.
    Room,
}

/// The open database of one person on this phone.
#[derive(Debug)]
pub struct Database {
    name: String,
    /// Opened again when the browser closed it.
    idb: RefCell<Rc<Idb>>,
}

impl Database {
    /// Opens the database of `partition` (an account id), making it when it is not there.
    ///
    /// # Errors
    /// `Unavailable` when the browser refuses, as in some private windows.
    pub async fn open(partition: &str) -> Result<Self, StoreError> {
        let name = format!("sotay-{partition}");
        let idb = RefCell::new(Rc::new(open(&name).await?));
        Ok(Self { name, idb })
    }

    /// Reads everything back. An empty store starts a new incarnation, which is stored before it is returned.
    ///
    /// # Errors
    /// `Unavailable` or `Unreadable`; nothing is changed then.
    pub async fn load(&self) -> Result<Replica, StoreError> {
        let idb = self.connection();
        let tx = transaction(&idb, TransactionMode::Readwrite)?;
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
    /// `Full`, `Interrupted` or `Unavailable`: none of them was kept.
    pub async fn commit(&self, changes: &[StoreChange]) -> Result<(), StoreError> {
        self.write(&Write::Changes(changes)).await.map(|_| ())
    }

    /// Gives a draft its place and commits it, in one transaction: two tabs never share a place (I4, I16).
    ///
    /// # Errors
    /// `Full`, `Interrupted` or `Unavailable`: the draft was not kept.
    pub async fn record(&self, draft: Draft, now_ms: i64) -> Result<Vec<StoreChange>, StoreError> {
        self.write(&Write::Draft(draft, now_ms)).await
    }

    /// Goes on under a new identity ([`sync::rebirth`]), in one transaction that reads all of the outbox: no tab writes between.
    ///
    /// # Errors
    /// As [`Self::record`].
    pub async fn rebirth(&self) -> Result<Vec<StoreChange>, StoreError> {
        let fresh = Incarnation::new(clock::random_id());
        self.write(&Write::Rebirth(fresh)).await
    }

    /// Runs one write. What the browser interrupts is tried again; what does not fit is tried once more after everything went
    /// that the server can give again: a person's work comes first.
    async fn write(&self, what: &Write<'_>) -> Result<Vec<StoreChange>, StoreError> {
        let mut tries = 1;
        let mut now = what;
        loop {
            match self.attempt(now).await {
                Err(StoreError::Interrupted(_)) if tries < TRIES_MAX => {
                    tries += 1;
                    let idb = open(&self.name).await?;
                    self.idb.replace(Rc::new(idb));
                }
                Err(StoreError::Full) if !matches!(now, Write::Room) && tries < TRIES_MAX => {
                    tries = TRIES_MAX;
                    now = &Write::Room;
                }
                Ok(_) if matches!(now, Write::Room) => now = what,
                done => return done,
            }
        }
    }

    async fn attempt(&self, what: &Write<'_>) -> Result<Vec<StoreChange>, StoreError> {
        let idb = self.connection();
        let tx = transaction(&idb, TransactionMode::Readwrite)?;
        let full = || StoreError::Unreadable("the log is full".to_owned());
        let mut made = Vec::new();
        match what {
            Write::Changes(_) => {}
            Write::Draft(draft, now_ms) => {
                let recorded = record(&head(&tx).await?, draft.clone(), *now_ms);
                made = recorded.ok_or_else(full)?.1;
            }
            Write::Rebirth(fresh) => {
                let mut outbox = Vec::new();
                for value in all(&tx, OUTBOX).await? {
                    outbox.push(Outgoing::from_wire(value)?);
                }
                let reborn = sync::rebirth(&head(&tx).await?, &outbox, fresh);
                made = reborn.ok_or_else(full)?;
            }
            Write::Me(me) => put(&tx.object_store(META)?, "me", &me.to_wire())?,
            Write::Room => {
                for name in [STAGED, HISTORY] {
                    tx.object_store(name)?.clear()?;
                }
            }
        }
        let changes = match what {
            Write::Changes(changes) => changes,
            _ => made.as_slice(),
        };
        for change in changes {
            write(&tx, change).await?;
        }
        tx.commit().await?;
        Ok(made)
    }

    fn connection(&self) -> Rc<Idb> {
        self.idb.borrow().clone()
    }

    /// Own operations from a place on: those of tabs that were killed before they told.
    ///
    /// # Errors
    /// `Unavailable` or `Unreadable`.
    pub async fn outbox_from(&self, from: OpSeq) -> Result<Vec<Outgoing>, StoreError> {
        let idb = self.connection();
        let tx = transaction(&idb, TransactionMode::Readonly)?;
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
        let idb = self.connection();
        let tx = transaction(&idb, TransactionMode::Readonly)?;
        Ok(get(&tx, META, "me").await?.map(Me::from_wire).transpose()?)
    }

    /// Keeps what the server says about the person.
    ///
    /// # Errors
    /// `Full` or `Unavailable`.
    pub async fn put_me(&self, me: &Me) -> Result<(), StoreError> {
        self.write(&Write::Me(me)).await.map(|_| ())
    }
}

async fn open(name: &str) -> Result<Idb, StoreError> {
    Ok(Idb::open(name)
        .with_version(SCHEMA)
        .with_on_upgrade_needed(|event, db| {
            let before = STORES_BEFORE
                .iter()
                .rfind(|(version, _)| event.old_version() >= *version);
            for name in STORES.into_iter().skip(before.map_or(0, |it| it.1)) {
                db.create_object_store(name).build()?;
            }
            Ok(())
        })
        .await?)
}

fn transaction(idb: &Idb, mode: TransactionMode) -> Result<Transaction<'_>, StoreError> {
    let mut options = TransactionOptions::new();
    options.set_durability(TransactionDurability::Strict);
    Ok(idb
        .transaction(STORES)
        .with_mode(mode)
        .with_options(options)
        .build()?)
}

async fn head(tx: &Transaction<'_>) -> Result<DeviceHead, StoreError> {
    let head = get(tx, META, "head")
        .await?
        .ok_or_else(|| StoreError::Unreadable("head is missing".to_owned()))?;
    Ok(DeviceHead::from_wire(head)?)
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
