//! Chromium with its driver, and the Playwright packages: what the tests in a browser need.

use std::collections::hash_map::DefaultHasher;
use std::env;
use std::fs;
use std::hash::{Hash as _, Hasher as _};
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use serde_json::json;

use crate::Missing;
use crate::debian;
use crate::process::{command, run_quietly};
use crate::tools::{find_on_path, install, node};
use crate::workspace::Workspace;

/// Keeps Chromium from calling out: a closed network makes it wait and fill the log.
const CHROMIUM_ARGUMENTS: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
];

const CHROMIUM_NAMES: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];
const CHROMIUM_MACOS: &str = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

/// A browser and the program that drives it.
#[derive(Debug)]
pub struct Browser {
    pub chromium: PathBuf,
    pub driver: PathBuf,
}

impl Browser {
    /// Finds both programs; on Debian installs them when they are missing.
    pub fn find_or_install() -> Result<Self> {
        if let Some(browser) = Self::find() {
            return Ok(browser);
        }
        let Some(debian) = debian::administrator() else {
            bail!(Missing(
                "The tests in a browser need Chromium or Chrome, and the chromedriver of the same version.\n\
                 Debian (as root): apt-get install chromium chromium-driver\n\
                 macOS: brew install --cask google-chrome chromedriver\n\
                 Elsewhere set SOTAY_CHROMIUM and CHROMEDRIVER to the two programs."
                    .to_owned()
            ));
        };
        install("chromium and chromium-driver (apt-get)", || {
            debian.install(&[
                "chromium",
                "chromium-driver",
                // Has every Vietnamese letter; without any font the pages show boxes.
                "fonts-dejavu-core",
            ])
        })?;
        Self::find().context("apt-get installed chromium and chromium-driver, but not on PATH")
    }

    fn find() -> Option<Self> {
        let chromium = program_of("SOTAY_CHROMIUM")
            .or_else(|| CHROMIUM_NAMES.iter().find_map(|name| find_on_path(name)))
            .or_else(|| Some(PathBuf::from(CHROMIUM_MACOS)).filter(|it| it.is_file()))?;
        let driver = program_of("CHROMEDRIVER").or_else(|| find_on_path("chromedriver"))?;
        Some(Self { chromium, driver })
    }

    /// Writes what `wasm-bindgen-test-runner` tells chromedriver, and gives its path.
    pub fn webdriver_settings(&self, workspace: &Workspace) -> Result<PathBuf> {
        let settings = json!({
            "goog:chromeOptions": { "binary": self.chromium, "args": CHROMIUM_ARGUMENTS },
        });
        let path = workspace.target.join("xtask/webdriver.json");
        fs::create_dir_all(workspace.target.join("xtask"))?;
        fs::write(&path, settings.to_string())?;
        Ok(path)
    }
}

/// Makes sure of `end2end/node_modules` as its lock file says.
pub fn playwright(workspace: &Workspace) -> Result<()> {
    node(workspace)?;
    let folder = workspace.end2end();
    let lock = fs::read(folder.join("package-lock.json")).context("end2end/package-lock.json")?;
    let mut hasher = DefaultHasher::new();
    lock.hash(&mut hasher);
    let hash = hasher.finish().to_string();
    let stamp = folder.join("node_modules/.xtask-lock");
    if fs::read_to_string(&stamp).is_ok_and(|it| it == hash) {
        return Ok(());
    }
    install("Playwright and axe (npm ci in end2end)", || {
        run_quietly(
            command("npm", &folder)
                .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
                .args(["ci", "--no-audit", "--no-fund"]),
        )
    })?;
    fs::write(&stamp, hash)?;
    Ok(())
}

fn program_of(variable: &str) -> Option<PathBuf> {
    env::var_os(variable)
        .map(PathBuf::from)
        .filter(|path| path.is_file())
}
