//! What a process has used, from `/proc`.

use std::fs;

/// Clock ticks of `/proc/PID/stat` in a second (`getconf CLK_TCK` on Linux).
const TICKS_PER_S: f64 = 100.0;

/// Seconds of CPU that a process has used.
pub fn cpu_s(pid: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The name in parentheses may hold spaces; user and system time are the 14th and 15th fields.
    let after = stat.rsplit(')').next().unwrap_or_default();
    let mut fields = after.split_whitespace().skip(11);
    let mut next = || -> f64 {
        let field = fields.next().and_then(|it| it.parse().ok());
        field.unwrap_or_default()
    };
    (next() + next()) / TICKS_PER_S
}

/// Memory of a process now and at most, in megabytes.
pub fn memory_mb(pid: u32) -> (f64, f64) {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let field = |name: &str| {
        let line = status.lines().find(|it| it.starts_with(name));
        let kb: Option<f64> = line.and_then(|it| it.split_whitespace().nth(1)?.parse().ok());
        kb.unwrap_or_default() / 1_024.0
    };
    (field("VmRSS:"), field("VmHWM:"))
}
