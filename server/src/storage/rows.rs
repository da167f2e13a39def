//! What a batch writes and what it reads back, without SQL.

use sync::wire::{read_receipts, receipt_runs};
use sync::{
    AuthorId, DeviceId, Incarnation, Lifetime, OpDigest, OpId, OpSeq, REQUEST_OPS_MAX, Receipt,
    Register, RegisterKey, Scope, ServerSeq, StoredReceipt, Verdict,
};

use super::{Contact, StorageError};

/// Bytes of one digest.
const DIGEST_BYTES: usize = 32;

/// Where a scope's log stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ScopeHead {
    pub(super) scope: Scope,
    /// Last place of its log.
    pub(super) last: ServerSeq,
    /// Up to here all histories agree; 0 when it never entered a new one.
    pub(super) restored_at: ServerSeq,
}

/// A run of the log, as [`sync::Segment`] writes it.
pub(super) struct SegmentRow {
    pub(super) scope: Scope,
    pub(super) first: ServerSeq,
    pub(super) last: ServerSeq,
    pub(super) device: DeviceId,
    pub(super) incarnation: Incarnation,
    pub(super) first_op: OpSeq,
    pub(super) author: AuthorId,
    pub(super) received_ms: i64,
    pub(super) body: String,
}

/// Answers to a run of one incarnation's places.
pub(super) struct ReceiptRow {
    pub(super) lifetime: Lifetime,
    pub(super) first: OpSeq,
    pub(super) last: OpSeq,
    /// One after the other, 32 bytes each.
    pub(super) digests: Vec<u8>,
    /// Runs, as on the wire.
    pub(super) verdicts: String,
}

/// An operation that was not accepted, in full.
pub(super) struct RefusedRow {
    pub(super) id: OpId,
    pub(super) digest: OpDigest,
    pub(super) author: AuthorId,
    pub(super) received_ms: i64,
    /// Server time minus device time when it came, in milliseconds.
    pub(super) offset_ms: i64,
    pub(super) raw: String,
    pub(super) verdict: String,
}

/// All registers of a scope at one place, as [`sync::wire::registers_to_json`] writes them.
pub(super) struct CheckpointRow {
    pub(super) scope: Scope,
    pub(super) seq: ServerSeq,
    pub(super) body: String,
}

/// A register that says which records exist.
#[derive(PartialEq, Eq)]
pub(super) struct PlanRow {
    pub(super) key: RegisterKey,
    pub(super) version: ServerSeq,
    pub(super) body: String,
}

impl PlanRow {
    pub(super) fn of(key: RegisterKey, register: &Register) -> Result<Self, StorageError> {
        Ok(Self {
            version: register.version,
            body: super::to_json(register)?,
            key,
        })
    }
}

/// A device that called.
pub(super) struct DeviceRow {
    pub(super) contact: Contact,
    /// Last place received; `None` leaves what is known.
    pub(super) high: Option<OpSeq>,
    /// Lowest place taken after later ones: no backup holds it yet.
    pub(super) filled: Option<OpSeq>,
}

/// Everything that a batch writes besides accounts.
#[derive(Default)]
pub(super) struct Rows {
    pub(super) scopes: Vec<(Scope, ServerSeq)>,
    pub(super) segments: Vec<SegmentRow>,
    pub(super) receipts: Vec<ReceiptRow>,
    pub(super) refused: Vec<RefusedRow>,
    pub(super) checkpoints: Vec<CheckpointRow>,
    pub(super) plans: Vec<PlanRow>,
    pub(super) devices: Vec<DeviceRow>,
}

impl ReceiptRow {
    /// Rows for answers in order of their places: one for each run without a gap, none longer than a request of a phone, none
    /// across the border of the databases' signed integers.
    pub(super) fn of(lifetime: &Lifetime, answers: &[(OpSeq, StoredReceipt)]) -> Vec<Self> {
        let mut rows = Vec::new();
        let mut rest = answers;
        while let Some((first, _)) = rest.first() {
            let count = 1 + rest
                .windows(2)
                .take(REQUEST_OPS_MAX - 1)
                .take_while(|pair| pair[0].0.next() == Some(pair[1].0))
                .take_while(|pair| pair[0].0.get() != i64::MAX.unsigned_abs())
                .count();
            let (run, after) = rest.split_at(count);
            rest = after;
            let mut digests = Vec::with_capacity(count * DIGEST_BYTES);
            let mut receipts = Vec::with_capacity(count);
            for (seq, stored) in run {
                digests.extend_from_slice(&stored.digest.0);
                receipts.push(Receipt {
                    seq: *seq,
                    verdict: stored.verdict.clone(),
                });
            }
            rows.push(Self {
                lifetime: lifetime.clone(),
                first: *first,
                last: run.last().map_or(*first, |it| it.0),
                digests,
                verdicts: receipt_runs(&receipts).to_string(),
            });
        }
        rows
    }

    /// Gives one place another answer.
    ///
    /// # Errors
    /// As [`Self::answers`].
    pub(super) fn answer_anew(
        &mut self,
        seq: OpSeq,
        verdict: &Verdict,
    ) -> Result<(), StorageError> {
        let mut receipts = self.receipts()?;
        for receipt in receipts.iter_mut().filter(|it| it.seq == seq) {
            receipt.verdict = verdict.clone();
        }
        self.verdicts = receipt_runs(&receipts).to_string();
        Ok(())
    }

    fn receipts(&self) -> Result<Vec<Receipt>, StorageError> {
        read_receipts(super::from_json(&self.verdicts)?).map_err(|error| {
            tracing::error!(%error, "unreadable receipts in the database");
            StorageError::Unavailable
        })
    }

    /// The single answers.
    ///
    /// # Errors
    /// `Unavailable` when the row is not one that this server wrote.
    pub(super) fn answers(&self) -> Result<Vec<(OpId, StoredReceipt)>, StorageError> {
        let receipts = self.receipts()?;
        let (digests, rest) = self.digests.as_chunks::<DIGEST_BYTES>();
        if digests.len() != receipts.len() || !rest.is_empty() {
            tracing::error!("receipts and digests in the database do not match");
            return Err(StorageError::Unavailable);
        }
        let (device, incarnation) = &self.lifetime;
        let answer = |(receipt, digest): (Receipt, &[u8; DIGEST_BYTES])| {
            let id = OpId {
                device: device.clone(),
                incarnation: incarnation.clone(),
                seq: receipt.seq,
            };
            let stored = StoredReceipt {
                digest: OpDigest(*digest),
                verdict: receipt.verdict,
            };
            (id, stored)
        };
        Ok(receipts.into_iter().zip(digests).map(answer).collect())
    }
}
