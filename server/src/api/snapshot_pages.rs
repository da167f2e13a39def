//! `GET /api/v1/pages/{scope}…`: first load of a scope in pages, packed once for each place of its log.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Body, Bytes};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::kinds::loading_order;
use domain::rights::may_read;
use sync::wire::Wire as _;
use sync::{Cursor, Epoch, PAGE_REGISTERS_MAX, Page, Scope, ServerSeq, Snapshot};

use super::error::ApiError;
use super::snapshot::named_scope;
use crate::accounts::principal::Principal;
use crate::compression;
use crate::site::accepts;
use crate::state::AppState;
use crate::storage::SNAPSHOT_HISTORY_MAX;

/// Scopes whose pages are kept.
const SCOPES_MAX: usize = 64;
/// Snapshots kept of one scope, so that a phone on a slow line can end what it began.
const PER_SCOPE_MAX: usize = 3;

/// Packed pages by scope, latest snapshot last.
#[derive(Default)]
pub struct PageCache {
    packed: Mutex<BTreeMap<Scope, VecDeque<Arc<Packed>>>>,
}

struct Packed {
    cursor: Cursor,
    pages: Vec<Bytes>,
}

/// Answers with page 0 of a snapshot at the log's end. Needs the right to read the scope.
pub async fn show_first(
    State(state): State<AppState>,
    principal: Principal,
    path: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let scope = named_scope(path)?;
    let heads = state.storage.heads(std::slice::from_ref(&scope)).await?;
    let end = heads.cursor(&scope).ok_or(ApiError::not_found())?;
    check_right(&state, &principal, &scope).await?;
    let packed = match state.pages.get(&scope, end) {
        Some(packed) => packed,
        None => pack_now(&state, &scope).await?,
    };
    respond(&packed, 0, &headers)
}

/// Answers with a further page of a snapshot that is still kept. Needs the right to read the scope.
pub async fn show_numbered(
    State(state): State<AppState>,
    principal: Principal,
    path: Result<Path<(String, String, usize)>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let Path((scope, at, number)) = path?;
    let scope = Scope::new(scope);
    let cursor = parse_cursor(&at).ok_or(ApiError::not_found())?;
    check_right(&state, &principal, &scope).await?;
    let packed = state.pages.get(&scope, cursor);
    respond(&*packed.ok_or(ApiError::not_found())?, number, &headers)
}

async fn check_right(
    state: &AppState,
    principal: &Principal,
    scope: &Scope,
) -> Result<(), ApiError> {
    let directory = state.directory.current(&*state.storage).await?;
    if may_read(&principal.grants, directory.tree(), scope) {
        Ok(())
    } else {
        Err(ApiError::forbidden())
    }
}

/// "1-13": epoch and place.
fn parse_cursor(text: &str) -> Option<Cursor> {
    let (epoch, seq) = text.split_once('-')?;
    Some(Cursor {
        epoch: Epoch(epoch.parse().ok()?),
        seq: ServerSeq(seq.parse().ok()?),
    })
}

async fn pack_now(state: &AppState, scope: &Scope) -> Result<Arc<Packed>, ApiError> {
    let snapshot = state.storage.snapshot(scope, SNAPSHOT_HISTORY_MAX).await?;
    let packed = tokio::task::spawn_blocking(move || pack(snapshot)).await;
    let packed = Arc::new(packed.map_err(|_| ApiError::internal())??);
    state.pages.put(scope, Arc::clone(&packed));
    Ok(packed)
}

fn respond(packed: &Packed, number: usize, headers: &HeaderMap) -> Result<Response, ApiError> {
    let page = packed.pages.get(number).ok_or(ApiError::not_found())?;
    let mut response = if accepts(headers, "br") {
        let mut response = Body::from(page.clone()).into_response();
        let brotli = HeaderValue::from_static("br");
        response
            .headers_mut()
            .insert(header::CONTENT_ENCODING, brotli);
        response
    } else {
        let mut plain = Vec::new();
        brotli::BrotliDecompress(&mut page.as_ref(), &mut plain)
            .map_err(|_| ApiError::internal())?;
        Body::from(plain).into_response()
    };
    for (name, value) in [
        (header::CONTENT_TYPE, "application/json"),
        // The phone's store keeps it, and gives it up with the right to read.
        (header::CACHE_CONTROL, "no-store"),
        (header::VARY, "accept-encoding, cookie"),
    ] {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}

fn pack(snapshot: Snapshot) -> Result<Packed, ApiError> {
    let Snapshot {
        scope,
        cursor,
        mut registers,
        history,
    } = snapshot;
    // Within a kind they stay in order of their records.
    registers.sort_by_cached_key(|it| loading_order(it.kind.as_str()));
    let mut parts: Vec<Vec<_>> = Vec::new();
    while registers.len() > PAGE_REGISTERS_MAX {
        let rest = registers.split_off(PAGE_REGISTERS_MAX);
        parts.push(std::mem::replace(&mut registers, rest));
    }
    parts.push(registers);
    let of = u32::try_from(parts.len()).map_err(|_| ApiError::internal())?;
    let mut history = Some(history);
    let mut pages = Vec::with_capacity(parts.len());
    for (number, registers) in (0..of).zip(parts) {
        let mut page = Page {
            scope: scope.clone(),
            cursor,
            number,
            of,
            registers,
            history: Vec::new(),
        };
        if page.is_last() {
            page.history = history.take().unwrap_or_default();
        }
        let packed = compression::brotli(page.to_json().as_bytes(), compression::QUALITY_QUICK);
        pages.push(packed.ok_or(ApiError::internal())?.into());
    }
    Ok(Packed { cursor, pages })
}

impl PageCache {
    fn get(&self, scope: &Scope, cursor: Cursor) -> Option<Arc<Packed>> {
        let packed = self.packed.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = packed.get(scope)?;
        kept.iter().find(|it| it.cursor == cursor).cloned()
    }

    fn put(&self, scope: &Scope, new: Arc<Packed>) {
        let mut packed = self.packed.lock().unwrap_or_else(PoisonError::into_inner);
        if packed.len() >= SCOPES_MAX && !packed.contains_key(scope) {
            packed.pop_first();
        }
        let kept = packed.entry(scope.clone()).or_default();
        kept.retain(|it| it.cursor != new.cursor);
        kept.push_back(new);
        if kept.len() > PER_SCOPE_MAX {
            kept.pop_front();
        }
    }
}
