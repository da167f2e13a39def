//! Just enough CSV for the reference files: quoted cells, doubled quotes, line breaks inside quotes.

use std::collections::BTreeMap;

/// One line by header text.
pub struct Row(BTreeMap<String, String>);

impl Row {
    /// A cell; the header must exist.
    pub fn text(&self, header: &str) -> String {
        self.0
            .get(header)
            .unwrap_or_else(|| panic!("no column {header}"))
            .clone()
    }

    /// A cell, `None` when blank.
    pub fn maybe(&self, header: &str) -> Option<String> {
        Some(self.text(header)).filter(|it| !it.is_empty())
    }

    /// Values parted by semicolons.
    pub fn list(&self, header: &str) -> Vec<String> {
        let text = self.text(header);
        text.split(';')
            .map(str::trim)
            .filter(|it| !it.is_empty())
            .map(str::to_owned)
            .collect()
    }
}

/// Reads `tests/data/<name>.csv`.
pub fn read(name: &str) -> Vec<Row> {
    let path = format!("{}/tests/data/{name}.csv", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let mut lines = cells(&text).into_iter();
    let headers = lines.next().expect("a header line");
    lines
        .map(|line| {
            assert_eq!(line.len(), headers.len(), "{name}: {line:?}");
            Row(headers.iter().cloned().zip(line).collect())
        })
        .collect()
}

fn cells(text: &str) -> Vec<Vec<String>> {
    let mut lines = vec![vec![String::new()]];
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        let line = lines.last_mut().expect("a line");
        let cell = line.last_mut().expect("a cell");
        match char {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => line.push(String::new()),
            '\r' if !quoted => {}
            '\n' if !quoted => lines.push(vec![String::new()]),
            other => cell.push(other),
        }
    }
    lines.retain(|line| line.iter().any(|cell| !cell.is_empty()));
    lines
}
