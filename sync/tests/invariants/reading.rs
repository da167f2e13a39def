//! The log on its way to people: I5 to I8, I11.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::json;
use sync::{Change, Register, RegisterKey, Scope, ServerSeq};

use crate::support::{Phone, Server, write_drawn};

/// Three phones write and exchange as drawn.
fn meeting(drawn: &[(usize, u8)], entries_max: usize) -> (Server, [Phone; 3]) {
    let mut server = Server {
        entries_max,
        ..Server::new()
    };
    let mut phones = [Phone::new("a"), Phone::new("b"), Phone::new("c")];
    for (phone, drawn) in drawn {
        let phone = &mut phones[*phone];
        if drawn % 3 == 0 {
            phone.sync(&mut server);
        } else {
            write_drawn(phone, *drawn);
        }
    }
    (server, phones)
}

fn events() -> impl Strategy<Value = Vec<(usize, u8)>> {
    prop::collection::vec((0_usize..3, any::<u8>()), 1..60)
}

fn fold(server: &Server) -> BTreeMap<RegisterKey, Register> {
    let mut registers: BTreeMap<RegisterKey, Register> = BTreeMap::new();
    for entry in &server.log {
        registers.entry(entry.op.key()).or_default().apply(entry);
    }
    registers
}

fn settle(server: &mut Server, phones: &mut [Phone]) {
    for _ in 0..=server.log.len() + 60 {
        for phone in phones.iter_mut() {
            phone.sync(server);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn i05_registers_are_the_log_folded_however_it_is_cut(events in events(), cut in 1_usize..5) {
        let (mut server, mut phones) = meeting(&events, cut);
        prop_assert_eq!(&fold(&server), &server.registers());
        settle(&mut server, &mut phones);
        let folded = fold(&server);
        prop_assert_eq!(&folded, &server.registers());
        prop_assert_eq!(&folded, phones[0].replica.checkpoint());
    }

    #[test]
    fn i05_an_entry_that_comes_again_changes_nothing(events in events()) {
        let (server, _) = meeting(&events, usize::MAX);
        let mut registers = fold(&server);
        for entry in &server.log {
            registers.entry(entry.op.key()).or_default().apply(entry);
        }
        prop_assert_eq!(registers, fold(&server));
    }

    #[test]
    fn i06_quiet_phones_agree(events in events(), cut in 1_usize..5) {
        let (mut server, mut phones) = meeting(&events, cut);
        settle(&mut server, &mut phones);
        for phone in &phones {
            prop_assert_eq!(phone.unsent(), 0);
            prop_assert_eq!(phone.replica.checkpoint(), phones[0].replica.checkpoint());
            prop_assert!(phone.replica.ahead_keys().is_empty());
        }
    }

    #[test]
    fn i07_a_view_is_the_checkpoint_with_own_operations_on_top(events in events()) {
        let (_, phones) = meeting(&events, 2);
        for phone in &phones {
            let ahead = phone.replica.ahead_keys();
            for field in ["state", "note", "elsewhere"] {
                let key = crate::support::key(field);
                let view = phone.replica.view(&key);
                let base = phone.replica.checkpoint().get(&key).cloned().unwrap_or_default();
                prop_assert_eq!(view.version, base.version, "nobody bases on what has no place");
                let mut due = base.clone();
                for it in phone.replica.outbox().values() {
                    if it.op.key() == key && phone.replica.is_ahead(it) {
                        due.overlay(&it.op, it.op.at_ms);
                    }
                }
                prop_assert_eq!(&view, &due);
                prop_assert!(ahead.contains(&key) || view == base);
            }
        }
    }

    #[test]
    fn i08_own_work_is_seen_from_writing_to_the_log(value in 0_u8..4, events in events()) {
        let (mut server, mut phones) = meeting(&events, 1);
        let [phone, other, _] = &mut phones;
        other.set(9);
        let own = phone.set(value);
        prop_assert!(phone.view("state").contains(&own.id), "unsent");
        other.sync(&mut server);
        // Only one entry comes with each answer: the receipt is here long before the log is.
        for _ in 0..server.log.len() + 3 {
            phone.sync(&mut server);
            prop_assert!(phone.view("state").contains(&own.id), "settled");
        }
    }

    #[test]
    fn i11_as_many_authors_show_as_wrote_different_things_unseen(count in 2_usize..12, order in any::<u64>()) {
        let mut server = Server::new();
        let mut phones: Vec<Phone> = (0..count).map(|it| Phone::new(&format!("p{it}"))).collect();
        for (index, phone) in phones.iter_mut().enumerate() {
            phone.set(index as u64);
        }
        let turn = usize::try_from(order % count as u64).expect("small");
        phones.rotate_left(turn);
        for _ in 0..2 {
            for phone in &mut phones {
                phone.sync(&mut server);
            }
        }
        let view = phones[0].view("state");
        prop_assert_eq!(view.heads.len(), count);
        prop_assert!(view.is_disputed());
        // One person settles it, having seen all.
        phones[0].set("settled");
        phones[0].sync(&mut server);
        phones[1].sync(&mut server);
        let view = phones[1].view("state");
        prop_assert_eq!(view.value(), Some(&json!("settled")));
        prop_assert!(!view.is_disputed());
    }
}

#[test]
fn i08_a_late_answer_takes_nothing_back() {
    let (mut phone, mut other, mut server) = (Phone::new("a"), Phone::new("b"), Server::new());
    phone.set(1);
    let early = phone.request();
    let late_reply = server.answer(&early, &phone.author.clone());
    phone
        .exchange
        .handle_failure(crate::support::NOW_MS, sync::Failure::Unreachable);
    other.note("meanwhile");
    other.sync(&mut server);
    phone.set(2);
    phone.sync(&mut server);
    let before = phone.replica.clone();
    phone.take(late_reply);
    assert_eq!(phone.replica, before);
    assert_eq!(phone.view("state").value(), Some(&json!(2)));
}

#[test]
fn i08_entries_with_a_hole_ask_for_the_snapshot_instead() {
    let (mut phone, mut other, mut server) = (Phone::new("a"), Phone::new("b"), Server::new());
    for it in ["one", "two", "three"] {
        other.note(it);
    }
    other.sync(&mut server);
    let request = phone.request();
    let mut reply = server.answer(&request, &phone.author.clone());
    if let Some(sync::ScopePull::Entries { entries, .. }) =
        reply.scopes.get_mut(&Scope::new("unit"))
    {
        entries.remove(1);
    }
    phone.take(reply);
    assert!(phone.replica.checkpoint().is_empty());
    assert_eq!(
        phone.replica.cursors()[&Scope::new("unit")].seq,
        ServerSeq::ZERO
    );
    assert!(phone.exchange.stale_scopes().contains(&Scope::new("unit")));
}

#[test]
fn i11_equal_concurrent_writes_keep_both_authors() {
    let (mut a, mut b, mut server) = (Phone::new("a"), Phone::new("b"), Server::new());
    a.set(true);
    b.set(true);
    a.sync(&mut server);
    b.sync(&mut server);
    let view = b.view("state");
    assert_eq!(view.heads.len(), 1);
    assert_eq!(view.heads[0].by.len(), 2);
}

#[test]
fn i07_a_retraction_marks_and_keeps_the_text() {
    let (mut a, mut b, mut server) = (Phone::new("a"), Phone::new("b"), Server::new());
    let note = a.note("Cờ phướn đã treo");
    a.sync(&mut server);
    a.write("note", Change::Retract(note.id));
    assert!(
        a.view("note").entries[0].retracted.is_some(),
        "at once on its own screen"
    );
    a.sync(&mut server);
    b.sync(&mut server);
    let entry = &b.view("note").entries[0];
    assert_eq!(entry.value, json!("Cờ phướn đã treo"));
    assert!(entry.retracted.is_some());
}
