//! A phone: the replica and exchange that the app uses, over HTTP, in memory.

use reqwest::StatusCode;
use serde_json::Value;
use sync::wire::Wire as _;
use sync::{
    AuthorId, Change, Cursor, DeviceId, Draft, Exchange, Failure, Incarnation, Incoming, OpSeq,
    Page, PageWanted, RegisterKey, Replica, Scope, StoreChange, SyncReply, SyncRequest, Verdict,
    record,
};

/// The way to a server.
pub trait Line {
    /// `GET` of a path.
    async fn get(&self, path: &str, cookie: Option<&str>) -> reqwest::Response;
    /// `POST` of a body to a path.
    async fn post(&self, path: &str, cookie: Option<&str>, body: &Value) -> reqwest::Response;
}

pub struct Phone {
    pub author: AuthorId,
    pub cookie: String,
    pub replica: Replica,
    pub exchange: Exchange,
    pub now_ms: i64,
}

impl Phone {
    pub fn new(user: &str, device: &str, cookie: String) -> Self {
        Self {
            author: AuthorId::new(user),
            cookie,
            replica: Replica::new(DeviceId::new(device), Incarnation::new("i1")),
            exchange: Exchange::new("test"),
            // Ten years behind: no clock may decide acceptance (invariant I10).
            now_ms: 1_000_000_000_000,
        }
    }

    /// Takes in what of it was committed.
    fn apply(&mut self, changes: Vec<StoreChange>) {
        for change in changes {
            self.replica.apply(change);
        }
    }

    /// Loads a scope's snapshot, page by page.
    pub async fn load(&mut self, server: &impl Line, scope: &str) {
        let wanted = [Scope::new(scope)];
        while let Some(PageWanted { scope, at }) = self.exchange.next_page(&self.replica, &wanted) {
            let path = match at {
                None => format!("/api/v1/pages/{scope}"),
                Some((Cursor { epoch, seq }, number)) => {
                    format!("/api/v1/pages/{scope}/{}-{}/{number}", epoch.0, seq.0)
                }
            };
            let answer = server.get(&path, Some(&self.cookie)).await;
            assert_eq!(answer.status(), StatusCode::OK);
            let page = Page::from_json(&answer.text().await.unwrap()).unwrap();
            let changes = self.exchange.take_page(&self.replica, page);
            assert!(!changes.is_empty(), "the page is of use");
            self.apply(changes);
            self.exchange.page_kept(&self.replica, &scope);
        }
    }

    /// Writes on the phone only.
    pub fn write(&mut self, key: &RegisterKey, change: Change) -> OpSeq {
        let base = self.replica.base(key);
        let draft = Draft {
            key: key.clone(),
            base,
            change,
            author: self.author.clone(),
        };
        let (op, changes) = record(self.replica.head(), draft, self.now_ms).unwrap();
        self.apply(changes);
        op.id.seq
    }

    pub fn set(&mut self, key: &RegisterKey, value: impl Into<Value>) -> OpSeq {
        self.write(key, Change::Set(value.into()))
    }

    /// The next request, whatever the waiting time.
    pub fn next_request(&mut self) -> SyncRequest {
        self.exchange.wake();
        self.exchange
            .poll_request(&self.replica, self.now_ms)
            .expect("a request is due")
    }

    /// Sends a request as it is.
    pub async fn send(&self, server: &impl Line, request: &SyncRequest) -> reqwest::Response {
        let body: Value = serde_json::from_str(&request.to_json()).unwrap();
        server.post("/api/v1/sync", Some(&self.cookie), &body).await
    }

    /// Takes in an answer.
    pub async fn take(&mut self, answer: reqwest::Response) {
        match answer.status() {
            StatusCode::OK => {
                let reply = SyncReply::parse(&answer.bytes().await.unwrap()).unwrap();
                let changes = self
                    .exchange
                    .handle_reply(&self.replica, self.now_ms, reply)
                    .unwrap();
                self.apply(changes);
            }
            StatusCode::UNAUTHORIZED => {
                self.exchange
                    .handle_failure(self.now_ms, Failure::SignedOut);
            }
            _ => self
                .exchange
                .handle_failure(self.now_ms, Failure::Unreachable),
        }
    }

    /// One exchange.
    pub async fn sync(&mut self, server: &impl Line) {
        let request = self.next_request();
        let answer = self.send(server, &request).await;
        self.take(answer).await;
    }

    /// The answer to an own operation that the phone still keeps.
    pub fn verdict(&self, seq: OpSeq) -> Option<&Verdict> {
        self.replica
            .outbox()
            .get(&seq)
            .and_then(|it| it.verdict.as_ref())
    }

    pub fn value(&self, key: &RegisterKey) -> Option<Value> {
        self.replica.view(key).value().cloned()
    }
}

/// Changes one operation of a request as no phone of ours would.
pub fn garble(request: &mut SyncRequest, index: usize, change: impl FnOnce(&mut Value)) {
    let mut raw = request.ops[index].to_value();
    change(&mut raw);
    request.ops[index] = Incoming::from_value(raw);
}
