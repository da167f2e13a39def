//! The phone's store: one IndexedDB database per person. A list of changes is committed in one strict transaction or not at all.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use serde_json::Value;
use sync::wire::Wire;
use sync::{DeviceHead, Draft, Incarnation, OpSeq, Outgoing, Replica, StoreChange, record};

use super::{clock, local};
use crate::session::Me;
use changes::{place, put, read_all, write};
pub use error::StoreError;
use idb::{Blocked, Connection, Mode, Schema, Transaction};

mod changes;
mod error;
mod idb;

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
/// The first version had the first five.
const SCHEMA: Schema = Schema {
    version: 2,
    stores: &STORES,
};
/// Tries of what the browser interrupts.
const TRIES_MAX: u32 = 3;
/// Keys in [`META`].
const HEAD: &str = "head";
const ME: &str = "me";
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

/// What one transaction does. One function runs them all: each of its own would be some kilobytes for the browser.
enum Work<'a> {
    /// Reads everything; an empty store begins a life first.
    Load,
    /// Reads own operations from a place on.
    Outbox(OpSeq),
    ReadMe,
    Changes(&'a [StoreChange], Besides<'a>),
    Draft(Draft, i64),
    Rebirth(Incarnation),
    /// Begins an emptied store with what the tab still knows.
    Revive(&'a [StoreChange], &'a Me),
    /// Takes away what the server can give again.
    Room,
}

/// What may be at hand besides changes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Besides<'a> {
    /// What the server says about the person: kept too.
    pub me: Option<&'a Me>,
    /// The text of a page among the changes, as it came.
    pub page: Option<&'a str>,
}

/// What came of it.
#[derive(Default)]
struct Answer {
    changes: Vec<StoreChange>,
    me: Option<Value>,
}

/// The open database of one person on this phone.
pub struct Database {
    name: String,
    blocked: Blocked,
    /// Opened again when the browser closed it.
    connection: RefCell<Rc<Connection>>,
    /// Whether it was read before: when it is empty then, it was emptied.
    is_known: Cell<bool>,
}

impl Database {
    /// Opens the database of `partition` (an account id), making it when it is not there. Waits while another tab holds it
    /// under an older schema; `blocked` is told, so that the person can be.
    ///
    /// # Errors
    /// `Unavailable` when the browser refuses, as in some private windows; `Outdated` when a newer build was here.
    pub async fn open(partition: &str, blocked: impl Fn() + 'static) -> Result<Self, StoreError> {
        let name = format!("sotay-{partition}");
        let blocked: Blocked = Rc::new(blocked);
        let mut tries = 1;
        loop {
            match Connection::open(&name, &SCHEMA, &blocked).await {
                Err(StoreError::Interrupted(_)) if tries < TRIES_MAX => tries += 1,
                opened => {
                    let connection = RefCell::new(Rc::new(opened?));
                    return Ok(Self {
                        name,
                        blocked,
                        connection,
                        is_known: Cell::new(false),
                    });
                }
            }
        }
    }

    /// Reads everything back. An empty store starts a new incarnation, which is stored before it is returned.
    ///
    /// # Errors
    /// As [`Self::record`], or `Unreadable`; nothing is changed then. `Emptied` when it was read before and is empty now.
    pub async fn load(&self) -> Result<Replica, StoreError> {
        let mut changes = self.work(&Work::Load).await?.changes.into_iter();
        let Some(StoreChange::PutHead(head)) = changes.next() else {
            return Err(StoreError::Emptied);
        };
        let mut replica = Replica::with_head(head);
        for change in changes {
            replica.apply(change);
        }
        Ok(replica)
    }

    /// Commits changes together with strict durability.
    ///
    /// # Errors
    /// As [`Self::record`]: none of them was kept.
    pub async fn commit(&self, changes: &[StoreChange]) -> Result<(), StoreError> {
        self.commit_with(changes, Besides::default()).await
    }

    /// As [`Self::commit`], with what is at hand besides.
    ///
    /// # Errors
    /// As [`Self::record`]: none of it was kept.
    pub async fn commit_with(
        &self,
        changes: &[StoreChange],
        besides: Besides<'_>,
    ) -> Result<(), StoreError> {
        let work = Work::Changes(changes, besides);
        self.work(&work).await.map(|_| ())
    }

    /// Gives a draft its place and commits it, in one transaction: two tabs never share a place (I4, I16).
    ///
    /// # Errors
    /// `Full`, `Interrupted`, `Emptied`, `Outdated` or `Unavailable`: the draft was not kept.
    pub async fn record(&self, draft: Draft, now_ms: i64) -> Result<Vec<StoreChange>, StoreError> {
        let done = self.work(&Work::Draft(draft, now_ms)).await?;
        Ok(done.changes)
    }

    /// Goes on under a new identity ([`sync::rebirth`]), in one transaction that reads all of the outbox: no tab writes between.
    ///
    /// # Errors
    /// As [`Self::record`].
    pub async fn rebirth(&self) -> Result<Vec<StoreChange>, StoreError> {
        let fresh = Incarnation::new(clock::random_id());
        Ok(self.work(&Work::Rebirth(fresh)).await?.changes)
    }

    /// Gives a store that the browser emptied back what a tab still knows: the same life goes on. Does nothing when another tab
    /// was quicker.
    ///
    /// # Errors
    /// As [`Self::record`].
    pub async fn revive(&self, kept: &[StoreChange], me: &Me) -> Result<(), StoreError> {
        self.work(&Work::Revive(kept, me)).await.map(|_| ())
    }

    /// Own operations from a place on: those of tabs that were killed before they told.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub async fn outbox_from(&self, from: OpSeq) -> Result<Vec<StoreChange>, StoreError> {
        Ok(self.work(&Work::Outbox(from)).await?.changes)
    }

    /// The person whose data these are, as last told by the server.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub async fn me(&self) -> Result<Option<Me>, StoreError> {
        let me = self.work(&Work::ReadMe).await?.me;
        Ok(me.map(Me::from_wire).transpose()?)
    }

    /// Keeps what the server says about the person.
    ///
    /// # Errors
    /// As [`Self::record`].
    pub async fn put_me(&self, me: &Me) -> Result<(), StoreError> {
        let besides = Besides {
            me: Some(me),
            page: None,
        };
        self.commit_with(&[], besides).await
    }

    /// Runs one piece of work. What the browser interrupts is tried again; what does not fit is tried once more after everything
    /// went that the server can give again: a person's work comes first.
    async fn work(&self, what: &Work<'_>) -> Result<Answer, StoreError> {
        let (mut tries, mut made_room) = (1, false);
        let mut written = Vec::new();
        let mut now = what;
        loop {
            match self.attempt(now, &mut written).await {
                Err(StoreError::Interrupted(_) | StoreError::GivenUp) if tries < TRIES_MAX => {
                    tries += 1;
                    match Connection::open(&self.name, &SCHEMA, &self.blocked).await {
                        Ok(fresh) => {
                            self.connection.replace(Rc::new(fresh));
                        }
                        Err(StoreError::Interrupted(_)) => {}
                        Err(error) => return Err(error),
                    }
                }
                Err(StoreError::Full | StoreError::GivenUp) if !made_room => {
                    made_room = true;
                    now = &Work::Room;
                }
                Ok(_) if matches!(now, Work::Room) => now = what,
                done => return done,
            }
        }
    }

    /// Runs it once. `written` is what an earlier try wrote: the browser may give up a transaction that was durable
    /// already, and then it must not be written twice.
    async fn attempt(
        &self,
        what: &Work<'_>,
        written: &mut Vec<StoreChange>,
    ) -> Result<Answer, StoreError> {
        let connection = self.connection.borrow().clone();
        let mode = match what {
            Work::Outbox(_) | Work::ReadMe => Mode::Readonly,
            _ => Mode::Readwrite,
        };
        let tx = connection.begin(&STORES, mode)?;
        let full = || StoreError::Unreadable("the log is full".to_owned());
        let head = match get(&tx, HEAD).await? {
            Some(head) => Some(DeviceHead::from_wire(head)?),
            None => None,
        };
        let is_new = head.is_none();
        let known = || head.clone().ok_or(StoreError::Emptied);
        let mut answer = Answer::default();
        let mut changes: &[StoreChange] = &[];
        let mut page = None;
        match what {
            Work::Load => {
                if self.is_known.get() {
                    known()?;
                }
                let head = head.clone().unwrap_or_else(new_head);
                if is_new {
                    put(&tx, META, HEAD, &head.to_wire())?;
                }
                answer.changes.push(StoreChange::PutHead(head));
                for (store, change) in LOADED {
                    read_all(&tx, store, "", change, &mut answer.changes).await?;
                }
            }
            Work::Outbox(from) => {
                let from = place(from.get());
                read_all(&tx, OUTBOX, &from, "put_outgoing", &mut answer.changes).await?;
            }
            Work::ReadMe => answer.me = get(&tx, ME).await?,
            Work::Changes(given, besides) => {
                page = besides.page;
                if let Some(me) = besides.me {
                    put(&tx, META, ME, &me.to_wire())?;
                }
                if !given.is_empty() {
                    known()?;
                }
                changes = given;
            }
            Work::Draft(draft, now_ms) => {
                if !is_kept(&tx, written).await? {
                    let recorded = record(&known()?, draft.clone(), *now_ms);
                    *written = recorded.ok_or_else(full)?.1;
                    changes = written;
                }
                answer.changes.clone_from(written);
            }
            Work::Rebirth(fresh) => {
                let mut outbox = Vec::new();
                for value in tx.all_from(OUTBOX, "").await? {
                    outbox.push(Outgoing::from_json(&value)?);
                }
                let head = known()?;
                if head.incarnation != *fresh {
                    *written = sync::rebirth(&head, &outbox, fresh).ok_or_else(full)?;
                    changes = written;
                }
                answer.changes.clone_from(written);
            }
            Work::Revive(kept, me) => {
                if is_new {
                    put(&tx, META, ME, &me.to_wire())?;
                    changes = kept;
                }
            }
            Work::Room => {
                for store in [STAGED, HISTORY] {
                    tx.clear(store)?;
                }
            }
        }
        for change in changes {
            write(&tx, change, page).await?;
        }
        tx.commit().await?;
        if matches!(what, Work::Load) {
            self.is_known.set(true);
        }
        Ok(answer)
    }
}

async fn get(tx: &Transaction<'_>, key: &str) -> Result<Option<Value>, StoreError> {
    let text = tx.get(META, key).await?;
    Ok(text.map(|it| Value::from_json(&it)).transpose()?)
}

/// Whether an earlier try was durable after all: the operation that it wrote is there.
async fn is_kept(tx: &Transaction<'_>, written: &[StoreChange]) -> Result<bool, StoreError> {
    for change in written {
        if let StoreChange::PutOutgoing(ours) = change {
            let there = tx.get(OUTBOX, &place(ours.op.id.seq.get())).await?;
            let there = there.map(|it| Outgoing::from_json(&it)).transpose()?;
            return Ok(there.is_some_and(|it| it.op == ours.op));
        }
    }
    Ok(false)
}

fn new_head() -> DeviceHead {
    let device = sync::DeviceId::new(local_device_id());
    let incarnation = Incarnation::new(clock::random_id());
    Replica::new(device, incarnation).head().clone()
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
