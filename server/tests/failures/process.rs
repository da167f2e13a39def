//! The program as people start it: `sotay serve --demo`, and its other commands beside it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Connection as _, Row as _};

use crate::phone::{Line, Phone};

const PROGRAM: &str = env!("CARGO_BIN_EXE_sotay");
const PASSWORD: &str = "dai-hoi-2020";
pub const HONG_THUONG: &str = "AL-HONG-THUONG";
pub const PROPAGANDA: &str = "tuyengiao.hongthuong";
pub const LEAD: &str = "huyenuy";
pub const SECRETARY: &str = "bithu.hongthuong";

/// A running server with the demo district.
pub struct Server {
    folder: tempfile::TempDir,
    child: Child,
    url: String,
    client: Client,
}

impl Server {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        write_site(&folder.path().join("site"));
        let (child, url) = serve(folder.path());
        Self {
            folder,
            child,
            url,
            client: Client::new(),
        }
    }

    /// Ends the process as a power cut would.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub fn start_again(&mut self) {
        (self.child, self.url) = serve(self.folder.path());
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs another command on the same data and expects it to do well.
    pub fn run(&self, arguments: &[&str]) -> String {
        let output = self.try_run(arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{arguments:?}: {said}");
        String::from_utf8(output.stdout).unwrap()
    }

    pub fn try_run(&self, arguments: &[&str]) -> Output {
        Command::new(PROGRAM)
            .args(arguments)
            .arg("--data")
            .arg(self.path("data"))
            .output()
            .unwrap()
    }

    pub async fn sign_in(&self, user: &str) -> String {
        let body = json!({ "user": user, "password": PASSWORD });
        let answer = self.post("/api/v1/sign-in", None, &body).await;
        assert_eq!(answer.status(), StatusCode::OK, "{user}");
        let cookie = answer.headers()["set-cookie"].to_str().unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }

    /// A phone of a person, with the unit loaded.
    pub async fn phone(&self, user: &str, device: &str) -> Phone {
        let mut phone = Phone::new(user, device, self.sign_in(user).await);
        phone.load(self, HONG_THUONG).await;
        phone
    }

    /// The log as people ask it: device, place on it, author, change.
    pub async fn log(&self) -> Vec<(String, u64, String, Value)> {
        let file = SqliteConnectOptions::new()
            .filename(self.path("data").join(server::storage::sqlite::FILE_NAME));
        let mut connection = SqliteConnection::connect_with(&file).await.unwrap();
        let rows = sqlx::query(
            "SELECT device, op_seq, author, change FROM log
             WHERE author NOT IN ('import', 'server') ORDER BY scope, server_seq",
        )
        .fetch_all(&mut connection)
        .await
        .unwrap();
        let line = |row: &sqlx::sqlite::SqliteRow| {
            let change = serde_json::from_str(row.get(3)).unwrap();
            (
                row.get(0),
                row.get::<i64, _>(1).cast_unsigned(),
                row.get(2),
                change,
            )
        };
        rows.iter().map(line).collect()
    }

    /// The log again, each operation by its own name, sorted: nothing may be there twice.
    pub async fn operations(&self) -> Vec<(String, u64)> {
        let mut operations: Vec<(String, u64)> = self
            .log()
            .await
            .into_iter()
            .map(|it| (it.0, it.1))
            .collect();
        operations.sort();
        let count = operations.len();
        operations.dedup();
        assert_eq!(operations.len(), count, "an operation is in the log twice");
        operations
    }
}

impl Line for Server {
    async fn get(&self, path: &str, cookie: Option<&str>) -> Response {
        self.send(Method::GET, path, cookie, None).await
    }

    async fn post(&self, path: &str, cookie: Option<&str>, body: &Value) -> Response {
        self.send(Method::POST, path, cookie, Some(body)).await
    }
}

impl Server {
    async fn send(
        &self,
        method: Method,
        path: &str,
        cookie: Option<&str>,
        body: Option<&Value>,
    ) -> Response {
        let mut request = self.client.request(method, format!("{}{path}", self.url));
        if let Some(cookie) = cookie {
            request = request.header("cookie", cookie);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        request.send().await.unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Gone already in some tests.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts the program on a free port; gives its address once it says that it listens.
fn serve(folder: &Path) -> (Child, String) {
    let mut child = Command::new(PROGRAM)
        .args(["serve", "--demo", "--addr", "127.0.0.1:0", "--data"])
        .arg(folder.join("data"))
        .arg("--site")
        .arg(folder.join("site"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let url = lines.next().unwrap().unwrap();
    // The rest is read so that the program never waits for us.
    std::thread::spawn(move || lines.for_each(drop));
    (child, url)
}

/// As much of the app as the server insists on.
fn write_site(folder: &Path) {
    let files = [
        ("pkg/app.0123456789abcdef.js", ""),
        ("pkg/app.0123456789abcdef.wasm", ""),
        ("icons/icon.svg", "<svg/>"),
        ("manifest.webmanifest", "{}"),
        ("theme.js", ""),
        ("boot.js", "import '__JS__'; '__WASM__';"),
        (
            "sw.js",
            "const BUILD = '__BUILD__', PRECACHE = __PRECACHE__;",
        ),
    ];
    for (path, text) in files {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut file = std::fs::File::create(path).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }
}
