//! Bodies packed and unpacked whole. A packer that streams keeps its tables for as long as a phone's line takes: those of ten
//! thousand phones at once would be some gigabytes.

use std::cell::RefCell;
use std::io::Read;

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use flate2::read::GzDecoder;
use flate2::{Compress, Compression, FlushCompress, Status};

use super::error::ApiError;
use crate::site::accepts;

/// Shorter bodies do not gain.
const PACK_FROM_BYTES: usize = 1_024;
/// Window of gzip, as a power of two: the widest that it has.
const GZIP_WINDOW_BITS: u8 = 15;
/// Bytes that brotli reads at a time.
const BROTLI_BUFFER: usize = 4_096;
/// Widest window of a packed body, as a power of two: four times what it may unpack to. The unpacker makes room for all of a
/// window; without this limit ninety bytes took 200 MB.
const BROTLI_WINDOW_BITS_MAX: u8 = 22;

thread_local! {
    /// One for each thread: its tables are a third of a megabyte, and making them took longer than packing an answer.
    static PACKER: RefCell<Compress> =
        RefCell::new(Compress::new_gzip(Compression::fast(), GZIP_WINDOW_BITS));
}

/// Unpacks a request's body to at most `bytes_max`.
///
/// # Errors
/// `too_large` past the limit, `malformed` when it cannot be unpacked or is packed in a way that is not spoken here.
pub fn unpack(headers: &HeaderMap, body: Bytes, bytes_max: usize) -> Result<Bytes, ApiError> {
    let packing = headers.get(header::CONTENT_ENCODING);
    match packing.map(HeaderValue::as_bytes) {
        None | Some(b"identity") => Ok(body),
        Some(b"gzip") => read_all(GzDecoder::new(body.as_ref()), bytes_max),
        Some(b"br") if brotli_window_bits(&body) > BROTLI_WINDOW_BITS_MAX => {
            Err(ApiError::malformed())
        }
        Some(b"br") => {
            let reader = brotli::Decompressor::new(body.as_ref(), BROTLI_BUFFER);
            read_all(reader, bytes_max)
        }
        Some(_) => Err(ApiError::malformed()),
    }
}

/// The window that a body announces in its first byte (RFC 7932, 9.1); `u8::MAX` for the "large" ones of no standard.
fn brotli_window_bits(body: &[u8]) -> u8 {
    let first = body.first().copied().unwrap_or(0);
    match (first & 1, first >> 1 & 7, first >> 4 & 7) {
        (0, _, _) => 16,
        (_, 0, 0) => 17,
        (_, 0, 1) => u8::MAX,
        (_, 0, small) => 8 + small,
        (_, wide, _) => 17 + wide,
    }
}

fn read_all(reader: impl Read, bytes_max: usize) -> Result<Bytes, ApiError> {
    let mut plain = Vec::new();
    // One byte past the limit is enough to know.
    let limit = u64::try_from(bytes_max).unwrap_or(u64::MAX);
    let read = reader
        .take(limit.saturating_add(1))
        .read_to_end(&mut plain)
        .map_err(|error| {
            tracing::debug!(%error, "unreadable packing");
            ApiError::malformed()
        })?;
    if read > bytes_max {
        return Err(ApiError::too_large());
    }
    Ok(plain.into())
}

/// An answer of JSON that no cache may keep, packed where the phone can unpack it.
pub fn json(headers: &HeaderMap, body: String) -> Response {
    let mut response = match packed(headers, &body) {
        Some(packed) => {
            let mut response = packed.into_response();
            let gzip = HeaderValue::from_static("gzip");
            response
                .headers_mut()
                .insert(header::CONTENT_ENCODING, gzip);
            response
        }
        None => body.into_response(),
    };
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_TYPE, "application/json"),
        (header::VARY, "accept-encoding"),
    ] {
        let value = HeaderValue::from_static(value);
        response.headers_mut().insert(name, value);
    }
    response
}

fn packed(headers: &HeaderMap, body: &str) -> Option<Vec<u8>> {
    if body.len() < PACK_FROM_BYTES || !accepts(headers, "gzip") {
        return None;
    }
    PACKER.with_borrow_mut(|packer| pack(packer, body.as_bytes()))
}

fn pack(packer: &mut Compress, plain: &[u8]) -> Option<Vec<u8>> {
    packer.reset();
    let mut out = Vec::with_capacity(plain.len() / 2 + PACK_FROM_BYTES);
    loop {
        let read = usize::try_from(packer.total_in()).ok()?;
        let rest = plain.get(read..)?;
        match packer.compress_vec(rest, &mut out, FlushCompress::Finish) {
            Ok(Status::StreamEnd) => return Some(out),
            // It is full.
            Ok(_) => out.reserve(plain.len() + PACK_FROM_BYTES),
            Err(_) => return None,
        }
    }
}
