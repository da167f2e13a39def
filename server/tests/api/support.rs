//! A server on a free port with a small district, and a phone that talks to it.

use std::collections::BTreeMap;
use std::path::Path;

use domain::kinds::congress::CongressPlan;
use domain::kinds::role::RolePlan;
use domain::kinds::unit::UnitPlan;
use domain::kinds::{PLAN, checklist_task, congress, propaganda_task, role, unit};
use domain::rights::{Grant, Role};
use domain::task::TaskPlan;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use server::accounts::enrol::{Enrolment, enrol};
use server::intake;
use server::serve::{self, Options};
use server::state::AppState;
use server::storage::IMPORT_AUTHOR;
use sync::{RegisterKey, Scope};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

#[path = "../support/phone.rs"]
mod phone;

pub use phone::{Line, Phone, garble};

pub const DISTRICT: &str = "TTH-ALUOI";
pub const HONG_THUONG: &str = "AL-HONG-THUONG";
pub const A_NGO: &str = "AL-A-NGO";
pub const PROPAGANDA: &str = "tuyengiao";
pub const SECRETARY: &str = "bithu";
pub const LEAD: &str = "huyenuy";
pub const PASSWORD: &str = "mat-khau-thu";
pub const OPENING: &str = "2020-02-21";
pub const TODAY: &str = "2020-02-14";

/// A running server. Dropping it ends it the way a kill would: nothing is closed.
pub struct TestServer {
    pub url: String,
    pub state: AppState,
    client: Client,
    folder: tempfile::TempDir,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl TestServer {
    /// A server with two communes, three tasks each, and three people.
    pub async fn start() -> Self {
        let server = Self::empty().await;
        let storage = &*server.state.storage;
        intake::write(storage, IMPORT_AUTHOR, district(), 1_000)
            .await
            .unwrap();
        let passwords = &server.state.accounts.passwords;
        enrol(storage, passwords, &people(), PASSWORD, 1_000)
            .await
            .unwrap();
        server
    }

    /// A server with nothing in its store.
    pub async fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        write_site(&folder.path().join("site"));
        Self::open(folder).await
    }

    async fn open(folder: tempfile::TempDir) -> Self {
        let options = Options {
            data: folder.path().join("data"),
            database: None,
            site: folder.path().join("site"),
            today: Some(TODAY.parse_day()),
            behind_proxy: false,
        };
        let state = serve::open(&options).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel();
        let stopped = async move { drop(stopped.await) };
        let task = tokio::spawn(serve::run(state.clone(), listener, stopped));
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Self {
            url,
            state,
            client,
            folder,
            stop: Some(stop),
            task,
        }
    }

    /// Asks the server to stop and waits until it has.
    pub async fn stop(mut self) -> tempfile::TempDir {
        drop(self.stop.take());
        (&mut self.task).await.unwrap();
        self.folder
    }

    /// Ends the server without closing anything and opens another on the same data.
    pub async fn kill_and_restart(self) -> Self {
        self.task.abort();
        let Self { folder, state, .. } = self;
        drop(state);
        Self::open(folder).await
    }

    pub fn request(&self, method: Method, path: &str, cookie: Option<&str>) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.url));
        match cookie {
            Some(cookie) => request.header("cookie", cookie),
            None => request,
        }
    }

    pub async fn sign_in_as(&self, user: &str, password: &str) -> Response {
        let body = json!({ "user": user, "password": password });
        self.post("/api/v1/sign-in", None, &body).await
    }

    /// Signs in and gives the `Cookie` header.
    pub async fn cookie_of(&self, user: &str) -> String {
        let answer = self.sign_in_as(user, PASSWORD).await;
        assert_eq!(answer.status(), StatusCode::OK);
        cookie_pair(&answer)
    }

    /// A phone of a person, with its own unit and the library loaded.
    pub async fn phone_of(&self, user: &str, device: &str) -> Phone {
        let mut phone = Phone::new(user, device, self.cookie_of(user).await);
        let me: Value = self
            .get("/api/v1/me", Some(&phone.cookie))
            .await
            .json()
            .await
            .unwrap();
        for scope in [&me["unit"], &me["library"]] {
            phone.load(self, scope.as_str().unwrap()).await;
        }
        phone
    }
}

impl Line for TestServer {
    async fn get(&self, path: &str, cookie: Option<&str>) -> Response {
        let request = self.request(Method::GET, path, cookie);
        request.send().await.unwrap()
    }

    async fn post(&self, path: &str, cookie: Option<&str>, body: &Value) -> Response {
        let request = self.request(Method::POST, path, cookie).json(body);
        request.send().await.unwrap()
    }
}

/// "name=value" of the answer's cookie.
pub fn cookie_pair(answer: &Response) -> String {
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

/// Status, and code of a refusal in our shape.
pub async fn refusal(answer: Response) -> (u16, String) {
    let status = answer.status().as_u16();
    let id = answer.headers()["x-request-id"]
        .to_str()
        .unwrap()
        .to_owned();
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["request_id"], id);
    assert!(
        body["message"].as_str().unwrap().contains(' '),
        "a sentence: {body}"
    );
    (status, body["code"].as_str().unwrap().to_owned())
}

pub fn key(scope: &str, kind: &str, record: &str, field: &str) -> RegisterKey {
    RegisterKey::new(scope, kind, record, field)
}

/// A propaganda task of Hồng Thượng.
pub fn tick_key(scope: &str) -> RegisterKey {
    key(scope, propaganda_task::KIND, "R01", "done")
}

fn people() -> Vec<Enrolment> {
    let person = |user: &str, name: &str, role: Role, unit: &str| Enrolment {
        user: user.to_owned(),
        name: name.to_owned(),
        grant: Grant {
            role,
            unit: Scope::new(unit),
        },
    };
    vec![
        person(
            PROPAGANDA,
            "Tuyên giáo Hồng Thượng",
            Role::Propaganda,
            HONG_THUONG,
        ),
        person(
            SECRETARY,
            "Bí thư Hồng Thượng",
            Role::Secretary,
            HONG_THUONG,
        ),
        person(LEAD, "Văn phòng Huyện ủy", Role::SuperiorLead, DISTRICT),
    ]
}

fn district() -> BTreeMap<RegisterKey, Value> {
    let mut values = BTreeMap::new();
    let mut put = |key: RegisterKey, value: Value| values.insert(key, value);
    let plan = |it: UnitPlan| serde_json::to_value(it).unwrap();
    put(
        key(DISTRICT, unit::KIND, DISTRICT, PLAN),
        plan(UnitPlan {
            name: "A Lưới".into(),
            kind: "huyện".into(),
            ..UnitPlan::default()
        }),
    );
    let name = RolePlan {
        name: "Cán bộ tuyên truyền".into(),
        identifier: Role::Propaganda.identifier().into(),
        ..RolePlan::default()
    };
    put(
        key(DISTRICT, role::KIND, "quyen-tt", PLAN),
        serde_json::to_value(name).unwrap(),
    );
    for (commune, name) in [(HONG_THUONG, "Hồng Thượng"), (A_NGO, "A Ngo")] {
        let unit = UnitPlan {
            name: name.into(),
            kind: "xã".into(),
            parent: Some(DISTRICT.into()),
            congress_kind: Some("đại trà".into()),
            ..UnitPlan::default()
        };
        put(key(commune, unit::KIND, commune, PLAN), plan(unit));
        let congress = serde_json::to_value(CongressPlan::default()).unwrap();
        put(
            key(commune, congress::KIND, congress::RECORD, PLAN),
            congress,
        );
        let opening = key(commune, congress::KIND, congress::RECORD, congress::OPENING);
        put(opening, OPENING.into());
        let tasks = [
            (propaganda_task::KIND, "R01", ""),
            (checklist_task::KIND, "B16", ""),
            (checklist_task::KIND, "B01", "huyện"),
        ];
        for (kind, id, owed_by) in tasks {
            let task = TaskPlan {
                title: format!("Việc {id}"),
                owed_by: owed_by.into(),
                ..TaskPlan::default()
            };
            put(
                key(commune, kind, id, PLAN),
                serde_json::to_value(task).unwrap(),
            );
        }
    }
    values
}

fn write_site(folder: &Path) {
    std::fs::create_dir_all(folder.join("pkg")).unwrap();
    std::fs::create_dir_all(folder.join("icons")).unwrap();
    let files = [
        ("pkg/app.0123456789abcdef.js", "export default () => {};"),
        ("pkg/app.0123456789abcdef.wasm", "not quite wasm"),
        ("icons/icon.svg", "<svg/>"),
        ("manifest.webmanifest", "{}"),
        ("theme.js", "// theme"),
        ("boot.js", "import '__JS__'; '__WASM__';"),
        (
            "sw.js",
            "const BUILD = '__BUILD__', PRECACHE = __PRECACHE__;",
        ),
    ];
    for (path, text) in files {
        std::fs::write(folder.join(path), text).unwrap();
    }
}

trait ParseDay {
    fn parse_day(&self) -> domain::date::CivilDate;
}

impl ParseDay for &str {
    fn parse_day(&self) -> domain::date::CivilDate {
        domain::date::CivilDate::parse_iso(self).unwrap()
    }
}
