//! Reading a site folder, naming its build, and filling in the service worker.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use app::session::Assets;
use axum::body::Bytes;
use axum::http::HeaderValue;
use sha2::{Digest, Sha256};

use super::{
    Asset, BUILD_LETTERS, BUILD_MARK, JS_MARK, Made, PRECACHE_MARK, Precached, Site, WASM_MARK,
    compress,
};

/// Address of the static shell.
const SHELL: &str = "/shell";
/// The service worker: names all others, so it is filled in last.
const WORKER: &str = "/sw.js";
/// Starts the app; filled in with its addresses.
const BOOT: &str = "/boot.js";
/// Files beside the shell, the style and the app that a phone keeps for work without signal.
const PRECACHED: [&str; 4] = [
    BOOT,
    "/theme.js",
    "/manifest.webmanifest",
    "/icons/icon.svg",
];
/// Where cargo-leptos puts the app and its parts.
const PKG: &str = "/pkg/";
/// How the names of the app's own files begin.
const APP: &str = "/pkg/app.";
/// Deepest folder that is looked into.
const DEPTH_MAX: usize = 6;

/// A file of the folder, and when it was written.
struct File {
    bytes: Vec<u8>,
    modified: SystemTime,
}

type Files = BTreeMap<String, File>;

pub(super) fn site(folder: &Path, cache_folder: &Path, made: &Made<'_>) -> std::io::Result<Site> {
    let mut files = Files::new();
    read_folder(folder, "", 0, &mut files)?;
    let css = format!("/pkg/app.{}.css", &hex(&Sha256::digest(made.style))[..16]);
    put(&mut files, &css, made.style.to_owned());
    let mut entries = Assets {
        build: String::new(),
        css,
        js: newest(&files, ".js"),
        wasm: newest(&files, ".wasm"),
    };
    put(&mut files, SHELL, (made.shell)(&entries));
    entries.build = build_id(&files);
    put(&mut files, SHELL, (made.shell)(&entries));
    fill(&mut files, BOOT, &entries, "[]");

    let cache = compress::Cache::open(cache_folder);
    let worker = files.remove_entry(WORKER);
    let parts = parts(&files, &entries.js);
    let mut assets = assets(files, &cache);
    let precache = precache(&assets, &entries, &parts);
    if let Some((path, file)) = worker {
        let list = serde_json::to_string(&precache).map_err(std::io::Error::other)?;
        let mut files = Files::from([(path, file)]);
        fill(&mut files, WORKER, &entries, &list);
        assets.extend(self::assets(files, &cache));
    }
    Ok(Site {
        assets,
        entries,
        precache,
    })
}

fn put(files: &mut Files, path: &str, text: String) {
    let file = File {
        bytes: text.into_bytes(),
        modified: SystemTime::UNIX_EPOCH,
    };
    files.insert(path.to_owned(), file);
}

fn read_folder(
    folder: &Path,
    prefix: &str,
    depth: usize,
    files: &mut Files,
) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        // Addresses are UTF-8; hidden files are not for the public.
        let Some(name) = name.to_str().filter(|it| !it.starts_with('.')) else {
            continue;
        };
        let path = format!("{prefix}/{name}");
        let kind = entry.metadata()?;
        if kind.is_dir() && depth < DEPTH_MAX {
            read_folder(&entry.path(), &path, depth + 1, files)?;
        } else if kind.is_file() {
            let modified = kind.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            files.insert(
                path,
                File {
                    bytes: std::fs::read(entry.path())?,
                    modified,
                },
            );
        }
    }
    Ok(())
}

/// Files that the app fetches when it needs them: those that it names, and those that they name.
fn parts(files: &Files, app: &str) -> Vec<String> {
    let mut found = vec![app.to_owned()];
    let mut at = 0;
    while let Some(path) = found.get(at) {
        let text = files.get(path).map(|it| it.bytes.as_slice());
        let text = text.and_then(|it| std::str::from_utf8(it).ok());
        let is_named = |other: &&String| {
            let file = other
                .strip_prefix(PKG)
                .filter(|it| !found.contains(*other) && !it.is_empty());
            file.zip(text)
                .is_some_and(|(file, text)| text.contains(file))
        };
        let named: Vec<String> = files.keys().filter(is_named).cloned().collect();
        found.extend(named);
        at += 1;
    }
    found
}

/// The app's file of a kind. Files of earlier builds may lie beside it: the latest counts.
fn newest(files: &Files, end: &str) -> String {
    files
        .iter()
        .filter(|(path, _)| path.starts_with(APP) && path.ends_with(end))
        .max_by_key(|(_, file)| file.modified)
        .map(|(path, _)| path.clone())
        .unwrap_or_default()
}

fn build_id(files: &Files) -> String {
    let mut hash = Sha256::new();
    for (path, file) in files {
        hash.update(path.as_bytes());
        hash.update([0]);
        hash.update(Sha256::digest(&file.bytes));
    }
    let mut id = hex(&hash.finalize());
    id.truncate(BUILD_LETTERS);
    id
}

fn fill(files: &mut Files, path: &str, entries: &Assets, precache: &str) {
    if let Some(file) = files.get_mut(path)
        && let Ok(text) = std::str::from_utf8(&file.bytes)
    {
        file.bytes = text
            .replace(BUILD_MARK, &entries.build)
            .replace(PRECACHE_MARK, precache)
            .replace(JS_MARK, &entries.js)
            .replace(WASM_MARK, &entries.wasm)
            .into_bytes();
    }
}

fn precache(
    assets: &BTreeMap<String, Asset>,
    entries: &Assets,
    parts: &[String],
) -> Vec<Precached> {
    let parts = parts.iter().map(String::as_str);
    [SHELL, &entries.css, &entries.js, &entries.wasm]
        .into_iter()
        .chain(parts.filter(|it| ![entries.js.as_str(), &entries.wasm].contains(it)))
        .chain(PRECACHED)
        .filter_map(|url| {
            let asset = assets.get(url)?;
            let sent = asset.brotli.as_ref().unwrap_or(&asset.plain);
            Some(Precached {
                url: url.to_owned(),
                bytes: sent.len(),
            })
        })
        .collect()
}

/// Compresses all files on as many threads as there are cores.
fn assets(files: Files, cache: &compress::Cache) -> BTreeMap<String, Asset> {
    let queue = Mutex::new(files.into_iter());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let work = || {
            std::iter::from_fn(next)
                .map(|(path, file)| {
                    let asset = asset(&path, file.bytes, cache);
                    (path, asset)
                })
                .collect::<Vec<_>>()
        };
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        // A worker that panicked takes its files along; the rest still serves.
        workers
            .into_iter()
            .filter_map(|it| it.join().ok())
            .flatten()
            .collect()
    })
}

fn asset(path: &str, bytes: Vec<u8>, cache: &compress::Cache) -> Asset {
    let digest = hex(&Sha256::digest(&bytes));
    let (content_type, compressible) = content_type(path);
    let smaller = |it: Option<Vec<u8>>| it.filter(|it| it.len() < bytes.len()).map(Bytes::from);
    let (gzip, brotli) = if compressible {
        (
            smaller(compress::gzip(&bytes)),
            smaller(cache.brotli(&digest, &bytes)),
        )
    } else {
        (None, None)
    };
    let etag = HeaderValue::from_str(&format!("W/\"{}\"", &digest[..16]))
        .unwrap_or(HeaderValue::from_static("W/\"\""));
    let immutable = is_hashed(path);
    Asset {
        content_type,
        etag,
        immutable,
        plain: bytes.into(),
        gzip,
        brotli,
    }
}

/// Whether a file's name carries a hash of its contents, as cargo-leptos writes them: `app.H4sh….wasm`.
fn is_hashed(path: &str) -> bool {
    path.strip_prefix(PKG).is_some_and(|name| {
        name.split('.').skip(1).any(|part| {
            part.len() >= 16
                && part
                    .bytes()
                    .all(|it| it.is_ascii_alphanumeric() || b"-_".contains(&it))
        })
    })
}

/// Media type by file name, and whether it shrinks when compressed.
fn content_type(path: &str) -> (&'static str, bool) {
    match path.rsplit_once('.').map_or("html", |(_, end)| end) {
        "html" => ("text/html; charset=utf-8", true),
        "js" | "mjs" => ("text/javascript; charset=utf-8", true),
        "wasm" => ("application/wasm", true),
        "css" => ("text/css; charset=utf-8", true),
        "svg" => ("image/svg+xml", true),
        "json" | "map" => ("application/json", true),
        "webmanifest" => ("application/manifest+json", true),
        "txt" => ("text/plain; charset=utf-8", true),
        "ico" => ("image/x-icon", true),
        "png" => ("image/png", false),
        "jpg" | "jpeg" => ("image/jpeg", false),
        "webp" => ("image/webp", false),
        "woff2" => ("font/woff2", false),
        _ => ("application/octet-stream", false),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}
