//! A table of figures with their goals, for the terminal and for `docs/performance.md`.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

/// One figure.
pub struct Row {
    pub name: String,
    pub ours: String,
    /// The peer's figure from the same run.
    pub peer: String,
    /// What is to be reached, and whether it was; `None` where the issue sets none.
    pub goal: Option<(String, bool)>,
}

impl Row {
    pub fn new(name: impl Into<String>, ours: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ours: ours.into(),
            peer: String::new(),
            goal: None,
        }
    }

    pub fn beside(mut self, peer: impl Into<String>) -> Self {
        self.peer = peer.into();
        self
    }

    pub fn goal(mut self, goal: impl Into<String>, met: bool) -> Self {
        self.goal = Some((goal.into(), met));
        self
    }

    fn cells(&self) -> [String; 4] {
        let goal = self.goal.as_ref().map(|(goal, met)| {
            let mark = if *met { "met" } else { "NOT MET" };
            format!("{goal}: {mark}")
        });
        [
            self.name.clone(),
            self.ours.clone(),
            self.peer.clone(),
            goal.unwrap_or_default(),
        ]
    }
}

const HEADINGS: [&str; 4] = ["", "ours", "peer", "goal"];

/// The table for a terminal.
pub fn print(rows: &[Row]) {
    let mut lines = vec![HEADINGS.map(ToOwned::to_owned)];
    lines.extend(rows.iter().map(Row::cells));
    let width = |at: usize| lines.iter().map(|it| it[at].chars().count()).max();
    let widths = [0, 1, 2].map(|at| width(at).unwrap_or_default());
    for [name, ours, peer, goal] in &lines {
        let line = format!(
            "  {name:<0$}  {ours:>1$}  {peer:>2$}  {goal}",
            widths[0], widths[1], widths[2]
        );
        println!("{}", line.trim_end());
    }
}

/// The table in Markdown.
pub fn markdown(rows: &[Row]) -> String {
    let line = |cells: &[String]| ["| ", &cells.join(" | "), " |\n"].concat();
    let mut lines = vec![
        line(&HEADINGS.map(ToOwned::to_owned)),
        "|-|-|-|-|\n".to_owned(),
    ];
    lines.extend(rows.iter().map(|it| line(&it.cells())));
    lines.concat()
}

/// Puts `table` into a document between the two comments that bear `name`.
pub fn write_into(path: &Path, name: &str, table: &str) -> Result<()> {
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let text = replaced(&text, name, table)
        .with_context(|| format!("{} has no place for {name}", path.display()))?;
    fs::write(path, text).with_context(|| path.display().to_string())
}

fn replaced(text: &str, name: &str, table: &str) -> Option<String> {
    let (before, rest) = text.split_once(&format!("<!-- {name} -->\n"))?;
    let (_, after) = rest.split_once(&format!("<!-- /{name} -->"))?;
    Some(format!(
        "{before}<!-- {name} -->\n{table}<!-- /{name} -->{after}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_replaces_the_one_that_bears_its_name() {
        let text = "a\n<!-- x -->\nold\n<!-- /x -->\nb";
        let new = replaced(text, "x", "new\n").unwrap();
        assert_eq!(new, "a\n<!-- x -->\nnew\n<!-- /x -->\nb");
        assert_eq!(replaced(text, "y", ""), None);
    }

    #[test]
    fn a_missed_goal_is_told() {
        let row = Row::new("rate", "1").beside("2").goal("3", false);
        let table = markdown(&[row]);
        assert!(
            table.ends_with("| rate | 1 | 2 | 3: NOT MET |\n"),
            "{table}"
        );
    }
}
