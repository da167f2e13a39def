//! `cargo xtask bench sync`: simulated phones against the real server, beside PouchDB and express-pouchdb.
//!
//! Server and load have a core each, but for the herd, which has both cores. Figures that are compared are taken in turns.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::peer::{self, Peer};
use super::process::{LOAD_CORE, SERVER_CORE, Server, can_pin, measure, pinned};
use super::report::{self, Row};
use super::screen;
use crate::process::{command, run, run_quietly};
use crate::workspace::Workspace;
use crate::{release, say};

/// Document that the table belongs in, and the place there.
const DOCUMENT: &str = "docs/performance.md";
const PLACE: &str = "bench sync";
/// Turns of everything that is compared; the median stands.
const TURNS: u32 = 3;
/// Operations of history that "nothing new" is measured on.
const HISTORIES: [u64; 2] = [10_000, 1_000_000];
/// Calls with nothing new in a turn.
const IDLE_CALLS: u32 = 5_000;

/// What to do.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Measure the release build that is there
    #[arg(long)]
    no_build: bool,
    /// Write the table into docs/performance.md
    #[arg(long)]
    write: bool,
}

/// Measures and prints the table.
pub fn bench(workspace: &Workspace, options: &Options) -> Result<()> {
    if !options.no_build {
        release::build(workspace)?;
    }
    run(command("cargo", &workspace.root).args([
        "build",
        "--quiet",
        "--release",
        "--package=server",
        "--example=phones",
    ]))?;
    if !can_pin() {
        say("no taskset or a single core: server and load share what there is");
    }
    let bench = SyncBench::prepare(workspace)?;
    let mut rows = bench.rates()?;
    rows.extend(bench.nothing_new()?);
    rows.push(bench.herd()?);
    say("5,000 records in a browser");
    rows.extend(screen::first_load(
        workspace,
        &bench.folder.join("district"),
    )?);
    println!("\nPeer: {}", peer::version(workspace)?);
    report::print(&rows);
    if options.write {
        let table = report::markdown(&rows);
        report::write_into(&workspace.root.join(DOCUMENT), PLACE, &table)?;
    }
    Ok(())
}

/// What all measurements share.
struct SyncBench<'a> {
    workspace: &'a Workspace,
    phones: PathBuf,
    folder: PathBuf,
}

impl<'a> SyncBench<'a> {
    /// A district that servers start from, in a folder of its own.
    fn prepare(workspace: &'a Workspace) -> Result<Self> {
        let folder = workspace.target.join("xtask/bench-sync");
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        let phones = workspace.target.join("release/examples/phones");
        say("making a district of 53 communes");
        run_quietly(
            command(&phones, &workspace.root)
                .arg("setup")
                .arg(folder.join("district")),
        )?;
        Ok(Self {
            workspace,
            phones,
            folder,
        })
    }

    /// A server on a copy of the district: on one core, or on all of them.
    fn server(&self, name: &str, core: Option<usize>) -> Result<Server> {
        let data = self.folder.join(name);
        copy_folder(&self.folder.join("district"), &data)?;
        let on_all = release::server_command(self.workspace, "127.0.0.1:0", &data, false);
        let command = core.map(|it| pinned(it, &on_all)).unwrap_or(on_all);
        Server::start(command, &data.with_extension("log"))
    }

    /// One run of our phones: on the load's core, or on all of them.
    fn measure(&self, server: &Server, what: &str, options: &[&str]) -> Result<Value> {
        measure(pinned(LOAD_CORE, &self.load(server, what, options)))
    }

    fn load(&self, server: &Server, what: &str, options: &[&str]) -> Command {
        let mut load = command(&self.phones, &self.workspace.root);
        load.args([what, "--url", &server.url, "--pid", &server.pid()]);
        load.args(options);
        load
    }

    /// What is compared with the peer.
    fn rates(&self) -> Result<Vec<Row>> {
        let server = self.server("rates", Some(SERVER_CORE))?;
        let peer = Peer::start(self.workspace, &self.folder.join("peer"))?;
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for turn in 0..=TURNS {
            say(&format!(
                "50 phones × 200 operations, turn {turn} of {TURNS}"
            ));
            let name = format!("t{turn}");
            let pushed = self.measure(&server, "push", &["--rounds", "10", "--name", &name])?;
            let replicated = peer.measure("push", &[50, 200])?;
            // The first turn warms both up.
            if turn > 0 {
                ensure!(lossless(&pushed), "lost or doubled: {pushed}");
                ours.push(pushed);
                theirs.push(replicated);
            }
        }
        say("bytes on the socket, and pulls by fresh phones");
        let bytes = self.measure(&server, "bytes", &[])?;
        let peer_bytes = peer.measure("bytes", &[100])?;
        let pull = self.measure(&server, "pull", &[])?;
        let peer_pull = peer.measure("pull", &[10_000, 5])?;

        let (rate, replication) = (
            median(&ours, "/ops_per_s")?,
            median(&theirs, "/replication/ops_per_s")?,
        );
        let bulk = median(&theirs, "/bulk/ops_per_s")?;
        let times = |peer: f64| format!("{:.1}×", rate / peer);
        let both = |name: &str, field: &str, digits: usize| -> Result<Row> {
            let ours = median(&ours, &format!("/{field}"))?;
            let theirs = median(&theirs, &format!("/replication/{field}"))?;
            Ok(Row::new(name, format!("{ours:.digits$}")).beside(format!("{theirs:.digits$}")))
        };
        let up = number(&bytes, "/up")?;
        let (fresh, peer_fresh) = (
            number(&pull, "/large/median_ms")?,
            number(&peer_pull, "/median_ms")?,
        );
        let whole = number(&pull, "/whole/bytes_down")?;
        Ok(vec![
            Row::new("durable operations/s, 50 phones × 200", thousands(rate))
                .beside(format!("{}, not fsynced", thousands(replication)))
                .goal(
                    format!("≥ 20×, is {}", times(replication)),
                    rate >= 20.0 * replication,
                ),
            Row::new(
                "the same, its phones' bookkeeping left out",
                thousands(rate),
            )
            .beside(format!("{} ({})", thousands(bulk), times(bulk))),
            both("p50 of a phone, ms", "p50_ms", 0)?,
            both("p99 of a phone, ms", "p99_ms", 0)?,
            both("server CPU-s per 1,000 operations", "cpu_s_per_1000", 4)?,
            both("server RSS after it, MB", "rss_mb", 0)?,
            Row::new("bytes up per tick, 100 in a batch", format!("{up:.1}"))
                .beside(format!("{:.0}", number(&peer_bytes, "/up")?))
                .goal("≤ 20", up <= 20.0),
            Row::new(
                "bytes down per tick",
                format!("{:.1}", number(&bytes, "/down")?),
            )
            .beside(format!("{:.0}", number(&peer_bytes, "/down")?)),
            Row::new("fresh pull of 10,000 records, ms", format!("{fresh:.0}"))
                .beside(format!("{peer_fresh:.0}"))
                .goal("≤ 1/10", fresh <= peer_fresh / 10.0),
            Row::new(
                "the first such pull of a server, ms",
                format!("{:.0}", number(&pull, "/large/first_ms")?),
            ),
            Row::new(
                "5,000-record snapshot on the socket, kB",
                format!("{:.1}", whole / 1_000.0),
            )
            .goal("≤ 120", whole <= 120_000.0),
        ])
    }

    /// One call with nothing new, on two lengths of history, in turns.
    fn nothing_new(&self) -> Result<Vec<Row>> {
        let mut servers = Vec::new();
        for history in HISTORIES {
            say(&format!("a history of {history} operations"));
            let server = self.server(&format!("history-{history}"), Some(SERVER_CORE))?;
            let rounds = history.div_ceil(53 * 200).to_string();
            let options = ["--phones", "53", "--rounds", &rounds, "--name", "h"];
            let pushed = self.measure(&server, "push", &options)?;
            ensure!(lossless(&pushed), "lost or doubled: {pushed}");
            servers.push((server, Vec::new()));
        }
        let calls = IDLE_CALLS.to_string();
        for turn in 0..=TURNS {
            say(&format!("nothing new, turn {turn} of {TURNS}"));
            for (server, told) in &mut servers {
                let idle = self.measure(server, "idle", &["--calls", &calls])?;
                if turn > 0 {
                    told.push(idle);
                }
            }
        }
        let mut costs = Vec::new();
        let mut rows = Vec::new();
        for (_, told) in &servers {
            let cost = median(told, "/cpu_ms_per_call")?;
            let history = number(&told[0], "/history")?;
            let name = format!(
                "nothing new, {} operations of history, CPU ms",
                thousands(history)
            );
            rows.push(Row::new(name, format!("{cost:.3}")).goal("≤ 1", cost <= 1.0));
            costs.push(cost);
        }
        let growth = (costs[1] / costs[0] - 1.0) * 100.0;
        rows.push(
            Row::new(
                "its growth from the shorter to the longer, %",
                format!("{growth:.0}"),
            )
            .goal("within 20", growth.abs() <= 20.0),
        );
        Ok(rows)
    }

    /// Ten thousand phones at once, on both cores.
    fn herd(&self) -> Result<Row> {
        say("10,000 phones × 20 operations at once");
        let server = self.server("herd", None)?;
        let options = ["--phones", "10000", "--ops", "20", "--name", "herd"];
        let told = measure(self.load(&server, "push", &options))?;
        let wall_s = number(&told, "/wall_s")?;
        let peak_mb = number(&told, "/peak_mb")?;
        let (lost, doubled) = (number(&told, "/lost")?, number(&told, "/doubled")?);
        Ok(Row::new(
            "10,000 phones × 20 at once",
            format!("{wall_s:.1} s, {peak_mb:.0} MB, {lost:.0} lost, {doubled:.0} doubled"),
        )
        .goal(
            "≤ 60 s, ≤ 300 MB, 0, 0",
            wall_s <= 60.0 && peak_mb <= 300.0 && lossless(&told),
        ))
    }
}

fn lossless(told: &Value) -> bool {
    let is_zero = |name: &str| told[name].as_u64() == Some(0);
    is_zero("lost") && is_zero("doubled") && is_zero("refused")
}

/// A figure of a measurement.
pub fn number(told: &Value, pointer: &str) -> Result<f64> {
    told.pointer(pointer)
        .and_then(Value::as_f64)
        .with_context(|| format!("no {pointer} in {told}"))
}

fn median(told: &[Value], pointer: &str) -> Result<f64> {
    let numbers: Result<Vec<f64>> = told.iter().map(|it| number(it, pointer)).collect();
    let mut numbers = numbers?;
    numbers.sort_by(f64::total_cmp);
    numbers
        .get(numbers.len() / 2)
        .copied()
        .context("nothing was measured")
}

/// A count with a comma at the thousands.
fn thousands(count: f64) -> String {
    let digits = format!("{count:.0}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_median_stands() {
        let told = [json!({"a": 3}), json!({"a": 1}), json!({"a": 2})];
        assert!((median(&told, "/a").unwrap() - 2.0).abs() < f64::EPSILON);
        assert!(median(&told, "/b").is_err());
        assert!(median(&[], "/a").is_err());
    }

    #[test]
    fn thousands_have_commas() {
        let told = [1.0, 999.6, 12_345.0, 1_234_567.0].map(thousands);
        assert_eq!(told, ["1", "1,000", "12,345", "1,234,567"]);
    }
}
