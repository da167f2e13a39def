//! State of fields.

use crate::register::{Attribution, Entry, Head, Register};
use crate::wire_struct;

wire_struct!(Attribution {
    op,
    author,
    at_ms,
    seq
});
wire_struct!(Head { value, by });
wire_struct!(Entry { value, by } sparse { retracted });
wire_struct!(Register { version } sparse { heads, entries });
