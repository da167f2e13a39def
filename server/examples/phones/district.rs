//! A district of any size, made of the demo workbook: its communes, and copies of one of them.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use domain::kinds::{PLAN, checklist_task, unit};
use domain::rights::{Grant, Role};
use serde_json::{Value, json};
use server::accounts::enrol::{Enrolment, enrol};
use server::accounts::password::Passwords;
use server::clock::Clock;
use server::storage::sqlite::SqliteStorage;
use server::storage::{IMPORT_AUTHOR, Storage as _};
use server::{import, intake};
use sync::{RegisterKey, Scope};

const WORKBOOK: &[u8] = include_bytes!("../../demo/a-luoi-2020.xlsx");
/// Password of every account of the bench.
pub const PASSWORD: &str = "mat-khau-do-thu";
/// A unit of so many ticked registers.
pub const LARGE: (&str, usize) = ("LON-10000", 10_000);
/// A unit of so many tasks, each with its plan and a tick.
pub const WHOLE: (&str, usize) = ("LON-5000", 5_000);
/// Commune that others are copied from.
const MODEL: &str = "AL-HONG-THUONG";
const PARENT: &str = "TTH-ALUOI";

/// Key of the unit with this number.
pub fn unit_key(number: usize) -> String {
    format!("DO-{number:04}")
}

/// Sign-in name of the secretary of a unit.
pub fn user_of(unit: &str) -> String {
    format!("bithu.{}", unit.to_lowercase())
}

/// Fills an empty store.
pub async fn set_up(data: &Path, units: usize) -> anyhow::Result<()> {
    let storage = SqliteStorage::open(data).await.context("the database")?;
    let imported = import::read(WORKBOOK).map_err(|_| anyhow::anyhow!("the demo workbook"))?;
    let mut registers = import::desired(&imported.workbook);
    let model: Vec<(RegisterKey, Value)> = registers
        .iter()
        .filter(|(key, _)| key.scope.as_str() == MODEL)
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    let mut keys: Vec<String> = (0..units).map(unit_key).collect();
    for key in &keys {
        for (of, value) in &model {
            let (at, value) = copy(of, value, key);
            registers.insert(at, value);
        }
    }
    let tasks: Vec<&(RegisterKey, Value)> = model
        .iter()
        .filter(|(key, _)| key.kind.as_str() == checklist_task::KIND)
        .collect();
    for (key, count) in [LARGE, WHOLE] {
        registers.extend(unit_plan(&model, key));
        for number in 0..count {
            let record = format!("V{number:05}");
            let (_, plan) = tasks[number % tasks.len()];
            if (key, count) == WHOLE {
                let at = RegisterKey::new(key, checklist_task::KIND, record.as_str(), PLAN);
                registers.insert(at, numbered(plan, number));
            }
            let at = RegisterKey::new(key, checklist_task::KIND, record.as_str(), "done");
            registers.insert(at, json!(number % 3 != 0));
        }
        keys.push(key.to_owned());
    }
    let now_ms = Clock::default().now_ms();
    intake::write(&storage, IMPORT_AUTHOR, registers, now_ms).await?;
    let person = |key: &String| Enrolment {
        user: user_of(key),
        name: format!("Bí thư {key}"),
        grant: Grant {
            role: Role::Secretary,
            unit: Scope::new(key.as_str()),
        },
    };
    let people: Vec<Enrolment> = keys.iter().map(person).collect();
    enrol(&storage, &Passwords::new()?, &people, PASSWORD, now_ms).await?;
    storage.close().await;
    Ok(())
}

/// The same register of another unit.
fn copy(of: &RegisterKey, value: &Value, unit_key: &str) -> (RegisterKey, Value) {
    if of.kind.as_str() == unit::KIND {
        let mut plan = value.clone();
        plan["name"] = format!("xã {unit_key}").into();
        plan["parent"] = PARENT.into();
        let at = RegisterKey::new(unit_key, unit::KIND, unit_key, PLAN);
        return (at, plan);
    }
    let (kind, record, field) = (of.kind.as_str(), of.record.as_str(), of.field.as_str());
    let at = RegisterKey::new(unit_key, kind, record, field);
    (at, value.clone())
}

fn unit_plan(model: &[(RegisterKey, Value)], key: &str) -> Option<(RegisterKey, Value)> {
    let (of, plan) = model
        .iter()
        .find(|(it, _)| it.kind.as_str() == unit::KIND)?;
    Some(copy(of, plan, key))
}

/// A task's plan that is not quite like its neighbours'.
fn numbered(plan: &Value, number: usize) -> Value {
    let mut plan = plan.clone();
    if let Some(title) = plan.get("title").and_then(Value::as_str) {
        plan["title"] = format!("{title} (lần {number})").into();
    }
    plan
}

/// Registers of a commune that its secretary may tick.
pub fn tickable(registers: &[sync::SnapshotRegister]) -> Vec<(String, String)> {
    let mut own: BTreeMap<(String, String), bool> = BTreeMap::new();
    for it in registers {
        if it.field.as_str() != PLAN || it.kind.as_str() != checklist_task::KIND {
            continue;
        }
        let plan = it.register.value().cloned().unwrap_or_default();
        let plan: Option<domain::task::TaskPlan> = serde_json::from_value(plan).ok();
        let owed = plan.is_none_or(|it| it.owed_by_superior());
        own.insert((it.kind.to_string(), it.record.to_string()), owed);
    }
    let mine = own.into_iter().filter(|(_, owed)| !owed);
    mine.map(|(key, _)| key).collect()
}
