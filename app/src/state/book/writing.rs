//! Writing: tap → draft → recorder, and what the store and the server answer.

use std::sync::Arc;

use domain::date::CivilDate;
use domain::kinds::task::TaskEdit;
use leptos::prelude::*;
use sync::{Change, Draft, FieldName, Kind, RecordId, RegisterKey, Replica, StoreChange};

use super::inner::{News, touched};
use super::{Book, Recorder, Snack, TaskId, tell};
use crate::error::AppError;
use crate::session::Me;
use crate::state::status::SyncStatus;

impl Book {
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

    /// Edits a task; `domain` gives the edit its field and its bounds. An empty edit (a blank note) writes nothing.
    pub fn edit(&self, id: &TaskId, edit: TaskEdit) {
        if let Some((field, change)) = edit.into_change() {
            self.write(self.key(id, field.as_str()), change);
        }
    }

    /// Ticks a task and offers the way back.
    pub fn tick(&self, id: &TaskId, done: bool) {
        self.edit(id, TaskEdit::Done(done));
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
        self.redraw();
    }

    /// Draws the screen anew.
    pub fn redraw(&self) {
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

    /// As [`Self::absorb`], but the screen stays as it is until more comes.
    pub fn absorb_unseen(&self, changes: Vec<StoreChange>) {
        let mut changes = changes.into_iter();
        self.change(|it| changes.by_ref().for_each(|change| it.replica.apply(change)));
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
}
