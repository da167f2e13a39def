//! Debian's packages, where this is Debian and we may install them.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::process::{command, run_quietly};
use crate::tools::find_on_path;

/// Starts commands as root.
pub struct Administrator {
    is_root: bool,
}

/// Who may install packages here, if we may.
pub fn administrator() -> Option<Administrator> {
    let release = fs::read_to_string("/etc/os-release").ok()?;
    // Not Ubuntu: its chromium package only points to a snap.
    if !release.lines().any(|line| line == "ID=debian") || find_on_path("apt-get").is_none() {
        return None;
    }
    let root = Path::new("/");
    let id = run_quietly(command("id", root).arg("-u")).ok()?;
    let is_root = id.trim() == "0";
    if !is_root && run_quietly(command("sudo", root).args(["-n", "true"])).is_err() {
        return None;
    }
    Some(Administrator { is_root })
}

impl Administrator {
    /// Installs packages and what they cannot do without.
    pub fn install(&self, packages: &[&str]) -> Result<String> {
        run_quietly(self.start().args(["apt-get", "update", "--quiet"]))?;
        run_quietly(
            self.start()
                .args([
                    "DEBIAN_FRONTEND=noninteractive",
                    "apt-get",
                    "install",
                    "--quiet",
                    "--yes",
                    "--no-install-recommends",
                ])
                .args(packages),
        )
    }

    fn start(&self) -> Command {
        let root = Path::new("/");
        if self.is_root {
            return command("env", root);
        }
        let mut start = command("sudo", root);
        start.args(["-n", "env"]);
        start
    }
}
