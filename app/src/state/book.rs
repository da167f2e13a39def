//! The handbook store: one trigger per task, so that a tick repaints one row; everything else derives from it.
//!
//! All data live in one [`Inner`]; signals carry no data of their own, only the news that something changed. That
//! keeps every number in one place, and the wasm small.

use std::sync::Arc;

use domain::date::CivilDate;
use domain::handbook::Handbook;
use domain::kinds::PLAN;
use domain::progress::Progress;
use domain::rights;
use domain::task::{Task, TaskFamily};
use leptos::prelude::*;
use sync::{AuthorId, Cursor, Draft, LogEntry, Outgoing, Replica, ServerSeq, StoreChange};

mod inner;
mod writing;

use inner::{Inner, read, tree};

use super::status::{SyncStatus, Transport};
use crate::error::AppError;
use crate::session::{Me, Start};

/// Identity of a task within its unit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TaskId {
    /// Which sheet it comes from.
    pub family: TaskFamily,
    /// "Mã việc".
    pub record: String,
}

impl TaskId {
    /// By the kind and the id of its record; `None` when that is no task.
    #[must_use]
    pub fn of_record(kind: &str, record: &str) -> Option<Self> {
        Some(Self {
            family: TaskFamily::of_kind(kind)?,
            record: record.to_owned(),
        })
    }

    /// Of a task.
    #[must_use]
    pub fn of(task: &Task) -> Self {
        Self {
            family: task.family,
            record: task.id.clone(),
        }
    }
}

/// A short message at the bottom edge.
#[derive(Debug, Clone, PartialEq)]
pub enum Snack {
    /// A task was ticked or unticked; can be taken back.
    Ticked {
        /// The task.
        id: TaskId,
        /// The new state.
        done: bool,
    },
    /// A sentence without a way back.
    Said(String),
    /// Nothing was written.
    Failed(AppError),
    /// Work waits for something that the person must do; stays until it goes on.
    HeldUp(AppError),
}

/// Writes a draft into the phone's store; set once the browser side is up.
type Recorder = Arc<dyn Fn(Draft) + Send + Sync>;

/// The handbook of the signed-in person's unit. Copied freely: it holds only handles.
#[derive(Clone, Copy)]
pub struct Book {
    inner: StoredValue<Inner>,
    content: RwSignal<u32>,
    status: RwSignal<u32>,
    snack: RwSignal<u32>,
    drawing: RwSignal<u32>,
}

impl Book {
    /// The book of a page as the server sent it.
    #[must_use]
    pub fn from_start(start: Start) -> Self {
        // Nothing is written with this identity: the phone's store brings its own before the first draft.
        let mut replica = Replica::new(sync::DeviceId::new("page"), sync::Incarnation::new("page"));
        for page in start.pages {
            replica.apply(StoreChange::PutPage(Box::new(page)));
        }
        Self::new(start.me, replica, start.today)
    }

    /// The book of a phone.
    #[must_use]
    pub fn new(me: Me, replica: Replica, today: CivilDate) -> Self {
        let handbook = read(&replica, &me);
        let book = Self {
            inner: StoredValue::new(Inner {
                me,
                replica,
                handbook,
                today,
                status: SyncStatus::default(),
                snack: None,
                rows: Vec::new(),
                recorder: None,
                waiting: Vec::new(),
            }),
            content: RwSignal::new(0),
            status: RwSignal::new(0),
            snack: RwSignal::new(0),
            drawing: RwSignal::new(0),
        };
        book.change(Inner::index);
        book
    }

    /// The signed-in person.
    #[must_use]
    pub fn me(&self) -> Me {
        self.peek(|it| it.me.clone())
    }

    /// Civil today; changes at midnight.
    #[must_use]
    pub fn today(&self) -> CivilDate {
        self.content.track();
        self.peek(|it| it.today)
    }

    /// What is known about sending and receiving.
    #[must_use]
    pub fn status(&self) -> SyncStatus {
        self.status.track();
        self.peek(|it| it.status)
    }

    /// Whether every scope that the person needs is here, not only the first page's.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.content.track();
        self.peek(|it| {
            let kept = it.replica.cursors();
            it.me.scopes().iter().all(|scope| kept.contains_key(scope))
        })
    }

    /// The message at the bottom edge.
    #[must_use]
    pub fn snack(&self) -> Option<Snack> {
        self.snack.track();
        self.peek(|it| it.snack.clone())
    }

    /// Reads the handbook; runs again when anything in it changes.
    pub fn with<T>(&self, read: impl FnOnce(&Handbook) -> T) -> T {
        self.content.track();
        self.peek(|it| read(&it.handbook))
    }

    /// Reads one task, and whether its changes were sent; runs again when that task changes, not when others do.
    pub fn with_task<T>(
        &self,
        id: &TaskId,
        read: impl FnOnce(&Handbook, &Task, Transport) -> T,
    ) -> Option<T> {
        let news = self.peek(|it| it.row(id).map(|it| it.news.clone()))?;
        news.track();
        self.peek(|it| {
            let (task, row) = it.task(id)?;
            Some(read(&it.handbook, task, row.transport))
        })
    }

    /// Ids of the tasks that `keep` picks, in order of due date; runs again when any task changes.
    pub fn pick(&self, keep: impl Fn(&Handbook, &Task) -> bool) -> Vec<TaskId> {
        self.with(|book| {
            book.tasks
                .iter()
                .filter(|it| keep(book, it))
                .map(TaskId::of)
                .collect()
        })
    }

    /// Finds a task by its record id alone ("B16", "R01").
    #[must_use]
    pub fn find(&self, record: &str) -> Option<TaskId> {
        self.with(|book| book.tasks.iter().find(|it| it.id == record).map(TaskId::of))
    }

    /// Progress of the unit today.
    #[must_use]
    pub fn progress(&self) -> Progress {
        let today = self.today();
        self.with(|it| it.progress(today))
    }

    /// Name to show for an account id.
    #[must_use]
    pub fn person(&self, author: &AuthorId) -> String {
        self.peek(|it| {
            if *author == it.me.user {
                return it.me.name.clone();
            }
            let known = it.handbook.people.get(author.as_str());
            known.map_or_else(|| author.to_string(), |it| it.name.clone())
        })
    }

    /// What the server has stated about a record, newest first.
    #[must_use]
    pub fn history(&self, id: &TaskId) -> Vec<LogEntry> {
        self.content.track();
        let kind = id.family.kind();
        self.peek(|it| {
            (it.replica.history(&it.me.unit).rev())
                .filter(|it| it.op.kind.as_str() == kind && it.op.record.as_str() == id.record)
                .cloned()
                .collect()
        })
    }

    /// How far the unit's log is known.
    #[must_use]
    pub fn place(&self) -> Option<Cursor> {
        self.content.track();
        self.peek(|it| it.replica.cursors().get(&it.me.unit).copied())
    }

    /// What other people have written at the unit's tasks after a place of its log, newest first.
    #[must_use]
    pub fn news(&self, after: ServerSeq) -> Vec<LogEntry> {
        self.content.track();
        self.peek(|it| {
            let is_news = |entry: &&LogEntry| {
                let op = &entry.op;
                op.author != it.me.user
                    && op.field.as_str() != PLAN
                    && TaskFamily::of_kind(op.kind.as_str()).is_some()
            };
            let latest = it.replica.history(&it.me.unit).rev();
            let after = latest.take_while(|entry| entry.server_seq > after);
            after.filter(is_news).cloned().collect()
        })
    }

    /// The phone's own changes, newest first.
    #[must_use]
    pub fn outbox(&self) -> Vec<Outgoing> {
        self.content.track();
        self.peek(|it| it.replica.outbox().values().rev().cloned().collect())
    }

    /// Whether the person may write a field, as far as the phone can tell.
    #[must_use]
    pub fn may_write(&self, id: &TaskId, field: &str) -> bool {
        let by_superior = self.peek(|it| {
            it.task(id)
                .is_some_and(|(it, _)| it.plan.owed_by_superior())
        });
        self.may_write_each(id.family, field)[usize::from(by_superior)]
    }

    /// The same for all tasks of a family: those of the unit, and those that a superior owes.
    #[must_use]
    pub fn may_write_each(&self, family: TaskFamily, field: &str) -> [bool; 2] {
        let any = TaskId {
            family,
            record: String::new(),
        };
        let key = self.key(&any, field);
        self.peek(|it| {
            let tree = tree(&it.me);
            [false, true].map(|owed| rights::may_write(&it.me.grants, &tree, &key, owed).is_ok())
        })
    }

    /// Reads the replica, for the browser side and for what the handbook does not show.
    pub fn with_replica<T>(&self, read: impl FnOnce(&Replica) -> T) -> T {
        self.peek(|it| read(&it.replica))
    }

    fn peek<T>(&self, read: impl FnOnce(&Inner) -> T) -> T {
        let mut read = Some(read);
        let mut answer = None;
        self.visit(&mut |it| answer = read.take().map(|read| read(it)));
        match answer {
            Some(answer) => answer,
            None => unreachable!("the visitor is called exactly once"),
        }
    }

    /// Not generic, so that the arena's locking is compiled once.
    fn visit(&self, visitor: &mut dyn FnMut(&Inner)) {
        self.inner.with_value(|it| visitor(it));
    }

    fn change(&self, mut visitor: impl FnMut(&mut Inner)) {
        self.visit_mut(&mut visitor);
    }

    fn visit_mut(&self, visitor: &mut dyn FnMut(&mut Inner)) {
        self.inner.update_value(|it| visitor(it));
    }
}

fn tell(news: RwSignal<u32>) {
    news.update(|count| *count = count.wrapping_add(1));
}
