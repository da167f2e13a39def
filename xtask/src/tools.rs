//! The build tools at exactly the versions that the workspace was tried with.
//!
//! They live in the user's cache, one folder per name and version, so that the next checkout finds
//! them; a program on PATH that says it has the same version will do as well.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};

use crate::process::{command, run_quietly};
use crate::workspace::{Workspace, cache};
use crate::{Missing, say};

/// Newer releases ask for a newer rustc than `rust-toolchain.toml` names.
const CARGO_LEPTOS: &str = "0.3.6";
const CARGO_NEXTEST: &str = "0.9.143";
const CARGO_DENY: &str = "0.20.2";
const CARGO_FUZZ: &str = "0.13.2";

const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// A tool that `cargo install` builds.
#[derive(Debug, Clone, Copy)]
pub enum Tool {
    Leptos,
    WasmBindgen,
    Nextest,
    Deny,
    Fuzz,
}

impl Tool {
    fn package(self) -> &'static str {
        match self {
            Self::Leptos => "cargo-leptos",
            Self::WasmBindgen => "wasm-bindgen-cli",
            Self::Nextest => "cargo-nextest",
            Self::Deny => "cargo-deny",
            Self::Fuzz => "cargo-fuzz",
        }
    }

    fn program(self) -> &'static str {
        match self {
            Self::WasmBindgen => "wasm-bindgen",
            _ => self.package(),
        }
    }

    fn version(self, workspace: &Workspace) -> Result<String> {
        Ok(match self {
            Self::Leptos => CARGO_LEPTOS.to_owned(),
            // The tool refuses code that another version of the library produced.
            Self::WasmBindgen => workspace.locked_version("wasm-bindgen")?,
            Self::Nextest => CARGO_NEXTEST.to_owned(),
            Self::Deny => CARGO_DENY.to_owned(),
            Self::Fuzz => CARGO_FUZZ.to_owned(),
        })
    }

    /// What `cargo install` gets beside package and version. Unoptimised: built in a third of the time, quick enough.
    fn install_options(self) -> &'static [&'static str] {
        match self {
            Self::Leptos => &[
                "--debug",
                "--no-default-features",
                "--features=no_downloads",
            ],
            Self::WasmBindgen | Self::Nextest | Self::Deny | Self::Fuzz => &["--debug"],
        }
    }
}

/// Which tools are at hand, as a PATH that has them first.
#[derive(Debug)]
pub struct Toolbox {
    path: OsString,
}

impl Toolbox {
    /// Installs what is missing of `tools`.
    pub fn with(workspace: &Workspace, tools: &[Tool]) -> Result<Self> {
        let mut folders = Vec::new();
        for &tool in tools {
            folders.extend(cargo_tool(workspace, tool)?);
        }
        Self::new(folders)
    }

    /// What a build of the pages needs: cargo-leptos, wasm-bindgen, wasm-opt, the wasm target.
    pub fn for_pages(workspace: &Workspace) -> Result<Self> {
        wasm_target(workspace)?;
        let mut folders = Vec::new();
        for tool in [Tool::Leptos, Tool::WasmBindgen] {
            folders.extend(cargo_tool(workspace, tool)?);
        }
        folders.extend(wasm_opt(workspace)?);
        Self::new(folders)
    }

    fn new(mut folders: Vec<PathBuf>) -> Result<Self> {
        folders.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
        Ok(Self {
            path: env::join_paths(folders).context("PATH")?,
        })
    }

    /// A command in the workspace's root that finds the tools.
    pub fn command(&self, workspace: &Workspace, program: &str) -> Command {
        let mut command = command(program, &workspace.root);
        command.env("PATH", &self.path);
        command
    }
}

/// Makes sure that rustc can build for the browser.
pub fn wasm_target(workspace: &Workspace) -> Result<()> {
    let libraries = run_quietly(command("rustc", &workspace.root).args([
        "--print=target-libdir",
        "--target",
        WASM_TARGET,
    ]))?;
    if Path::new(libraries.trim()).exists() {
        return Ok(());
    }
    if find_on_path("rustup").is_none() {
        bail!(Missing(format!(
            "This rustc cannot build for {WASM_TARGET} and there is no rustup to add it.\n\
             Install Rust by rustup (https://rustup.rs) and run the command again."
        )));
    }
    install(&format!("rustc's target {WASM_TARGET}"), || {
        run_quietly(command("rustup", &workspace.root).args(["target", "add", WASM_TARGET]))
    })?;
    Ok(())
}

/// The folder to put on PATH for `tool`; none if it is there already.
fn cargo_tool(workspace: &Workspace, tool: Tool) -> Result<Option<PathBuf>> {
    let version = tool.version(workspace)?;
    let home = tools_folder()?.join(format!("{}-{version}", tool.package()));
    let folder = home.join("bin");
    if has_version(&folder.join(tool.program()), &version) {
        return Ok(Some(folder));
    }
    if find_on_path(tool.program()).is_some_and(|program| has_version(&program, &version)) {
        return Ok(None);
    }
    install(&format!("{} {version}", tool.package()), || {
        let partial = partial_folder(&home)?;
        let mut install = command("cargo", &workspace.root);
        install
            // Tools and product share no dependency builds worth keeping.
            .env_remove("CARGO_TARGET_DIR")
            .args(["install", "--quiet", "--root"])
            .arg(&partial)
            .args(tool.install_options())
            .arg(format!("{}@{version}", tool.package()));
        // A registry mirror may not hold every version that the tool's authors locked.
        let locked = run_quietly(install.arg("--locked"));
        if locked.is_err() {
            say(&format!(
                "{}: not with its own lock file; trying without",
                tool.package()
            ));
            let mut unlocked = command("cargo", &workspace.root);
            unlocked.env_remove("CARGO_TARGET_DIR");
            unlocked.args(install.get_args().filter(|it| *it != "--locked"));
            run_quietly(&mut unlocked)?;
        }
        put_in_place(&partial, &home)
    })?;
    Ok(Some(folder))
}

fn wasm_opt(workspace: &Workspace) -> Result<Option<PathBuf>> {
    let source = workspace.root.join("xtask/npm");
    let version = npm_version(&source, "binaryen")?;
    let home = tools_folder()?.join(format!("binaryen-{version}"));
    let folder = home.join("node_modules/.bin");
    // npm's package counts its releases 132.0.0, the program calls itself 132.
    let number = version.split('.').next().unwrap_or_default();
    if folder.join("wasm-opt").exists() {
        return Ok(Some(folder));
    }
    if find_on_path("wasm-opt").is_some_and(|program| has_version(&program, number)) {
        return Ok(None);
    }
    node(workspace)?;
    install(&format!("wasm-opt {version} (npm's binaryen)"), || {
        npm_ci(&source, &home)
    })?;
    Ok(Some(folder))
}

/// Installs the npm packages that the lock file of `source` names into `home`, all or none.
pub fn npm_ci(source: &Path, home: &Path) -> Result<()> {
    let partial = partial_folder(home)?;
    fs::create_dir_all(&partial)?;
    for file in ["package.json", "package-lock.json"] {
        fs::copy(source.join(file), partial.join(file)).with_context(|| file.to_owned())?;
    }
    run_quietly(command("npm", &partial).args(["ci", "--no-audit", "--no-fund"]))?;
    put_in_place(&partial, home)
}

/// Makes sure of Node 20 or newer, with npm.
pub fn node(workspace: &Workspace) -> Result<()> {
    let too_old = |found: &str| {
        Missing(format!(
            "Node.js 20 or newer with npm is needed, found {found}.\n\
             Debian: its packages nodejs and npm where new enough; macOS: `brew install node`; else https://nodejs.org."
        ))
    };
    if find_on_path("node").is_none() || find_on_path("npm").is_none() {
        bail!(too_old("none"));
    }
    let version = run_quietly(command("node", &workspace.root).arg("--version"))?;
    let major = version
        .trim()
        .trim_start_matches('v')
        .split('.')
        .next()
        .unwrap_or_default();
    if major.parse::<u32>().unwrap_or(0) < 20 {
        bail!(too_old(version.trim()));
    }
    Ok(())
}

/// The version of `package` in the `package-lock.json` of `folder`.
pub fn npm_version(folder: &Path, package: &str) -> Result<String> {
    let path = folder.join("package-lock.json");
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let lock: serde_json::Value = serde_json::from_str(&text)?;
    lock["packages"][format!("node_modules/{package}")]["version"]
        .as_str()
        .map(ToOwned::to_owned)
        .with_context(|| format!("{} does not hold {package}", path.display()))
}

/// The first program called `name` on PATH.
pub fn find_on_path(name: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(name))
        .find(|it| it.is_file())
}

pub fn tools_folder() -> Result<PathBuf> {
    Ok(cache()?.join("tools"))
}

fn has_version(program: &Path, version: &str) -> bool {
    program.is_file()
        && Command::new(program)
            .arg("--version")
            .output()
            .is_ok_and(|output| {
                String::from_utf8_lossy(&output.stdout)
                    .split_whitespace()
                    .any(|it| it == version)
            })
}

/// Installs happen beside the final place, so that an interrupted one is never taken for a tool.
fn partial_folder(home: &Path) -> Result<PathBuf> {
    let mut partial = home.as_os_str().to_owned();
    partial.push(format!(".partial-{}", std::process::id()));
    let partial = PathBuf::from(partial);
    if partial.exists() {
        fs::remove_dir_all(&partial)?;
    }
    fs::create_dir_all(home.parent().context("the tools have a folder")?)?;
    Ok(partial)
}

fn put_in_place(partial: &Path, home: &Path) -> Result<()> {
    if home.exists() {
        // Broken, or another checkout was quicker: ours is whole.
        fs::remove_dir_all(home)?;
    }
    fs::rename(partial, home).with_context(|| home.display().to_string())
}

/// Runs `work`, and says what it installs and how long that took.
pub fn install<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    say(&format!("installing {what} …"));
    let start = Instant::now();
    let result = work().with_context(|| format!("installing {what}"))?;
    say(&format!(
        "installed {what} in {} s",
        start.elapsed().as_secs()
    ));
    Ok(result)
}
