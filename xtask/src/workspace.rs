//! Where things are: the workspace, its target folder, and the versions that `Cargo.lock` holds.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::process::without_cargo_variables;

/// The folders of this checkout.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// Holds the workspace's `Cargo.toml`.
    pub root: PathBuf,
    /// Where cargo builds; outside of the checkout when `CARGO_TARGET_DIR` says so.
    pub target: PathBuf,
}

impl Workspace {
    /// Asks cargo, so that `CARGO_TARGET_DIR` and a user's own cargo settings are heeded.
    pub fn find() -> Result<Self> {
        // Asked at run time: checkouts that share a target folder may share this program.
        let package = env::var("CARGO_MANIFEST_DIR").unwrap_or(env!("CARGO_MANIFEST_DIR").into());
        let root = Path::new(&package)
            .parent()
            .context("xtask lies in the workspace")?
            .to_owned();
        let output = without_cargo_variables(&mut Command::new("cargo"))
            .args(["metadata", "--no-deps", "--format-version=1"])
            .current_dir(&root)
            .output()
            .context("cargo cannot be started")?;
        ensure!(
            output.status.success(),
            "cargo metadata failed:\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)?;
        let target = metadata["target_directory"]
            .as_str()
            .context("cargo metadata names no target_directory")?
            .into();
        Ok(Self { root, target })
    }

    /// What the server hands out. Always inside the checkout: cargo-leptos empties it before each build.
    pub fn site(&self) -> PathBuf {
        self.root.join("target/site")
    }

    /// The release build of the server program.
    pub fn server(&self) -> PathBuf {
        self.target.join("release/sotay")
    }

    pub fn end2end(&self) -> PathBuf {
        self.root.join("end2end")
    }

    /// The version of `package` in `Cargo.lock`; the first one if there are several.
    pub fn locked_version(&self, package: &str) -> Result<String> {
        let lock = fs::read_to_string(self.root.join("Cargo.lock")).context("Cargo.lock")?;
        locked_version(&lock, package)
            .with_context(|| format!("Cargo.lock does not hold {package}"))
            .map(ToOwned::to_owned)
    }
}

/// The user's cache of this project, shared by all checkouts: `~/.cache/sotay-dai-hoi`.
pub fn cache() -> Result<PathBuf> {
    let base = env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .or_else(|| env::home_dir().map(|home| home.join(".cache")))
        .context("neither XDG_CACHE_HOME nor HOME is set")?;
    Ok(base.join("sotay-dai-hoi"))
}

fn locked_version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name).skip(1);
    lines
        .next()?
        .strip_prefix("version = \"")?
        .strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locked_version_is_of_the_very_package() {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"1.0.0\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\nsource = \"x\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(locked_version(lock, "wasm"), None);
    }
}
