//! What calamine does not tell of a workbook: hidden rows, and formatting inside cells.
//!
//! A scan over tags, for notices only: where it understands too little, a notice is missing and no value changes.

use std::collections::{BTreeMap, BTreeSet};

use crate::import::archive;

/// Marks of one sheet, rows and columns counted from 0.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Marks {
    /// Rows that the program does not show.
    pub hidden_rows: BTreeSet<u32>,
    /// Cells whose text has formatted runs, by their "A1" names.
    pub rich_cells: BTreeSet<String>,
}

/// Marks of every sheet by its title.
pub(crate) fn read(bytes: &[u8]) -> BTreeMap<String, Marks> {
    let part = |name: &str| archive::part(bytes, name).unwrap_or_default();
    let rich_strings = rich_shared_strings(&part("xl/sharedStrings.xml"));
    let targets: BTreeMap<String, String> = tags(&part("xl/_rels/workbook.xml.rels"))
        .filter(|it| name(it) == "Relationship")
        .filter_map(|it| Some((attribute(it, "Id")?, attribute(it, "Target")?)))
        .collect();
    tags(&part("xl/workbook.xml"))
        .filter(|it| name(it) == "sheet")
        .filter_map(|it| {
            let target = targets.get(&attribute(it, "r:id")?)?;
            let path = match target.strip_prefix('/') {
                Some(absolute) => absolute.to_owned(),
                None => format!("xl/{target}"),
            };
            Some((attribute(it, "name")?, marks(&part(&path), &rich_strings)))
        })
        .collect()
}

fn marks(xml: &str, rich_strings: &BTreeSet<usize>) -> Marks {
    let mut marks = Marks::default();
    let mut row = 0;
    let mut cell = String::new();
    let mut is_shared = false;
    for tag in tags(xml) {
        match name(tag) {
            "row" => {
                row = attribute(tag, "r")
                    .and_then(|it| it.parse().ok())
                    .unwrap_or(row + 1);
                if matches!(attribute(tag, "hidden").as_deref(), Some("1" | "true")) && row > 0 {
                    marks.hidden_rows.insert(row - 1);
                }
            }
            "c" => {
                cell = attribute(tag, "r").unwrap_or_default();
                is_shared = attribute(tag, "t").as_deref() == Some("s");
            }
            // A run inside `<is>`; rows and runs have different names, so no context is needed.
            "r" => {
                marks.rich_cells.insert(cell.clone());
            }
            "v" if is_shared => {
                let index = tag
                    .split_once('>')
                    .and_then(|(_, text)| text.trim().parse().ok());
                if index.is_some_and(|it| rich_strings.contains(&it)) {
                    marks.rich_cells.insert(cell.clone());
                }
            }
            _ => {}
        }
    }
    marks
}

fn rich_shared_strings(xml: &str) -> BTreeSet<usize> {
    let mut rich = BTreeSet::new();
    let mut count = 0_usize;
    for tag in tags(xml) {
        match name(tag) {
            "si" => count += 1,
            "r" if count > 0 => {
                rich.insert(count - 1);
            }
            _ => {}
        }
    }
    rich
}

/// Opening tags, each with the text after it.
fn tags(xml: &str) -> impl Iterator<Item = &str> {
    xml.split('<')
        .skip(1)
        .filter(|it| !it.starts_with(['/', '?', '!']))
}

fn name(tag: &str) -> &str {
    tag.split(|it: char| it.is_ascii_whitespace() || it == '>' || it == '/')
        .next()
        .unwrap_or(tag)
}

fn attribute(tag: &str, wanted: &str) -> Option<String> {
    let inside = tag.split_once('>').map_or(tag, |(inside, _)| inside);
    let mut rest = inside;
    while let Some((before, after)) = rest.split_once('=') {
        let key = before
            .rsplit(|it: char| it.is_ascii_whitespace())
            .find(|it| !it.is_empty());
        let after = after.trim_start();
        let quote = after.chars().next().filter(|it| matches!(it, '"' | '\''))?;
        let (value, after) = after[1..].split_once(quote)?;
        if key == Some(wanted) {
            return Some(unescape(value));
        }
        rest = after;
    }
    None
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_rows_and_formatted_cells_are_found() {
        let xml = r#"<sheetData><row r="3" hidden="1"><c r="A3" t="s"><v>1</v></c></row>
            <row r="4"><c r="B4" t="inlineStr"><is><r><t>a</t></r></is></c><c r="C4"><v>1</v></c></row>"#;
        let rich = rich_shared_strings("<sst><si><t>x</t></si><si><r><t>y</t></r></si></sst>");
        let marks = marks(xml, &rich);
        assert_eq!(marks.hidden_rows, BTreeSet::from([2]));
        assert_eq!(
            marks.rich_cells,
            BTreeSet::from(["A3".to_owned(), "B4".to_owned()])
        );
    }

    #[test]
    fn attributes_survive_odd_spelling() {
        assert_eq!(
            attribute("sheet  name = 'A &amp; B' x=\"1\"/>", "name").as_deref(),
            Some("A & B")
        );
        assert_eq!(attribute("sheet name", "name"), None);
        assert_eq!(attribute("sheet name=", "name"), None);
        assert_eq!(attribute("sheet name=\"", "name"), None);
    }
}
