//! The board against the log.

use std::collections::BTreeMap;

use domain::date::CivilDate;
use domain::handbook::Handbook;
use domain::kinds::{checklist_task, propaganda_task};
use domain::rights::{Grant, Role};
use server::projections::{board, unit};
use sync::{Register, RegisterKey, Scope, ServerSeq};

use crate::support::{
    A_NGO, DISTRICT, HONG_THUONG, LEAD, PROPAGANDA, SECRETARY, TODAY, TestServer, key,
};

/// A unit's handbook, folded from nothing but the logs.
async fn folded(server: &TestServer, unit: &str) -> Handbook {
    let mut registers: BTreeMap<RegisterKey, Register> = BTreeMap::new();
    for scope in [unit, DISTRICT] {
        let scope = Scope::new(scope);
        let (storage, start) = (&server.state.storage, ServerSeq::ZERO);
        let tail = storage.segments(&scope, start, usize::MAX).await.unwrap();
        let log = tail.entries(start).unwrap();
        for entry in log {
            registers.entry(entry.op.key()).or_default().apply(&entry);
        }
    }
    Handbook::read(&Scope::new(unit), &Scope::new(DISTRICT), registers.iter())
}

#[tokio::test]
async fn i17_the_boards_numbers_are_the_logs() {
    let server = TestServer::start().await;
    let grants = [Grant {
        role: Role::SuperiorLead,
        unit: Scope::new(DISTRICT),
    }];
    let today = CivilDate::parse_iso(TODAY).unwrap();
    let mut propaganda = server.phone_of(PROPAGANDA, "d1").await;
    let mut secretary = server.phone_of(SECRETARY, "d2").await;
    let mut lead = server.phone_of(LEAD, "d3").await;
    let tick = key(HONG_THUONG, propaganda_task::KIND, "R01", "done");
    let aside = key(HONG_THUONG, checklist_task::KIND, "B16", "not_applicable");
    let owed = key(A_NGO, checklist_task::KIND, "B01", "done");
    let opening = key(HONG_THUONG, "congress", "congress", "opening");
    for round in 0..6 {
        match round {
            1 => drop(propaganda.set(&tick, true)),
            2 => drop(secretary.set(&tick, false)),
            3 => drop(secretary.set(&aside, true)),
            4 => drop(lead.set(&owed, true)),
            5 => drop(lead.set(&opening, "2020-02-10")),
            _ => {}
        }
        for phone in [&mut propaganda, &mut secretary, &mut lead] {
            phone.sync(&server).await;
        }
        let board = board::load(&server.state, &grants).await.unwrap();
        assert_eq!(board.rows.len(), 2);
        for row in &board.rows {
            let expected = folded(&server, row.unit.as_str()).await;
            assert_eq!(
                row.counted.progress,
                expected.progress(today),
                "round {round}"
            );
            assert_eq!(row.counted.congress, expected.congress);
            let page = unit::load(&server.state, &grants, &row.unit)
                .await
                .unwrap()
                .unwrap();
            assert_eq!(page.handbook.progress(today), expected.progress(today));
        }
    }
    let board = board::load(&server.state, &grants).await.unwrap();
    let row = board
        .rows
        .iter()
        .find(|it| it.unit.as_str() == HONG_THUONG)
        .unwrap();
    assert_eq!(
        (
            row.counted.progress.not_applicable,
            row.counted.progress.overdue
        ),
        (1, 1)
    );
    let contact = row.contact.as_ref().unwrap();
    assert_eq!((contact.devices, contact.unsent), (2, 0));
}

#[tokio::test]
async fn the_units_page_tells_who_did_what_when_newest_first() {
    let server = TestServer::start().await;
    let mut propaganda = server.phone_of(PROPAGANDA, "d1").await;
    let mut lead = server.phone_of(LEAD, "d3").await;
    propaganda.set(
        &key(HONG_THUONG, propaganda_task::KIND, "R01", "done"),
        true,
    );
    propaganda.sync(&server).await;
    lead.set(
        &key(HONG_THUONG, "congress", "congress", "opening"),
        "2020-02-10",
    );
    lead.sync(&server).await;
    let grants = [Grant {
        role: Role::Viewer,
        unit: Scope::new(HONG_THUONG),
    }];
    let hong_thuong = Scope::new(HONG_THUONG);
    let page = unit::load(&server.state, &grants, &hong_thuong)
        .await
        .unwrap()
        .unwrap();
    let lines: Vec<_> = page
        .lines
        .iter()
        .map(|it| {
            (
                it.author_name.as_str(),
                it.title.as_deref().unwrap(),
                it.entry.op.id.device.as_str(),
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            ("Văn phòng Huyện ủy", "Hồng Thượng", "d3"),
            ("Tuyên giáo Hồng Thượng", "Việc R01", "d1"),
        ]
    );
    let other = unit::load(&server.state, &grants, &Scope::new(A_NGO))
        .await
        .unwrap();
    assert!(other.is_none());
}
