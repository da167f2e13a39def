//! Starting programs: with their output passed through, kept, or cut off after a time.

use std::env;
use std::io::{BufRead as _, BufReader, IsTerminal as _, Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// A command in `folder`, free of what `cargo run` left in our environment.
pub fn command(program: impl AsRef<std::ffi::OsStr>, folder: &Path) -> Command {
    let mut command = Command::new(program);
    without_cargo_variables(&mut command).current_dir(folder);
    command
}

/// Takes out xtask's own package variables: build scripts that watch them would run anew.
pub fn without_cargo_variables(command: &mut Command) -> &mut Command {
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command
}

/// The command as one could type it.
pub fn line(command: &Command) -> String {
    let program = Path::new(command.get_program())
        .file_name()
        .unwrap_or(command.get_program());
    let words = command.get_args().map(|it| it.to_string_lossy());
    let mut line = program.to_string_lossy().into_owned();
    for word in words {
        line.push(' ');
        if word.is_empty() || word.contains(' ') {
            line.push('\'');
            line.push_str(&word);
            line.push('\'');
        } else {
            line.push_str(&word);
        }
    }
    line
}

/// Runs `command` with our own standard output and error.
pub fn run(command: &mut Command) -> Result<()> {
    let text = line(command);
    let status = command.status().with_context(|| not_started(&text))?;
    succeeded(&text, status)
}

/// Runs `command` quietly; its output appears only in the error.
pub fn run_quietly(command: &mut Command) -> Result<String> {
    let text = line(command);
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| not_started(&text))?;
    let (stdout, stderr) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    if !output.status.success() {
        bail!("`{text}` failed ({}):\n{stdout}{stderr}", output.status);
    }
    Ok(stdout.into_owned())
}

/// Runs `command`, passes its output through, and gives back the last line that `is_summary` accepts.
pub fn run_for_summary(
    command: &mut Command,
    is_summary: fn(&str) -> bool,
) -> Result<Option<String>> {
    let text = line(command);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| not_started(&text))?;
    let stderr = child.stderr.take().context("piped above")?;
    let stdout = child.stdout.take().context("piped above")?;
    let (from_stdout, from_stderr) = thread::scope(|scope| {
        let err = scope.spawn(move || pass_through(stderr, std::io::stderr(), is_summary));
        let out = pass_through(stdout, std::io::stdout(), is_summary);
        (out, err.join().unwrap_or_default())
    });
    succeeded(&text, child.wait()?)?;
    Ok(from_stdout.or(from_stderr))
}

fn pass_through(
    source: impl Read,
    mut sink: impl Write,
    is_summary: fn(&str) -> bool,
) -> Option<String> {
    let mut source = BufReader::new(source);
    let mut bytes = Vec::new();
    let mut summary = None;
    while source
        .read_until(b'\n', &mut bytes)
        .is_ok_and(|length| length > 0)
    {
        // A closed terminal is no reason to stop reading: the child would block.
        let _ = sink.write_all(&bytes);
        let plain = without_colours(&String::from_utf8_lossy(&bytes));
        if is_summary(plain.trim()) {
            summary = Some(plain.trim().to_owned());
        }
        bytes.clear();
    }
    let _ = sink.flush();
    summary
}

/// What came of a command that had to end within a time.
#[derive(Debug)]
pub enum Timed {
    Ended { success: bool, output: String },
    TimedOut,
}

/// Runs `command` for at most `limit`, then ends it.
pub fn run_timed(command: &mut Command, limit: Duration) -> Result<Timed> {
    let text = line(command);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| not_started(&text))?;
    let stdout = drain(child.stdout.take());
    let stderr = drain(child.stderr.take());
    let Some(status) = wait_for(&mut child, limit)? else {
        child.kill()?;
        child.wait()?;
        return Ok(Timed::TimedOut);
    };
    let output = stdout.join().unwrap_or_default() + &stderr.join().unwrap_or_default();
    Ok(Timed::Ended {
        success: status.success(),
        output,
    })
}

fn drain(source: Option<impl Read + Send + 'static>) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut source) = source {
            // What was read before an error is all there is to show.
            let _ = source.read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

fn wait_for(child: &mut Child, limit: Duration) -> Result<Option<ExitStatus>> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if start.elapsed() > limit {
            return Ok(None);
        }
        thread::sleep(POLL_INTERVAL);
    }
}

/// A child that dies with this value, for servers that only we need.
#[derive(Debug)]
pub struct Guarded(pub Child);

impl Drop for Guarded {
    fn drop(&mut self) {
        // Gone already is as good as killed.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Whether colours and progress bars reach a person.
pub fn on_terminal() -> bool {
    std::io::stderr().is_terminal() && std::io::stdout().is_terminal()
}

fn without_colours(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        if char == '\u{1b}' {
            // Colour sequences end in a letter.
            chars.by_ref().find(char::is_ascii_alphabetic);
        } else {
            plain.push(char);
        }
    }
    plain
}

fn not_started(text: &str) -> String {
    format!("`{text}` cannot be started")
}

fn succeeded(text: &str, status: ExitStatus) -> Result<()> {
    if !status.success() {
        bail!("`{text}` failed ({status})");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_dropped_from_a_summary_line() {
        assert_eq!(
            without_colours("\u{1b}[32;1m     Summary\u{1b}[0m [ 1s]"),
            "     Summary [ 1s]"
        );
    }

    #[test]
    fn summary_is_the_last_line_that_fits() {
        let mut shown = Vec::new();
        let summary = pass_through(
            "1 passed\nnoise\n2 passed\n".as_bytes(),
            &mut shown,
            |line| line.ends_with("passed"),
        );
        assert_eq!(summary.as_deref(), Some("2 passed"));
        assert_eq!(shown, b"1 passed\nnoise\n2 passed\n");
    }

    #[test]
    fn run_timed_ends_what_takes_too_long() {
        let outcome =
            run_timed(Command::new("sleep").arg("60"), Duration::from_millis(100)).unwrap();
        assert!(matches!(outcome, Timed::TimedOut));
    }
}
