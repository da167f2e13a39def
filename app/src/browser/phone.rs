//! One person's work on this phone: drafts into the store, the exchange with the server, and the other tabs.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use domain::date::CivilDate;
use gloo_timers::callback::{Interval, Timeout};
use sync::{Draft, Exchange, Failure, Link, OpSeq, Replica, StoreChange};
use wasm_bindgen_futures::spawn_local;

use super::database::{Besides, Database, StoreError};
use super::tabs::{TabMessage, TabNews, Tabs};
use super::{api, clock};
use crate::error::AppError;
use crate::state::book::{Book, Snack};

mod pages;

/// Longer than any wait of the exchange.
const WAIT_MAX_MS: i64 = 120_000;
/// How often parts of a load are drawn, at most.
const DRAW_EVERY_MS: u64 = 2_000;
/// How often the phone looks whether the day has turned.
const DAY_CHECK_MS: u32 = 60_000;

/// The running phone side. Lives as long as the page.
pub struct Phone {
    database: Database,
    book: Book,
    exchange: RefCell<Exchange>,
    tabs: Tabs,
    timer: RefCell<Option<Timeout>>,
    /// Counts what this tab has taken in, so that a slower reading of the store never undoes it on the screen.
    taken_in: Cell<u64>,
    /// When part of a load was drawn last, by the device's clock.
    drawn_ms: Cell<i64>,
    busy: Cell<bool>,
}

impl Phone {
    /// Goes on from a book and its store as they were read: starts the exchange, hears the other tabs.
    pub(crate) fn run(database: Database, tabs: Tabs, book: Book) -> Rc<Self> {
        let me = book.me();
        api::speak_for(me.user.as_str());
        let phone = Rc::new(Self {
            database,
            book,
            exchange: RefCell::new(Exchange::new(env!("CARGO_PKG_VERSION"))),
            tabs,
            timer: RefCell::new(None),
            taken_in: Cell::new(0),
            drawn_ms: Cell::new(clock::now_ms()),
            busy: Cell::new(false),
        });
        let hearer = phone.clone();
        if phone.tabs.hear_with(move |news| hearer.hear(news)) {
            // Another tab wrote while this one was reading.
            phone.catch_up();
        } else {
            phone.wake();
        }
        phone.watch_the_day();
        phone
    }

    /// Writes a draft: store first, then the screen, then the other tabs.
    pub(crate) fn record(self: &Rc<Self>, draft: Draft) {
        let phone = self.clone();
        spawn_local(async move {
            let now_ms = clock::now_ms();
            let mut recorded = phone.database.record(draft.clone(), now_ms).await;
            if recorded == Err(StoreError::Emptied) && phone.reload().await.is_ok() {
                recorded = phone.database.record(draft, now_ms).await;
            }
            match recorded {
                Ok(changes) => {
                    phone.absorb(changes.clone());
                    phone.tabs.tell(&TabMessage::Stored(changes));
                    phone.wake();
                }
                Err(error) => phone.book.refuse(error.into()),
            }
        });
    }

    /// Tries the server at once, through whichever tab leads.
    pub(crate) fn wake(self: &Rc<Self>) {
        if self.tabs.leads() {
            self.exchange.borrow_mut().wake();
            self.pump();
        } else {
            self.tabs.tell(&TabMessage::Wake);
        }
    }

    /// Signs in again in place: the same person's unsent work goes on its way.
    ///
    /// # Errors
    /// As the server answers; `Forbidden` when somebody else signed in, whose data are kept apart.
    pub async fn sign_in(self: &Rc<Self>, user: &str, password: &str) -> Result<(), AppError> {
        let me = api::sign_in(user, password).await?;
        if me.user != self.book.me().user {
            return Err(AppError::Forbidden);
        }
        self.database.put_me(&me).await?;
        // The server may have told of other rights; then the work goes on its way.
        self.catch_up();
        Ok(())
    }

    /// Reads the store again: after a pause in which other tabs may have written unheard.
    pub(crate) fn catch_up(self: &Rc<Self>) {
        let phone = self.clone();
        spawn_local(async move {
            match phone.reload().await {
                Ok(()) => phone.wake(),
                Err(error) => phone.say_failed(error.into()),
            }
        });
    }

    async fn reload(&self) -> Result<(), StoreError> {
        loop {
            let before = self.taken_in.get();
            let me = self.database.me().await?.unwrap_or_else(|| self.book.me());
            match self.database.load().await {
                // The browser threw the store away under the app: what this tab knows goes back, the server gives the rest.
                Err(StoreError::Emptied) => {
                    let kept = self.book.with_replica(own_work);
                    self.database.revive(&kept, &me).await?;
                }
                // What was taken in while the store was read may be missing from that reading.
                Ok(_) if self.taken_in.get() != before => {}
                Ok(replica) => {
                    self.book.replace(replica, me);
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn absorb(&self, changes: Vec<StoreChange>) {
        self.taken_in.set(self.taken_in.get() + 1);
        self.book.absorb(changes);
    }

    /// Takes in a page of many. On a slow line each is worth showing; on a fast one drawing them would take longer than
    /// loading them.
    fn absorb_part(&self, changes: Vec<StoreChange>) {
        let now_ms = clock::now_ms();
        if now_ms.abs_diff(self.drawn_ms.get()) < DRAW_EVERY_MS {
            self.taken_in.set(self.taken_in.get() + 1);
            self.book.absorb_unseen(changes);
        } else {
            self.drawn_ms.set(now_ms);
            self.absorb(changes);
        }
    }

    fn hear(self: &Rc<Self>, news: TabNews) {
        let message = match news {
            TabNews::Told(message) => message,
            // Another tab led until now and may have stored answers that this tab never heard.
            TabNews::Leads => return self.catch_up(),
        };
        match message {
            TabMessage::Stored(changes) => {
                let has_own = changes
                    .iter()
                    .any(|it| matches!(it, StoreChange::PutOutgoing(_)));
                self.absorb(changes);
                if has_own && self.tabs.leads() {
                    self.wake();
                }
            }
            TabMessage::Contact {
                online,
                last_contact_ms,
            } => {
                let link = match online {
                    Some(true) => Link::Online,
                    Some(false) => Link::Offline,
                    None => Link::SignedOut,
                };
                self.book.update_status(|it| {
                    it.link = link;
                    it.last_contact_ms = last_contact_ms;
                });
            }
            TabMessage::Reload => self.catch_up(),
            TabMessage::Wake if self.tabs.leads() => self.wake(),
            TabMessage::Wake => {}
        }
    }

    /// Sends what is due and sleeps until the next time. The leading tab's only loop.
    fn pump(self: &Rc<Self>) {
        if !self.tabs.leads() || self.busy.get() {
            return;
        }
        if self.wait_ms().is_none_or(|it| it > 0) {
            self.sleep();
            return;
        }
        self.busy.set(true);
        let phone = self.clone();
        spawn_local(async move {
            // A tab that was killed between storing and telling leaves its operations in the store only.
            if let Err(error) = phone.read_unheard().await {
                phone.say_failed(error.into());
            }
            phone.be_reborn().await;
            let now = clock::now_ms();
            let request = phone
                .book
                .with_replica(|replica| phone.exchange.borrow_mut().poll_request(replica, now));
            if let Some(request) = request {
                phone.show_contact(true);
                let answer = api::sync(&request).await;
                phone.take_answer(answer).await;
                phone.be_reborn().await;
                phone.load_pages().await;
                phone.show_contact(false);
            }
            phone.busy.set(false);
            phone.pump();
        });
    }

    async fn take_answer(self: &Rc<Self>, answer: Result<sync::SyncReply, Failure>) {
        let now = clock::now_ms();
        let reply = match answer {
            Ok(reply) => reply,
            Err(failure) => {
                self.exchange.borrow_mut().handle_failure(now, failure);
                return;
            }
        };
        let taken = self
            .book
            .with_replica(|replica| self.exchange.borrow_mut().handle_reply(replica, now, reply));
        match taken {
            Ok(changes) => {
                self.keep(changes, None).await;
            }
            Err(_) => self.say_failed(AppError::Server),
        }
    }

    /// Goes on under an identity of its own when another phone shares this one's.
    async fn be_reborn(&self) {
        let wanted = |replica: &Replica| self.exchange.borrow().wants_rebirth(replica);
        if !self.book.with_replica(wanted) {
            return;
        }
        match self.database.rebirth().await {
            Ok(changes) => {
                self.absorb(changes.clone());
                self.tabs.tell(&TabMessage::Stored(changes));
            }
            Err(error) => {
                self.exchange
                    .borrow_mut()
                    .handle_failure(clock::now_ms(), Failure::Unreachable);
                self.say_failed(error.into());
            }
        }
    }

    /// Commits changes, then shows and tells them. On failure nothing is shown that is not kept. `page`: a page among them, as
    /// it came.
    async fn keep(self: &Rc<Self>, changes: Vec<StoreChange>, page: Option<String>) -> bool {
        if changes.is_empty() {
            return true;
        }
        let besides = Besides {
            me: None,
            page: page.as_deref(),
        };
        match self.database.commit_with(&changes, besides).await {
            Ok(()) => {
                let page = changes.iter().find_map(|it| match it {
                    StoreChange::PutPage(page) => Some(page.is_last()),
                    _ => None,
                });
                match page {
                    None => {
                        self.absorb(changes.clone());
                        self.tabs.tell(&TabMessage::Stored(changes));
                    }
                    // Pages are long: nobody writes them down a second time for tabs that may not be there.
                    Some(true) => {
                        self.absorb(changes);
                        self.tabs.tell(&TabMessage::Reload);
                    }
                    Some(false) => self.absorb_part(changes),
                }
                true
            }
            Err(error) => {
                self.exchange
                    .borrow_mut()
                    .handle_failure(clock::now_ms(), Failure::Unreachable);
                // What the server said comes again.
                if error != StoreError::Emptied || self.reload().await.is_err() {
                    self.say_failed(error.into());
                }
                false
            }
        }
    }

    async fn read_unheard(&self) -> Result<(), StoreError> {
        let from = self.book.with_replica(|replica| {
            replica
                .outbox()
                .keys()
                .next_back()
                .copied()
                .and_then(OpSeq::next)
        });
        let unheard = self
            .database
            .outbox_from(from.unwrap_or(OpSeq::FIRST))
            .await?;
        if !unheard.is_empty() {
            self.absorb(unheard);
        }
        Ok(())
    }

    fn sleep(self: &Rc<Self>) {
        let timer = self.wait_ms().map(|wait_ms| {
            let phone = self.clone();
            Timeout::new(u32::try_from(wait_ms).unwrap_or(u32::MAX), move || {
                phone.pump();
            })
        });
        self.timer.replace(timer);
    }

    /// Milliseconds to the next try; `None` while there is nothing to wait for.
    fn wait_ms(&self) -> Option<i64> {
        let wait_ms = self
            .exchange
            .borrow()
            .poll_timeout()?
            .saturating_sub(clock::now_ms());
        // No wait is that long: the clock was set back, and must not silence the phone (I10).
        Some(if wait_ms > WAIT_MAX_MS {
            0
        } else {
            wait_ms.max(0)
        })
    }

    fn show_contact(&self, sending: bool) {
        let (link, last_contact_ms) = {
            let exchange = self.exchange.borrow();
            (exchange.link(), exchange.last_contact_ms())
        };
        self.book.update_status(|it| {
            it.link = link;
            it.sending = sending && it.unsent > 0;
            it.last_contact_ms = last_contact_ms.or(it.last_contact_ms);
        });
        let online = match link {
            Link::Online => Some(true),
            Link::Offline | Link::Unknown => Some(false),
            Link::SignedOut => None,
        };
        if link != Link::Unknown {
            self.tabs.tell(&TabMessage::Contact {
                online,
                last_contact_ms,
            });
        }
    }

    fn watch_the_day(self: &Rc<Self>) {
        let phone = self.clone();
        let turn = move || {
            let offset = phone.book.with_replica(|it| it.head().clock_offset_ms);
            let today: CivilDate = clock::today(&phone.book.me(), offset);
            phone.book.set_today(today);
        };
        turn();
        Interval::new(DAY_CHECK_MS, turn).forget();
    }

    fn say_failed(&self, error: AppError) {
        self.book.say(Some(Snack::Failed(error)));
    }
}

/// Who the phone is and what its person wrote: all that no server can give again.
fn own_work(replica: &Replica) -> Vec<StoreChange> {
    let mut kept = vec![StoreChange::PutHead(replica.head().clone())];
    for outgoing in replica.outbox().values() {
        kept.push(StoreChange::PutOutgoing(Box::new(outgoing.clone())));
    }
    kept
}
