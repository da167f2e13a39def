//! The one release build that serving, the tests in a browser and the measurements share.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};

use crate::process::{command, run};
use crate::tools::Toolbox;
use crate::workspace::Workspace;

/// What a build of the app in parts needs beside `--split`. The splitter tells wasm-bindgen that there are no reference types, since parts
/// cannot share a table of them; wasm-bindgen's own crate has to hear the same, or the app asks for an import that nobody gives.
/// Cargo takes these flags in place of those in `.cargo/config.toml`.
pub const SPLIT: [(&str, &str); 1] = [(
    "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
    "--cfg erase_components -C target-feature=-reference-types",
)];

/// Builds pages and server; `target/site` and the program are fresh afterwards.
pub fn build(workspace: &Workspace) -> Result<()> {
    let tools = Toolbox::for_pages(workspace)?;
    run(tools
        .command(workspace, "cargo")
        // A failed build has said why; where cargo-leptos noticed is of no interest.
        .env_remove("RUST_BACKTRACE")
        .envs(SPLIT)
        .args(["leptos", "build", "--release", "--split"]))?;
    let server = workspace.server();
    ensure!(
        server.is_file(),
        "cargo leptos built no {}",
        server.display()
    );
    Ok(())
}

/// The variables with which leptos finds the site at run time; the same for everybody who starts the server.
pub fn site_variables(workspace: &Workspace) -> [(&'static str, OsString); 4] {
    [
        ("LEPTOS_OUTPUT_NAME", "app".into()),
        ("LEPTOS_SITE_ROOT", workspace.site().into()),
        ("LEPTOS_SITE_PKG_DIR", "pkg".into()),
        // Needed at run time too: the names of the files carry their hashes.
        ("LEPTOS_HASH_FILES", "true".into()),
    ]
}

/// `sotay serve` on `address` with its data in `data`.
pub fn server_command(workspace: &Workspace, address: &str, data: &Path, demo: bool) -> Command {
    let mut server = command(workspace.server(), &workspace.root);
    server
        .envs(site_variables(workspace))
        .args(["serve", "--addr", address, "--data"])
        .arg(data)
        .arg("--site")
        .arg(workspace.site());
    if demo {
        server.arg("--demo");
    }
    server
}
