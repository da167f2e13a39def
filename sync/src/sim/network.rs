//! The path between phones and the server: keeps messages in no order and for any time.

use crate::ids::{AuthorId, Incarnation, Scope};
use crate::protocol::PageWanted;

use super::options::Options;
use super::random::Random;

/// Where an answer belongs: a tab's one life, and the try that asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Return {
    pub(super) phone: usize,
    pub(super) tab: usize,
    pub(super) life: u64,
    pub(super) attempt: u64,
}

#[derive(Debug, Clone)]
pub(super) enum Message {
    Request {
        back: Return,
        author: AuthorId,
        /// As it is on the wire.
        request: String,
    },
    Reply {
        back: Return,
        /// Lifetime that was asked about.
        asked: Incarnation,
        /// As it is on the wire.
        reply: String,
    },
    SignedOut {
        back: Return,
    },
    PageRequest {
        back: Return,
        author: AuthorId,
        wanted: PageWanted,
    },
    Page {
        back: Return,
        page: String,
    },
    Gone {
        back: Return,
        scope: Scope,
    },
}

#[derive(Debug, Default)]
pub(super) struct Network {
    under_way: Vec<Message>,
}

impl Network {
    /// Gives how often the message is under way now.
    pub(super) fn send(
        &mut self,
        random: &mut Random,
        options: &Options,
        message: Message,
    ) -> usize {
        if random.percent(options.lost) {
            return 0;
        }
        let doubled = random.percent(options.doubled);
        if doubled {
            self.under_way.push(message.clone());
        }
        self.under_way.push(message);
        1 + usize::from(doubled)
    }

    /// Any one of the messages under way; the one sent last is the simplest choice.
    pub(super) fn take(&mut self, random: &mut Random) -> Option<Message> {
        let count = self.under_way.len();
        (count > 0).then(|| self.under_way.swap_remove(random.below_from_end(count)))
    }
}
