//! See `store` in `sync/tests/rubbish/checks.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::check("store", data));
