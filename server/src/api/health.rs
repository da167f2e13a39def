//! `GET /healthz`: whether the server can read its store.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::error::ApiError;
use crate::state::AppState;

/// 200 with build and epoch, or 503.
pub async fn show_health(State(state): State<AppState>) -> Result<Response, ApiError> {
    let heads = state.storage.heads(&[]).await?;
    let body =
        serde_json::json!({ "status": "ok", "build": state.site.build(), "epoch": heads.epoch });
    Ok(([(header::CACHE_CONTROL, "no-store")], axum::Json(body)).into_response())
}
