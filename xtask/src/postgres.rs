//! PostgreSQL's programs, which tests start throw-away clusters with.

use std::path::Path;

use crate::tools::{find_on_path, install};
use crate::{debian, say};

/// Where Debian puts the programs of each major version.
const DEBIAN: &str = "/usr/lib/postgresql";
/// Tests that need them begin with this.
pub const TESTS: &str = "postgres::";

/// Whether they are here, or could be put here.
pub fn find_or_install() -> bool {
    if is_here() {
        return true;
    }
    let Some(debian) = debian::administrator() else {
        return false;
    };
    // No test of anything else needs it: without it the rest still runs.
    if let Err(error) = install("postgresql (apt-get)", || debian.install(&["postgresql"])) {
        say(&format!("PostgreSQL could not be installed: {error:#}"));
    }
    is_here()
}

fn is_here() -> bool {
    let mut versions = std::fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    let at_debian = versions.any(|it| it.path().join("bin/initdb").exists());
    let has_tools = Path::new("/usr/bin/setpriv").exists() || find_on_path("setpriv").is_some();
    has_tools && (at_debian || find_on_path("initdb").is_some())
}
