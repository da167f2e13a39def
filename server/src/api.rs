//! The HTTP surface: every route in one list, and the layers around all of them.

use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::{from_fn, from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::TimeoutLayer;

use crate::accounts::principal;
use crate::pages;
use crate::state::AppState;
use error::ApiError;

pub mod body;
pub mod cross_site;
pub mod error;
pub mod health;
pub mod me;
pub mod packing;
pub mod request_id;
pub mod sign_in;
pub mod sign_out;
pub mod snapshot;
pub mod snapshot_pages;
pub mod sync;

/// A megabyte over a bad mobile line takes minutes; past this the phone has given up too.
const REQUEST_TIME_MAX: Duration = Duration::from_mins(3);

/// One route. There is no other way into the server than [`routes`].
pub struct Route {
    /// Method.
    pub method: Method,
    /// Path, with axum's placeholders.
    pub path: &'static str,
    handler: fn() -> MethodRouter<AppState>,
}

impl Route {
    /// Names a route and who answers it.
    #[must_use]
    pub const fn new(
        method: Method,
        path: &'static str,
        handler: fn() -> MethodRouter<AppState>,
    ) -> Self {
        Self {
            method,
            path,
            handler,
        }
    }
}

/// Every route of the server.
#[must_use]
pub fn routes() -> Vec<Route> {
    let mut routes = vec![
        Route::new(Method::POST, "/api/v1/sign-in", || post(sign_in::sign_in)),
        Route::new(Method::POST, "/api/v1/sign-out", || {
            post(sign_out::sign_out)
        }),
        Route::new(Method::GET, "/api/v1/me", || get(me::show_me)),
        Route::new(Method::POST, "/api/v1/sync", || post(sync::sync)),
        Route::new(Method::GET, "/api/v1/snapshot/{scope}", || {
            get(snapshot::show_snapshot)
        }),
        Route::new(Method::GET, "/api/v1/pages/{scope}", || {
            get(snapshot_pages::show_first)
        }),
        Route::new(Method::GET, "/api/v1/pages/{scope}/{at}/{number}", || {
            get(snapshot_pages::show_numbered)
        }),
        Route::new(Method::GET, "/healthz", || get(health::show_health)),
    ];
    routes.extend(
        [
            "/sw.js",
            "/boot.js",
            "/manifest.webmanifest",
            "/shell",
            "/pkg/{*file}",
            "/icons/{*file}",
        ]
        .map(|path| Route::new(Method::GET, path, || get(show_file))),
    );
    routes.extend(pages::routes());
    routes
}

/// The server's service.
pub fn router(state: AppState) -> Router {
    routes()
        .into_iter()
        .fold(Router::new(), |router, it| {
            router.route(it.path, (it.handler)())
        })
        .fallback(show_file)
        .layer(from_fn_with_state(state.clone(), principal::layer))
        .layer(from_fn(cross_site::layer))
        .layer(CompressionLayer::new())
        .layer(TimeoutLayer::with_status_code(
            StatusCode::REQUEST_TIMEOUT,
            REQUEST_TIME_MAX,
        ))
        .layer(map_response(secure))
        .layer(CatchPanicLayer::custom(
            |_: Box<dyn std::any::Any + Send>| {
                tracing::error!("a handler panicked");
                ApiError::internal().into_response()
            },
        ))
        .layer(from_fn(request_id::layer))
        .with_state(state)
}

/// A file of the site folder, or 404: as a page for who asks for one.
async fn show_file(
    State(state): State<AppState>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let is_read = matches!(method, Method::GET | Method::HEAD);
    if let Some(found) = state.site.respond(uri.path(), &headers).filter(|_| is_read) {
        return found;
    }
    let accepts = headers
        .get(header::ACCEPT)
        .and_then(|it| it.to_str().ok())
        .unwrap_or("");
    if is_read && !uri.path().starts_with("/api/") && accepts.contains("text/html") {
        pages::not_found(&state, &headers)
    } else {
        ApiError::not_found().into_response()
    }
}

/// Headers of every answer.
async fn secure(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::CONTENT_SECURITY_POLICY, "frame-ancestors 'none'"),
    ] {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    response
}
