//! Servers that are measured, each on a core of its own, and the programs that put load on them.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::process::{Guarded, command, run_quietly};
use crate::tools::find_on_path;

/// Core of the server that is measured.
pub const SERVER_CORE: usize = 0;
/// Core of the load.
pub const LOAD_CORE: usize = 1;

/// A server that says its address on its first line.
pub struct Server {
    process: Guarded,
    pub url: String,
}

impl Server {
    /// Starts it; what it says on its standard error goes to a file beside its data.
    pub fn start(mut server: Command, log: &Path) -> Result<Self> {
        let log = fs::File::create(log).with_context(|| log.display().to_string())?;
        let child = server
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .with_context(|| format!("`{}` cannot be started", crate::process::line(&server)))?;
        let mut process = Guarded(child);
        let stdout = process.0.stdout.take().context("piped above")?;
        let mut lines = BufReader::new(stdout).lines();
        let Some(url) = lines
            .next()
            .transpose()?
            .filter(|it| it.starts_with("http"))
        else {
            bail!("`{}` did not start", crate::process::line(&server));
        };
        // The rest is read so that the server never waits for us.
        thread::spawn(move || lines.for_each(drop));
        Ok(Self { process, url })
    }

    pub fn pid(&self) -> String {
        self.process.0.id().to_string()
    }
}

/// The same command, kept on one core where the system can do that.
pub fn pinned(core: usize, inner: &Command) -> Command {
    let folder = inner.get_current_dir().unwrap_or(Path::new("."));
    let mut outer = if can_pin() {
        let mut taskset = command("taskset", folder);
        taskset.args(["-c", &core.to_string()]);
        taskset.arg(inner.get_program());
        taskset
    } else {
        command(inner.get_program(), folder)
    };
    let set = inner.get_envs().filter_map(|(name, it)| Some((name, it?)));
    outer.args(inner.get_args()).envs(set);
    outer
}

/// Whether load and server can have a core each.
pub fn can_pin() -> bool {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    cores > LOAD_CORE && find_on_path("taskset").is_some()
}

/// Runs a measurement that prints one line of JSON.
pub fn measure(mut load: Command) -> Result<Value> {
    let printed = run_quietly(&mut load)?;
    let line = printed.lines().last().unwrap_or_default();
    serde_json::from_str(line).with_context(|| format!("not a measurement: {line}"))
}
