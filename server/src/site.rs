//! The site folder in memory: every file read once, compressed once, and named by its contents.

use std::collections::BTreeMap;
use std::path::Path;

use app::session::Assets;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

mod compress;
mod load;

/// Replaced by the build id.
const BUILD_MARK: &str = "__BUILD__";
/// Replaced by the precache list: JSON, see [`Precached`].
const PRECACHE_MARK: &str = "__PRECACHE__";
/// Replaced by the address of the JavaScript glue.
const JS_MARK: &str = "__JS__";
/// Replaced by the address of the wasm module.
const WASM_MARK: &str = "__WASM__";
/// Letters of the build id.
const BUILD_LETTERS: usize = 12;

/// One file, ready to be sent.
#[derive(Debug, Clone)]
pub struct Asset {
    content_type: &'static str,
    etag: HeaderValue,
    /// Whether the address changes with the contents.
    immutable: bool,
    plain: Bytes,
    gzip: Option<Bytes>,
    brotli: Option<Bytes>,
}

/// One line of the service worker's list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Precached {
    /// Address on this server.
    pub url: String,
    /// What a phone downloads for it, in bytes.
    pub bytes: usize,
}

/// Every file of one build.
#[derive(Debug, Clone)]
pub struct Site {
    assets: BTreeMap<String, Asset>,
    entries: Assets,
    precache: Vec<Precached>,
}

/// What of the site is not in its folder.
pub struct Made<'a> {
    /// The style sheet.
    pub style: &'a str,
    /// Renders the page that the service worker answers later navigations with.
    pub shell: &'a dyn Fn(&Assets) -> String,
}

impl Site {
    /// Reads a site folder; compressed files are kept in `cache_folder` for the next start.
    ///
    /// # Errors
    /// When the folder cannot be read. An unusable cache folder only costs time.
    pub fn load(folder: &Path, cache_folder: &Path, made: &Made<'_>) -> std::io::Result<Self> {
        load::site(folder, cache_folder, made)
    }

    /// First letters of a SHA-256 over the names and contents of all files.
    #[must_use]
    pub fn build(&self) -> &str {
        &self.entries.build
    }

    /// The build and the files that every page names.
    #[must_use]
    pub fn entries(&self) -> &Assets {
        &self.entries
    }

    /// What the service worker keeps.
    #[must_use]
    pub fn precache(&self) -> &[Precached] {
        &self.precache
    }

    /// Answers for a file of the site; `None` when there is none at that path.
    #[must_use]
    pub fn respond(&self, path: &str, request: &HeaderMap) -> Option<Response> {
        let asset = self.assets.get(path)?;
        let mut response = if is_current(&asset.etag, request) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            asset.body(request)
        };
        let headers = response.headers_mut();
        headers.insert(header::ETAG, asset.etag.clone());
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        let cache = if asset.immutable {
            "public, max-age=31536000, immutable"
        } else {
            // Asked for again each time: an ETag makes that cheap.
            "no-cache"
        };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
        if path == "/sw.js" {
            headers.insert("service-worker-allowed", HeaderValue::from_static("/"));
        }
        Some(response)
    }
}

impl Asset {
    fn body(&self, request: &HeaderMap) -> Response {
        let (bytes, encoding) =
            if let Some(it) = self.brotli.as_ref().filter(|_| accepts(request, "br")) {
                (it, Some("br"))
            } else if let Some(it) = self.gzip.as_ref().filter(|_| accepts(request, "gzip")) {
                (it, Some("gzip"))
            } else {
                (&self.plain, None)
            };
        let mut response = Body::from(bytes.clone()).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static(self.content_type),
        );
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
        if let Some(encoding) = encoding {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        response
    }
}

/// Whether the asker has this version already.
#[must_use]
pub fn is_current(etag: &HeaderValue, request: &HeaderMap) -> bool {
    let Ok(etag) = etag.to_str() else {
        return false;
    };
    request
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|it| it.to_str().ok())
        .flat_map(|it| it.split(','))
        .any(|it| {
            it.trim() == "*" || it.trim().trim_start_matches("W/") == etag.trim_start_matches("W/")
        })
}

/// Whether the asker takes an encoding.
#[must_use]
pub fn accepts(request: &HeaderMap, encoding: &str) -> bool {
    request
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|it| it.to_str().ok())
        .flat_map(|it| it.split(','))
        .any(|it| {
            let mut parts = it.split(';').map(str::trim);
            let is_it = parts
                .next()
                .is_some_and(|name| name.eq_ignore_ascii_case(encoding));
            is_it && !parts.any(|it| matches!(it, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
        })
}

#[cfg(test)]
mod tests;
