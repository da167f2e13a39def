//! Requests and replies, in both versions of the protocol.

use sync::wire::Wire as _;
use sync::{
    Incoming, LogEntry, OpDigest, PLAIN_VERSION, ProtocolError, REQUEST_BYTES_MAX, REQUEST_OPS_MAX,
    ScopePull, ServerSeq, SyncReply, SyncRequest, VERSION,
};

use super::{BYTES_PER_BYTE, BYTES_PER_BYTE_OF_COLUMNS, bounded, comes_back};

/// Most bytes of memory for each byte of a request, whose rows are few.
const BYTES_EVER_OF_ROWS: usize = REQUEST_OPS_MAX * 2_048;

/// A request is refused, or means the same in both versions.
pub fn request(data: &[u8]) {
    let (read, bytes) = super::memory::peak(|| SyncRequest::parse(data));
    assert!(
        bytes <= data.len() * BYTES_PER_BYTE + BYTES_EVER_OF_ROWS,
        "{} bytes of input took {bytes} bytes of memory",
        data.len()
    );
    let Ok(read) = read else {
        return;
    };
    assert!(data.len() <= REQUEST_BYTES_MAX && read.ops.len() <= REQUEST_OPS_MAX);
    for protocol in [PLAIN_VERSION, VERSION, read.protocol] {
        let sent = SyncRequest {
            protocol,
            ..read.clone()
        };
        let text = sent.to_json();
        match SyncRequest::parse(text.as_bytes()) {
            Ok(again) => assert_eq!(in_order(again), in_order(sent)),
            // The other form may be longer.
            Err(error) => {
                assert_eq!(error, ProtocolError::TooLarge);
                assert!(text.len() > REQUEST_BYTES_MAX);
            }
        }
    }
    for incoming in &read.ops {
        let raw = incoming.to_value();
        assert_eq!(incoming.digest(), OpDigest::of(&raw));
        assert_eq!(Incoming::from_value(raw).digest(), incoming.digest());
    }
}

/// Of one place, what was read goes before what was not: such a request is a fork in itself.
fn in_order(mut request: SyncRequest) -> SyncRequest {
    request
        .ops
        .sort_by_key(|it| (it.place(), matches!(it, Incoming::Raw(_))));
    request
}

/// A reply is refused, or comes back in its own version.
pub fn reply(data: &[u8]) {
    let parse = || SyncReply::parse(data);
    let Ok(read) = bounded(data, BYTES_PER_BYTE_OF_COLUMNS, parse) else {
        return;
    };
    if read.protocol == PLAIN_VERSION {
        // The first version knows no incarnation here.
        let read = SyncReply {
            incarnation: None,
            ..read
        };
        let again = SyncReply::parse(read.to_json().as_bytes()).expect("readable");
        assert_eq!(again, read);
        return;
    }
    let text = read.to_json();
    if read.scopes.values().all(is_of_a_log) && super::depth(data) <= super::DEPTH_SAFE {
        let again = SyncReply::parse(text.as_bytes()).expect("readable");
        assert_eq!(again, read);
    }
    for pull in read.scopes.values() {
        if super::depth(data) <= super::DEPTH_SAFE {
            comes_back(pull);
        }
    }
}

fn is_of_a_log(pull: &ScopePull) -> bool {
    match pull {
        ScopePull::Entries { entries, .. } => entries.iter().all(is_entry_of_a_log),
        ScopePull::Reset | ScopePull::Denied => true,
    }
}

/// Whether a log could hold it: objects can say what no segment can, such as a place before the first.
pub fn is_entry_of_a_log(entry: &LogEntry) -> bool {
    entry.server_seq > ServerSeq::ZERO
        && entry.server_seq < ServerSeq::UNSENT
        && entry.corrected_ms.checked_sub(entry.op.at_ms).is_some()
}
