//! The peer: PouchDB replicating to express-pouchdb. Lives in the user's cache, not in the product.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::process::{LOAD_CORE, SERVER_CORE, Server, measure, pinned};
use crate::process::command;
use crate::tools::{install, node, npm_ci, npm_version, tools_folder};
use crate::workspace::Workspace;

const SCRIPTS: [&str; 2] = ["server.mjs", "load.mjs"];

/// A running peer.
pub struct Peer {
    folder: PathBuf,
    server: Server,
}

impl Peer {
    /// Installs it if it is not there, and starts it on an empty folder.
    pub fn start(workspace: &Workspace, data: &Path) -> Result<Self> {
        node(workspace)?;
        let folder = packages(workspace)?;
        fs::create_dir_all(data)?;
        let mut server = command("node", &folder);
        server.arg(SCRIPTS[0]).arg(data);
        let server = pinned(SERVER_CORE, &server);
        Ok(Self {
            server: Server::start(server, &data.with_extension("log"))?,
            folder,
        })
    }

    /// One run of its phones.
    pub fn measure(&self, what: &str, numbers: &[u32]) -> Result<Value> {
        let mut load = command("node", &self.folder);
        load.args([SCRIPTS[1], what, &self.server.url, &self.server.pid()]);
        load.args(numbers.iter().map(ToString::to_string));
        measure(pinned(LOAD_CORE, &load))
    }
}

/// Where its packages and our scripts for it are.
fn packages(workspace: &Workspace) -> Result<PathBuf> {
    let source = workspace.root.join("xtask/peer");
    let name = version(workspace)?.replace(' ', "-").to_lowercase();
    let home = tools_folder()?.join(name);
    if !home.join("node_modules/express-pouchdb").exists() {
        install("PouchDB and express-pouchdb (npm)", || {
            npm_ci(&source, &home)
        })?;
    }
    for script in SCRIPTS {
        fs::copy(source.join(script), home.join(script)).with_context(|| script.to_owned())?;
    }
    Ok(home)
}

/// What it is called in the report.
pub fn version(workspace: &Workspace) -> Result<String> {
    let source = workspace.root.join("xtask/peer");
    Ok(format!(
        "PouchDB {} express-pouchdb {}",
        npm_version(&source, "pouchdb")?,
        npm_version(&source, "express-pouchdb")?
    ))
}
