//! One schedule: the safety phase draws events and injects faults, the liveness phase heals and demands agreement.

use crate::client::{Failure, Link};
use crate::ids::{RegisterKey, Scope};
use crate::protocol::{PLAIN_VERSION, VERSION};
use crate::register::Register;
use crate::replica::Replica;

use super::checkers::{Check, Checkers, demand};
use super::network::{Message, Network};
use super::options::Options;
use super::phone::Phone;
use super::random::Random;
use super::server::{Server, end_of};
use super::trace::Trace;
use super::{Report, Sabotage};

/// Rounds that a healed world may need beside those for its operations: one each to learn of an epoch, load
/// snapshots, send again and pull, with room for messages still under way from before.
const ROUNDS_EXTRA: usize = 20;
/// True time between rounds: beyond the longest wait of an exchange.
const ROUND_MS: i64 = 61_000;
/// Rounds of the healed world that a trace tells of.
const ROUNDS_TOLD: usize = 3;

pub(super) struct World {
    /// As drawn; `options` changes on the way.
    pub(super) drawn: Options,
    pub(super) options: Options,
    pub(super) sabotage: Option<Sabotage>,
    pub(super) random: Random,
    pub(super) now_ms: i64,
    pub(super) scopes: Vec<Scope>,
    pub(super) phones: Vec<Phone>,
    pub(super) server: Server,
    pub(super) network: Network,
    pub(super) checkers: Checkers,
    pub(super) report: Report,
    pub(super) trace: Trace,
    /// How many lifetimes of storages began after the first ones.
    pub(super) lifetimes: usize,
    /// The phone that is being reborn.
    pub(super) rebirth: Option<usize>,
    pub(super) step: usize,
    /// True time at which faults ended.
    healed_ms: i64,
}

impl World {
    pub(super) fn new(mut random: Random, sabotage: Option<Sabotage>) -> Self {
        let options = Options::draw(&mut random);
        let scopes: Vec<Scope> = (0..options.scopes)
            .map(|it| Scope::new(format!("s{it}")))
            .collect();
        Self {
            drawn: options,
            options,
            sabotage,
            random,
            now_ms: 1_600_000_000_000,
            phones: (0..options.phones)
                .map(|it| Phone::new(it, options.tabs, it < options.old_phones))
                .collect(),
            server: Server::new(
                &scopes,
                if options.old_server {
                    PLAIN_VERSION
                } else {
                    VERSION
                },
            ),
            scopes,
            network: Network::default(),
            checkers: Checkers::default(),
            report: Report::default(),
            trace: Trace::default(),
            lifetimes: 0,
            rebirth: None,
            step: 0,
            healed_ms: 0,
        }
    }

    pub(super) fn run(&mut self) -> Check {
        let outcome = self.safety().and_then(|()| self.liveness());
        self.report.operations = self.checkers.written.len();
        outcome
    }

    fn safety(&mut self) -> Check {
        while self.random.more_events(self.step < self.options.steps) {
            self.step += 1;
            self.trace.begin(|| format!("{:>4}:", self.step));
            self.now_ms += i64::try_from(self.random.below(20_000)).unwrap_or_default();
            self.event()?;
        }
        Ok(())
    }

    /// From here on nothing fails; what was under way before may still arrive.
    fn liveness(&mut self) -> Check {
        self.random.heal();
        let options = &mut self.options;
        (
            options.lost,
            options.doubled,
            options.kill,
            options.server_crash,
            options.abort,
        ) = (0, 0, 0, 0, 0);
        self.server.up = true;
        self.server.revoked.clear();
        for phone in &mut self.phones {
            phone.signed_in = true;
        }
        self.healed_ms = self.now_ms + 1;
        // With the smallest batch every operation may take a round to send and one to pull, and again after a reset.
        let bound = ROUNDS_EXTRA + 3 * self.checkers.written.len();
        while !self.is_quiet() {
            let (rounds, unsent) = (self.report.rounds, self.unsent());
            if rounds >= bound {
                // Says what is amiss, if it can, rather than "never quiet".
                self.checkers.refilled(&self.phones, &self.server.durable)?;
            }
            demand(rounds < bound, "I9", || {
                format!("{rounds} rounds, {unsent} still unsent")
            })?;
            self.report.rounds += 1;
            self.step += 1;
            if rounds < ROUNDS_TOLD {
                self.trace.begin(|| format!("{:>4}, healed:", self.step));
            } else {
                self.trace.end();
            }
            self.now_ms += ROUND_MS;
            for phone in 0..self.phones.len() {
                self.round(phone)?;
            }
            while let Some(message) = self.network.take(&mut self.random) {
                self.deliver(message)?;
            }
        }
        for phone in &mut self.phones {
            for tab in 0..phone.tabs.len() {
                phone.hear(tab);
            }
        }
        self.checkers.converged(&self.phones, &self.server.durable)
    }

    fn round(&mut self, index: usize) -> Check {
        let phone = &mut self.phones[index];
        let now_ms = self.now_ms + phone.clock_off_ms;
        let leader = phone.leader;
        phone.hear(leader);
        let tab = &mut phone.tabs[leader];
        if tab.exchange.link() == Link::SignedOut {
            // The person signs in again. Whoever is signed in gets no such push: no clock may have silenced them (I10).
            tab.exchange.wake();
        }
        if tab.exchange.is_in_flight() {
            tab.exchange.handle_failure(now_ms, Failure::Unreachable);
            return Ok(());
        }
        self.fetch_page(index);
        self.send(index)
    }

    fn unsent(&self) -> usize {
        self.phones
            .iter()
            .map(|it| it.tabs[it.leader].replica.unsent().count())
            .sum()
    }

    fn is_quiet(&self) -> bool {
        self.unsent() == 0
            && self.phones.iter().all(|phone| {
                let tab = &phone.tabs[phone.leader];
                let durable = &self.server.durable;
                tab.news.is_empty()
                    && !tab.exchange.is_in_flight()
                    && tab.exchange.stale_scopes().is_empty()
                    && self.scopes.iter().all(|scope| {
                        let end = durable.log.get(scope).map(|it| end_of(it));
                        tab.replica.cursors().get(scope).is_some_and(|cursor| {
                            Some(cursor.seq) == end && cursor.epoch == durable.epoch
                        })
                    })
                    && tab.replica.ahead_keys().is_empty()
                    // Every phone has heard of the last restore: it asks anew for verdicts of an earlier history.
                    && tab.exchange.last_contact_ms() >= Some(self.healed_ms + phone.clock_off_ms)
            })
    }

    /// Checks what a tab's screen shows now.
    pub(super) fn look_at(&mut self, phone: usize, tab: usize) -> Check {
        let forgotten = self.sabotage == Some(Sabotage::OverlayForgotten);
        let shown = |replica: &Replica, key: &RegisterKey| -> Register {
            if forgotten {
                replica.checkpoint().get(key).cloned().unwrap_or_default()
            } else {
                replica.view(key)
            }
        };
        let durable = &self.server.durable;
        self.checkers
            .screen(phone, &mut self.phones[phone].tabs[tab], durable, shown)?;
        if self.random.percent(15) {
            self.checkers
                .checkpoint(&self.phones[phone], tab, durable)?;
        }
        Ok(())
    }

    pub(super) fn deliver(&mut self, message: Message) -> Check {
        match message {
            Message::Request {
                back,
                author,
                request,
            } => self.request(back, &author, &request),
            Message::Reply { back, asked, reply } => self.reply(back, &asked, &reply),
            Message::SignedOut { back } => {
                self.signed_out(back);
                Ok(())
            }
            Message::PageRequest {
                back,
                author,
                wanted,
            } => {
                self.page_request(back, &author, wanted);
                Ok(())
            }
            Message::Page { back, page } => self.page(back, &page),
            Message::Gone { back, scope } => self.gone(back, scope),
        }
    }
}
