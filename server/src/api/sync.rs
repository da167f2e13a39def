//! `POST /api/v1/sync`: hello, push and pull in one round trip (`docs/protocol.md`).

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::rights::may_read;
use sync::{
    Cursor, OpSeq, ProtocolError, REPLY_ENTRIES_MAX, REQUEST_BYTES_MAX, ScopePull, SyncReply,
    SyncRequest, VERSION,
};

use super::body;
use super::error::ApiError;
use crate::accounts::principal::Principal;
use crate::directory::Directory;
use crate::policy::PersonPolicy;
use crate::state::AppState;
use crate::storage::{Contact, Heads, Push};

/// Most scopes of one request.
const CURSORS_MAX: usize = 64;
/// Longest device or incarnation name, and what is kept of the app's, in bytes.
const NAME_BYTES_MAX: usize = 64;
/// No phone holds more unsent operations; a larger number would only spoil sums.
const UNSENT_MAX: u64 = 1_000_000_000;
/// A contact without news is written down this often, in milliseconds.
const CONTACT_EVERY_MS: i64 = 15_000;
/// A clock that moved by less is no news, in milliseconds.
const SKEW_NEWS_MS: i64 = 2_000;

/// Takes in what a phone wrote and answers with what it has not seen. Needs a session; each operation needs its own right.
pub async fn sync(
    State(state): State<AppState>,
    principal: Result<Principal, ApiError>,
    request: Request,
) -> Result<Response, ApiError> {
    // Read even when nobody is signed in: a sender that is still writing does not hear the answer.
    let body = body::read(request.into_body(), REQUEST_BYTES_MAX).await;
    let principal = principal?;
    let mut request = SyncRequest::parse(&body?).map_err(|error| match error {
        ProtocolError::TooLarge => ApiError::too_large(),
        ProtocolError::UnknownVersion(_) => ApiError::unknown_version(),
        ProtocolError::Unreadable(reason) => {
            tracing::debug!(reason, "unreadable sync request");
            ApiError::malformed()
        }
    })?;
    check_limits(&mut request)?;
    let directory = state.directory.current(&*state.storage).await?;
    let now_ms = state.clock.now_ms();
    let cursors = std::mem::take(&mut request.cursors);

    let (receipts, expect) = if request.ops.is_empty() {
        (
            Vec::new(),
            greet(&state, &principal, request, now_ms).await?,
        )
    } else {
        let policy = PersonPolicy {
            directory: Arc::clone(&directory),
            grants: principal.grants.clone(),
        };
        let author = principal.user.clone();
        let push = Push {
            request,
            author,
            policy: Arc::new(policy),
            now_ms,
            new_scopes: Vec::new(),
        };
        let pushed = state.storage.push(push).await?;
        (pushed.receipts, pushed.expect)
    };
    let asked: Vec<_> = cursors.keys().cloned().collect();
    let heads = state.storage.heads(&asked).await?;
    let reply = SyncReply {
        protocol: VERSION,
        epoch: heads.epoch,
        now_ms,
        expect,
        backed_up: None,
        receipts,
        scopes: pull(&state, &principal, &directory, &heads, cursors).await?,
    };
    Ok(([(header::CACHE_CONTROL, "no-store")], axum::Json(reply)).into_response())
}

fn check_limits(request: &mut SyncRequest) -> Result<(), ApiError> {
    let names = [request.device.as_str(), request.incarnation.as_str()];
    if names
        .iter()
        .any(|it| it.is_empty() || it.len() > NAME_BYTES_MAX)
    {
        return Err(ApiError::malformed());
    }
    if request.cursors.len() > CURSORS_MAX {
        return Err(ApiError::too_large());
    }
    request.unsent = request.unsent.min(UNSENT_MAX);
    if request.app.len() > NAME_BYTES_MAX {
        let end = request.app.floor_char_boundary(NAME_BYTES_MAX);
        request.app.truncate(end);
    }
    Ok(())
}

/// A call without operations: what is expected next of the device, and a note that it called when that is news.
async fn greet(
    state: &AppState,
    principal: &Principal,
    request: SyncRequest,
    now_ms: i64,
) -> Result<OpSeq, ApiError> {
    let known = state
        .storage
        .device(&request.device, &request.incarnation)
        .await?;
    let high = known.as_ref().and_then(|it| it.high);
    let contact = Contact {
        device: request.device,
        incarnation: request.incarnation,
        user: principal.user.clone(),
        at_ms: now_ms,
        unsent: request.unsent,
        clock_skew_ms: request.now_ms.saturating_sub(now_ms),
        app: request.app,
    };
    if known.is_none_or(|it| is_news(&it.contact, &contact)) {
        state.storage.note_contact(contact);
    }
    Ok(high.and_then(OpSeq::next).unwrap_or(OpSeq::FIRST))
}

fn is_news(known: &Contact, now: &Contact) -> bool {
    now.at_ms.saturating_sub(known.at_ms).unsigned_abs() >= CONTACT_EVERY_MS.unsigned_abs()
        || now.clock_skew_ms.abs_diff(known.clock_skew_ms) >= SKEW_NEWS_MS.unsigned_abs()
        || (now.unsent, &now.user, &now.app) != (known.unsent, &known.user, &known.app)
}

/// What each scope holds after the phone's cursor.
async fn pull(
    state: &AppState,
    principal: &Principal,
    directory: &Directory,
    heads: &Heads,
    cursors: BTreeMap<sync::Scope, Cursor>,
) -> Result<BTreeMap<sync::Scope, ScopePull>, ApiError> {
    let mut scopes = BTreeMap::new();
    for (scope, from) in cursors {
        let readable = may_read(&principal.grants, directory.tree(), &scope);
        let pull = match heads.cursor(&scope).filter(|_| readable) {
            None => ScopePull::Denied,
            Some(head) if from.epoch != head.epoch || from.seq > head.seq => ScopePull::Reset,
            Some(head) if from.seq == head.seq => ScopePull::Entries {
                cursor: from,
                entries: Vec::new(),
                more: false,
            },
            Some(head) => {
                let entries = state
                    .storage
                    .entries(&scope, from.seq, REPLY_ENTRIES_MAX)
                    .await?;
                let seq = entries.last().map_or(from.seq, |it| it.server_seq);
                let cursor = Cursor {
                    epoch: head.epoch,
                    seq,
                };
                ScopePull::Entries {
                    cursor,
                    entries,
                    more: seq < head.seq,
                }
            }
        };
        scopes.insert(scope, pull);
    }
    Ok(scopes)
}
