//! How much memory a packed body may take: no more than what it may be unpacked, and the packer's tables.

use std::io::Write as _;

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, header};
use flate2::Compression;
use flate2::write::GzEncoder;
use peak_alloc::PeakAlloc;
use server::api::packing::unpack;
use sync::REQUEST_BYTES_MAX;

#[global_allocator]
static COUNTING: PeakAlloc = PeakAlloc;

/// A body of a megabyte grows by doubling; beside it stand the window and the tables of the packer.
const UNPACKING_BYTES_MAX: usize = 8 * REQUEST_BYTES_MAX;

/// The code of the refusal, if it is one, and how many bytes unpacking held at most.
fn unpacked(encoding: &'static str, body: &[u8]) -> (Option<&'static str>, usize) {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    let body = Bytes::copy_from_slice(body);
    let before = COUNTING.current_usage();
    COUNTING.reset_peak_usage();
    let unpacked = unpack(&headers, body, REQUEST_BYTES_MAX);
    let bytes = COUNTING.peak_usage().saturating_sub(before);
    (unpacked.err().map(|it| it.code), bytes)
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(plain).expect("a list takes everything");
    packer.finish().expect("a list takes everything")
}

fn brotli(mut plain: &[u8], window: i32) -> Vec<u8> {
    let mut packed = Vec::new();
    let params = brotli::enc::BrotliEncoderParams {
        quality: 5,
        lgwin: window,
        large_window: window > 24,
        ..Default::default()
    };
    brotli::BrotliCompress(&mut plain, &mut packed, &params).expect("a list takes everything");
    packed
}

// One test: the count is of the whole process.
#[test]
fn a_bomb_goes_off_within_its_limit() {
    let plain = vec![b' '; 32 * 1024 * 1024];
    let largest = &plain[..REQUEST_BYTES_MAX];
    let bombs = [
        ("gzip", gzip(&plain)),
        ("br", brotli(&plain, 22)),
        ("br", brotli(&plain, 24)),
        ("br", brotli(&plain, 30)),
    ];
    for (encoding, bomb) in bombs {
        assert!(bomb.len() < 128 * 1024);
        let (refused, bytes) = unpacked(encoding, &bomb);
        assert!(refused.is_some(), "{encoding}");
        assert!(bytes < UNPACKING_BYTES_MAX, "{encoding}: {bytes} bytes");
    }
    for (encoding, body) in [("gzip", gzip(largest)), ("br", brotli(largest, 22))] {
        let (refused, bytes) = unpacked(encoding, &body);
        assert_eq!(refused, None);
        assert!(bytes < UNPACKING_BYTES_MAX, "{encoding}: {bytes} bytes");
    }
}
