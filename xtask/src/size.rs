//! `cargo xtask bench size`: what a phone has to fetch, against the goals.
//!
//! Counts what a real server hands out to a signed-in phone, compressed by brotli at its best, as the
//! server compresses it. kB are 1000 bytes.

use std::collections::BTreeSet;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::json;

use crate::http::{Reply, request};
use crate::process::Guarded;
use crate::release;
use crate::workspace::Workspace;

/// Account of the demo district; see README.md.
const DEMO_USER: &str = "tuyengiao.hongthuong";
const DEMO_PASSWORD: &str = "dai-hoi-2020";

/// The first page of a phone.
const FIRST_ROUTE: &str = "/tasks";

const START_LIMIT: Duration = Duration::from_mins(1);

/// A number that must not grow: the goal, and beyond it the limit at which the build fails.
struct Budget {
    name: &'static str,
    bytes: usize,
    goal: usize,
    limit: usize,
}

/// Measures, prints the table, and fails beyond a limit. Gives a line for the summary.
pub fn bench(workspace: &Workspace) -> Result<String> {
    let site = Site::start(workspace)?;
    let page = site.get(FIRST_ROUTE)?;
    let html = String::from_utf8(page.body).context("the page is not UTF-8")?;

    let mut parts = vec![(format!("{FIRST_ROUTE} (HTML)"), brotli(html.as_bytes())?)];
    let mut found = BTreeSet::new();
    let mut waiting: Vec<String> = assets_of(&html).into_iter().collect();
    while let Some(path) = waiting.pop() {
        if found.insert(path.clone()) {
            let body = site.get(&path)?.body;
            if has_extension(&path, "js") {
                // A script names further ones, as the boot script does with the wasm.
                waiting.extend(assets_of(&String::from_utf8_lossy(&body)));
            }
            parts.push((path, brotli(&body)?));
        }
    }
    let first_route = parts.iter().map(|(_, bytes)| bytes).sum();
    let is_wasm = |path: &str| Path::new(path).extension().is_some_and(|it| it == "wasm");
    let wasm: usize = parts
        .iter()
        .filter(|(path, _)| is_wasm(path))
        .map(|(_, bytes)| bytes)
        .sum();
    ensure!(wasm > 0, "{FIRST_ROUTE} asks for no wasm");

    let worker = site.get("/sw.js")?.body;
    let worker_bytes = brotli(&worker)?;
    let mut precache = 0;
    for path in precached(&String::from_utf8_lossy(&worker)) {
        precache += brotli(&site.get(&path)?.body)?;
    }
    ensure!(
        precache > 0,
        "/sw.js keeps nothing: its list was not recognised"
    );

    println!("\nbrotli 11, bytes:");
    for (path, bytes) in &parts {
        println!("  {bytes:>9}  {path}");
    }
    println!("  {worker_bytes:>9}  /sw.js\n");
    let budgets = [
        Budget {
            name: "wasm",
            bytes: wasm,
            goal: 200_000,
            limit: 240_000,
        },
        Budget {
            name: "first route",
            bytes: first_route,
            goal: 240_000,
            limit: 290_000,
        },
        Budget {
            name: "precache",
            bytes: precache,
            goal: 450_000,
            limit: 540_000,
        },
    ];
    println!("  {:<12} {:>9} {:>9} {:>9}", "", "kB", "goal", "limit");
    for it in &budgets {
        let mark = match it.bytes {
            bytes if bytes > it.limit => "TOO LARGE",
            bytes if bytes > it.goal => "over the goal",
            _ => "",
        };
        println!(
            "  {:<12} {:>9} {:>9} {:>9}  {mark}",
            it.name,
            kilobytes(it.bytes),
            kilobytes(it.goal),
            kilobytes(it.limit),
        );
    }
    let too_large: Vec<&str> = budgets
        .iter()
        .filter(|it| it.bytes > it.limit)
        .map(|it| it.name)
        .collect();
    ensure!(
        too_large.is_empty(),
        "beyond the limit: {}",
        too_large.join(", ")
    );
    Ok(budgets
        .map(|it| {
            format!(
                "{} {} of {} kB",
                it.name,
                kilobytes(it.bytes),
                kilobytes(it.goal)
            )
        })
        .join(", "))
}

/// A server with the demo district in a folder of its own, and a signed-in session.
struct Site {
    server: SocketAddr,
    cookie: String,
    _process: Guarded,
}

impl Site {
    fn start(workspace: &Workspace) -> Result<Self> {
        let data = workspace.target.join("xtask/bench-data");
        if data.exists() {
            fs::remove_dir_all(&data)?;
        }
        fs::create_dir_all(&data)?;
        // Free a moment ago; the server fails loudly if another program was quicker.
        let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        let log = fs::File::create(workspace.target.join("xtask/bench-server.log"))?;
        let mut command = release::server_command(workspace, &server.to_string(), &data, true);
        let child = command
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("{}: build first", workspace.server().display()))?;
        let mut process = Guarded(child);
        let start = Instant::now();
        while !request(server, "GET", "/healthz", &[], &[]).is_ok_and(|it| it.status == 200) {
            if process.0.try_wait()?.is_some() || start.elapsed() > START_LIMIT {
                let log = fs::read_to_string(workspace.target.join("xtask/bench-server.log"));
                bail!("the server did not start:\n{}", log.unwrap_or_default());
            }
            thread::sleep(Duration::from_millis(50));
        }
        let body = json!({ "user": DEMO_USER, "password": DEMO_PASSWORD }).to_string();
        let json = [("content-type", "application/json")];
        let reply = request(server, "POST", "/api/v1/sign-in", &json, body.as_bytes())?
            .ok("signing in as the demo officer")?;
        let cookie = reply
            .header("set-cookie")
            .context("signing in set no cookie")?;
        let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        Ok(Self {
            server,
            cookie,
            _process: process,
        })
    }

    fn get(&self, path: &str) -> Result<Reply> {
        request(self.server, "GET", path, &[("cookie", &self.cookie)], &[])?.ok(path)
    }
}

/// Which files of ours a page or a script names: style sheets, fonts, scripts and the wasm.
fn assets_of(text: &str) -> BTreeSet<String> {
    let mut assets = BTreeSet::new();
    for quote in ['"', '\''] {
        for word in text.split(quote) {
            let is_asset = ["css", "js", "mjs", "wasm", "woff2"]
                .iter()
                .any(|extension| has_extension(word, extension));
            if is_asset && word.starts_with('/') && !word.contains([' ', '<', '{', '\n']) {
                assets.insert(word.to_owned());
            }
        }
    }
    // The worker comes after the page is up and is counted on its own.
    assets.remove("/sw.js");
    assets
}

fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path)
        .extension()
        .is_some_and(|it| it == extension)
}

/// The addresses in the list that the server wrote into the worker: its first array of `{"url": …}`.
fn precached(worker: &str) -> Vec<String> {
    worker
        .match_indices('[')
        .find_map(|(start, _)| {
            let list = serde_json::Deserializer::from_str(&worker[start..])
                .into_iter::<Vec<serde_json::Value>>()
                .next()?
                .ok()?;
            let urls: Option<Vec<String>> = list
                .iter()
                .map(|it| it["url"].as_str().map(ToOwned::to_owned))
                .collect();
            urls.filter(|it| !it.is_empty())
        })
        .unwrap_or_default()
}

fn brotli(bytes: &[u8]) -> Result<usize> {
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        size_hint: bytes.len(),
        ..Default::default()
    };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut compressed, &parameters)?;
    Ok(compressed.len())
}

fn kilobytes(bytes: usize) -> String {
    format!("{}.{}", bytes / 1000, bytes % 1000 / 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assets_are_what_the_page_links_to() {
        let html = r#"<link rel=stylesheet href="/pkg/app.x.css"><link href='/icons/a.png'>
            <script src="/boot.js"></script><link rel=modulepreload href="/pkg/app.y.js">
            <script>init("/pkg/app.z.wasm"); navigator.serviceWorker.register("/sw.js")</script>"#;
        let expected = [
            "/boot.js",
            "/pkg/app.x.css",
            "/pkg/app.y.js",
            "/pkg/app.z.wasm",
        ];
        assert_eq!(assets_of(html).into_iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn precache_list_is_the_array_of_urls() {
        let worker = r#"const BUILD = "x"; const a = [1, 2]; const b = [];
            const PRECACHE = [{"url":"/shell","bytes":7},{"url":"/a.js","bytes":1}]; f([]);"#;
        assert_eq!(precached(worker), ["/shell", "/a.js"]);
        assert_eq!(precached("let list = [];"), Vec::<String>::new());
    }

    #[test]
    fn brotli_compresses() {
        assert!(brotli(&[b'a'; 10_000]).unwrap() < 100);
    }
}
