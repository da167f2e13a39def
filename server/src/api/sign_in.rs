//! `POST /api/v1/sign-in`: a form of the page, or JSON of the app.

use std::net::SocketAddr;

use app::session::Me;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::error::ApiError;
use super::{body, me};
use crate::accounts::principal::Principal;
use crate::accounts::session::person_cookie;
use crate::state::AppState;

/// Longest body, in bytes.
const BODY_BYTES_MAX: usize = 8 * 1024;

#[derive(Deserialize)]
struct Credentials {
    user: String,
    password: String,
    /// Page to go to afterwards; forms only.
    #[serde(default)]
    next: String,
}

/// Opens a session. JSON: 200 with [`Me`], or an [`ApiError`]. Form: 303 to `next`, or back to the sign-in page.
pub async fn sign_in(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let is_form = parts.headers.get(header::CONTENT_TYPE).is_some_and(|it| {
        it.as_bytes()
            .starts_with(b"application/x-www-form-urlencoded")
    });
    let body = match body::read(body, BODY_BYTES_MAX).await {
        Ok(body) => body,
        Err(error) => return error.into_response(),
    };
    let credentials: Option<Credentials> = if is_form {
        serde_urlencoded::from_bytes(&body).ok()
    } else {
        serde_json::from_slice(&body).ok()
    };
    let Some(credentials) = credentials else {
        return ApiError::malformed().into_response();
    };
    let next = safe_next(&credentials.next).to_owned();
    match open(&state, peer, &parts.headers, credentials).await {
        Ok((me, cookies)) => {
            let mut response = if is_form {
                // Who oversees others has the board for a first page.
                see_other(if next == "/" && me.board {
                    "/board"
                } else {
                    &next
                })
            } else {
                ([(header::CACHE_CONTROL, "no-store")], axum::Json(me)).into_response()
            };
            for cookie in cookies {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            response
        }
        Err(error) if is_form => {
            let query = [("error", error.code), ("next", next.as_str())];
            // A list of text pairs always encodes.
            let query = serde_urlencoded::to_string(query).unwrap_or_default();
            see_other(&format!("/sign-in?{query}"))
        }
        Err(error) => error.into_response(),
    }
}

async fn open(
    state: &AppState,
    peer: SocketAddr,
    headers: &HeaderMap,
    it: Credentials,
) -> Result<(Me, [HeaderValue; 2]), ApiError> {
    let from = state.client_address(headers, peer);
    let now_ms = state.clock.now_ms();
    let storage = &*state.storage;
    let signed_in = state
        .accounts
        .sign_in(storage, &it.user, it.password, from, now_ms)
        .await;
    let (user, token) = signed_in?;
    let principal = Principal::new(user);
    let me = me::of(state, &principal).await?;
    let secure = state.is_secure(headers);
    let cookie = token.cookie(secure).ok_or_else(ApiError::internal)?;
    let person = person_cookie(&principal.user, secure).ok_or_else(ApiError::internal)?;
    tracing::info!(user = %principal.user, "signed in");
    Ok((me, [cookie, person]))
}

/// The page to go to after sign-in: only ever one of ours.
#[must_use]
pub fn safe_next(next: &str) -> &str {
    let is_local = next.starts_with('/')
        && !next.starts_with("//")
        && !next.starts_with("/api/")
        && next.bytes().all(|it| it.is_ascii_graphic() && it != b'\\');
    if is_local { next } else { "/" }
}

/// 303 to a page of ours.
pub fn see_other(location: &str) -> Response {
    let location = HeaderValue::from_str(location).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

#[cfg(test)]
mod tests {
    use super::safe_next;

    #[test]
    fn next_never_leaves_the_site() {
        assert_eq!(safe_next("/tasks/CV-01?x=1"), "/tasks/CV-01?x=1");
        for bad in [
            "",
            "https://a.vn",
            "//a.vn",
            "/\\a.vn",
            "/a\r\nX: y",
            "tasks",
            "/\tx",
            "/api/v1/me",
        ] {
            assert_eq!(safe_next(bad), "/", "{bad:?}");
        }
    }
}
