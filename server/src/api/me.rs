//! `GET /api/v1/me`: who is signed in, and what their phone keeps.

use app::session::Me;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::error::ApiError;
use crate::accounts::principal::Principal;
use crate::state::AppState;

/// Answers with [`Me`]; `signed_out` when nobody is.
pub async fn show_me(
    State(state): State<AppState>,
    principal: Principal,
) -> Result<Response, ApiError> {
    let me = of(&state, &principal).await?;
    Ok(([(header::CACHE_CONTROL, "no-store")], axum::Json(me)).into_response())
}

/// What the phone of a person needs to know. Their own unit is that of their first grant.
///
/// # Errors
/// `forbidden` for an account without grants.
pub async fn of(state: &AppState, principal: &Principal) -> Result<Me, ApiError> {
    let grant = principal.grants.first().ok_or(ApiError::forbidden())?;
    let directory = state.directory.current(&*state.storage).await?;
    Ok(Me {
        user: principal.user.clone(),
        name: principal.name.clone(),
        role: directory.role_name(grant.role).to_owned(),
        grants: principal.grants.clone(),
        unit: grant.unit.clone(),
        library: directory.library_of(&grant.unit).clone(),
        board: principal.grants.iter().any(|it| it.role.reaches_below()),
        fixed_today: state.clock.is_fixed().then(|| state.clock.today()),
    })
}
