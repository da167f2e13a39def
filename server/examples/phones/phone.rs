//! One phone: replica and exchange in memory, requests packed as the app packs them.

use std::io::Write as _;

use anyhow::Context as _;
use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::{Client, StatusCode};
use serde_json::json;
use sync::wire::Wire as _;
use sync::{
    AuthorId, Change, Cursor, DeviceId, Draft, Exchange, Incarnation, Page, PageWanted,
    RegisterKey, Replica, Scope, SyncReply, Verdict,
};

use crate::district::{PASSWORD, user_of};

/// Bodies from here on are packed, as in the app.
const PACK_FROM_BYTES: usize = 1_024;

/// A signed-in person of a unit, whom several phones may share.
#[derive(Clone)]
pub struct Account {
    /// The unit.
    pub unit: String,
    author: AuthorId,
    cookie: String,
    client: Client,
    url: String,
}

impl Account {
    /// Signs in.
    pub async fn sign_in(client: &Client, url: &str, unit: &str) -> anyhow::Result<Self> {
        let user = user_of(unit);
        let body = json!({ "user": user, "password": PASSWORD });
        let answer = client
            .post(format!("{url}/api/v1/sign-in"))
            .json(&body)
            .send()
            .await?;
        anyhow::ensure!(answer.status() == StatusCode::OK, "sign-in of {user}");
        let cookie = answer
            .headers()
            .get("set-cookie")
            .and_then(|it| it.to_str().ok())
            .and_then(|it| it.split(';').next())
            .context("no cookie")?
            .to_owned();
        Ok(Self {
            unit: unit.to_owned(),
            author: AuthorId::new(user),
            cookie,
            client: client.clone(),
            url: url.to_owned(),
        })
    }

    /// The same account by another way to the server.
    pub fn via(&self, url: &str) -> Self {
        Self {
            url: url.to_owned(),
            ..self.clone()
        }
    }
}

/// One phone.
pub struct Phone {
    account: Account,
    /// What it keeps.
    pub replica: Replica,
    exchange: Exchange,
    now_ms: i64,
}

impl Phone {
    /// A phone with nothing on it.
    pub fn new(account: Account, name: &str) -> Self {
        let device = DeviceId::new(format!("{name:0>16}"));
        let incarnation = Incarnation::new(format!("{name:1>16}"));
        Self {
            account,
            replica: Replica::new(device, incarnation),
            exchange: Exchange::new("bench"),
            now_ms: 1_600_000_000_000,
        }
    }

    /// A phone that starts with another's pages.
    pub fn like(other: &Self, account: Account, name: &str) -> Self {
        let mut phone = Self::new(account, name);
        for (scope, cursor) in other.replica.cursors() {
            let change = sync::StoreChange::PutCursor(scope.clone(), *cursor);
            phone.replica.apply(change);
        }
        for (key, register) in other.replica.checkpoint() {
            if key.field.as_str() == "done" {
                let change = sync::StoreChange::PutRegister(key.clone(), register.clone());
                phone.replica.apply(change);
            }
        }
        phone
    }

    /// Loads the unit's pages; gives the registers and the bytes of their bodies as sent.
    pub async fn load(&mut self) -> anyhow::Result<Vec<sync::SnapshotRegister>> {
        let wanted = [Scope::new(self.account.unit.as_str())];
        let mut registers = Vec::new();
        while let Some(PageWanted { scope, at }) = self.exchange.next_page(&self.replica, &wanted) {
            let path = match at {
                None => format!("/api/v1/pages/{scope}"),
                Some((Cursor { epoch, seq }, number)) => {
                    format!("/api/v1/pages/{scope}/{}-{}/{number}", epoch.0, seq.0)
                }
            };
            let answer = self
                .account
                .client
                .get(format!("{}{path}", self.account.url))
                .header("cookie", &self.account.cookie)
                .send()
                .await?;
            anyhow::ensure!(answer.status() == StatusCode::OK, "{path}");
            let page = Page::from_json_bytes(&answer.bytes().await?)?;
            registers.extend(page.registers.iter().cloned());
            for change in self.exchange.take_page(&self.replica, page) {
                self.replica.apply(change);
            }
            self.exchange.page_kept(&self.replica, &scope);
        }
        Ok(registers)
    }

    /// Reads what others wrote.
    pub async fn catch_up(&mut self) -> anyhow::Result<()> {
        let scope = Scope::new(self.account.unit.as_str());
        loop {
            let before = self.replica.cursors().get(&scope).copied();
            self.exchange().await?;
            if self.replica.cursors().get(&scope).copied() == before {
                return Ok(());
            }
        }
    }

    /// Ticks on the phone only.
    pub fn tick(&mut self, (kind, record): &(String, String), done: bool) {
        let unit = self.account.unit.as_str();
        let key = RegisterKey::new(unit, kind.as_str(), record.as_str(), "done");
        let draft = Draft {
            base: self.replica.base(&key),
            key,
            change: Change::Set(done.into()),
            author: self.account.author.clone(),
        };
        // People need some seconds from one tick to the next.
        self.now_ms += 1_000 + self.now_ms * 31 % 9_000;
        let recorded = sync::record(self.replica.head(), draft, self.now_ms);
        for change in recorded.map(|it| it.1).unwrap_or_default() {
            self.replica.apply(change);
        }
    }

    /// One exchange.
    pub async fn exchange(&mut self) -> anyhow::Result<()> {
        self.exchange.wake();
        let request = self
            .exchange
            .poll_request(&self.replica, self.now_ms)
            .context("nothing to say")?;
        let body = request.to_json().into_bytes();
        let mut post = self
            .account
            .client
            .post(format!("{}/api/v1/sync", self.account.url))
            .header("cookie", &self.account.cookie)
            .header("content-type", "application/json");
        post = if body.len() >= PACK_FROM_BYTES {
            let mut packer = GzEncoder::new(Vec::new(), Compression::default());
            packer.write_all(&body)?;
            post.header("content-encoding", "gzip")
                .body(packer.finish()?)
        } else {
            post.body(body)
        };
        let answer = post.send().await?;
        let status = answer.status();
        let bytes = answer.bytes().await?;
        anyhow::ensure!(status == StatusCode::OK, "{status}: {bytes:?}");
        let reply = SyncReply::parse(&bytes)?;
        let changes = self
            .exchange
            .handle_reply(&self.replica, self.now_ms, reply)?;
        for change in changes {
            self.replica.apply(change);
        }
        Ok(())
    }

    /// Exchanges until everything was answered.
    pub async fn drain(&mut self) -> anyhow::Result<()> {
        while self.replica.unsent().next().is_some() {
            self.exchange().await?;
        }
        Ok(())
    }

    /// How many own operations were accepted.
    pub fn accepted(&self) -> usize {
        let accepted = |it: &&sync::Outgoing| {
            let place = it.verdict.as_ref().and_then(Verdict::server_seq);
            place.is_some()
        };
        self.replica.outbox().values().filter(accepted).count()
    }

    /// Where the unit's log ends, by a fresh look.
    pub async fn log_end(account: &Account) -> anyhow::Result<u64> {
        let mut fresh = Self::new(account.clone(), "look");
        fresh.load().await?;
        let scope = Scope::new(account.unit.as_str());
        Ok(fresh.replica.cursors().get(&scope).map_or(0, |it| it.seq.0))
    }
}
