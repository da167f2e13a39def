//! Reading a request's body within a limit.

use axum::body::{Body, Bytes};
use futures_util::StreamExt as _;

use super::error::ApiError;

/// Read and thrown away past the limit, so that a sender is still listening when the answer comes.
const DRAIN_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Reads a body of at most `bytes_max`.
///
/// # Errors
/// `too_large` past the limit, `malformed` when the body breaks off.
pub async fn read(body: Body, bytes_max: usize) -> Result<Bytes, ApiError> {
    let mut stream = body.into_data_stream();
    let mut bytes = Vec::new();
    let mut total = 0_usize;
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|error| {
            tracing::debug!(%error, "unreadable body");
            ApiError::malformed()
        })?;
        total = total.saturating_add(chunk.len());
        if total <= bytes_max {
            bytes.extend_from_slice(&chunk);
        } else {
            bytes = Vec::new();
        }
        if total > DRAIN_BYTES_MAX {
            break;
        }
    }
    if total > bytes_max {
        Err(ApiError::too_large())
    } else {
        Ok(bytes.into())
    }
}
