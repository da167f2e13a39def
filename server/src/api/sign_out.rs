//! `POST /api/v1/sign-out`: ends the session. What the phone holds is the phone's matter.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::error::ApiError;
use super::sign_in::see_other;
use crate::accounts::session::{Token, ended_cookies};
use crate::state::AppState;

/// Ends the session, whether there is one or not: 204, or 303 to the sign-in page for a form.
pub async fn sign_out(
    State(state): State<AppState>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    if let Some(token) = Token::of_request(&headers) {
        state.storage.close_session(token.hash()).await?;
    }
    let is_form = headers.get(header::CONTENT_TYPE).is_some_and(|it| {
        it.as_bytes()
            .starts_with(b"application/x-www-form-urlencoded")
    });
    let mut response = if is_form {
        see_other("/sign-in")
    } else {
        StatusCode::NO_CONTENT.into_response()
    };
    let cookies = ended_cookies(state.is_secure(&headers)).ok_or_else(ApiError::internal)?;
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}
