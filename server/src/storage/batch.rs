//! What is asked of the writer, and jobs that are committed together.

use std::sync::Arc;

use sync::{Needs, OpDigest, Operation, Scope, ScopeState};
use tokio::sync::oneshot;

use super::backend::AccountChange;
use super::{Contact, Push, Pushed, SharedPolicy, StorageError};

/// Jobs in one commit.
const COMMIT_JOBS_MAX: usize = 512;
/// Operations in one commit; a single larger push (an import) still goes in whole.
const COMMIT_OPS_MAX: usize = 16_384;

/// A push and what it will look at.
pub(super) struct PushJob {
    pub(super) push: Push,
    pub(super) needs: Needs,
}

/// An operation that was kept raw, to be judged again.
pub(super) struct Admission {
    pub(super) op: Operation,
    pub(super) digest: OpDigest,
    pub(super) policy: SharedPolicy,
    /// Server time at which it came, in milliseconds since 1970.
    pub(super) received_ms: i64,
    /// Server time minus device time then, in milliseconds.
    pub(super) offset_ms: i64,
}

/// Something to do.
pub(super) enum Job {
    Push(Box<PushJob>, Answer<Pushed>),
    Contact(Box<Contact>),
    Account(Box<AccountChange>, Answer<()>),
    /// Asks for a scope as it is.
    State(Scope, Answer<Arc<ScopeState>>),
    Admit(Box<Admission>, Answer<bool>),
    Rebuild(Scope, Answer<bool>),
    /// Finish what came before, then end.
    Stop,
}

/// Where an answer goes.
pub(super) type Answer<T> = oneshot::Sender<Result<T, StorageError>>;

/// Jobs that are committed together.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) pushes: Vec<(PushJob, Answer<Pushed>)>,
    pub(super) contacts: Vec<Contact>,
    pub(super) changes: Vec<(AccountChange, Answer<()>)>,
    pub(super) asks: Vec<(Scope, Answer<Arc<ScopeState>>)>,
    pub(super) stop: bool,
    ops: usize,
    /// Upkeep: goes alone, after everything else.
    pub(super) upkeep: Option<Upkeep>,
}

/// What happens a few times in a server's life, in a transaction of its own.
pub(super) enum Upkeep {
    Admit(Box<Admission>, Answer<bool>),
    Rebuild(Scope, Answer<bool>),
}

/// What a committed batch has to say.
pub(super) struct Done {
    pub(super) pushes: Vec<Pushed>,
    pub(super) changes: Vec<Result<(), StorageError>>,
    pub(super) states: Vec<Result<Arc<ScopeState>, StorageError>>,
}

impl Batch {
    pub(super) fn put(&mut self, job: Job) {
        match job {
            Job::Push(job, answer) => {
                self.ops += job.push.request.ops.len();
                self.pushes.push((*job, answer));
            }
            Job::Contact(contact) => self.contacts.push(*contact),
            Job::Account(change, answer) => self.changes.push((*change, answer)),
            Job::State(scope, answer) => self.asks.push((scope, answer)),
            Job::Admit(admission, answer) => self.upkeep = Some(Upkeep::Admit(admission, answer)),
            Job::Rebuild(scope, answer) => self.upkeep = Some(Upkeep::Rebuild(scope, answer)),
            Job::Stop => self.stop = true,
        }
    }

    pub(super) fn jobs(&self) -> usize {
        self.pushes.len() + self.contacts.len() + self.changes.len() + self.asks.len()
    }

    pub(super) fn is_full(&self) -> bool {
        self.stop
            || self.upkeep.is_some()
            || self.jobs() >= COMMIT_JOBS_MAX
            || self.ops >= COMMIT_OPS_MAX
    }

    /// Answers everybody; those who have gone away are passed over.
    pub(super) fn answer(self, done: Result<Done, StorageError>) {
        fn tell<A, T>(
            asked: Vec<(A, Answer<T>)>,
            said: Result<Vec<Result<T, StorageError>>, StorageError>,
        ) {
            match said {
                Ok(said) => {
                    for ((_, answer), result) in asked.into_iter().zip(said) {
                        let _ = answer.send(result);
                    }
                }
                Err(error) => {
                    for (_, answer) in asked {
                        let _ = answer.send(Err(error));
                    }
                }
            }
        }
        let (pushes, changes, states) = match done {
            Ok(done) => (
                Ok(done.pushes.into_iter().map(Ok).collect()),
                Ok(done.changes),
                Ok(done.states),
            ),
            Err(error) => (Err(error), Err(error), Err(error)),
        };
        tell(self.pushes, pushes);
        tell(self.changes, changes);
        tell(self.asks, states);
    }

    /// Each job as a batch of its own, so that one which cannot be written does not fail its neighbours.
    pub(super) fn split(self) -> Vec<Self> {
        let pushes = self.pushes.into_iter().map(|it| Self {
            pushes: vec![it],
            ..Self::default()
        });
        let changes = self.changes.into_iter().map(|it| Self {
            changes: vec![it],
            ..Self::default()
        });
        let asks = self.asks.into_iter().map(|it| Self {
            asks: vec![it],
            ..Self::default()
        });
        pushes.chain(changes).chain(asks).collect()
    }
}
