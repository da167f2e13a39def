//! What happened in a schedule, in words: kept only while one is replayed for somebody to read.

/// One line for each event, and for each of the healed world's first rounds.
#[derive(Debug, Default)]
pub(super) struct Trace {
    lines: Option<Vec<String>>,
    is_over: bool,
}

impl Trace {
    pub(super) fn keep(&mut self) {
        self.lines = Some(Vec::new());
    }

    /// Begins a line; the title ends in a colon.
    pub(super) fn begin(&mut self, title: impl FnOnce() -> String) {
        if let Some(lines) = &mut self.lines {
            lines.push(title());
        }
    }

    /// Adds to the last line what came of it.
    pub(super) fn note(&mut self, words: impl FnOnce() -> String) {
        if let Some(line) = self.lines.as_mut().and_then(|it| it.last_mut())
            && !self.is_over
        {
            line.push_str(if line.ends_with(':') { " " } else { "; " });
            line.push_str(&words());
        }
    }

    /// Nothing more is worth telling.
    pub(super) fn end(&mut self) {
        self.is_over = true;
    }

    pub(super) fn into_lines(self) -> Vec<String> {
        self.lines.unwrap_or_default()
    }
}
