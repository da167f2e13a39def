//! People write: what, on which screen, and on top of what they were looking at.

use serde_json::json;

use crate::ids::{RegisterKey, Scope};
use crate::operation::{Change, Draft};
use crate::store::{StoreChange, record};

use super::super::Sabotage;
use super::super::checkers::Check;
use super::super::world::World;

/// Values that the server refuses, sets aside, does not know, or cannot read.
const POISONS: [&str; 6] = ["bad", "odd", "new", "newest", "garbled", "unheard-of"];

impl World {
    /// One person looks at a register, or writes to the one that they have been looking at.
    pub(super) fn write(&mut self, index: usize, tab_index: usize) -> Check {
        if self.phones[index].tabs[tab_index].look.is_none() || self.random.percent(50) {
            let key = self.draw_key();
            let tab = &mut self.phones[index].tabs[tab_index];
            let base = tab.replica.base(&key);
            tab.look = Some((key, base));
            if self.random.percent(20) {
                self.trace
                    .note(|| format!("phone {index}, tab {tab_index}, only looks"));
                return Ok(());
            }
        }
        let Some((key, base)) = self.phones[index].tabs[tab_index].look.take() else {
            return Ok(());
        };
        let change = self.draw_change(index, tab_index, &key);
        let phone = &self.phones[index];
        let head = match self.sabotage {
            Some(Sabotage::SharedPlaces) => phone.tabs[tab_index].replica.head(),
            _ => &phone.disk.head,
        };
        let draft = Draft {
            key,
            base,
            change,
            author: phone.author.clone(),
        };
        let Some((mut op, mut changes)) = record(head, draft, self.now_ms + phone.clock_off_ms)
        else {
            return Ok(());
        };
        if self.random.percent(10) {
            // A newer app than the server's writes what nobody else understands.
            op.extra
                .insert("hint".to_owned(), json!({ "of": "a later release" }));
            if let Some(StoreChange::PutOutgoing(outgoing)) = changes.last_mut() {
                outgoing.op = op.clone();
            }
        }
        self.trace.note(|| {
            let at = place(&op.key());
            let does = match &op.change {
                Change::Set(value) => format!("sets {at} to {value}"),
                Change::Add(value) => format!("adds {value} to {at}"),
                Change::Retract(id) => format!(
                    "retracts {} of {}/{} from {at}",
                    id.seq.get(),
                    id.device,
                    id.incarnation
                ),
            };
            let (seq, seen) = (op.id.seq.get(), op.base.seq.0);
            format!("phone {index}, tab {tab_index}, {does} as operation {seq}, having seen {seen}")
        });
        let lived = self.commit(index, tab_index, changes, Some(&op))?;
        if lived {
            let phone = &mut self.phones[index];
            let leader = phone.leader;
            phone.tabs[leader].exchange.wake();
        }
        Ok(())
    }

    fn draw_key(&mut self) -> RegisterKey {
        let scope = match self.random.below_from_end(20) {
            0 => Scope::new("nowhere"),
            _ => self
                .random
                .pick(&self.scopes)
                .cloned()
                .unwrap_or_else(|| Scope::new("s0")),
        };
        let record = self.random.pick(&["r0", "r1"]).copied().unwrap_or("r0");
        let field = self
            .random
            .pick(&["value", "value", "note"])
            .copied()
            .unwrap_or("value");
        RegisterKey::new(scope.as_str(), "k", record, field)
    }

    fn draw_change(&mut self, phone: usize, tab: usize, key: &RegisterKey) -> Change {
        if self.random.percent(self.options.poison) {
            let poison = self.random.pick(&POISONS).copied().unwrap_or("bad");
            return Change::Set(json!(poison));
        }
        if key.field.as_str() == "value" {
            return Change::Set(json!(self.random.below(3)));
        }
        let notes = self.phones[phone].tabs[tab].replica.view(key).entries;
        match self.random.pick(&notes) {
            Some(note) if self.random.percent(40) => Change::Retract(note.by.op.clone()),
            _ => Change::Add(json!(self.random.below(100))),
        }
    }
}

fn place(key: &RegisterKey) -> String {
    format!("{}/{}/{}", key.scope, key.record, key.field)
}
