//! What the book holds: the replica, the read model made of it, and one row for each task.

use domain::date::CivilDate;
use domain::handbook::Handbook;
use domain::rights;
use domain::task::{Task, TaskFamily};
use leptos::prelude::ArcRwSignal;
use sync::{Draft, RegisterKey, Replica, StoreChange};

use super::{Recorder, Snack, TaskId};
use crate::session::Me;
use crate::state::status::{SyncStatus, Transport, refusal};

/// News that something changed; carries nothing but a count.
pub(super) type News = ArcRwSignal<u32>;

/// What the book keeps of a task beside the handbook.
pub(super) struct Row {
    pub(super) id: TaskId,
    pub(super) news: News,
    pub(super) transport: Transport,
    /// Where the task stood in the handbook when it was indexed.
    at: usize,
}

pub(super) struct Inner {
    pub(super) me: Me,
    pub(super) replica: Replica,
    pub(super) handbook: Handbook,
    pub(super) today: CivilDate,
    pub(super) status: SyncStatus,
    pub(super) snack: Option<Snack>,
    /// In order of [`TaskId`]: found by halving, and far less code than a map.
    #[expect(clippy::vec_box, reason = "inserting moves pointers only")]
    pub(super) rows: Vec<Box<Row>>,
    pub(super) recorder: Option<Recorder>,
    pub(super) waiting: Vec<Draft>,
}

impl Inner {
    pub(super) fn rebuild(&mut self) {
        self.handbook = read(&self.replica, &self.me);
        self.index();
    }

    pub(super) fn refresh(&mut self, keys: &[RegisterKey]) {
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
    pub(super) fn index(&mut self) {
        let before = std::mem::take(&mut self.rows);
        for (at, task) in self.handbook.tasks.iter().enumerate() {
            let id = TaskId::of(task);
            let known = place_of(&before, &id).ok().map(|it| &before[it]);
            let news = known.map_or_else(|| News::new(0), |it| it.news.clone());
            let (Ok(place) | Err(place)) = place_of(&self.rows, &id);
            let row = Row {
                id,
                news,
                transport: Transport::Quiet,
                at,
            };
            self.rows.insert(place, Box::new(row));
        }
        self.count();
    }

    pub(super) fn row(&self, id: &TaskId) -> Option<&Row> {
        let place = place_of(&self.rows, id).ok()?;
        Some(&self.rows[place])
    }

    /// A task, and its row. It is looked for only when it has moved since it was indexed.
    pub(super) fn task(&self, id: &TaskId) -> Option<(&Task, &Row)> {
        let row = self.row(id)?;
        let there = self.handbook.tasks.get(row.at);
        let task = there
            .filter(|it| it.id == id.record && it.family == id.family)
            .or_else(|| self.handbook.task(id.family, &id.record))?;
        Some((task, row))
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
                let place = place_of(&self.rows, &TaskId { family, record }).ok();
                told.extend(place.map(|it| (it, Transport::of(outgoing))));
            }
        }
        for (at, transport) in told {
            let row = &mut self.rows[at];
            row.transport = row.transport.or(transport);
        }
        self.status = status;
    }
}

fn place_of(rows: &[Box<Row>], id: &TaskId) -> Result<usize, usize> {
    rows.binary_search_by(|it| it.id.cmp(id))
}

/// Registers that changes write; `None` when so much changed that everything is read anew.
pub(super) fn touched(changes: &[StoreChange]) -> Option<Vec<RegisterKey>> {
    let mut keys: Vec<RegisterKey> = Vec::new();
    for change in changes {
        let key = match change {
            StoreChange::PutRegister(key, _) => key.clone(),
            StoreChange::PutOutgoing(it) => it.op.key(),
            StoreChange::ForgetScope(_) | StoreChange::PutPage(_) | StoreChange::DropPages(_) => {
                return None;
            }
            _ => continue,
        };
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    Some(keys)
}

/// As much of the tree as the phone knows: its own unit below the library's.
pub(super) fn tree(me: &Me) -> rights::UnitTree {
    let above = (me.library != me.unit).then(|| me.library.clone());
    rights::UnitTree::new([(me.unit.clone(), above), (me.library.clone(), None)])
}

/// The read model of a replica: the checkpoint with own operations on top (I7).
pub(super) fn read(replica: &Replica, me: &Me) -> Handbook {
    let mut handbook = Handbook::read(&me.unit, &me.library, replica.checkpoint().iter());
    for key in replica.ahead_keys() {
        handbook.update(&key, &replica.view(&key));
    }
    handbook
}
