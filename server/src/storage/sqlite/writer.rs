//! The only task that writes. It drains what is queued, commits it as one transaction, and only then answers.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use sqlx::{Connection, SqliteConnection};
use sync::{AuthorId, Decision, Needs, ServerClock, Working};
use tokio::sync::{mpsc, oneshot};

use super::super::{Contact, NewUser, Push, Pushed, StorageError, TokenHash};
use super::{accounts, commit, load};

/// Jobs in one commit.
const COMMIT_JOBS_MAX: usize = 512;
/// Operations in one commit; a single larger push (an import) still goes in whole.
const COMMIT_OPS_MAX: usize = 16_384;

/// A push and what it will look at.
pub(super) struct PushJob {
    pub(super) push: Push,
    pub(super) needs: Needs,
}

/// A change to accounts or sessions.
pub(super) enum AccountChange {
    AddUsers {
        users: Vec<NewUser>,
        now_ms: i64,
    },
    OpenSession {
        token: TokenHash,
        user: AuthorId,
        now_ms: i64,
        expires_ms: i64,
    },
    ExtendSession {
        token: TokenHash,
        expires_ms: i64,
    },
    CloseSession {
        token: TokenHash,
    },
    PurgeSessions {
        now_ms: i64,
    },
}

/// Something to write.
pub(super) enum Job {
    Push(Box<PushJob>, Answer<Pushed>),
    Contact(Box<Contact>),
    Account(Box<AccountChange>, Answer<()>),
    /// Finish what came before, then end.
    Stop,
}

type Answer<T> = oneshot::Sender<Result<T, StorageError>>;

/// Jobs that are committed together.
#[derive(Default)]
struct Batch {
    pushes: Vec<PushJob>,
    push_answers: Vec<Answer<Pushed>>,
    contacts: Vec<Contact>,
    changes: Vec<AccountChange>,
    change_answers: Vec<Answer<()>>,
    ops: usize,
    stop: bool,
}

/// What a committed batch has to say.
#[derive(Default)]
struct Done {
    pushes: Vec<Pushed>,
    changes: Vec<Result<(), StorageError>>,
}

impl Batch {
    fn put(&mut self, job: Job) {
        match job {
            Job::Push(job, answer) => {
                self.ops += job.push.request.ops.len();
                self.pushes.push(*job);
                self.push_answers.push(answer);
            }
            Job::Contact(contact) => self.contacts.push(*contact),
            Job::Account(change, answer) => {
                self.changes.push(*change);
                self.change_answers.push(answer);
            }
            Job::Stop => self.stop = true,
        }
    }

    fn is_full(&self) -> bool {
        let jobs = self.pushes.len() + self.contacts.len() + self.changes.len();
        self.stop || jobs >= COMMIT_JOBS_MAX || self.ops >= COMMIT_OPS_MAX
    }

    /// Answers everybody; those who have gone away are passed over.
    fn answer(self, done: Result<Done, StorageError>) {
        match done {
            Ok(done) => {
                for (answer, pushed) in self.push_answers.into_iter().zip(done.pushes) {
                    let _ = answer.send(Ok(pushed));
                }
                for (answer, result) in self.change_answers.into_iter().zip(done.changes) {
                    let _ = answer.send(result);
                }
            }
            Err(error) => {
                for answer in self.push_answers {
                    let _ = answer.send(Err(error));
                }
                for answer in self.change_answers {
                    let _ = answer.send(Err(error));
                }
            }
        }
    }

    /// Each job as a batch of its own, so that one which cannot be written does not fail its neighbours.
    fn split(self) -> Vec<Self> {
        let pushes = self
            .pushes
            .into_iter()
            .zip(self.push_answers)
            .map(|(job, answer)| Self {
                pushes: vec![job],
                push_answers: vec![answer],
                ..Self::default()
            });
        let changes = self
            .changes
            .into_iter()
            .zip(self.change_answers)
            .map(|(it, answer)| Self {
                changes: vec![it],
                change_answers: vec![answer],
                ..Self::default()
            });
        pushes.chain(changes).collect()
    }
}

/// Writes until told to stop or until nobody can ask any more.
pub(super) async fn run(mut connection: SqliteConnection, mut jobs: mpsc::Receiver<Job>) {
    while let Some(first) = jobs.recv().await {
        let mut batch = Batch::default();
        batch.put(first);
        while !batch.is_full()
            && let Ok(job) = jobs.try_recv()
        {
            batch.put(job);
        }
        let stop = batch.stop;
        match write(&mut connection, &batch).await {
            Err(_) if batch.pushes.len() + batch.changes.len() > 1 => {
                for single in batch.split() {
                    let done = write(&mut connection, &single).await;
                    single.answer(done);
                }
            }
            done => batch.answer(done),
        }
        if stop {
            break;
        }
    }
    // Closing folds the log in as well, but only where nothing else happens to look at the file.
    let folded = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
        .execute(&mut connection)
        .await;
    if let Err(error) = folded {
        tracing::warn!(%error, "SQLite's log stays beside the database until the next start");
    }
    if let Err(error) = connection.close().await {
        tracing::error!(%error, "the database did not close well");
    }
}

/// One transaction. On an error nothing of the batch was kept.
async fn write(connection: &mut SqliteConnection, batch: &Batch) -> Result<Done, StorageError> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    let mut done = Done::default();
    if !batch.pushes.is_empty() {
        let mut working = load::working(&mut transaction, &batch.pushes).await?;
        let decisions = decide_all(&mut working, &batch.pushes)?;
        commit::decisions(&mut transaction, &working, &batch.pushes, &decisions).await?;
        done.pushes = decisions
            .into_iter()
            .map(|it| Pushed {
                accepted: it.accepted.len(),
                receipts: it.receipts,
                expect: it.expect,
            })
            .collect();
    }
    commit::contacts(&mut transaction, &batch.contacts).await?;
    for change in &batch.changes {
        done.changes
            .push(accounts::change(&mut transaction, change).await?);
    }
    transaction.commit().await?;
    Ok(done)
}

/// Decides pushes in the order of their arrival, each on what the ones before it left.
fn decide_all(working: &mut Working, jobs: &[PushJob]) -> Result<Vec<Decision>, StorageError> {
    jobs.iter()
        .map(|PushJob { push, .. }| {
            for scope in push.new_scopes.iter().collect::<BTreeSet<_>>() {
                working.scopes.entry(scope.clone()).or_default();
            }
            let clock = ServerClock {
                now_ms: push.now_ms,
            };
            // A defect in a rule must not end the writer: the request is answered with an error instead.
            catch_unwind(AssertUnwindSafe(|| {
                sync::decide(working, &push.request, &push.author, &*push.policy, clock)
            }))
            .map_err(|_| {
                tracing::error!(author = %push.author, "deciding a push panicked");
                StorageError::Unavailable
            })
        })
        .collect()
}
