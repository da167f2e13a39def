//! The seam to the pages of `app`: who may see which page, and what it starts from. Words and markup are `app`'s.

use app::board::{BoardData, BoardRow, UnitData, UnitEvent, board_page, unit_page};
use app::error::AppError;
use app::session::{Assets, BootData};
use app::shell::{app_page, error_page, offline_shell, sign_in_page};
use app::words::{Language, Words};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use leptos::prelude::{IntoView, Owner, RenderHtml};
use serde::Deserialize;
use sync::Scope;

use crate::accounts::principal::Principal;
use crate::api::error::{ApiError, code};
use crate::api::sign_in::{safe_next, see_other};
use crate::api::snapshot::named_scope;
use crate::api::{Route, me};
use crate::projections::{board, unit};
use crate::state::AppState;
use crate::storage::{SNAPSHOT_HISTORY_MAX, StorageError};

/// A page holds a person's data as of now: no cache may keep it.
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
/// Name of the cookie that chooses the language.
const LANGUAGE_COOKIE: &str = "sotay_language";
/// Pages of the phone app, all rendered by the same component.
const APP_PAGES: [&str; 8] = [
    "/",
    "/tasks",
    "/tasks/{id}",
    "/schedule",
    "/decoration",
    "/decoration/{id}",
    "/more",
    "/more/sync",
];

/// Every page.
#[must_use]
pub fn routes() -> Vec<Route> {
    let mut routes: Vec<Route> = APP_PAGES
        .map(|path| Route::new(Method::GET, path, || get(show_app)))
        .into();
    routes.push(Route::new(Method::GET, "/sign-in", || get(show_sign_in)));
    routes.push(Route::new(Method::GET, "/board", || get(show_board)));
    routes.push(Route::new(Method::GET, "/board/{unit}", || get(show_unit)));
    routes
}

/// Lets views spawn on tokio. Further calls change nothing.
pub fn prepare() {
    // An error says that it was done before.
    let _ = any_spawner::Executor::init_tokio();
}

/// The page that the service worker keeps: the same for everybody.
#[must_use]
pub fn shell(assets: &Assets) -> String {
    render(|| offline_shell(assets, Words::default()))
}

/// What a page cannot be shown for.
enum Refusal {
    /// Sign in first, then come back.
    SignedOut,
    /// Say what is wrong.
    Error(StatusCode, AppError),
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        match error.code {
            code::SIGNED_OUT => Self::SignedOut,
            code::FORBIDDEN => Self::Error(error.status, AppError::Forbidden),
            code::NOT_FOUND => Self::Error(error.status, AppError::NotFound),
            _ => Self::Error(error.status, AppError::Server),
        }
    }
}

impl From<StorageError> for Refusal {
    fn from(error: StorageError) -> Self {
        ApiError::from(error).into()
    }
}

/// The phone app. Needs a session.
async fn show_app(
    State(state): State<AppState>,
    principal: Result<Principal, ApiError>,
    request: Request,
) -> Response {
    let words = words(request.headers());
    let boot = match principal.map_err(Refusal::from) {
        Ok(principal) => boot_data(&state, &principal).await,
        Err(refusal) => Err(refusal),
    };
    match boot {
        Ok(boot) => {
            let (site, path) = (state.site.clone(), request.uri().path().to_owned());
            let view = move || app_page(boot.clone(), &path, site.entries(), words);
            let mut response = leptos_axum::render_app_async(view)(request).await;
            response
                .headers_mut()
                .insert(header::CACHE_CONTROL, NO_STORE);
            response
        }
        Err(refusal) => finish(&state, words, request.uri(), Err(refusal)),
    }
}

/// What a person's page starts from: their own unit; the library follows by sync.
async fn boot_data(state: &AppState, principal: &Principal) -> Result<BootData, Refusal> {
    let me = me::of(state, principal).await?;
    let snapshot = state
        .storage
        .snapshot(&me.unit, SNAPSHOT_HISTORY_MAX)
        .await?;
    Ok(BootData {
        me,
        today: state.clock.today(),
        snapshots: vec![snapshot],
    })
}

#[derive(Default, Deserialize)]
struct SignInQuery {
    #[serde(default)]
    next: String,
    #[serde(default)]
    error: String,
}

/// The sign-in page, or the page after it for who is signed in already.
async fn show_sign_in(
    State(state): State<AppState>,
    principal: Result<Principal, ApiError>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    // A query that cannot be read is as good as none.
    let SignInQuery { next, error } =
        serde_urlencoded::from_str(uri.query().unwrap_or("")).unwrap_or_default();
    let next = safe_next(&next).to_owned();
    if principal.is_ok() && error.is_empty() {
        return see_other(&next);
    }
    let error = match error.as_str() {
        "" => None,
        code::WRONG_CREDENTIALS => Some(AppError::WrongCredentials),
        code::TOO_MANY_TRIES => Some(AppError::TooManyTries),
        code::FORBIDDEN => Some(AppError::Forbidden),
        code::MALFORMED => Some(AppError::Malformed),
        _ => Some(AppError::Server),
    };
    let words = words(&headers);
    let page = render(|| sign_in_page(state.site.entries(), words, next, error));
    html(StatusCode::OK, page)
}

/// The board. Needs a role that reaches below its unit.
async fn show_board(
    State(state): State<AppState>,
    principal: Result<Principal, ApiError>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let words = words(&headers);
    let page = async {
        let data = board_data(&state, &principal?).await?;
        Ok(render(|| board_page(&data, state.site.entries(), words)))
    };
    finish(&state, words, &uri, page.await)
}

async fn board_data(state: &AppState, principal: &Principal) -> Result<BoardData, Refusal> {
    let me = me::of(state, principal).await?;
    if !me.board {
        return Err(ApiError::forbidden().into());
    }
    let directory = state.directory.current(&*state.storage).await?;
    let board = board::load(state, &principal.grants).await?;
    let row = |it: board::BoardRow| BoardRow {
        unit: it.unit.to_string(),
        name: it.counted.plan.short_name().to_owned(),
        congress: it.counted.congress.clone(),
        progress: it.counted.progress,
        last_contact_ms: it.contact.as_ref().map(|it| it.last_contact_ms),
        unsent_reported: it.contact.as_ref().map_or(0, |it| it.unsent),
        lost_unsent: it.contact.map_or(0, |it| it.lost_unsent),
    };
    Ok(BoardData {
        title_unit: directory
            .unit(&me.unit)
            .map_or_else(String::new, |it| it.short_name().to_owned()),
        viewer: me.name,
        today: board.today,
        now_ms: state.clock.now_ms(),
        rows: board.rows.into_iter().map(row).collect(),
    })
}

/// A unit of the board. Needs the right to read it.
async fn show_unit(
    State(state): State<AppState>,
    principal: Result<Principal, ApiError>,
    path: Result<Path<String>, PathRejection>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let words = words(&headers);
    let page = async {
        let data = unit_data(&state, &principal?, &named_scope(path)?).await?;
        Ok(render(|| unit_page(&data, state.site.entries(), words)))
    };
    finish(&state, words, &uri, page.await)
}

async fn unit_data(
    state: &AppState,
    principal: &Principal,
    unit: &Scope,
) -> Result<UnitData, Refusal> {
    let loaded = unit::load(state, &principal.grants, unit)
        .await?
        .ok_or(ApiError::forbidden())?;
    let today = state.clock.today();
    let event = |it: unit::Line| UnitEvent {
        title: it.title.unwrap_or_else(|| it.entry.op.record.to_string()),
        author: it.author_name,
        entry: it.entry,
    };
    Ok(UnitData {
        progress: loaded.handbook.progress(today),
        name: loaded.handbook.unit.short_name().to_owned(),
        congress: loaded.handbook.congress,
        today,
        now_ms: state.clock.now_ms(),
        last_contact_ms: loaded.contact.as_ref().map(|it| it.last_contact_ms),
        lost_unsent: loaded.contact.map_or(0, |it| it.lost_unsent),
        events: loaded.lines.into_iter().map(event).collect(),
    })
}

/// 404 as a page.
pub fn not_found(state: &AppState, headers: &HeaderMap) -> Response {
    let words = words(headers);
    let page = render(|| error_page(state.site.entries(), words, &AppError::NotFound));
    html(StatusCode::NOT_FOUND, page)
}

fn finish(state: &AppState, words: Words, uri: &Uri, page: Result<String, Refusal>) -> Response {
    match page {
        Ok(page) => html(StatusCode::OK, page),
        Err(Refusal::SignedOut) => {
            let next = uri.path_and_query().map_or("/", |it| it.as_str());
            // A list of text pairs always encodes.
            let query =
                serde_urlencoded::to_string([("next", safe_next(next))]).unwrap_or_default();
            see_other(&format!("/sign-in?{query}"))
        }
        Err(Refusal::Error(status, error)) => html(
            status,
            render(|| error_page(state.site.entries(), words, &error)),
        ),
    }
}

fn html(status: StatusCode, page: String) -> Response {
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        ),
        (header::CACHE_CONTROL, NO_STORE),
    ];
    (status, headers, page).into_response()
}

/// Renders a view in an owner of its own.
fn render<V: IntoView>(view: impl FnOnce() -> V) -> String {
    let owner = Owner::new_root(None);
    let html = owner.with(|| view().into_view().to_html());
    owner.cleanup();
    html
}

fn words(headers: &HeaderMap) -> Words {
    let code = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|it| it.to_str().ok())
        .flat_map(|it| it.split(';'))
        .filter_map(|it| it.trim().split_once('='))
        .find(|(name, _)| *name == LANGUAGE_COOKIE)
        .map_or("", |(_, code)| code);
    Words(Language::from_code(code))
}
