//! `POST /api/v1/sync`: hello, push and pull in one round trip (`docs/protocol.md`).

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use domain::rights::may_read;
use sync::wire::{Wire as _, WrittenPull};
use sync::{
    Cursor, OpSeq, PLAIN_VERSION, ProtocolError, REPLY_ENTRIES_MAX, REQUEST_BYTES_MAX, Scope,
    ScopePull, SortedMap, SyncReply, SyncRequest, VERSION,
};

use super::error::ApiError;
use super::{body, packing};
use crate::accounts::principal::Principal;
use crate::directory::Directory;
use crate::policy::PersonPolicy;
use crate::state::AppState;
use crate::storage::{Contact, DeviceRecord, Heads, Push, Tail};

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
    let (parts, body) = request.into_parts();
    let body = body::read(body, REQUEST_BYTES_MAX).await;
    let principal = principal?;
    let body = body?;
    // Held until the answer is packed.
    let _room = state.syncs.enter(body.len()).await;
    let coming = state.storage.announce();
    let body = packing::unpack(&parts.headers, body, REQUEST_BYTES_MAX)?;
    let mut request = SyncRequest::parse(&body).map_err(|error| match error {
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
    let (protocol, incarnation) = (request.protocol.min(VERSION), request.incarnation.clone());
    let known = state.storage.device(&request.device, &incarnation).await?;
    let backed_up = known.as_ref().and_then(|it| it.backed_up);
    let (receipts, expect) = if request.ops.is_empty() {
        drop(coming);
        let expect = greet(&state, &principal, request, known, now_ms);
        (Vec::new(), expect)
    } else {
        let policy = PersonPolicy {
            directory: Arc::clone(&directory),
            grants: principal.grants.clone(),
            withdrawn: principal.withdrawn.clone(),
        };
        let author = principal.user.clone();
        let push = Push {
            request,
            author,
            policy: Arc::new(policy),
            now_ms,
            new_scopes: Vec::new(),
        };
        let pushed = state.storage.push_announced(push, coming).await?;
        (pushed.receipts, pushed.expect)
    };
    let asked: Vec<_> = cursors
        .keys()
        .filter(|it| it.may_be_a_log())
        .cloned()
        .collect();
    let heads = state.storage.heads(&asked).await?;
    let reply = SyncReply {
        protocol,
        incarnation: Some(incarnation),
        epoch: heads.epoch,
        now_ms,
        expect,
        backed_up,
        receipts,
        scopes: SortedMap::new(),
    };
    let pulls = pull(&state, &principal, &directory, &heads, cursors).await?;
    let body = if protocol > PLAIN_VERSION {
        reply.to_json_with(&pulls)
    } else {
        plain(reply, pulls)?
    };
    Ok(packing::json(&parts.headers, body))
}

/// The answer for a phone of the first release: each entry an object.
fn plain(mut reply: SyncReply, pulls: SortedMap<Scope, WrittenPull>) -> Result<String, ApiError> {
    reply.incarnation = None;
    for (scope, pull) in pulls {
        let pull = match pull {
            WrittenPull::Segments {
                cursor,
                after,
                segments,
                more,
            } => ScopePull::Entries {
                cursor,
                entries: Tail {
                    segments,
                    last: cursor.seq,
                }
                .entries(after)?,
                more,
            },
            WrittenPull::Reset => ScopePull::Reset,
            WrittenPull::Denied => ScopePull::Denied,
        };
        reply.scopes.insert(scope, pull);
    }
    Ok(reply.to_json())
}

fn check_limits(request: &mut SyncRequest) -> Result<(), ApiError> {
    let (device, incarnation) = (request.device.as_str(), request.incarnation.as_str());
    let born_of = request.born_of.as_ref().map(sync::Incarnation::as_str);
    let mut names = [device, incarnation].into_iter().chain(born_of);
    if names.any(|it| it.is_empty() || it.len() > NAME_BYTES_MAX || it.contains(char::is_control)) {
        return Err(ApiError::malformed());
    }
    if request.cursors.len() > CURSORS_MAX {
        return Err(ApiError::too_large());
    }
    request.unsent = request.unsent.min(UNSENT_MAX);
    request.app.retain(|it| !it.is_control());
    if request.app.len() > NAME_BYTES_MAX {
        let end = request.app.floor_char_boundary(NAME_BYTES_MAX);
        request.app.truncate(end);
    }
    Ok(())
}

/// A call without operations: what is expected next of the device, and a note that it called when that is news.
fn greet(
    state: &AppState,
    principal: &Principal,
    request: SyncRequest,
    known: Option<DeviceRecord>,
    now_ms: i64,
) -> OpSeq {
    let high = known.as_ref().and_then(|it| it.high);
    let contact = Contact {
        device: request.device,
        incarnation: request.incarnation,
        born_of: request.born_of,
        user: principal.user.clone(),
        at_ms: now_ms,
        unsent: request.unsent,
        clock_skew_ms: request.now_ms.saturating_sub(now_ms),
        app: request.app,
    };
    if known.is_none_or(|it| is_news(&it.contact, &contact)) {
        state.storage.note_contact(contact);
    }
    high.and_then(OpSeq::next).unwrap_or(OpSeq::FIRST)
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
    cursors: SortedMap<Scope, Cursor>,
) -> Result<SortedMap<Scope, WrittenPull>, ApiError> {
    let mut scopes = SortedMap::new();
    for (scope, from) in cursors {
        let readable = may_read(&principal.grants, directory.tree(), &scope);
        let pull = match heads.cursor(&scope).filter(|_| readable) {
            None => WrittenPull::Denied,
            Some(head) if from.epoch != head.epoch || from.seq > head.seq => WrittenPull::Reset,
            Some(head) => {
                let mut tail = Tail {
                    segments: Vec::new(),
                    last: from.seq,
                };
                if from.seq < head.seq {
                    let storage = &state.storage;
                    tail = storage
                        .segments(&scope, from.seq, REPLY_ENTRIES_MAX)
                        .await?;
                }
                WrittenPull::Segments {
                    cursor: Cursor {
                        epoch: head.epoch,
                        seq: tail.last,
                    },
                    after: from.seq,
                    more: tail.last < head.seq,
                    segments: tail.segments,
                }
            }
        };
        scopes.insert(scope, pull);
    }
    Ok(scopes)
}
