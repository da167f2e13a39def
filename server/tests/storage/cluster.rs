//! A throw-away PostgreSQL cluster: a new folder, a socket in it, no network, gone with the test.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Where Debian puts the programs of one major version.
const DEBIAN: &str = "/usr/lib/postgresql";
/// The account that PostgreSQL runs under when we are root, as which it refuses to run.
const ACCOUNT: &str = "postgres";
const START_TIME_MAX: Duration = Duration::from_secs(30);
const PROBE_EVERY: Duration = Duration::from_millis(10);

pub struct Cluster {
    folder: tempfile::TempDir,
    url: String,
    server: Child,
}

impl Cluster {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        if is_root() {
            run(Command::new("chown").arg(ACCOUNT).arg(folder.path()));
        }
        let data = folder.path().join("data");
        run(program("initdb")
            .args([
                "--no-sync",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
            ])
            .args(["--username", ACCOUNT, "--pgdata"])
            .arg(&data));
        let server = program("postgres")
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(folder.path())
            .args(["-c", "listen_addresses="])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let cluster = Self {
            url: format!(
                "postgres://{ACCOUNT}@localhost/postgres?host={}",
                folder.path().display()
            ),
            folder,
            server,
        };
        cluster.wait_until_ready();
        cluster
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    fn wait_until_ready(&self) {
        let start = Instant::now();
        let is_ready = || {
            let mut probe = program("pg_isready");
            let probe = probe.arg("-h").arg(self.folder.path());
            probe.stdout(Stdio::null()).status().unwrap().success()
        };
        while !is_ready() {
            assert!(start.elapsed() < START_TIME_MAX, "PostgreSQL did not start");
            std::thread::sleep(PROBE_EVERY);
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Nothing in it is worth a clean end.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").unwrap().uid() == 0
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
}

/// A program of PostgreSQL, which ends with us, under an account that it accepts.
fn program(name: &str) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL"]);
    if is_root() {
        command.args(["--reuid", ACCOUNT, "--regid", ACCOUNT, "--clear-groups"]);
    }
    command.arg(path_of(name)).current_dir("/");
    command
}

fn path_of(name: &str) -> PathBuf {
    let versions = std::fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    let newest = versions.map(|it| it.path().join("bin").join(name)).max();
    newest
        .filter(|it| it.exists())
        .unwrap_or_else(|| Path::new(name).to_owned())
}
