//! Single operations, and what a phone keeps.

use serde_json::Value;
use sync::wire::Wire as _;
use sync::{
    Change, Cursor, DeviceHead, Incoming, LogEntry, OpDigest, OpId, Operation, Outgoing, Register,
    RegisterKey, StoreChange, Unreadable,
};

use super::{BYTES_PER_BYTE, bounded, comes_back, read};

/// One operation: it has one digest, whichever way it comes.
pub fn operation(data: &[u8]) {
    let Ok(raw) = Value::from_json_bytes(data) else {
        return;
    };
    assert_eq!(Value::from_json(&raw.to_json()).as_ref(), Ok(&raw));
    let digest = OpDigest::of(&raw);
    let incoming = bounded(data, BYTES_PER_BYTE, || Incoming::from_value(raw.clone()));
    assert_eq!(incoming.digest(), digest, "whichever way it comes");
    assert_eq!(incoming.to_value(), raw);
    match (&incoming, Operation::from_value(&raw)) {
        (Incoming::Op(op), Ok(read)) => {
            assert_eq!(*op, read);
            comes_back(op);
            comes_back(&op.change);
            comes_back(&op.id);
            comes_back(&op.base);
            assert_eq!(op.key().to_wire(), op.key().to_wire());
        }
        (Incoming::Raw(_), Err(Unreadable::Newer(_) | Unreadable::Malformed(_))) => {}
        (incoming, read) => panic!("{incoming:?} but {read:?}"),
    }
    for change in [raw.get("change").cloned().unwrap_or_default(), raw] {
        if let Ok(change) = Change::from_wire(change) {
            comes_back(&change);
        }
    }
}

/// What a phone keeps, and its parts.
pub fn store(data: &[u8]) {
    if let Ok(change) = read::<StoreChange>(data, super::BYTES_PER_BYTE_OF_COLUMNS)
        && super::depth(data) <= super::DEPTH_SAFE
    {
        match &change {
            StoreChange::PutPage(page)
                if !page.history.iter().all(super::messages::is_entry_of_a_log) => {}
            _ => comes_back(&change),
        }
    }
    if let Ok(it) = read::<Outgoing>(data, BYTES_PER_BYTE) {
        comes_back(&it);
    }
    if let Ok(it) = read::<DeviceHead>(data, BYTES_PER_BYTE) {
        comes_back(&it);
    }
    if let Ok(it) = read::<Register>(data, BYTES_PER_BYTE) {
        comes_back(&it);
        // What is shown is found without a panic, whatever stands there.
        assert_eq!(it.value().is_some(), !it.heads.is_empty());
    }
    if let Ok(it) = read::<LogEntry>(data, BYTES_PER_BYTE) {
        comes_back(&it);
        let mut register = Register::default();
        register.apply(&it);
        register.overlay(&it.op, it.corrected_ms);
        comes_back(&register);
    }
    if let Ok(it) = read::<RegisterKey>(data, BYTES_PER_BYTE) {
        comes_back(&it);
    }
    if let Ok(it) = read::<Cursor>(data, BYTES_PER_BYTE) {
        comes_back(&it);
    }
    if let Ok(it) = read::<OpId>(data, BYTES_PER_BYTE) {
        comes_back(&it);
    }
}
