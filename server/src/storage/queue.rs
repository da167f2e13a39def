//! The way to the writer: questions in, answers out.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

use sync::{Scope, ScopeState};
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::task::JoinHandle;

use super::backend::{AccountChange, Backend};
use super::batch::{Admission, Answer, Job, PushJob};
use super::writer;
use super::{Contact, Push, Pushed, StorageError};

/// Jobs that may wait for the writer; senders wait beyond that.
const QUEUE_MAX: usize = 1_024;

/// A push whose body is here: until it is dropped the writer waits a little for that push, so that it goes into the same commit.
pub struct Coming(Arc<AtomicUsize>);

impl Coming {
    fn announce(coming: &Arc<AtomicUsize>) -> Self {
        coming.fetch_add(1, Relaxed);
        Self(Arc::clone(coming))
    }
}

impl Drop for Coming {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

/// A running writer. Only storages of this crate have one.
pub struct Queue {
    jobs: mpsc::Sender<Job>,
    coming: Arc<AtomicUsize>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

impl Queue {
    /// Starts the writer of a database.
    pub(super) fn start(backend: Box<dyn Backend>) -> Self {
        let (jobs, queued) = mpsc::channel(QUEUE_MAX);
        let coming = Arc::default();
        let writer = tokio::spawn(writer::run(backend, queued, Arc::clone(&coming)));
        Self {
            jobs,
            coming,
            writer: Mutex::new(Some(writer)),
        }
    }

    async fn ask<T>(&self, job: impl FnOnce(Answer<T>) -> Job) -> Result<T, StorageError> {
        let (answer, answered) = oneshot::channel();
        self.jobs
            .send(job(answer))
            .await
            .map_err(|_| StorageError::Unavailable)?;
        answered.await.map_err(|_| StorageError::Unavailable)?
    }

    pub(super) fn announce(&self) -> Coming {
        Coming::announce(&self.coming)
    }

    pub(super) async fn push(
        &self,
        push: Push,
        coming: Option<Coming>,
    ) -> Result<Pushed, StorageError> {
        let needs = sync::needs(&push.request);
        drop(coming);
        self.ask(|answer| Job::Push(Box::new(PushJob { push, needs }), answer))
            .await
    }

    pub(super) async fn change(&self, change: AccountChange) -> Result<(), StorageError> {
        self.ask(|answer| Job::Account(Box::new(change), answer))
            .await
    }

    pub(super) async fn state(&self, scope: &Scope) -> Result<Arc<ScopeState>, StorageError> {
        self.ask(|answer| Job::State(scope.clone(), answer)).await
    }

    pub(super) async fn admit(&self, admission: Admission) -> Result<bool, StorageError> {
        self.ask(|answer| Job::Admit(Box::new(admission), answer))
            .await
    }

    pub(super) async fn rebuild(&self, scope: &Scope) -> Result<bool, StorageError> {
        self.ask(|answer| Job::Rebuild(scope.clone(), answer)).await
    }

    pub(super) fn note(&self, contact: Contact) {
        // A full queue means that fresher contacts follow.
        let _ = self.jobs.try_send(Job::Contact(Box::new(contact)));
    }

    /// Finishes what is queued.
    pub(super) async fn close(&self) {
        // The writer is gone already when the queue refuses.
        let _ = self.jobs.send(Job::Stop).await;
        if let Some(writer) = self.writer.lock().await.take()
            && let Err(error) = writer.await
        {
            tracing::error!(%error, "the writer ended badly");
        }
    }
}
