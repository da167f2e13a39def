//! `cargo xtask serve`: from a fresh clone to a served handbook.

use std::env;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::process::Guarded;
use crate::tools::Toolbox;
use crate::workspace::Workspace;
use crate::{release, say, style};

/// A sheet that was saved shows up in the browser about this long later.
const STYLE_INTERVAL: Duration = Duration::from_millis(500);

/// How to serve.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Folder of the database; made when missing
    #[arg(long, default_value = "data")]
    data: PathBuf,
    /// Address and port to listen on
    #[arg(long, default_value = "127.0.0.1:3000")]
    addr: String,
    /// Start without the demo district and its accounts
    #[arg(long)]
    empty: bool,
}

/// Builds, then becomes the server: signals and exit code are its own.
pub fn serve(workspace: &Workspace, options: &Options) -> Result<()> {
    // Relative to where the person typed it, not to the workspace.
    let data = env::current_dir()?.join(&options.data);
    say("building the release; the first time takes some minutes");
    release::build(workspace)?;
    let mut server = release::server_command(workspace, &options.addr, &data, !options.empty);
    Err(server.exec())
        .with_context(|| format!("{} cannot be started", workspace.server().display()))
}

/// `cargo leptos watch` with the demo district in `data/`, and the style sheet kept whole meanwhile.
pub fn watch(workspace: &Workspace) -> Result<()> {
    let tools = Toolbox::for_pages(workspace)?;
    let sheet = style::bundle(workspace)?;
    let child = tools
        .command(workspace, "cargo")
        .env(release::STYLE_FILE, sheet)
        .args([
            "leptos",
            "watch",
            "--",
            "serve",
            "--addr=127.0.0.1:3000",
            "--data=data",
        ])
        .args(["--site=target/site", "--demo"])
        .spawn()
        .context("cargo leptos cannot be started")?;
    let mut child = Guarded(child);
    loop {
        if let Some(status) = child.0.try_wait()? {
            if !status.success() {
                bail!("cargo leptos watch ended ({status})");
            }
            return Ok(());
        }
        if let Err(error) = style::bundle(workspace) {
            say(&format!("style: {error:#}"));
        }
        thread::sleep(STYLE_INTERVAL);
    }
}
