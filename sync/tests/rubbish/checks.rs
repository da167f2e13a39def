//! What must hold for any bytes that come from outside: one check for each family of parsers of `sync`. The test
//! `rubbish` calls them, and so do the targets of `fuzz/`.

mod columns;
mod kept;
mod machines;
mod memory;
mod messages;

use std::fmt::Debug;

use serde::Serialize;
use serde_json::Value;
use sync::wire::{Wire, WireError};

/// A check, which panics when something does not hold.
pub type Check = fn(&[u8]);

/// Every check, by the name of its fuzz target and of its folders in `fuzz/`.
pub const CHECKS: [(&str, Check); 9] = [
    ("request", messages::request),
    ("reply", messages::reply),
    ("page", columns::page),
    ("segment", columns::segment),
    ("receipts", columns::receipts),
    ("operation", kept::operation),
    ("store", kept::store),
    ("server", machines::server),
    ("phone", machines::phone),
];

/// Most bytes of memory for each byte that is read: an object of one field takes some 660 bytes, its JSON seven, and
/// what may be an operation of a newer release is kept while it is tried.
const BYTES_PER_BYTE: usize = 256;
/// The same for columns, of which two bytes can be a row.
const BYTES_PER_BYTE_OF_COLUMNS: usize = 2_048;
/// Most bytes of memory that any input may take beyond that.
const BYTES_EVER: usize = 64 * 1024;

/// Runs `read` on `data`, and demands that it takes no more memory than `per_byte` allows.
fn bounded<T>(data: &[u8], per_byte: usize, read: impl FnOnce() -> T) -> T {
    let (done, bytes) = memory::peak(read);
    let allowed = data.len() * per_byte + BYTES_EVER;
    assert!(
        bytes <= allowed,
        "{} bytes of input took {bytes} bytes of memory",
        data.len()
    );
    done
}

/// Reads `data` as a `T` within the bounds of memory.
fn read<T: Wire>(data: &[u8], per_byte: usize) -> Result<T, WireError> {
    bounded(data, per_byte, || T::from_json_bytes(data))
}

/// What was read is written and read again, in each way that there is, and stays the same.
fn comes_back<T: Wire + Serialize + PartialEq + Debug>(value: &T) {
    let text = value.to_json();
    let again = T::from_json(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(&again, value, "by text");
    let again = T::from_wire(value.to_wire()).expect("its own JSON is readable");
    assert_eq!(&again, value, "by value");
    let text = serde_json::to_string(value).expect("writable");
    let again = T::from_json(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(&again, value, "by serde");
}

/// Whatever is nested no deeper can be written into any other message and read there.
const DEPTH_SAFE: usize = 110;

/// How deep the JSON in `data` is nested.
fn depth(data: &[u8]) -> usize {
    fn below(value: &Value) -> usize {
        match value {
            Value::Array(items) => 1 + items.iter().map(below).max().unwrap_or(0),
            Value::Object(fields) => 1 + fields.values().map(below).max().unwrap_or(0),
            _ => 0,
        }
    }
    Value::from_json_bytes(data).map_or(0, |it| below(&it))
}
