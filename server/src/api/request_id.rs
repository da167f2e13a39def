//! One id for each request, in its log lines, its answer's header and its error body.

use std::fmt::Write as _;
use std::time::Instant;

use axum::extract::Request;
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument as _;

/// Name of the header.
pub const HEADER: &str = "x-request-id";

tokio::task_local! {
    static CURRENT: String;
}

/// The id of the request being answered; empty outside of one.
#[must_use]
pub fn current() -> String {
    CURRENT.try_with(Clone::clone).unwrap_or_default()
}

/// Gives the request its id and logs how it ended. Neither query nor headers are logged: they may hold secrets.
pub async fn layer(request: Request, next: Next) -> Response {
    let id = random_id();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let span = tracing::info_span!("request", request_id = %id);
    CURRENT
        .scope(id.clone(), async move {
            let started = Instant::now();
            let mut response = next.run(request).await;
            let ms = started.elapsed().as_millis();
            let status = response.status().as_u16();
            if response.status().is_server_error() {
                tracing::warn!(%method, path, status, ms, "answered");
            } else {
                tracing::debug!(%method, path, status, ms, "answered");
            }
            if let Ok(value) = HeaderValue::from_str(&id) {
                response.headers_mut().insert(HEADER, value);
            }
            response
        })
        .instrument(span)
        .await
}

fn random_id() -> String {
    let mut bytes = [0_u8; 8];
    // Without random bytes the id is all zeros: it only helps to find log lines.
    let _ = getrandom::fill(&mut bytes);
    bytes
        .iter()
        .fold(String::with_capacity(16), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}
