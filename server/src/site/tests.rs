//! What the site folder becomes.

use std::path::Path;

use super::*;

fn shell(entries: &Assets) -> String {
    format!(
        "<html data-build=\"{}\"><link href=\"{}\">",
        entries.build, entries.css
    )
}

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn make(folder: &Path) {
    write(
        folder,
        "site/pkg/app.AbCdEfGhIjKlMnOpQrSt.js",
        &"export {};\n".repeat(100),
    );
    write(
        folder,
        "site/pkg/app.AbCdEfGhIjKlMnOpQrSu.wasm",
        &"wasm".repeat(100),
    );
    write(folder, "site/icons/icon.svg", "<svg/>");
    write(folder, "site/theme.js", &"light();".repeat(100));
    write(
        folder,
        "site/sw.js",
        "const BUILD='__BUILD__', LIST=__PRECACHE__;",
    );
    write(
        folder,
        "site/boot.js",
        "start('__BUILD__', '__JS__', '__WASM__');",
    );
    write(folder, "site/.hidden", "no");
}

fn load(folder: &Path) -> Site {
    let style = "a{color:red}".repeat(100);
    let made = Made {
        style: &style,
        shell: &shell,
    };
    Site::load(&folder.join("site"), &folder.join("cache"), &made).unwrap()
}

#[test]
fn the_worker_gets_the_build_and_a_list_of_files_that_exist() {
    let folder = tempfile::tempdir().unwrap();
    make(folder.path());
    let site = load(folder.path());
    assert_eq!(site.build().len(), 12);
    let worker = String::from_utf8(site.assets["/sw.js"].plain.to_vec()).unwrap();
    assert!(worker.contains(&format!("BUILD='{}'", site.build())));
    let entries = site.entries();
    let urls: Vec<&str> = site.precache().iter().map(|it| it.url.as_str()).collect();
    let (css, js, wasm) = (
        entries.css.as_str(),
        entries.js.as_str(),
        entries.wasm.as_str(),
    );
    assert_eq!(
        urls,
        [
            "/shell",
            css,
            js,
            wasm,
            "/boot.js",
            "/theme.js",
            "/icons/icon.svg"
        ],
    );
    assert!(
        urls.iter()
            .all(|it| worker.contains(&format!("\"url\":\"{it}\"")))
    );
    assert!(
        site.precache()
            .iter()
            .all(|it| it.bytes <= site.assets[&it.url].plain.len())
    );
    assert!(!site.assets.contains_key("/.hidden"));
    let boot = String::from_utf8(site.assets["/boot.js"].plain.to_vec()).unwrap();
    assert_eq!(
        boot,
        format!("start('{}', '{js}', '{wasm}');", site.build())
    );
    assert!(site.assets["/shell"].plain.starts_with(b"<html data-build"));
    assert_eq!(
        site.assets["/shell"].content_type,
        "text/html; charset=utf-8"
    );
}

#[test]
fn a_phone_keeps_the_parts_that_its_app_names_and_those_that_they_name() {
    let folder = tempfile::tempdir().unwrap();
    make(folder.path());
    let parts = ["__wasm_split.n3w.js", "split_further.n3w.wasm"];
    let app = format!("import('./{}');", parts[0]);
    write(folder.path(), "site/pkg/app.AbCdEfGhIjKlMnOpQrSt.js", &app);
    let split = format!("fetch(new URL('./{}', import.meta.url));", parts[1]);
    write(folder.path(), &format!("site/pkg/{}", parts[0]), &split);
    write(folder.path(), &format!("site/pkg/{}", parts[1]), "wasm");
    write(folder.path(), "site/pkg/split_further.0ld.wasm", "wasm");
    let site = load(folder.path());
    let kept = |url: &str| site.precache().iter().filter(|it| it.url == url).count();
    for part in parts {
        assert_eq!(kept(&format!("/pkg/{part}")), 1, "{part}");
    }
    assert_eq!(kept("/pkg/split_further.0ld.wasm"), 0);
    assert_eq!(kept(&site.entries().js), 1);
}

#[test]
fn the_build_follows_the_contents_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    make(folder.path());
    let first = load(folder.path());
    assert_eq!(load(folder.path()).build(), first.build());
    write(folder.path(), "site/boot.js", "start2('__BUILD__');");
    assert_ne!(load(folder.path()).build(), first.build());
}

#[test]
fn a_spoilt_cache_is_not_believed() {
    let folder = tempfile::tempdir().unwrap();
    make(folder.path());
    let first = load(folder.path());
    for entry in std::fs::read_dir(folder.path().join("cache")).unwrap() {
        std::fs::write(entry.unwrap().path(), "spoilt").unwrap();
    }
    let second = load(folder.path());
    assert_eq!(
        second.assets["/theme.js"].brotli,
        first.assets["/theme.js"].brotli
    );
}

#[test]
fn answers_fit_what_the_browser_takes_and_has() {
    let folder = tempfile::tempdir().unwrap();
    make(folder.path());
    let site = load(folder.path());
    let mut request = HeaderMap::new();
    let hashed = "/pkg/app.AbCdEfGhIjKlMnOpQrSt.js";
    let plain = site.respond(hashed, &request).unwrap();
    assert_eq!(plain.headers().get(header::CONTENT_ENCODING), None);
    assert!(
        plain.headers()[header::CACHE_CONTROL]
            .to_str()
            .unwrap()
            .contains("immutable")
    );
    request.insert(
        header::ACCEPT_ENCODING,
        HeaderValue::from_static("gzip, deflate, br"),
    );
    let packed = site.respond(hashed, &request).unwrap();
    assert_eq!(packed.headers()[header::CONTENT_ENCODING], "br");
    request.insert(
        header::ACCEPT_ENCODING,
        HeaderValue::from_static("gzip, br;q=0"),
    );
    let packed = site.respond("/theme.js", &request).unwrap();
    assert_eq!(packed.headers()[header::CONTENT_ENCODING], "gzip");
    assert_eq!(packed.headers()[header::CACHE_CONTROL], "no-cache");
    request.insert(
        header::IF_NONE_MATCH,
        packed.headers()[header::ETAG].clone(),
    );
    let again = site.respond("/theme.js", &request).unwrap();
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    let worker = site.respond("/sw.js", &HeaderMap::new()).unwrap();
    assert_eq!(worker.headers()["service-worker-allowed"], "/");
    assert!(site.respond("/pkg/../sw.js", &request).is_none());
}
