//! The phone's side of the exchange: when to call, what to say, and what to keep of the answer.
//!
//! Drive it so: `poll_request(now)` until it gives none; hand each answer to `handle_reply` (commit its changes,
//! then apply them) or `handle_failure`; sleep until `poll_timeout`. `wake` ends a wait early. An answer may come late,
//! twice or after a later one: nothing goes back.

mod intake;

use crate::ids::{Cursor, Epoch, Incarnation, OpSeq, Scope};
use crate::operation::{Incoming, Operation};
use crate::protocol::{
    PLAIN_VERSION, Page, PageWanted, ProtocolError, REQUEST_BYTES_MAX, REQUEST_OPS_MAX, SyncReply,
    SyncRequest, VERSION,
};
use crate::replica::Replica;
use crate::sorted_map::SortedMap;
use crate::store::StoreChange;
use crate::wire::Wire as _;

/// First wait after a failure; doubles up to [`RETRY_DELAY_MAX_MS`].
const RETRY_DELAY_MIN_MS: i64 = 1_000;
/// Longest wait between tries: a phone that finds its server again has sent within ten seconds. Shorter than
/// [`IDLE_DELAY_MS`], which bounds every wait.
const RETRY_DELAY_MAX_MS: i64 = 8_000;
/// Wait between exchanges when nothing is unsent.
const IDLE_DELAY_MS: i64 = 30_000;
/// Smallest difference of clocks that is worth a write to the store.
const CLOCK_DRIFT_MIN_MS: u64 = 1_000;

/// Why an exchange gave no usable answer. Nothing is lost; the phone tries again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// No path to the server, a time-out, a server error, or a page that is not ours.
    Unreachable,
    /// Our server says that nobody is signed in: wait for the person.
    SignedOut,
    /// Our server says that it cannot read the message: speak more plainly.
    NotUnderstood,
}

/// What the phone knows about its path to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// Nothing tried yet.
    Unknown,
    /// The last exchange succeeded.
    Online,
    /// The last exchange got no answer from our server.
    Offline,
    /// Our server asked for sign-in.
    SignedOut,
}

/// The exchange of one phone with the server. At most one request is under way.
#[derive(Debug, Clone)]
pub struct Exchange {
    app: String,
    /// Version of the protocol to speak: the server's, once it is known to be lower than ours.
    speaks: u32,
    in_flight: bool,
    /// Lifetime that the request under way is of.
    asked: Option<Incarnation>,
    /// Place of the first operation under way.
    sent_from: Option<OpSeq>,
    /// History that the server last spoke of.
    epoch: Option<Epoch>,
    /// Place that the server last said it expects, of which lifetime.
    expect: Option<(Incarnation, OpSeq)>,
    /// The lifetime that another phone shares, until this one goes on under another ([`crate::rebirth`]).
    shared: Option<Incarnation>,
    /// `wake` was called while a request was under way.
    woken: bool,
    link: Link,
    /// Exchanges in a row that failed or moved nothing although something was unsent.
    setbacks: u32,
    next_at_ms: i64,
    last_contact_ms: Option<i64>,
    stale_scopes: Vec<Scope>,
    /// How far scopes had been read that were denied since.
    left: SortedMap<Scope, Cursor>,
}

impl Exchange {
    /// A phone that has not called yet; `app` names its build.
    #[must_use]
    pub fn new(app: impl Into<String>) -> Self {
        Self {
            app: app.into(),
            speaks: VERSION,
            in_flight: false,
            asked: None,
            sent_from: None,
            epoch: None,
            expect: None,
            shared: None,
            woken: false,
            link: Link::Unknown,
            setbacks: 0,
            next_at_ms: i64::MIN,
            last_contact_ms: None,
            stale_scopes: Vec::new(),
            left: SortedMap::new(),
        }
    }

    /// A phone that speaks [`PLAIN_VERSION`] from the start, as one of the first release.
    #[cfg(feature = "sim")]
    pub(crate) fn plain(app: impl Into<String>) -> Self {
        Self {
            speaks: PLAIN_VERSION,
            ..Self::new(app)
        }
    }

    /// What is known about the path to the server.
    #[must_use]
    pub fn link(&self) -> Link {
        self.link
    }

    /// Device time of the last answer of our server, in milliseconds since 1970.
    #[must_use]
    pub fn last_contact_ms(&self) -> Option<i64> {
        self.last_contact_ms
    }

    /// Whether a request is under way.
    #[must_use]
    pub fn is_in_flight(&self) -> bool {
        self.in_flight
    }

    /// Scopes whose snapshot must be loaded (again) before they can be pulled.
    #[must_use]
    pub fn stale_scopes(&self) -> &Vec<Scope> {
        &self.stale_scopes
    }

    /// Whether this phone must go on under an identity of its own before it writes more or calls again: run
    /// [`crate::rebirth`] in the store.
    #[must_use]
    pub fn wants_rebirth(&self, replica: &Replica) -> bool {
        self.shared.as_ref() == Some(&replica.head().incarnation)
    }

    /// The next page to load of the scopes that the phone keeps: of those without a snapshot, or with one of another history.
    #[must_use]
    pub fn next_page(&self, replica: &Replica, wanted: &[Scope]) -> Option<PageWanted> {
        let scope = wanted
            .iter()
            .find(|it| !replica.cursors().contains_key(*it) || self.stale_scopes.contains(it))?;
        let staged = replica.staged(scope);
        let next = u32::try_from(staged.len()).unwrap_or(u32::MAX);
        // Pages that pulls have overtaken since are of no use: begin again.
        let first = staged.first().map(|it| it.cursor);
        let going_on = first.filter(|it| self.wants(replica, scope, *it));
        Some(PageWanted {
            scope: scope.clone(),
            at: going_on.map(|it| (it, next)),
        })
    }

    /// Takes in a page. Commit the returned changes together, apply them to the replica, then call [`Self::page_kept`].
    ///
    /// Nothing to commit when the page is not the next one, or when its snapshot was overtaken, by pulls or by a restored
    /// backup, while it was under way or in a cache (invariant I8).
    #[must_use]
    pub fn take_page(&self, replica: &Replica, page: Page) -> Vec<StoreChange> {
        if !self.wants(replica, &page.scope, page.cursor) {
            return Vec::new();
        }
        let staged = replica.staged(&page.scope);
        let mut changes = Vec::new();
        let continues = staged
            .first()
            .is_none_or(|it| it.cursor == page.cursor && it.of == page.of)
            && u32::try_from(staged.len()) == Ok(page.number);
        if !continues {
            if page.number > 0 {
                return Vec::new();
            }
            changes.push(StoreChange::DropPages(page.scope.clone()));
        }
        if page.number < page.of {
            changes.push(StoreChange::PutPage(Box::new(page)));
        }
        changes
    }

    fn wants(&self, replica: &Replica, scope: &Scope, cursor: Cursor) -> bool {
        let here = replica.cursors().get(scope);
        // An answer of a history that has ended since lets none of its snapshots in again.
        let floor = self.epoch.max(here.map(|it| it.epoch));
        // A scope that was to be left may still be here, and read further: the store refused that commit.
        let mut read = self.left.get(scope).into_iter().chain(here);
        let overtaken = read.any(|it| it.epoch == cursor.epoch && it.seq > cursor.seq);
        !overtaken && floor.is_none_or(|it| it <= cursor.epoch)
    }

    /// A page is in place; after the last one the scope can be pulled.
    pub fn page_kept(&mut self, replica: &Replica, scope: &Scope) {
        if replica.staged(scope).is_empty() && replica.cursors().contains_key(scope) {
            self.stale_scopes.retain(|it| it != scope);
            self.left.remove(scope);
        }
    }

    /// Device time of the next try; `None` while a request is under way or sign-in is needed.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<i64> {
        (!self.in_flight && self.link != Link::SignedOut).then_some(self.next_at_ms)
    }

    /// Try at once: a new operation, the button, `online`, becoming visible, a fresh sign-in.
    pub fn wake(&mut self) {
        self.next_at_ms = i64::MIN;
        self.woken = self.in_flight;
        if self.link == Link::SignedOut {
            self.link = Link::Unknown;
        }
    }

    /// The next request, when one is due at `now_ms` by the device's clock. None while [`Self::wants_rebirth`].
    pub fn poll_request(&mut self, replica: &Replica, now_ms: i64) -> Option<SyncRequest> {
        // A clock that jumped back must not silence the phone (invariant I10).
        let due =
            now_ms >= self.next_at_ms || self.next_at_ms.saturating_sub(now_ms) > IDLE_DELAY_MS;
        let silent = self.in_flight || self.link == Link::SignedOut || self.wants_rebirth(replica);
        if silent || !due {
            return None;
        }
        let head = replica.head();
        let expect = self.expect.as_ref();
        let expect = expect.and_then(|(of, it)| (*of == head.incarnation).then_some(*it));
        let mut sent = replica.sendable(expect).peekable();
        // Operations of an earlier lifetime go as such; what is before them the server has.
        let earlier = sent
            .peek()
            .filter(|it| it.id.incarnation != head.incarnation)
            .map(|it| &it.id);
        let mut request = SyncRequest {
            protocol: self.speaks,
            app: self.app.clone(),
            device: head.device.clone(),
            incarnation: earlier
                .map_or_else(|| head.incarnation.clone(), |it| it.incarnation.clone()),
            born_of: head.born_of.clone().filter(|_| earlier.is_none()),
            now_ms,
            unsent: replica.unsent().count() as u64,
            kept_from: earlier.map_or_else(|| replica.kept_from(), |it| it.seq),
            ops: Vec::new(),
            cursors: SortedMap::new(),
        };
        for (scope, cursor) in replica.cursors() {
            if !self.stale_scopes.contains(scope) {
                request.cursors.insert(scope.clone(), *cursor);
            }
        }
        // A weak path carries a short message where it loses a long one.
        let shrink = self.setbacks.min(8);
        let (ops_max, bytes_max) = (REQUEST_OPS_MAX >> shrink, REQUEST_BYTES_MAX >> shrink);
        let mut bytes = request.to_json().len();
        self.sent_from = sent.peek().map(|it| it.id.seq);
        for op in sent {
            bytes += bytes_at_most(op);
            // One goes in any case: it is no bigger than `OPERATION_BYTES_MAX`.
            if !request.ops.is_empty() && (request.ops.len() >= ops_max || bytes > bytes_max) {
                break;
            }
            request.ops.push(Incoming::Op(op.clone()));
        }
        self.asked = Some(request.incarnation.clone());
        self.in_flight = true;
        Some(request)
    }

    /// Takes in an answer. Commit the returned changes together, then apply them to the replica.
    ///
    /// # Errors
    /// `UnknownVersion` when the server speaks a newer protocol: nothing is taken in, the next try waits.
    pub fn handle_reply(
        &mut self,
        replica: &Replica,
        now_ms: i64,
        reply: SyncReply,
    ) -> Result<Vec<StoreChange>, ProtocolError> {
        if reply.protocol > VERSION {
            self.handle_failure(now_ms, Failure::Unreachable);
            return Err(ProtocolError::UnknownVersion(reply.protocol));
        }
        // An answer of the first release names no lifetime: it is of the one that was asked about. When that request was
        // given up nobody knows which, and another's receipts and backups would be taken for our own (invariant I2).
        let asked = self.asked.take();
        let Some(of) = reply.incarnation.clone().or(asked) else {
            return Ok(Vec::new());
        };
        // A server of an older release: it did not read columns.
        let plainer = reply.protocol < self.speaks;
        self.speaks = reply.protocol.max(PLAIN_VERSION);
        let sent_from = self.sent_from.take();
        let intake = intake::take_in(replica, reply, &of, sent_from);
        if intake.shared {
            self.shared = Some(of.clone());
        }
        self.in_flight = false;
        self.link = Link::Online;
        self.last_contact_ms = Some(now_ms);
        self.epoch = Some(intake.epoch);
        self.expect = Some((of, intake.expect));
        for scope in intake.stale {
            if !self.stale_scopes.contains(&scope) {
                self.stale_scopes.push(scope);
            }
        }
        for scope in &intake.denied {
            self.stale_scopes.retain(|it| it != scope);
            if let Some(cursor) = replica.cursors().get(scope) {
                self.left.insert(scope.clone(), *cursor);
            }
        }

        let mut changes = intake.changes;
        let clock_offset_ms = intake.server_now_ms.saturating_sub(now_ms);
        if clock_offset_ms.abs_diff(replica.head().clock_offset_ms) >= CLOCK_DRIFT_MIN_MS {
            changes.push(StoreChange::PutClockOffset(clock_offset_ms));
        }
        let woken = std::mem::take(&mut self.woken) || plainer;
        self.next_at_ms = if intake.moved || woken {
            self.setbacks = 0;
            if intake.unfinished || woken {
                i64::MIN
            } else {
                now_ms.saturating_add(IDLE_DELAY_MS)
            }
        } else if intake.unfinished {
            // An answer that moves nothing must not be asked for in a tight loop.
            now_ms.saturating_add(self.next_delay_ms())
        } else {
            self.setbacks = 0;
            now_ms.saturating_add(IDLE_DELAY_MS)
        };
        Ok(changes)
    }

    /// No usable answer came: the same operations go again later.
    pub fn handle_failure(&mut self, now_ms: i64, failure: Failure) {
        self.in_flight = false;
        self.sent_from = None;
        self.asked = None;
        self.woken = false;
        match failure {
            Failure::SignedOut => self.link = Link::SignedOut,
            Failure::Unreachable | Failure::NotUnderstood => {
                self.link = Link::Offline;
                if failure == Failure::NotUnderstood {
                    // One operation that spoils a message of columns does not spoil its neighbours in this form (I9).
                    self.speaks = PLAIN_VERSION;
                }
                self.next_at_ms = now_ms.saturating_add(self.next_delay_ms());
            }
        }
    }

    /// Wait after one more setback: doubles from the shortest to the longest.
    fn next_delay_ms(&mut self) -> i64 {
        let delay_ms = RETRY_DELAY_MIN_MS << self.setbacks.min(6);
        self.setbacks = self.setbacks.saturating_add(1);
        delay_ms.min(RETRY_DELAY_MAX_MS)
    }
}

/// No form of an operation takes more bytes than its JSON object.
fn bytes_at_most(op: &Operation) -> usize {
    op.to_json().len() + 1
}

#[cfg(test)]
mod tests;
