//! The checks of `sync/tests/rubbish`, for the targets: they run natively in the ordinary tests too.

#[path = "../../sync/tests/rubbish/checks.rs"]
mod checks;

/// Runs one check; a panic is a find.
pub fn check(name: &str, data: &[u8]) {
    for (known, check) in checks::CHECKS {
        if known == name {
            check(data);
        }
    }
}
