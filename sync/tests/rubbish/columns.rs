//! What travels and is kept as columns: pages, checkpoints, segments, receipts.

use serde_json::Value;
use sync::wire::{Wire as _, read_receipts, receipt_runs, registers_from_json, registers_to_json};
use sync::{
    OpDigest, Operation, Page, REQUEST_OPS_MAX, Receipt, RejectCode, Segment, ServerSeq, Snapshot,
    Verdict,
};

use super::messages::is_entry_of_a_log;
use super::{BYTES_PER_BYTE, BYTES_PER_BYTE_OF_COLUMNS, bounded, comes_back, read};

/// A page, a whole snapshot of the first version, or a checkpoint.
pub fn page(data: &[u8]) {
    let columns = BYTES_PER_BYTE_OF_COLUMNS;
    if let Ok(page) = read::<Page>(data, columns)
        && page.history.iter().all(is_entry_of_a_log)
        && super::depth(data) <= super::DEPTH_SAFE
    {
        assert_eq!(Page::from_json(&page.to_json()).expect("readable"), page);
        assert_eq!(
            Page::from_wire(page.to_wire()).expect("its own JSON is readable"),
            page
        );
    }
    if let Ok(snapshot) = read::<Snapshot>(data, BYTES_PER_BYTE) {
        comes_back(&snapshot);
        registers_come_back(&registers_to_json(&snapshot.registers));
    }
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    if let Ok(registers) = bounded(data, columns, || registers_from_json(text)) {
        assert!(registers.len() <= data.len());
        if super::depth(data) <= super::DEPTH_SAFE {
            registers_come_back(&registers_to_json(&registers));
        }
    }
}

/// What we wrote ourselves can be read, and is written the same.
fn registers_come_back(text: &str) {
    let read = registers_from_json(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(registers_to_json(&read), text);
}

/// A segment of the log.
pub fn segment(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    let parse = || Segment::from_json(text);
    let Ok(segment) = bounded(data, BYTES_PER_BYTE_OF_COLUMNS, parse) else {
        return;
    };
    let again = Segment::from_json(&segment.to_json()).expect("readable");
    assert_eq!(again, segment);
    for op in &segment.ops {
        let raw = op.to_wire();
        assert_eq!(OpDigest::of_operation(op), OpDigest::of(&raw));
        assert_eq!(&Operation::from_value(&raw).expect("readable"), op);
    }
    let (first, last) = (segment.first, segment.last());
    let entries: Vec<_> = again.into_entries().collect();
    assert_eq!(entries.len(), segment.ops.len());
    assert_eq!(entries.first().map(|it| it.server_seq), Some(first));
    assert_eq!(entries.last().map(|it| it.server_seq), Some(last));
    assert_eq!(
        last.0 - first.0,
        entries.len() as u64 - 1,
        "places count up"
    );
    // Grouped anew, the entries stay what they are.
    let of_one_log = |it: &sync::LogEntry| it.op.scope == segment.scope && is_entry_of_a_log(it);
    if entries.iter().all(of_one_log) && last < ServerSeq::UNSENT {
        let grouped = Segment::of_entries(entries.clone());
        let again: Vec<_> = grouped
            .into_iter()
            .flat_map(Segment::into_entries)
            .collect();
        assert_eq!(again, entries);
    }
}

/// Receipts in both forms, verdicts and codes.
pub fn receipts(data: &[u8]) {
    if let Ok(code) = read::<RejectCode>(data, BYTES_PER_BYTE) {
        comes_back(&code);
    }
    if let Ok(verdict) = read::<Verdict>(data, BYTES_PER_BYTE) {
        comes_back(&verdict);
    }
    if let Ok(receipt) = read::<Receipt>(data, BYTES_PER_BYTE) {
        comes_back(&receipt);
    }
    let Ok(value) = Value::from_json_bytes(data) else {
        return;
    };
    // One run can stand for as many as a request may bring.
    let (read, bytes) = super::memory::peak(|| read_receipts(value));
    assert!(bytes <= data.len() * BYTES_PER_BYTE + REQUEST_OPS_MAX * 256);
    let Ok(receipts) = read else {
        return;
    };
    assert!(receipts.len() <= REQUEST_OPS_MAX);
    for written in [receipt_runs(&receipts), receipts.to_wire()] {
        assert_eq!(read_receipts(written).expect("readable"), receipts);
    }
}
