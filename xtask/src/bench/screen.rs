//! The first load of a large unit in a real browser, from the page's address to the last row.

use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::report::Row;
use super::sync::number;
use crate::browser::{Browser, playwright};
use crate::process::{command, run_quietly};
use crate::release;
use crate::workspace::Workspace;

/// Measures `end2end/bench/snapshot.ts` on a district that `phones setup` made.
pub fn first_load(workspace: &Workspace, district: &Path) -> Result<Vec<Row>> {
    let browser = Browser::find_or_install()?;
    playwright(workspace)?;
    let printed = run_quietly(
        command("npx", &workspace.end2end())
            .envs(release::site_variables(workspace))
            .env("SOTAY_SERVER", workspace.server())
            .env("SOTAY_SITE", workspace.site())
            .env("SOTAY_CHROMIUM", &browser.chromium)
            .env("SOTAY_DISTRICT", district)
            .args(["--no-install", "playwright", "test"])
            .args(["--config", "bench/bench.config.ts"]),
    )?;
    let told: Value = printed
        .lines()
        .find_map(|line| serde_json::from_str(line.trim()).ok())
        .with_context(|| format!("not a measurement:\n{printed}"))?;
    let ms = number(&told, "/ms")?;
    let applied_ms = number(&told, "/applied_ms")?;
    let name = "5,000 records on a phone, CPU ÷ 4";
    Ok(vec![
        Row::new(
            format!("{name}: in IndexedDB, ms"),
            format!("{applied_ms:.0}"),
        ),
        Row::new(
            format!("{name}: there and on screen, ms"),
            format!("{ms:.0}"),
        )
        .goal("≤ 2,000", ms <= 2_000.0),
    ])
}
