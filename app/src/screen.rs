//! Which screen an address means. Eight screens need no router library: its matching, URLs and transitions were
//! 18 kB of the phone's wasm (ARCHITECTURE.md).

/// A screen of the phone app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Screen {
    /// `/`
    Today,
    /// `/tasks`
    Tasks,
    /// Behind those two.
    Further(Further),
}

/// A screen that is not among the first which a person sees: [`crate::further`] draws it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Further {
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
        let further = match (parts.next(), parts.next(), parts.next()) {
            (None, ..) => return Self::Today,
            (Some("tasks"), None, _) => return Self::Tasks,
            (Some("schedule"), None, _) => Further::Schedule,
            (Some("decoration"), None, _) => Further::Decoration,
            (Some("more"), None, _) => Further::More,
            (Some("more"), Some("sync"), None) => Further::Sync,
            (Some("tasks" | "decoration"), Some(record), None) => Further::Task(record.to_owned()),
            _ => Further::NotFound,
        };
        Self::Further(further)
    }

    /// Whether the app has such a screen.
    #[must_use]
    pub fn is_known(&self) -> bool {
        *self != Self::Further(Further::NotFound)
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
        ] {
            assert_eq!(Screen::of_path(path), screen, "{path}");
        }
        for (path, screen) in [
            ("/tasks/B16", Further::Task("B16".to_owned())),
            ("/decoration/R01", Further::Task("R01".to_owned())),
            ("/schedule", Further::Schedule),
            ("/decoration", Further::Decoration),
            ("/more", Further::More),
            ("/more/sync", Further::Sync),
            ("/more/elsewhere", Further::NotFound),
            ("/tasks/B16/x", Further::NotFound),
            ("/bang", Further::NotFound),
        ] {
            assert_eq!(Screen::of_path(path), Screen::Further(screen), "{path}");
        }
    }
}
