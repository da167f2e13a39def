//! `cargo xtask serve`: from a fresh clone to a served handbook.

use std::env;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::process::run;
use crate::tools::Toolbox;
use crate::workspace::Workspace;
use crate::{release, say};

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

/// `cargo leptos watch` with the pinned tools; the server starts with the demo district in `data/`.
pub fn watch(workspace: &Workspace) -> Result<()> {
    let tools = Toolbox::for_pages(workspace)?;
    run(tools
        .command(workspace, "cargo")
        .envs(release::SPLIT)
        .args(["leptos", "watch", "--split", "--", "serve", "--demo"]))
}
