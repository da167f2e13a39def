//! What a phone keeps, and the only ways in which its own log grows: a draft gets its place, a fork gets a new life.

use std::collections::BTreeMap;

use crate::ids::{Cursor, DeviceId, Epoch, Incarnation, OpId, OpSeq, RegisterKey, Scope};
use crate::operation::{Change, Draft, LogEntry, Operation};
use crate::protocol::{OPERATION_BYTES_MAX, Page};
use crate::register::Register;
use crate::verdict::{RejectCode, Verdict};
use crate::wire::Wire as _;

/// Identity of this phone's storage and the next free place in its log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceHead {
    /// The device.
    pub device: DeviceId,
    /// Lifetime of its storage.
    pub incarnation: Incarnation,
    /// The lifetime that this one goes on from, when another phone was found to share that one ([`rebirth`]).
    pub born_of: Option<Incarnation>,
    /// Place of the next operation. Counts on through a rebirth.
    pub next_seq: OpSeq,
    /// Server time minus device time at the last contact, in milliseconds.
    pub clock_offset_ms: i64,
}

/// One of the phone's own operations and what the server has said of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Outgoing {
    /// The operation.
    pub op: Operation,
    /// `None` while no server is known to have it.
    pub verdict: Option<Verdict>,
    /// History that gave the verdict: after a restored backup it holds no longer (invariant I12).
    pub verdict_epoch: Option<Epoch>,
    /// Refused and inside a verified backup: never sent again, kept until the person dismisses it.
    pub archived: bool,
}

impl Outgoing {
    /// An operation that is on this phone only.
    #[must_use]
    pub fn new(op: Operation) -> Self {
        Self {
            op,
            verdict: None,
            verdict_epoch: None,
            archived: false,
        }
    }

    pub(crate) fn is_unsent(&self) -> bool {
        self.verdict.is_none() && !self.archived
    }
}

/// A change to what the phone keeps. A list of these is committed in one transaction or not at all.
#[derive(Debug, Clone, PartialEq)]
pub enum StoreChange {
    /// New identity or next place. Comes only from [`record`] and [`rebirth`], inside the transaction that read the head.
    PutHead(DeviceHead),
    /// Server time minus device time. The store reads its head and alters this alone: another tab may have
    /// taken places meanwhile (invariant I4).
    PutClockOffset(i64),
    /// New own operation, or its verdict.
    PutOutgoing(Box<Outgoing>),
    /// An own operation that is inside a verified backup, or was written anew by a [`rebirth`].
    DropOutgoing(OpSeq),
    /// New state of one register.
    PutRegister(RegisterKey, Register),
    /// How far a scope has been read.
    PutCursor(Scope, Cursor),
    /// One line of a scope's history.
    PutHistory(Box<LogEntry>),
    /// Everything of a scope leaves the phone (own operations stay).
    ForgetScope(Scope),
    /// Next page of a scope's snapshot. The last one replaces all that was there of the scope; until then the pages are
    /// staged, and shown only where nothing else is.
    PutPage(Box<Page>),
    /// The staged pages of a scope go: the server has no more of that snapshot.
    DropPages(Scope),
}

/// Gives a draft its identity. Run inside the store transaction that also commits the returned changes,
/// with the head read in that transaction, so that two tabs never share a place (invariant I4).
///
/// `None`, and nothing to commit, when the operation is bigger than [`OPERATION_BYTES_MAX`] or the log of this
/// incarnation is full (2⁶⁴ − 1 operations).
#[must_use]
pub fn record(
    head: &DeviceHead,
    draft: Draft,
    now_ms: i64,
) -> Option<(Operation, Vec<StoreChange>)> {
    let next = DeviceHead {
        next_seq: head.next_seq.next()?,
        ..head.clone()
    };
    let op = Operation {
        id: OpId {
            device: head.device.clone(),
            incarnation: head.incarnation.clone(),
            seq: head.next_seq,
        },
        author: draft.author,
        at_ms: now_ms,
        scope: draft.key.scope,
        kind: draft.key.kind,
        record: draft.key.record,
        field: draft.key.field,
        base: draft.base,
        change: draft.change,
        extra: BTreeMap::new(),
    };
    if op.to_json().len() > OPERATION_BYTES_MAX {
        return None;
    }
    let outgoing = Outgoing::new(op.clone());
    Some((
        op,
        vec![
            StoreChange::PutHead(next),
            StoreChange::PutOutgoing(Box::new(outgoing)),
        ],
    ))
}

/// Goes on under an identity of its own when another phone shares this one's: the phone was copied, or its storage came
/// back from an earlier day. What no server took as ours is written anew, in order; what it took stays under the old
/// lifetime, so that it can still refill a restored server. Run inside one store transaction, with the head and the whole
/// outbox read in it (invariant I4).
///
/// `None`, and nothing to commit, when this log is full.
#[must_use]
pub fn rebirth(
    head: &DeviceHead,
    outbox: &[Outgoing],
    fresh: &Incarnation,
) -> Option<Vec<StoreChange>> {
    let mut next = DeviceHead {
        incarnation: fresh.clone(),
        born_of: Some(head.incarnation.clone()),
        ..head.clone()
    };
    let mut moved: Vec<(OpId, OpId)> = Vec::new();
    let mut changes = Vec::new();
    for outgoing in outbox {
        let id = &outgoing.op.id;
        let fork = matches!(
            outgoing.verdict,
            Some(Verdict::Quarantined {
                code: RejectCode::Fork
            })
        );
        if id.incarnation != head.incarnation || !(outgoing.is_unsent() || fork) {
            continue;
        }
        let mut op = outgoing.op.clone();
        op.id.incarnation = fresh.clone();
        op.id.seq = next.next_seq;
        next.next_seq = next.next_seq.next()?;
        if let Change::Retract(target) = &mut op.change
            && let Some((_, now)) = moved.iter().find(|(before, _)| before == target)
        {
            *target = now.clone();
        }
        moved.push((id.clone(), op.id.clone()));
        changes.push(StoreChange::DropOutgoing(id.seq));
        changes.push(StoreChange::PutOutgoing(Box::new(Outgoing::new(op))));
    }
    changes.insert(0, StoreChange::PutHead(next));
    Some(changes)
}
