//! The signed-in person of a request, and the layer that finds them by the session cookie.

use axum::extract::{FromRequestParts, Request, State};
use axum::http::header;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::rights::{Grant, Role};
use sync::AuthorId;

use super::session::{self, Token};
use crate::api::error::ApiError;
use crate::state::AppState;
use crate::storage::UserRecord;

/// The signed-in person. As an extractor: `signed_out` when there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// Account id.
    pub user: AuthorId,
    /// Name to show.
    pub name: String,
    /// What they may do where.
    pub grants: Vec<Grant>,
    /// What they might do once, each until when (milliseconds since 1970): what they wrote then is judged by it.
    pub withdrawn: Vec<(Grant, i64)>,
}

impl Principal {
    /// The person of an account. Grants of roles that this build does not know give nothing.
    #[must_use]
    pub fn new(user: UserRecord) -> Self {
        let (mut grants, mut withdrawn) = (Vec::new(), Vec::new());
        for stored in user.grants {
            let Some(role) = Role::parse(&stored.role) else {
                continue;
            };
            let unit = stored.unit;
            let grant = Grant { role, unit };
            match stored.until_ms {
                None => grants.push(grant),
                Some(until_ms) => withdrawn.push((grant, until_ms)),
            }
        }
        Self {
            user: user.name,
            name: user.display_name,
            grants,
            withdrawn,
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Principal {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or(ApiError::signed_out())
    }
}

/// Finds the person by the cookie, and moves the session's end while it is in use.
pub async fn layer(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let Some(token) = Token::of_request(request.headers()) else {
        return next.run(request).await;
    };
    let now_ms = state.clock.now_ms();
    let session = match state.storage.session(token.hash(), now_ms).await {
        // What one person's phone keeps is not sent in another's name: it waits, as if nobody were signed in.
        Ok(Some(session)) if session::is_for_another(request.headers(), &session.user.name) => {
            return next.run(request).await;
        }
        Ok(Some(session)) => session,
        Ok(None) => return next.run(request).await,
        Err(error) => return ApiError::from(error).into_response(),
    };
    let secure = state.is_secure(request.headers());
    request
        .extensions_mut()
        .insert(Principal::new(session.user));
    let mut response = next.run(request).await;
    if let Some(end_ms) = session::extended_ms(session.expires_ms, now_ms)
        // An answer that sets the cookie itself (sign-out) has the last word.
        && !response.headers().contains_key(header::SET_COOKIE)
        && state.storage.extend_session(token.hash(), end_ms).await.is_ok()
        && let Some(cookie) = token.cookie(secure)
    {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
