//! The handbook store: one trigger per task, so that a tick repaints one row; everything else derives from it.
//!
//! All data live in one [`Inner`]; signals carry no data of their own, only the news that something changed. That
//! keeps every number in one place, and the wasm small.

use std::sync::Arc;

use domain::date::CivilDate;
use domain::handbook::Handbook;
use domain::progress::Progress;
use domain::rights;
use domain::task::{Task, TaskFamily};
use leptos::prelude::*;
use sync::{
    AuthorId, Change, Draft, FieldName, Kind, LogEntry, OpId, Outgoing, RecordId, RegisterKey,
    Replica, StoreChange,
};

use super::status::{SyncStatus, Transport, refusal};
use crate::error::AppError;
use crate::session::{BootData, Me};

/// Identity of a task within its unit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TaskId {
    /// Which sheet it comes from.
    pub family: TaskFamily,
    /// "Mã việc".
    pub record: String,
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
}

/// Writes a draft into the phone's store; set once the browser side is up.
type Recorder = Arc<dyn Fn(Draft) + Send + Sync>;

/// News that something changed; carries nothing but a count.
type News = ArcRwSignal<u32>;

/// What the book keeps of a task beside the handbook.
struct Row {
    id: TaskId,
    news: News,
    transport: Transport,
}

struct Inner {
    me: Me,
    replica: Replica,
    handbook: Handbook,
    today: CivilDate,
    status: SyncStatus,
    snack: Option<Snack>,
    /// In order of [`TaskId`]: found by halving, and far less code than a map.
    rows: Vec<Row>,
    recorder: Option<Recorder>,
    waiting: Vec<Draft>,
}

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
    pub fn from_boot(boot: BootData) -> Self {
        // Nothing is written with this identity: the phone's store brings its own before the first draft.
        let mut replica = Replica::new(sync::DeviceId::new("page"), sync::Incarnation::new("page"));
        for change in boot.snapshots.into_iter().flat_map(Replica::load_snapshot) {
            replica.apply(change);
        }
        Self::new(boot.me, replica, boot.today)
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

    // ---- reading: runs again when what was read changes ----

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
            let task = it.handbook.task(id.family, &id.record)?;
            let transport = it.row(id).map(|it| it.transport).unwrap_or_default();
            Some(read(&it.handbook, task, transport))
        })
    }

    /// Ids of the tasks that `keep` picks, in order of due date; runs again when any task changes.
    pub fn pick(&self, keep: impl Fn(&Handbook, &Task) -> bool) -> Vec<TaskId> {
        self.with(|book| {
            book.tasks
                .iter()
                .filter(|it| keep(book, it))
                .map(task_id)
                .collect()
        })
    }

    /// Finds a task by its record id alone ("B16", "R01").
    #[must_use]
    pub fn find(&self, record: &str) -> Option<TaskId> {
        self.with(|book| book.tasks.iter().find(|it| it.id == record).map(task_id))
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

    /// The phone's own changes, newest first.
    #[must_use]
    pub fn outbox(&self) -> Vec<Outgoing> {
        self.content.track();
        self.peek(|it| it.replica.outbox().values().rev().cloned().collect())
    }

    /// Whether the person may write a field, as far as the phone can tell.
    #[must_use]
    pub fn may_write(&self, id: &TaskId, field: &str) -> bool {
        let key = self.key(id, field);
        self.peek(|it| {
            let task = it.handbook.task(id.family, &id.record);
            let by_superior = task.is_some_and(|it| it.plan.owed_by_superior());
            rights::may_write(&it.me.grants, &tree(&it.me), &key, by_superior).is_ok()
        })
    }

    /// Reads the replica, for the browser side and for what the handbook does not show.
    pub fn with_replica<T>(&self, read: impl FnOnce(&Replica) -> T) -> T {
        self.peek(|it| read(&it.replica))
    }

    // ---- writing: tap → draft → recorder ----

    /// Address of a field of a task.
    #[must_use]
    pub fn key(&self, id: &TaskId, field: &str) -> RegisterKey {
        RegisterKey {
            scope: self.peek(|it| it.me.unit.clone()),
            kind: Kind::new(id.family.kind()),
            record: RecordId::new(id.record.clone()),
            field: FieldName::new(field),
        }
    }

    /// Replaces the value of a field.
    pub fn set(&self, id: &TaskId, field: &str, value: impl Into<serde_json::Value>) {
        self.write(self.key(id, field), Change::Set(value.into()));
    }

    /// Adds a note; nothing else can displace it.
    pub fn add_note(&self, id: &TaskId, text: &str) {
        self.write(self.key(id, "note"), Change::Add(text.into()));
    }

    /// Withdraws a note; its text stays in the log.
    pub fn retract_note(&self, id: &TaskId, note: OpId) {
        self.write(self.key(id, "note"), Change::Retract(note));
    }

    /// Ticks a task and offers the way back.
    pub fn tick(&self, id: &TaskId, done: bool) {
        self.set(id, "done", done);
        self.say(Some(Snack::Ticked {
            id: id.clone(),
            done,
        }));
    }

    /// Every change starts here.
    pub fn write(&self, key: RegisterKey, change: Change) {
        let (base, author, recorder) = self.peek(|it| {
            (
                it.replica.base(&key),
                it.me.user.clone(),
                it.recorder.clone(),
            )
        });
        let draft = Draft {
            key,
            base,
            change,
            author,
        };
        match recorder {
            Some(record) => record(draft),
            // The page is readable before its store is open; nothing tapped meanwhile is lost.
            None => {
                let mut draft = Some(draft);
                self.change(|it| it.waiting.extend(draft.take()));
            }
        }
    }

    /// Connects the phone's store; drafts tapped before go first.
    pub fn connect(&self, recorder: impl Fn(Draft) + Send + Sync + 'static) {
        let recorder: Recorder = Arc::new(recorder);
        let mut waiting = Vec::new();
        self.change(|it| {
            it.recorder = Some(recorder.clone());
            waiting = std::mem::take(&mut it.waiting);
        });
        for draft in waiting {
            recorder(draft);
        }
    }

    /// Shows a message at the bottom edge, or takes it away.
    pub fn say(&self, snack: Option<Snack>) {
        let mut snack = Some(snack);
        self.change(|it| it.snack = snack.take().flatten());
        tell(self.snack);
    }

    /// Says that nothing was written, and draws the screen anew: a box that was tapped shows again what is kept.
    pub fn refuse(&self, error: AppError) {
        self.say(Some(Snack::Failed(error)));
        tell(self.drawing);
    }

    /// Runs again when the screen must be drawn anew.
    pub fn track_drawing(&self) {
        self.drawing.track();
    }

    /// Tells the book what day it is.
    pub fn set_today(&self, today: CivilDate) {
        if self.peek(|it| it.today != today) {
            self.change(|it| it.today = today);
            tell(self.content);
            self.tell_tasks(None);
        }
    }

    /// Changes what is known about sending and receiving.
    pub fn update_status(&self, change: impl FnOnce(&mut SyncStatus)) {
        let before = self.peek(|it| it.status);
        let mut after = before;
        change(&mut after);
        if after != before {
            self.change(|it| it.status = after);
            tell(self.status);
        }
    }

    /// Replaces everything by what the store holds (start, or after another tab wrote unheard).
    pub fn replace(&self, replica: Replica, me: Me) {
        let mut news = Some((replica, me));
        self.change(|it| {
            if let Some((replica, me)) = news.take() {
                it.replica = replica;
                it.me = me;
                it.rebuild();
            }
        });
        self.tell_tasks(None);
        tell(self.content);
        tell(self.status);
    }

    /// Takes in changes that are committed in the store.
    pub fn absorb(&self, changes: Vec<StoreChange>) {
        let touched = touched(&changes);
        let mut changes = Some(changes);
        self.change(|it| {
            for change in changes.take().into_iter().flatten() {
                it.replica.apply(change);
            }
            match &touched {
                None => it.rebuild(),
                Some(keys) => it.refresh(keys),
            }
        });
        self.tell_tasks(touched.as_deref());
        tell(self.content);
        tell(self.status);
    }

    fn tell_tasks(&self, touched: Option<&[RegisterKey]>) {
        let news: Vec<News> = self.peek(|it| {
            let is_touched = |id: &TaskId| {
                touched.is_none_or(|keys| {
                    keys.iter().any(|key| {
                        key.record.as_str() == id.record && key.kind.as_str() == id.family.kind()
                    })
                })
            };
            let mut news = Vec::new();
            for row in it.rows.iter().filter(|it| is_touched(&it.id)) {
                news.push(row.news.clone());
            }
            news
        });
        for it in news {
            it.update(|count| *count = count.wrapping_add(1));
        }
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

impl Inner {
    fn rebuild(&mut self) {
        self.handbook = read(&self.replica, &self.me);
        self.index();
    }

    fn refresh(&mut self, keys: &[RegisterKey]) {
        let tasks_before = self.handbook.tasks.len();
        for key in keys {
            self.handbook.update(key, &self.replica.view(key));
        }
        if self.handbook.tasks.len() == tasks_before {
            self.count();
        } else {
            self.index();
        }
    }

    /// Gives every task its news, keeping those that rows listen to.
    fn index(&mut self) {
        let before = std::mem::take(&mut self.rows);
        for task in &self.handbook.tasks {
            let id = task_id(task);
            let known = before.iter().find(|it| it.id == id);
            let news = known.map_or_else(|| News::new(0), |it| it.news.clone());
            let at = self.rows.partition_point(|it| it.id < id);
            self.rows.insert(
                at,
                Row {
                    id,
                    news,
                    transport: Transport::Quiet,
                },
            );
        }
        self.count();
    }

    fn row_at(&self, id: &TaskId) -> Option<usize> {
        self.rows.binary_search_by(|it| it.id.cmp(id)).ok()
    }

    fn row(&self, id: &TaskId) -> Option<&Row> {
        self.row_at(id).map(|it| &self.rows[it])
    }

    /// Counts own operations by what became of them; the three are never merged.
    fn count(&mut self) {
        for row in &mut self.rows {
            row.transport = Transport::Quiet;
        }
        let mut status = self.status;
        (status.unsent, status.received, status.refused) = (0, 0, 0);
        status.clock_offset_ms = self.replica.head().clock_offset_ms;
        let mut told = Vec::new();
        for outgoing in self.replica.outbox().values() {
            match (&outgoing.verdict, refusal(outgoing)) {
                (None, _) => status.unsent += 1,
                (Some(_), None) => status.received += 1,
                (Some(_), Some(_)) => status.refused += 1,
            }
            if let Some(family) = TaskFamily::of_kind(outgoing.op.kind.as_str()) {
                let record = outgoing.op.record.to_string();
                told.extend(
                    self.row_at(&TaskId { family, record })
                        .map(|at| (at, Transport::of(outgoing))),
                );
            }
        }
        for (at, transport) in told {
            let row = &mut self.rows[at];
            row.transport = row.transport.or(transport);
        }
        self.status = status;
    }
}

fn tell(news: RwSignal<u32>) {
    news.update(|count| *count = count.wrapping_add(1));
}

fn task_id(task: &Task) -> TaskId {
    TaskId {
        family: task.family,
        record: task.id.clone(),
    }
}

/// Registers that changes write; `None` when so much changed that everything is read anew.
fn touched(changes: &[StoreChange]) -> Option<Vec<RegisterKey>> {
    let mut keys: Vec<RegisterKey> = Vec::new();
    for change in changes {
        let key = match change {
            StoreChange::PutRegister(key, _) => key.clone(),
            StoreChange::PutOutgoing(it) => it.op.key(),
            StoreChange::ForgetScope(_) => return None,
            _ => continue,
        };
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    Some(keys)
}

/// As much of the tree as the phone knows: its own unit below the library's.
fn tree(me: &Me) -> rights::UnitTree {
    let above = (me.library != me.unit).then(|| me.library.clone());
    rights::UnitTree::new([(me.unit.clone(), above), (me.library.clone(), None)])
}

/// The read model of a replica: the checkpoint with own operations on top (I7).
fn read(replica: &Replica, me: &Me) -> Handbook {
    let mut handbook = Handbook::read(&me.unit, &me.library, replica.checkpoint().iter());
    for key in replica.ahead_keys() {
        handbook.update(&key, &replica.view(&key));
    }
    handbook
}
