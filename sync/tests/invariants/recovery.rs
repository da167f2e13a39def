//! Restored backups, withdrawn rights and other releases: I12 to I14.

use proptest::prelude::*;
use serde_json::json;
use sync::{Epoch, Operation, Page, Scope, ScopePull, ServerSeq, SnapshotRegister, StoreChange};

use crate::support::{NOW_MS, Phone, Server, write_drawn};

fn snapshot(server: &Server) -> Page {
    let scope = Scope::new("unit");
    Page {
        cursor: sync::Cursor {
            epoch: server.working.epoch,
            seq: server.working.scopes[&scope].end,
        },
        number: 0,
        of: 1,
        registers: server
            .registers()
            .iter()
            .map(|(key, register)| SnapshotRegister {
                kind: key.kind.clone(),
                record: key.record.clone(),
                field: key.field.clone(),
                register: register.clone(),
            })
            .collect(),
        history: server.log.clone(),
        scope,
    }
}

fn reload(phone: &mut Phone, server: &Server) {
    let changes = phone.exchange.take_page(&phone.replica, snapshot(server));
    assert!(!changes.is_empty());
    phone.apply(changes);
    let scope = Scope::new("unit");
    phone.exchange.page_kept(&phone.replica, &scope);
}

fn restore(backup: &Server, epoch: u64) -> Server {
    let mut server = backup.clone();
    server.working.epoch = Epoch(epoch);
    for state in server.working.scopes.values_mut() {
        state.restored_at = if state.restored_at == ServerSeq::ZERO {
            state.end
        } else {
            state.end.min(state.restored_at)
        };
    }
    server
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn i12_phones_refill_a_restored_server(
        before in prop::collection::vec(any::<u8>(), 0..20),
        after in prop::collection::vec(any::<u8>(), 0..20),
        verified in any::<bool>(),
    ) {
        let (mut phone, mut server) = (Phone::new("a"), Server::new());
        for it in before {
            write_drawn(&mut phone, it);
        }
        phone.sync(&mut server);
        let backup = server.clone();
        if verified {
            server.backed_up = phone.replica.head().next_seq.get().checked_sub(1).and_then(sync::OpSeq::new);
        }
        for it in after {
            write_drawn(&mut phone, it);
        }
        phone.sync(&mut server);
        phone.sync(&mut server);

        let mut restored = restore(&backup, 2);
        phone.sync(&mut restored);
        prop_assert!(phone.exchange.stale_scopes().contains(&Scope::new("unit")));
        reload(&mut phone, &restored);
        phone.sync(&mut restored);
        phone.sync(&mut restored);
        prop_assert_eq!(phone.unsent(), 0);
        prop_assert_eq!(restored.log.len(), server.log.len());
        prop_assert_eq!(restored.refused.len(), server.refused.len());
        prop_assert_eq!(phone.replica.checkpoint(), &restored.registers());
    }

    #[test]
    fn i14_fields_of_a_newer_release_survive_a_round_trip(
        name in "x_[a-z]{1,12}",
        text in ".{0,40}",
        number in any::<i64>(),
    ) {
        let op = Phone::new("a").set(1);
        let mut raw = serde_json::to_value(&op).expect("plain JSON");
        raw[name.as_str()] = json!({ "text": text, "number": number });
        let read = Operation::from_value(&raw).expect("still an operation");
        prop_assert_eq!(serde_json::to_value(&read).expect("plain JSON"), raw);
    }
}

#[test]
fn i11_what_was_seen_in_a_lost_history_displaces_nothing_in_the_new_one() {
    let (mut a, mut b, mut c) = (Phone::new("a"), Phone::new("b"), Phone::new("c"));
    let mut server = Server::new();
    let backup = server.clone();
    a.set("lost");
    a.sync(&mut server);
    b.sync(&mut server);
    // b has seen place 1 of the old history.
    b.set("after lost");
    let mut server = restore(&backup, 2);
    c.sync(&mut server);
    reload(&mut c, &server);
    c.set("new");
    c.sync(&mut server);
    // Place 1 of the new history is another one: b has not seen it.
    b.sync(&mut server);
    assert_eq!(server.log[1].seen, ServerSeq::ZERO);
    reload(&mut b, &server);
    b.sync(&mut server);
    assert_eq!(b.view("state").heads.len(), 2);
}

#[test]
fn i13_a_scope_that_is_denied_leaves_the_phone_and_own_work_stays() {
    let (mut phone, mut other, mut server) = (Phone::new("a"), Phone::new("b"), Server::new());
    other.set("secret");
    other.sync(&mut server);
    phone.sync(&mut server);
    let own = phone.note("mine");
    let request = phone.request();
    let mut reply = server.answer(&request, &phone.author.clone());
    reply.receipts.clear();
    reply.scopes.insert(Scope::new("unit"), ScopePull::Denied);
    phone.take(reply);
    assert!(phone.replica.checkpoint().is_empty());
    assert_eq!(phone.replica.history(&Scope::new("unit")).count(), 0);
    assert_eq!(phone.unsent(), 1);
    assert!(phone.view("note").contains(&own.id));
}

#[test]
fn i08_a_snapshot_that_was_overtaken_is_not_wanted() {
    let (mut phone, mut server) = (Phone::new("a"), Server::new());
    let slow = snapshot(&server);
    phone.set(1);
    phone.sync(&mut server);
    assert!(phone.exchange.take_page(&phone.replica, slow).is_empty());
    let restored = restore(&server, 2);
    phone.sync(&mut restored.clone());
    reload(&mut phone, &restored);
    assert!(
        phone
            .exchange
            .take_page(&phone.replica, snapshot(&server))
            .is_empty(),
        "older history"
    );
}

#[test]
fn i08_an_answer_of_an_ended_history_lets_no_older_snapshot_in() {
    let (mut phone, mut server) = (Phone::new("a"), Server::new());
    let old = snapshot(&server);
    let request = phone.request();
    let slow = server.answer(&request, &phone.author);
    reload(&mut phone, &restore(&server, 2));
    phone.take(slow);
    assert!(phone.exchange.take_page(&phone.replica, old).is_empty());
}

#[test]
fn i08_a_scope_that_the_store_did_not_let_go_is_not_overtaken_by_an_older_snapshot() {
    let (mut phone, mut server) = (Phone::new("a"), Server::new());
    let old = snapshot(&server);
    let request = phone.request();
    let mut reply = server.answer(&request, &phone.author);
    reply.scopes.insert(Scope::new("unit"), ScopePull::Denied);
    let refused = phone.exchange.handle_reply(&phone.replica, NOW_MS, reply);
    assert!(matches!(
        refused.as_deref(),
        Ok([StoreChange::ForgetScope(_)])
    ));
    phone.set(1);
    phone.sync(&mut server);
    assert!(phone.exchange.take_page(&phone.replica, old).is_empty());
}

#[test]
fn i08_entries_of_an_ended_history_are_not_folded_into_the_new_one() {
    let (mut phone, mut server) = (Phone::new("a"), Server::new());
    let backup = server.clone();
    let mut other = Phone::new("b");
    other.set(1);
    other.sync(&mut server);
    let request = phone.request();
    let slow = server.answer(&request, &phone.author);
    let restored = restore(&backup, 2);
    reload(&mut phone, &restored);
    phone.take(slow);
    let cursor = phone.replica.cursors()[&Scope::new("unit")];
    assert_eq!(cursor.epoch, Epoch(2));
    assert!(phone.replica.checkpoint().is_empty());
}

#[test]
fn i12_a_server_that_went_back_without_a_new_history_is_refilled_too() {
    let (mut phone, mut server) = (Phone::new("a"), Server::new());
    let mut went_back = server.clone();
    phone.set(1);
    phone.set(2);
    phone.sync(&mut server);
    phone.set(3);
    phone.sync(&mut went_back);
    phone.sync(&mut went_back);
    assert_eq!(went_back.log.len(), 3);
    assert_eq!(phone.unsent(), 0);
}

#[test]
fn i12_refused_work_stays_to_be_read_after_a_backup_and_holds_nothing_up() {
    let (mut phone, mut server) = (Phone::new("a"), Server::new());
    phone.set("bad");
    phone.set(2);
    phone.sync(&mut server);
    server.backed_up = sync::OpSeq::new(2);
    phone.sync(&mut server);
    assert_eq!(phone.replica.outbox().len(), 1);
    assert!(phone.replica.outbox()[&sync::OpSeq::FIRST].archived);
    phone.set(3);
    phone.sync(&mut server);
    assert_eq!(phone.unsent(), 0);
    phone.apply(vec![StoreChange::DropOutgoing(sync::OpSeq::FIRST)]);
    phone.set(4);
    phone.sync(&mut server);
    assert_eq!(phone.unsent(), 0);
}
