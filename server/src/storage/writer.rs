//! The only task that writes. It drains what is queued, decides it on the scopes' states, commits it as one transaction,
//! and only then answers.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use sync::{
    Address, Decision, DeviceState, Incoming, Lifetime, LogEntry, OpSeq, REQUEST_OPS_MAX,
    RegisterKey, Scope, Segment, ServerClock, SyncRequest, Working,
};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use super::backend::{Backend, Transaction};
use super::batch::{Batch, Done, Job, PushJob};
use super::rows::{DeviceRow, PlanRow, ReceiptRow, RefusedRow, Rows, SegmentRow};
use super::states::{Kept, States};
use super::{Contact, Push, Pushed, STRUCTURE_FIELD, StorageError, to_json, upkeep};

/// Entries of one segment: an import is long, and a phone on a bad line pulls whole segments.
const SEGMENT_ENTRIES_MAX: usize = 500;

/// Longest wait for pushes that were announced. A commit costs about as much as reading three of them.
const GATHER_MAX: Duration = Duration::from_millis(4);

/// Writes until told to stop or until nobody can ask any more. `coming`: pushes that were announced and did not come yet.
pub(super) async fn run(
    mut backend: Box<dyn Backend>,
    mut jobs: mpsc::Receiver<Job>,
    coming: Arc<AtomicUsize>,
) {
    let mut states = States::default();
    while let Some(first) = jobs.recv().await {
        let mut batch = Batch::default();
        batch.put(first);
        let until = Instant::now() + GATHER_MAX;
        while !batch.is_full() {
            let job = match jobs.try_recv() {
                Err(_) if coming.load(Relaxed) > 0 => {
                    timeout_at(until, jobs.recv()).await.ok().flatten()
                }
                job => job.ok(),
            };
            match job {
                Some(job) => batch.put(job),
                None => break,
            }
        }
        let stop = batch.stop;
        let upkeep = batch.upkeep.take();
        match write(&mut *backend, &mut states, &batch).await {
            Err(_) if batch.jobs() > 1 => {
                for single in batch.split() {
                    let done = write(&mut *backend, &mut states, &single).await;
                    single.answer(done);
                }
            }
            done => batch.answer(done),
        }
        if let Some(upkeep) = upkeep {
            upkeep::run(&mut *backend, upkeep).await;
            // What it wrote is not in the states that were kept.
            states = States::default();
        }
        if stop {
            break;
        }
    }
    backend.close().await;
}

/// Scopes taken out of the cache for a batch: their states are in `Working` meanwhile.
type Taken = HashMap<Scope, Kept>;

/// One transaction. On an error nothing of the batch was kept, and what it took from the cache is forgotten.
async fn write(
    backend: &mut dyn Backend,
    states: &mut States,
    batch: &Batch,
) -> Result<Done, StorageError> {
    let mut tx = backend.begin().await?;
    let mut rows = Rows::default();
    let mut pushes = Vec::with_capacity(batch.pushes.len());
    let (mut taken, mut working) = load(&mut *tx, states, batch).await?;
    if !batch.pushes.is_empty() {
        let decisions = decide_all(&mut working, batch)?;
        let mut plans = BTreeSet::new();
        let mut filled: HashMap<Lifetime, OpSeq> = HashMap::new();
        for ((job, _), decision) in batch.pushes.iter().zip(decisions) {
            let written = decision.accepted.iter().map(|it| &it.op);
            plans.extend(
                written
                    .filter(|it| it.field.as_str() == STRUCTURE_FIELD)
                    .map(sync::Operation::key),
            );
            pushes.push(Pushed {
                accepted: decision.accepted.len(),
                receipts: decision.receipts.clone(),
                expect: decision.expect,
            });
            if let Some(place) = decision.filled {
                let lowest = filled.entry(lifetime_of(&job.push)).or_insert(place);
                *lowest = place.min(*lowest);
            }
            add_rows(&mut rows, &job.push, decision)?;
        }
        add_heads(&mut rows, &working, batch, &filled);
        add_plans(&mut rows, &working, plans)?;
    }
    for (scope, state) in working.scopes {
        let kept = taken.remove(&scope).unwrap_or_else(Kept::empty);
        let mut kept = kept.with(state);
        rows.checkpoints.extend(kept.checkpoint_due(&scope));
        taken.insert(scope, kept);
    }
    if !batch.pushes.is_empty() {
        tx.write(&rows).await?;
    }
    tx.note(&batch.contacts).await?;
    let mut changes = Vec::with_capacity(batch.changes.len());
    for (change, _) in &batch.changes {
        changes.push(tx.change(change).await?);
    }
    tx.commit().await?;
    let asked = |(scope, _): &(Scope, _)| {
        let kept = taken.get(scope).ok_or(StorageError::Missing)?;
        Ok(Arc::clone(&kept.state))
    };
    let asked = batch.asks.iter().map(asked).collect();
    for (scope, kept) in taken {
        states.put(scope, kept);
    }
    Ok(Done {
        pushes,
        changes,
        states: asked,
    })
}

/// Everything that a batch may touch. The states of scopes that may change are in `Working` alone, so that nothing is copied
/// unless somebody still reads it.
async fn load(
    tx: &mut dyn Transaction,
    states: &mut States,
    batch: &Batch,
) -> Result<(Taken, Working), StorageError> {
    let mut taken = Taken::new();
    let mut working = Working::default();
    let pushes = || batch.pushes.iter().map(|(job, _)| job);
    let changing: BTreeSet<Scope> = pushes()
        .flat_map(|it| it.needs.scopes.iter().chain(&it.push.new_scopes))
        .cloned()
        .collect();
    let read = batch.asks.iter().map(|(scope, _)| scope.clone());
    let asked: BTreeSet<Scope> = changing.iter().cloned().chain(read).collect();
    if asked.is_empty() && batch.pushes.is_empty() {
        return Ok((taken, working));
    }
    working.epoch = tx.epoch().await?;
    for head in tx.scopes(&asked).await? {
        let mut kept = states.take(tx, &head).await?;
        if changing.contains(&head.scope) {
            let state = std::mem::take(&mut kept.state);
            let state = Arc::try_unwrap(state).unwrap_or_else(|shared| (*shared).clone());
            working.scopes.insert(head.scope.clone(), state);
        }
        taken.insert(head.scope, kept);
    }
    let lifetimes: BTreeSet<Lifetime> = pushes().map(|it| lifetime_of(&it.push)).collect();
    for (lifetime, high) in tx.lifetimes(&lifetimes).await? {
        working.devices.insert(lifetime, DeviceState { high });
    }
    for job in pushes() {
        let lifetime = lifetime_of(&job.push);
        let high = working.devices.get(&lifetime).and_then(|it| it.high);
        // A place past the last one received has no answer yet, so that most pushes need no look-up.
        let (Some((first, _)), Some(high)) = (job.needs.places, high) else {
            continue;
        };
        if first <= high {
            for (first, last) in ranges(&job.push.request) {
                for row in tx.receipts(&lifetime, first, last).await? {
                    working.receipts.extend(row.answers()?);
                }
            }
        }
    }
    Ok((taken, working))
}

/// The places of a request as ranges to look up. Far from each other they are ranges of their own, so that two places never
/// bring a whole life's answers; and none crosses the border of the databases' signed integers.
fn ranges(request: &SyncRequest) -> Vec<(OpSeq, OpSeq)> {
    const BORDER: u64 = i64::MAX.unsigned_abs();
    let mut places: Vec<OpSeq> = request.ops.iter().filter_map(Incoming::place).collect();
    places.sort_unstable();
    let near = |a: &OpSeq, b: &OpSeq| {
        let step = b.get() - a.get();
        step <= REQUEST_OPS_MAX as u64 && !(a.get()..b.get()).contains(&BORDER)
    };
    places
        .chunk_by(near)
        .filter_map(|it| Some((*it.first()?, *it.last()?)))
        .collect()
}

fn lifetime_of(push: &Push) -> Lifetime {
    let request = &push.request;
    (request.device.clone(), request.incarnation.clone())
}

/// Decides pushes in the order of their arrival, each on what the ones before it left.
fn decide_all(working: &mut Working, batch: &Batch) -> Result<Vec<Decision>, StorageError> {
    batch
        .pushes
        .iter()
        .map(|(PushJob { push, .. }, _)| {
            for scope in &push.new_scopes {
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

/// What one decision adds: segments, answers, what was refused.
fn add_rows(rows: &mut Rows, push: &Push, decision: Decision) -> Result<(), StorageError> {
    let Decision {
        accepted,
        new_receipts,
        refused,
        offset_ms,
        ..
    } = decision;
    for mut entries in by_scope(accepted) {
        while !entries.is_empty() {
            let rest = entries.split_off(entries.len().min(SEGMENT_ENTRIES_MAX));
            rows.segments
                .extend(segment_row(entries, push.now_ms, offset_ms));
            entries = rest;
        }
    }
    rows.receipts
        .extend(ReceiptRow::of(&lifetime_of(push), &new_receipts));
    for it in refused {
        rows.refused.push(RefusedRow {
            raw: to_json(&it.raw)?,
            verdict: to_json(&it.verdict)?,
            id: it.id,
            digest: it.digest,
            author: push.author.clone(),
            received_ms: push.now_ms,
            offset_ms,
        });
    }
    Ok(())
}

/// Splits entries by scope; most pushes are of one.
fn by_scope(entries: Vec<LogEntry>) -> Vec<Vec<LogEntry>> {
    let one = |pair: &[LogEntry]| pair[0].op.scope == pair[1].op.scope;
    if entries.windows(2).all(one) {
        return vec![entries];
    }
    let mut scopes: BTreeMap<Scope, Vec<LogEntry>> = BTreeMap::new();
    for entry in entries {
        scopes
            .entry(entry.op.scope.clone())
            .or_default()
            .push(entry);
    }
    scopes.into_values().collect()
}

pub(super) fn segment_row(
    entries: Vec<LogEntry>,
    received_ms: i64,
    offset_ms: i64,
) -> Option<SegmentRow> {
    let first = entries.first()?;
    let (id, author) = (first.op.id.clone(), first.op.author.clone());
    let segment = Segment::of_push(entries, received_ms, offset_ms)?;
    Some(SegmentRow {
        scope: segment.scope.clone(),
        first: segment.first,
        last: segment.last(),
        device: id.device,
        incarnation: id.incarnation,
        first_op: id.seq,
        author,
        received_ms,
        body: segment.to_json(),
    })
}

/// Ends of the logs that grew or are new, and the devices of the batch: each one's latest request, and its head after all.
fn add_heads(rows: &mut Rows, working: &Working, batch: &Batch, filled: &HashMap<Lifetime, OpSeq>) {
    let grown = rows.segments.iter().map(|it| &it.scope);
    let new = batch
        .pushes
        .iter()
        .flat_map(|(job, _)| &job.push.new_scopes);
    let scopes: BTreeSet<&Scope> = grown.chain(new).collect();
    let ends = scopes
        .into_iter()
        .filter_map(|scope| Some((scope.clone(), working.scopes.get(scope)?.end)));
    rows.scopes = ends.collect();
    let mut devices = BTreeMap::new();
    for (PushJob { push, .. }, _) in &batch.pushes {
        let lifetime = lifetime_of(push);
        let high = working.devices.get(&lifetime).and_then(|it| it.high);
        let row = DeviceRow {
            contact: contact_of(push),
            high,
            filled: filled.get(&lifetime).copied(),
        };
        devices.insert(lifetime, row);
    }
    rows.devices = devices.into_values().collect();
}

/// What a push says of its device once its operations are in.
fn contact_of(push: &Push) -> Contact {
    let request = &push.request;
    Contact {
        device: request.device.clone(),
        incarnation: request.incarnation.clone(),
        born_of: request.born_of.clone(),
        user: push.author.clone(),
        at_ms: push.now_ms,
        unsent: request.unsent.saturating_sub(request.ops.len() as u64),
        clock_skew_ms: request.now_ms.saturating_sub(push.now_ms),
        app: request.app.clone(),
    }
}

/// Registers that say which records exist, as the batch left them.
fn add_plans(
    rows: &mut Rows,
    working: &Working,
    plans: BTreeSet<RegisterKey>,
) -> Result<(), StorageError> {
    for key in plans {
        let address = Address {
            kind: key.kind.clone(),
            record: key.record.clone(),
            field: key.field.clone(),
        };
        let state = working.scopes.get(&key.scope);
        if let Some(register) = state.and_then(|it| it.registers.get(&address)) {
            rows.plans.push(PlanRow::of(key, register)?);
        }
    }
    Ok(())
}
