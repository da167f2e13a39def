//! Phones and the server talk: who sends what, and what becomes of it where it arrives.

use serde_json::{Value, json};

use crate::client::Failure;
use crate::ids::{AuthorId, Incarnation, Scope};
use crate::operation::Incoming;
use crate::protocol::{Page, PageWanted, ScopePull, SyncReply, SyncRequest};
use crate::store::StoreChange;
use crate::wire::Wire as _;

use super::super::Sabotage;
use super::super::checkers::{Check, Fault, acknowledged, demand};
use super::super::network::{Message, Return};
use super::super::server::Crash;
use super::super::world::World;

impl World {
    /// Hands a message to the network.
    fn post(&mut self, message: Message) {
        let copies = self.network.send(&mut self.random, &self.options, message);
        match copies {
            0 => self.trace.note(|| "that is lost".to_owned()),
            1 => {}
            _ => self.trace.note(|| "that comes twice".to_owned()),
        }
    }

    /// The leading tab says what it has to say, when something is due.
    pub(in super::super) fn send(&mut self, index: usize) -> Check {
        self.be_reborn(index)?;
        let phone = &mut self.phones[index];
        let now_ms = self.now_ms + phone.clock_off_ms;
        let leader = phone.leader;
        let tab = &mut phone.tabs[leader];
        let Some(mut request) = tab.exchange.poll_request(&tab.replica, now_ms) else {
            return Ok(());
        };
        tab.attempt += 1;
        self.trace.note(|| {
            let places: Vec<_> = request.ops.iter().filter_map(Incoming::place).collect();
            let places: Vec<String> = places.iter().map(|it| it.get().to_string()).collect();
            format!("phone {index} sends [{}]", places.join(", "))
        });
        let back = Return {
            phone: index,
            tab: leader,
            life: tab.life,
            attempt: tab.attempt,
        };
        if self.sabotage == Some(Sabotage::DropOnSend) {
            let sent: Vec<_> = tab
                .replica
                .unsent()
                .map(|it| StoreChange::DropOutgoing(it.id.seq))
                .collect();
            phone.commit(&sent);
            phone.publish(leader, sent);
            self.checkers.phone_committed(index, &phone.disk)?;
        }
        request.ops.iter_mut().for_each(garble);
        let (author, request) = (phone.author.clone(), request.to_json());
        let message = Message::Request {
            back,
            author,
            request,
        };
        self.post(message);
        Ok(())
    }

    pub(in super::super) fn request(
        &mut self,
        back: Return,
        author: &AuthorId,
        request: &str,
    ) -> Check {
        let from = back.phone;
        self.trace
            .note(|| format!("the request of phone {from} arrives"));
        if !self.server.up {
            self.trace.note(|| "the server is down".to_owned());
            return Ok(());
        }
        if !self.phones[back.phone].signed_in {
            self.trace.note(|| "the session is over".to_owned());
            self.post(Message::SignedOut { back });
            return Ok(());
        }
        let Ok(request) = SyncRequest::parse(request.as_bytes()) else {
            return Err(Fault {
                invariant: "I9",
                detail: format!("unreadable request: {request}"),
            });
        };
        let asked = request.incarnation.clone();
        let dies = self.random.percent(self.options.server_crash);
        let crash = match (dies, self.random.percent(50)) {
            (false, _) => Crash::None,
            (true, false) => Crash::BeforeCommit,
            (true, true) => Crash::AfterCommit,
        };
        self.report.crashes += usize::from(dies);
        match crash {
            Crash::None => {}
            Crash::BeforeCommit => self.trace.note(|| "the server dies".to_owned()),
            Crash::AfterCommit => self
                .trace
                .note(|| "the server dies after the commit".to_owned()),
        }
        let (reply, touched) = self.server.handle(
            request,
            author,
            self.now_ms,
            &self.options,
            crash,
            self.sabotage,
        );
        self.checkers
            .server_committed(&self.server.durable, &touched)?;
        if let Some(reply) = reply {
            self.report.exchanges += 1;
            let reply = reply.to_json();
            let message = Message::Reply { back, asked, reply };
            self.post(message);
        }
        Ok(())
    }

    /// Whether an answer still finds the tab that asked, and that tab still leads.
    fn finds(&self, back: Return) -> bool {
        let phone = &self.phones[back.phone];
        phone.leader == back.tab && phone.tabs[back.tab].life == back.life
    }

    /// The same, told.
    fn arrives(&mut self, back: Return, what: &str) -> bool {
        let finds = self.finds(back);
        let ends = if finds { "reaches" } else { "misses" };
        self.trace
            .note(|| format!("{what} {ends} phone {}, tab {}", back.phone, back.tab));
        finds
    }

    pub(in super::super) fn signed_out(&mut self, back: Return) {
        self.trace
            .note(|| format!("phone {} hears that it is signed out", back.phone));
        let phone = &mut self.phones[back.phone];
        let tab = &mut phone.tabs[back.tab];
        if tab.life == back.life && tab.attempt == back.attempt && tab.exchange.is_in_flight() {
            let now_ms = self.now_ms + phone.clock_off_ms;
            tab.exchange.handle_failure(now_ms, Failure::SignedOut);
        }
    }

    pub(in super::super) fn reply(
        &mut self,
        back: Return,
        asked: &Incarnation,
        reply: &str,
    ) -> Check {
        if !self.arrives(back, "the reply") {
            return Ok(());
        }
        let Ok(reply) = SyncReply::parse(reply.as_bytes()) else {
            return Err(Fault {
                invariant: "I9",
                detail: format!("unreadable reply: {reply}"),
            });
        };
        let phone = &mut self.phones[back.phone];
        let now_ms = self.now_ms + phone.clock_off_ms;
        let tab = &mut phone.tabs[back.tab];
        let in_time = tab.attempt == back.attempt && tab.exchange.is_in_flight();
        if !in_time {
            self.trace.note(|| "late".to_owned());
        }
        // What names no lifetime is told by the request that it answers: HTTP gives it to no other, and too late it is not
        // taken in.
        let nameless = reply.incarnation.is_none() && !in_time;
        let mistaken = nameless && tab.exchange.is_in_flight();
        if !in_time && (mistaken || !self.options.late_replies) {
            return Ok(());
        }
        let device = &phone.disk.head.device;
        acknowledged(device, asked, &reply, &self.server.durable)?;
        self.trace.note(|| told(&reply));
        let denied: Vec<Scope> = reply
            .scopes
            .iter()
            .filter(|(_, pull)| **pull == ScopePull::Denied && !nameless)
            .map(|(scope, _)| scope.clone())
            .collect();
        let Ok(mut changes) = tab.exchange.handle_reply(&tab.replica, now_ms, reply) else {
            return Ok(());
        };
        if self.sabotage == Some(Sabotage::RestoreIgnored) {
            changes
                .retain(|it| !matches!(it, StoreChange::PutOutgoing(it) if it.verdict.is_none()));
        }
        if self.sabotage == Some(Sabotage::DenialIgnored) {
            changes.retain(|it| !matches!(it, StoreChange::ForgetScope(_)));
        }
        if !self.commit(back.phone, back.tab, changes, None)? {
            return Ok(());
        }
        let disk = &self.phones[back.phone].disk;
        denied.iter().try_for_each(|scope| {
            demand(!disk.holds(scope), "I13", || {
                format!("{scope} was denied and is still on the phone")
            })
        })
    }

    /// Asks for the next page of a scope that lacks its snapshot.
    pub(in super::super) fn fetch_page(&mut self, index: usize) {
        let mut wanted = self.scopes.clone();
        self.random.shuffle(&mut wanted);
        let phone = &self.phones[index];
        let leader = phone.leader;
        let tab = &phone.tabs[leader];
        let Some(wanted) = tab.exchange.next_page(&tab.replica, &wanted) else {
            return;
        };
        self.trace.note(|| {
            let number = wanted.at.map_or(0, |(_, number)| number);
            format!("phone {index} asks for page {number} of {}", wanted.scope)
        });
        let message = Message::PageRequest {
            back: Return {
                phone: index,
                tab: leader,
                life: tab.life,
                attempt: tab.attempt,
            },
            author: phone.author.clone(),
            wanted,
        };
        self.post(message);
    }

    pub(in super::super) fn page_request(
        &mut self,
        back: Return,
        author: &AuthorId,
        wanted: PageWanted,
    ) {
        let PageWanted { scope, at } = wanted;
        let from = back.phone;
        self.trace
            .note(|| format!("the wish of phone {from} for {scope} arrives"));
        if !self.server.up || self.server.is_revoked(author, &scope) {
            return;
        }
        let page = self.server.page(&scope, at, &self.options, self.sabotage);
        let message = match page {
            Some(page) => Message::Page {
                back,
                page: page.to_json(),
            },
            None => Message::Gone { back, scope },
        };
        self.post(message);
    }

    pub(in super::super) fn page(&mut self, back: Return, page: &str) -> Check {
        if !self.arrives(back, "the page") {
            return Ok(());
        }
        let Ok(page) = Page::from_json(page) else {
            return Err(Fault {
                invariant: "I9",
                detail: format!("unreadable page: {page}"),
            });
        };
        let scope = page.scope.clone();
        let tab = &self.phones[back.phone].tabs[back.tab];
        let changes = tab.exchange.take_page(&tab.replica, page);
        if changes.is_empty() {
            return Ok(());
        }
        if self.commit(back.phone, back.tab, changes, None)? {
            let tab = &mut self.phones[back.phone].tabs[back.tab];
            tab.exchange.page_kept(&tab.replica, &scope);
        }
        Ok(())
    }

    pub(in super::super) fn gone(&mut self, back: Return, scope: Scope) -> Check {
        if !self.arrives(back, "the lack of a page") {
            return Ok(());
        }
        let changes = vec![StoreChange::DropPages(scope)];
        self.commit(back.phone, back.tab, changes, None).map(|_| ())
    }
}

/// Two values stand for operations that reach the server as something it cannot read.
fn garble(incoming: &mut Incoming) {
    let mut raw = incoming.to_value();
    match raw.pointer("/change/set").and_then(Value::as_str) {
        Some("garbled") => raw["author"] = json!(5),
        Some("unheard-of") => raw["change"] = json!({ "frobnicate": 1 }),
        _ => return,
    }
    *incoming = Incoming::Raw(raw);
}

/// What a reply says, for a trace.
fn told(reply: &SyncReply) -> String {
    let receipts = reply.receipts.iter();
    let mut says: Vec<String> = receipts
        .map(|it| format!("{}: {:?}", it.seq.get(), it.verdict))
        .collect();
    says.extend(
        reply
            .backed_up
            .map(|it| format!("backed up to {}", it.get())),
    );
    says.extend(reply.scopes.iter().map(|(scope, pull)| match pull {
        ScopePull::Entries { cursor, .. } => format!("{scope} up to {}", cursor.seq.0),
        ScopePull::Reset => format!("{scope} begins anew"),
        ScopePull::Denied => format!("{scope} is denied"),
    }));
    format!("epoch {} [{}]", reply.epoch.0, says.join(", "))
}
