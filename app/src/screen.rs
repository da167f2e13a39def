//! Which screen an address means. Eight screens need no router library: its matching, URLs and transitions were
//! 18 kB of the phone's wasm (ARCHITECTURE.md).

/// A screen of the phone app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Screen {
    /// `/`
    Today,
    /// `/tasks`
    Tasks,
    /// `/tasks/B16` and `/decoration/R01`: the record's id.
    Task(String),
    /// `/schedule`
    Schedule,
    /// `/decoration`
    Decoration,
    /// `/more`
    More,
    /// `/more/sync`
    Sync,
    /// Anything else.
    NotFound,
}

impl Screen {
    /// Reads the path of an address; a slash at the end makes no difference.
    #[must_use]
    pub fn of_path(path: &str) -> Self {
        let mut parts = path.split('/').filter(|it| !it.is_empty());
        match (parts.next(), parts.next(), parts.next()) {
            (None, ..) => Self::Today,
            (Some("tasks"), None, _) => Self::Tasks,
            (Some("schedule"), None, _) => Self::Schedule,
            (Some("decoration"), None, _) => Self::Decoration,
            (Some("more"), None, _) => Self::More,
            (Some("more"), Some("sync"), None) => Self::Sync,
            (Some("tasks" | "decoration"), Some(record), None) => Self::Task(record.to_owned()),
            _ => Self::NotFound,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lead_to_their_screens() {
        for (path, screen) in [
            ("/", Screen::Today),
            ("", Screen::Today),
            ("/tasks", Screen::Tasks),
            ("/tasks/", Screen::Tasks),
            ("/tasks/B16", Screen::Task("B16".to_owned())),
            ("/decoration/R01", Screen::Task("R01".to_owned())),
            ("/schedule", Screen::Schedule),
            ("/decoration", Screen::Decoration),
            ("/more", Screen::More),
            ("/more/sync", Screen::Sync),
            ("/more/elsewhere", Screen::NotFound),
            ("/tasks/B16/x", Screen::NotFound),
            ("/bang", Screen::NotFound),
        ] {
            assert_eq!(Screen::of_path(path), screen, "{path}");
        }
    }
}
