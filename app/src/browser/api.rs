//! Calls to our server. Anything but a well-formed answer of ours counts as "no path to the server".

use std::cell::RefCell;

use gloo_net::http::{Method, RequestBuilder, Response};
use gloo_timers::callback::Timeout;
use js_sys::{Array, Function, Reflect, Uint8Array};
use serde_json::Value;
use sync::wire::{Fields, Wire as _, WireError};
use sync::{Cursor, Failure, Page, PageWanted, Snapshot, SyncReply, SyncRequest};
use wasm_bindgen::JsCast as _;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Blob, ReadableWritablePair};

use crate::error::AppError;
use crate::session::Me;

/// A slow line may take long for a batch; past this the line counts as dead.
const TIMEOUT_MS: u32 = 45_000;
/// Shorter bodies do not gain from compression.
const COMPRESS_FROM_BYTES: usize = 1_024;

thread_local! {
    /// Whose book this tab has open, percent-encoded.
    static PERSON: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// From here on every request says whose work it carries: under somebody else's session the server does none of it.
pub(crate) fn speak_for(user: &str) {
    PERSON.set(Some(js_sys::encode_uri_component(user).into()));
}

/// One round trip of `POST /api/v1/sync`.
pub(crate) async fn sync(request: &SyncRequest) -> Result<SyncReply, Failure> {
    let body = request.to_json().into_bytes();
    let builder = RequestBuilder::new("/api/v1/sync")
        .method(Method::POST)
        .header("content-type", "application/json");
    let compressed = if body.len() >= COMPRESS_FROM_BYTES {
        gzip(&body).await
    } else {
        None
    };
    let (builder, body) = match compressed {
        Some(it) => (builder.header("content-encoding", "gzip"), it),
        None => (builder, Uint8Array::from(body.as_slice())),
    };
    let response = send(builder, Some(body))
        .await
        .map_err(|_| Failure::Unreachable)?;
    match response.status() {
        401 => return Err(signed_out_or_unreachable(response).await),
        400 if refusal(&response).await.is_some() => return Err(Failure::NotUnderstood),
        _ => {}
    }
    let bytes = read(response).await.map_err(|_| Failure::Unreachable)?;
    SyncReply::parse(&bytes).map_err(|_| Failure::Unreachable)
}

/// What became of a page that was asked for.
pub(crate) enum Fetched {
    /// With its text as it came, where that is a page's.
    Page(Box<Page>, Option<String>),
    /// The server has no more of that snapshot.
    Gone,
    /// The person may not read the scope any more.
    Denied,
}

/// A page of a scope's snapshot.
pub(crate) async fn page(wanted: &PageWanted) -> Result<Fetched, Failure> {
    let PageWanted { scope, at } = wanted;
    let path = match at {
        None => format!("/api/v1/pages/{scope}"),
        Some((Cursor { epoch, seq }, number)) => {
            format!("/api/v1/pages/{scope}/{}-{}/{number}", epoch.0, seq.0)
        }
    };
    match (fetch(&path).await?, at) {
        (Body::Bytes(bytes), _) => {
            let page = Page::from_json_bytes(&bytes);
            read_page(page, String::from_utf8(bytes).ok())
        }
        (Body::Denied, _) => Ok(Fetched::Denied),
        (Body::Missing, Some(_)) => Ok(Fetched::Gone),
        // A server of the first release knows no pages.
        (Body::Missing, None) => match fetch(&format!("/api/v1/snapshot/{scope}")).await? {
            Body::Bytes(bytes) => {
                read_page(Snapshot::from_json_bytes(&bytes).map(Page::from), None)
            }
            Body::Denied => Ok(Fetched::Denied),
            Body::Missing => Err(Failure::Unreachable),
        },
    }
}

fn read_page(read: Result<Page, WireError>, text: Option<String>) -> Result<Fetched, Failure> {
    read.map(|it| Fetched::Page(Box::new(it), text))
        .map_err(|_| Failure::Unreachable)
}

enum Body {
    Bytes(Vec<u8>),
    Missing,
    Denied,
}

async fn fetch(path: &str) -> Result<Body, Failure> {
    let response = send(RequestBuilder::new(path), None)
        .await
        .map_err(|_| Failure::Unreachable)?;
    match response.status() {
        401 => return Err(signed_out_or_unreachable(response).await),
        403 if refusal(&response).await.is_some() => return Ok(Body::Denied),
        404 if refusal(&response).await.is_some() => return Ok(Body::Missing),
        _ => {}
    }
    read(response)
        .await
        .map(Body::Bytes)
        .map_err(|_| Failure::Unreachable)
}

/// Who the server thinks is signed in.
pub(crate) async fn me() -> Result<Me, AppError> {
    let response = send(RequestBuilder::new("/api/v1/me"), None).await?;
    answer(response).await
}

/// Signs in again without leaving the page, so that unsent work goes on its way.
pub(crate) async fn sign_in(user: &str, password: &str) -> Result<Me, AppError> {
    let mut body = Fields::new();
    body.put("user", user.into());
    body.put("password", password.into());
    let body = Value::from(body).to_json();
    let builder = RequestBuilder::new("/api/v1/sign-in")
        .method(Method::POST)
        .header("content-type", "application/json")
        .header("accept", "application/json");
    let response = send(builder, Some(Uint8Array::from(body.as_bytes()))).await?;
    answer(response).await
}

/// Ends the session on the server; the phone's data stay.
pub(crate) async fn sign_out() -> Result<(), AppError> {
    let builder = RequestBuilder::new("/api/v1/sign-out")
        .method(Method::POST)
        .header("accept", "application/json");
    send(builder, None).await.map(|_| ())
}

async fn send(builder: RequestBuilder, body: Option<Uint8Array>) -> Result<Response, AppError> {
    let abort = AbortController::new().map_err(|_| AppError::Unreachable)?;
    let signal = abort.signal();
    let _timer = Timeout::new(TIMEOUT_MS, move || abort.abort());
    let mut builder = builder.abort_signal(Some(&signal));
    if let Some(person) = PERSON.with_borrow(Clone::clone) {
        builder = builder.header("sotay-user", &person);
    }
    let request = match body {
        Some(body) => builder.body(body),
        None => builder.build(),
    };
    let request = request.map_err(|_| AppError::Unreachable)?;
    request.send().await.map_err(|_| AppError::Unreachable)
}

async fn read(response: Response) -> Result<Vec<u8>, AppError> {
    if !response.ok() {
        return Err(AppError::Unreachable);
    }
    response.binary().await.map_err(|_| AppError::Unreachable)
}

async fn answer(response: Response) -> Result<Me, AppError> {
    if response.ok() {
        return Me::from_json_bytes(&read(response).await?).map_err(|_| AppError::Unreachable);
    }
    Err(match refusal(&response).await.as_deref() {
        Some("wrong_credentials") => AppError::WrongCredentials,
        Some("too_many_tries") => AppError::TooManyTries,
        Some("signed_out") => AppError::SignedOut,
        Some("forbidden") => AppError::Forbidden,
        Some("malformed") => AppError::Malformed,
        Some(_) => AppError::Server,
        None => AppError::Unreachable,
    })
}

/// The code of a refusal in our own shape; `None` for a captive portal's page.
async fn refusal(response: &Response) -> Option<String> {
    let bytes = response.binary().await.ok()?;
    Fields::read(Value::from_json_bytes(&bytes).ok()?)
        .ok()?
        .take("code")
        .ok()
}

async fn signed_out_or_unreachable(response: Response) -> Failure {
    match refusal(&response).await.as_deref() {
        Some("signed_out") => Failure::SignedOut,
        _ => Failure::Unreachable,
    }
}

/// `None` where the browser has no `CompressionStream`; the body then goes as it is.
async fn gzip(body: &[u8]) -> Option<Uint8Array> {
    let class = Reflect::get(&js_sys::global(), &"CompressionStream".into()).ok()?;
    let class = class.dyn_into::<Function>().ok()?;
    let stream = Reflect::construct(&class, &Array::of1(&"gzip".into())).ok()?;
    let blob = Blob::new_with_u8_array_sequence(&Array::of1(&Uint8Array::from(body))).ok()?;
    // The stream is itself a pair of a readable and a writable end.
    let readable = blob
        .stream()
        .pipe_through(stream.unchecked_ref::<ReadableWritablePair>());
    let response = web_sys::Response::new_with_opt_readable_stream(Some(&readable)).ok()?;
    let buffer = JsFuture::from(response.array_buffer().ok()?).await.ok()?;
    Some(Uint8Array::new(&buffer))
}
