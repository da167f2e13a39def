//! The demonstration, from the district's real workbook.

use domain::congress::CongressClock;
use domain::rights::{Grant, Role};
use server::projections::board;
use server::{demo, import, intake};
use sync::Scope;

use crate::support::{PASSWORD, TestServer};

#[tokio::test]
async fn an_empty_store_is_filled_once_and_a_real_one_never() {
    let server = TestServer::empty().await;
    assert!(demo::fill(&server.state).await.unwrap());
    let storage = &*server.state.storage;
    let scopes = storage.scopes().await.unwrap();
    let heads = storage.heads(&scopes).await.unwrap();
    assert!(!demo::fill(&server.state).await.unwrap());
    assert_eq!(storage.heads(&scopes).await.unwrap(), heads);
    for it in demo::people() {
        let answer = server.sign_in_as(&it.user, demo::PASSWORD).await;
        assert!(answer.status().is_success(), "{}", it.user);
    }
    assert_eq!(demo::people().len(), 7);
    assert!(demo::is_here(&server.state).await.unwrap());

    let grants = [Grant {
        role: Role::SuperiorLead,
        unit: Scope::new("TTH-ALUOI"),
    }];
    let board = board::load(&server.state, &grants).await.unwrap();
    let clock = |unit: &str| {
        let row = board
            .rows
            .iter()
            .find(|it| it.unit.as_str() == unit)
            .unwrap();
        assert!(row.counted.congress.assumed);
        row.counted.congress.clock(board.today)
    };
    assert_eq!(clock("AL-A-NGO"), CongressClock::After { days: 1 });
    assert_eq!(clock("AL-HONG-THUONG"), CongressClock::Before { days: 7 });
    assert_eq!(clock("AL-HUONG-PHONG"), CongressClock::Before { days: 11 });
    assert_eq!(clock("AL-KHOI-MTDTXH"), CongressClock::Before { days: 13 });

    let real = TestServer::start().await;
    assert!(!demo::fill(&real.state).await.unwrap());
    let answer = real.sign_in_as("quantri", demo::PASSWORD).await;
    assert!(!answer.status().is_success());
    assert!(!demo::is_here(&real.state).await.unwrap());
    assert_ne!(PASSWORD, demo::PASSWORD);
}

#[tokio::test]
async fn a_start_that_was_cut_short_goes_on_and_a_second_import_changes_nothing() {
    let server = TestServer::empty().await;
    let storage = &*server.state.storage;
    let bytes = include_bytes!("../../demo/a-luoi-2020.xlsx");
    let imported = import::read(bytes).unwrap();
    let desired = import::desired(&imported.workbook);
    let changes = intake::plan_import(storage, &desired).await.unwrap();
    assert_eq!(changes.len(), desired.len());
    let written = intake::import(storage, changes, 1_000).await.unwrap();
    assert_eq!(written, desired.len());
    assert!(
        intake::plan_import(storage, &desired)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(
        demo::fill(&server.state).await.unwrap(),
        "the accounts were missing"
    );
    assert!(
        intake::plan_import(storage, &desired)
            .await
            .unwrap()
            .is_empty()
    );
}
