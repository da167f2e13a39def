//! Receipts: one object each in protocol 1, runs of like verdicts in protocol 2.

use serde_json::Value;

use super::{Fields, Wire, WireError, verdict};
use crate::ids::{OpSeq, ServerSeq};
use crate::protocol::{REQUEST_OPS_MAX, Receipt};
use crate::serde_through_wire;
use crate::verdict::Verdict;

serde_through_wire!(Receipt);

/// The verdict's fields stand beside the place.
impl Wire for Receipt {
    fn to_wire(&self) -> Value {
        let mut object = Fields::new();
        object.put("seq", self.seq.to_wire());
        verdict::put(&self.verdict, &mut object);
        object.into()
    }

    fn from_wire(value: Value) -> Result<Self, WireError> {
        let mut object = Fields::read(value)?;
        Ok(Self {
            seq: object.take("seq")?,
            verdict: verdict::take(&mut object)?,
        })
    }
}

/// Receipts as runs: `[first place, count, verdict, first server place or code]`. Places of a run count up, and so do its
/// server places.
#[must_use]
pub fn receipt_runs(receipts: &[Receipt]) -> Value {
    let mut runs = Vec::new();
    let mut rest = receipts;
    while let Some(first) = rest.first() {
        let count = 1 + rest
            .windows(2)
            .take_while(|pair| continues(&pair[0], &pair[1]))
            .count();
        let mut object = Fields::new();
        verdict::put(&first.verdict, &mut object);
        let mut run = vec![
            first.seq.to_wire(),
            Value::from(count),
            object.0.remove("verdict").unwrap_or_default(),
        ];
        run.extend(object.0.remove("server_seq"));
        run.extend(object.0.remove("code"));
        runs.push(Value::Array(run));
        rest = rest.get(count..).unwrap_or_default();
    }
    Value::Array(runs)
}

fn continues(a: &Receipt, b: &Receipt) -> bool {
    a.seq.next() == Some(b.seq) && shifted(&a.verdict, 1).as_ref() == Some(&b.verdict)
}

/// The verdict of the operation that many rows later in a run.
fn shifted(verdict: &Verdict, rows: u64) -> Option<Verdict> {
    let place = |it: &ServerSeq| it.0.checked_add(rows).map(ServerSeq);
    Some(match verdict {
        Verdict::Applied { server_seq } => Verdict::Applied {
            server_seq: place(server_seq)?,
        },
        Verdict::Merged { server_seq } => Verdict::Merged {
            server_seq: place(server_seq)?,
        },
        Verdict::Sibling { server_seq } => Verdict::Sibling {
            server_seq: place(server_seq)?,
        },
        other => other.clone(),
    })
}

/// Reads receipts in either form.
///
/// # Errors
/// When they are neither, or more than a request can hold operations.
pub fn read_receipts(value: Value) -> Result<Vec<Receipt>, WireError> {
    let Value::Array(items) = value else {
        return Err(WireError::new("a list"));
    };
    let mut receipts = Vec::with_capacity(items.len());
    for item in items {
        match item {
            Value::Array(run) => read_run(run, &mut receipts)?,
            object => receipts.push(Receipt::from_wire(object)?),
        }
        if receipts.len() > REQUEST_OPS_MAX {
            return Err(WireError::new("fewer receipts"));
        }
    }
    Ok(receipts)
}

fn read_run(run: Vec<Value>, receipts: &mut Vec<Receipt>) -> Result<(), WireError> {
    let mut run = run.into_iter();
    let mut next = || run.next().unwrap_or_default();
    let mut seq = Some(OpSeq::from_wire(next())?);
    let count = u64::from_wire(next())?;
    let (tag, detail) = (next(), next());
    let mut object = Fields::new();
    object.put("verdict", tag);
    // Only one of them is looked at.
    object.put("server_seq", detail.clone());
    object.put("code", detail);
    let first = verdict::take(&mut object)?;
    if count > REQUEST_OPS_MAX as u64 {
        return Err(WireError::new("fewer receipts"));
    }
    for row in 0..count {
        let (Some(place), Some(verdict)) = (seq, shifted(&first, row)) else {
            return Err(WireError::new("a place"));
        };
        receipts.push(Receipt {
            seq: place,
            verdict,
        });
        seq = place.next();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::RejectCode;

    fn receipt(seq: u64, verdict: Verdict) -> Receipt {
        let seq = OpSeq::new(seq).expect("from 1");
        Receipt { seq, verdict }
    }

    #[test]
    fn like_verdicts_in_a_row_are_one_run() {
        let receipts = [
            receipt(5, applied(13)),
            receipt(6, applied(14)),
            receipt(7, forbidden()),
            receipt(8, forbidden()),
            receipt(9, applied(15)),
            receipt(12, applied(16)),
            receipt(13, Verdict::NeedsUpgrade),
        ];
        let runs = receipt_runs(&receipts);
        let wanted = serde_json::json!([
            [5, 2, "applied", 13],
            [7, 2, "rejected", "forbidden"],
            [9, 1, "applied", 15],
            [12, 1, "applied", 16],
            [13, 1, "needs_upgrade"],
        ]);
        assert_eq!(runs, wanted);
        assert_eq!(read_receipts(runs).expect("readable"), receipts);
    }

    #[test]
    fn a_short_text_never_unpacks_to_millions() {
        let huge = serde_json::json!([[1, 4_000_000_000_u64, "needs_upgrade"]]);
        assert!(read_receipts(huge).is_err());
    }

    fn applied(place: u64) -> Verdict {
        Verdict::Applied {
            server_seq: ServerSeq(place),
        }
    }

    fn forbidden() -> Verdict {
        Verdict::Rejected {
            code: RejectCode::Forbidden,
        }
    }
}
