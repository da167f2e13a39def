//! `GET /api/v1/snapshot/{scope}`: first load of a scope, packed once for each place of its log.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Body, Bytes};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::rights::may_read;
use sync::{Cursor, Scope, Snapshot, VERSION};

use super::error::ApiError;
use crate::accounts::principal::Principal;
use crate::compression;
use crate::site::{accepts, is_current};
use crate::state::AppState;
use crate::storage::SNAPSHOT_HISTORY_MAX;

/// Scopes kept packed.
const PACKED_MAX: usize = 64;

/// Packed snapshots by scope.
#[derive(Default)]
pub struct SnapshotCache {
    packed: Mutex<BTreeMap<Scope, Arc<Packed>>>,
}

struct Packed {
    cursor: Cursor,
    plain: Bytes,
    brotli: Bytes,
}

/// Answers with a [`Snapshot`], or 304. Needs the right to read the scope.
pub async fn show_snapshot(
    State(state): State<AppState>,
    principal: Principal,
    path: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let scope = named_scope(path)?;
    let heads = state.storage.heads(std::slice::from_ref(&scope)).await?;
    let cursor = heads.cursor(&scope).ok_or(ApiError::not_found())?;
    let directory = state.directory.current(&*state.storage).await?;
    if !may_read(&principal.grants, directory.tree(), &scope) {
        return Err(ApiError::forbidden());
    }
    if is_current(&etag(cursor)?, &headers) {
        return Ok(finish(
            StatusCode::NOT_MODIFIED.into_response(),
            etag(cursor)?,
        ));
    }
    let packed = if let Some(packed) = state.snapshots.get(&scope, cursor) {
        packed
    } else {
        let snapshot = state.storage.snapshot(&scope, SNAPSHOT_HISTORY_MAX).await?;
        let packed = tokio::task::spawn_blocking(move || pack(&snapshot)).await;
        let packed = Arc::new(packed.map_err(|_| ApiError::internal())??);
        state.snapshots.put(scope, Arc::clone(&packed));
        packed
    };
    let mut response = if accepts(&headers, "br") {
        let mut response = Body::from(packed.brotli.clone()).into_response();
        response
            .headers_mut()
            .insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
        response
    } else {
        Body::from(packed.plain.clone()).into_response()
    };
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    Ok(finish(response, etag(packed.cursor)?))
}

/// The scope that a path names.
///
/// # Errors
/// `not_found` when no scope can have that name.
pub fn named_scope(path: Result<Path<String>, PathRejection>) -> Result<Scope, ApiError> {
    let Path(name) = path?;
    let scope = Scope::new(name);
    if scope.may_be_a_log() {
        Ok(scope)
    } else {
        Err(ApiError::not_found())
    }
}

/// A snapshot is a function of its cursor and of the protocol that wrote it.
fn etag(cursor: Cursor) -> Result<HeaderValue, ApiError> {
    HeaderValue::from_str(&format!(
        "W/\"{VERSION}-{}-{}\"",
        cursor.epoch.0, cursor.seq.0
    ))
    .map_err(|_| ApiError::internal())
}

fn finish(mut response: Response, etag: HeaderValue) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::ETAG, etag);
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, no-cache"),
    );
    headers.insert(
        header::VARY,
        HeaderValue::from_static("accept-encoding, cookie"),
    );
    response
}

fn pack(snapshot: &Snapshot) -> Result<Packed, ApiError> {
    let plain = serde_json::to_vec(snapshot).map_err(|_| ApiError::internal())?;
    let packed =
        compression::brotli(&plain, compression::QUALITY_QUICK).ok_or(ApiError::internal())?;
    Ok(Packed {
        cursor: snapshot.cursor,
        plain: plain.into(),
        brotli: packed.into(),
    })
}

impl SnapshotCache {
    fn get(&self, scope: &Scope, cursor: Cursor) -> Option<Arc<Packed>> {
        let packed = self.packed.lock().unwrap_or_else(PoisonError::into_inner);
        packed.get(scope).filter(|it| it.cursor == cursor).cloned()
    }

    fn put(&self, scope: Scope, new: Arc<Packed>) {
        let mut packed = self.packed.lock().unwrap_or_else(PoisonError::into_inner);
        if packed.len() >= PACKED_MAX && !packed.contains_key(&scope) {
            packed.pop_first();
        }
        packed.insert(scope, new);
    }
}
