//! The demonstration: the district's workbook, sample opening days and accounts, put into an empty store.

use std::collections::BTreeMap;

use anyhow::Context as _;
use domain::rights::{Grant, Role};
use sync::{AuthorId, Scope};

use crate::accounts::enrol::{Enrolment, enrol};
use crate::import;
use crate::intake;
use crate::state::AppState;
use crate::storage::{SERVER_AUTHOR, StorageError};

/// Password of every demonstration account.
pub const PASSWORD: &str = "dai-hoi-2020";

const WORKBOOK: &[u8] = include_bytes!("../demo/a-luoi-2020.xlsx");
const ACCOUNTS: &str = include_str!("../demo/accounts.csv");

/// The demonstration's people.
#[must_use]
pub fn people() -> Vec<Enrolment> {
    ACCOUNTS
        .lines()
        .skip(1)
        .filter_map(|line| {
            let mut cells = line.split(',');
            let (user, name) = (cells.next()?.to_owned(), cells.next()?.to_owned());
            let (role, unit) = (Role::parse(cells.next()?)?, Scope::new(cells.next()?));
            Some(Enrolment {
                user,
                name,
                grant: Grant { role, unit },
            })
        })
        .collect()
}

/// Fills an empty store. A store with accounts is left alone, so that a demonstration's password never enters a real one;
/// since accounts come last, a start that was cut short goes on at the next.
///
/// # Errors
/// When the workbook does not fit or storage fails.
pub async fn fill(state: &AppState) -> anyhow::Result<bool> {
    let storage = &*state.storage;
    if storage.has_users().await? {
        return Ok(false);
    }
    let now_ms = state.clock.now_ms();
    let imported = import::read(WORKBOOK)
        .map_err(|problems| anyhow::anyhow!("{} problems in the demo workbook", problems.len()))?;
    let changes = intake::plan_import(storage, &import::desired(&imported.workbook)).await?;
    let count = intake::import(storage, changes, now_ms)
        .await
        .context("importing the demo")?;
    tracing::info!(count, "demo workbook imported");

    let mut days = BTreeMap::new();
    for (key, value) in import::demo_dates(&imported.workbook, state.clock.today()) {
        let is_new = match storage.snapshot(&key.scope, 0).await {
            Ok(snapshot) => !snapshot.registers.iter().any(|it| {
                (&it.kind, &it.record, &it.field) == (&key.kind, &key.record, &key.field)
            }),
            Err(StorageError::Missing) => true,
            Err(error) => return Err(error.into()),
        };
        if is_new {
            days.insert(key, value);
        }
    }
    intake::write(storage, SERVER_AUTHOR, days, now_ms)
        .await
        .context("setting sample days")?;
    enrol(
        storage,
        &state.accounts.passwords,
        &people(),
        PASSWORD,
        now_ms,
    )
    .await
    .context("making demo accounts")?;
    Ok(true)
}

/// Whether the demonstration's sign-ins work here.
///
/// # Errors
/// When storage or hashing fails.
pub async fn is_here(state: &AppState) -> anyhow::Result<bool> {
    let Some(first) = people().into_iter().next() else {
        return Ok(false);
    };
    let Some(user) = state.storage.user(&AuthorId::new(first.user)).await? else {
        return Ok(false);
    };
    let passwords = &state.accounts.passwords;
    Ok(passwords
        .verify(PASSWORD.to_owned(), Some(user.password_hash))
        .await?)
}
