//! One style sheet from `style/`: cargo-leptos minifies and hashes a sheet, but leaves its imports alone.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::workspace::Workspace;

/// Writes `style/main.css` with its imports inlined, and gives the path of the whole sheet.
pub fn bundle(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.root.join("style");
    let main = read(&folder.join("main.css"))?;
    let sheet = inline(&main, |file| read(&folder.join(file)))?;
    let path = workspace.root.join("target/style/main.css");
    fs::create_dir_all(workspace.root.join("target/style"))?;
    // An unchanged file keeps its time, so that `cargo leptos watch` stays quiet.
    if fs::read_to_string(&path).is_ok_and(|old| old == sheet) {
        return Ok(path);
    }
    fs::write(&path, sheet)?;
    Ok(path)
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| path.display().to_string())
}

/// Puts each file of `@import "file" layer(name);` in place of its line, as a block of that layer.
fn inline(main: &str, read: impl Fn(&str) -> Result<String>) -> Result<String> {
    let mut sheet = String::new();
    for line in main.lines() {
        let Some(import) = line.trim().strip_prefix("@import") else {
            sheet.push_str(line);
            sheet.push('\n');
            continue;
        };
        let (file, layer) = parse_import(import)
            .with_context(|| format!("not `@import \"file.css\" layer(name);`: {line}"))?;
        let text = read(file)?;
        if text.contains("@import") {
            bail!("style/{file}: only main.css imports");
        }
        for part in ["@layer ", layer, " {\n", &text, "}\n"] {
            sheet.push_str(part);
        }
    }
    Ok(sheet)
}

fn parse_import(import: &str) -> Option<(&str, &str)> {
    let (file, rest) = import.trim().strip_prefix('"')?.split_once('"')?;
    let layer = rest.trim().strip_prefix("layer(")?.strip_suffix(");")?;
    Some((file, layer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_become_layer_blocks_in_place() {
        let sheet = inline("@layer a, b;\n@import \"b.css\" layer(b);\n", |file| {
            Ok(format!(".{} {{}}\n", file.trim_end_matches(".css")))
        });
        assert_eq!(sheet.unwrap(), "@layer a, b;\n@layer b {\n.b {}\n}\n");
    }

    #[test]
    fn import_without_a_layer_is_refused() {
        assert!(inline("@import \"b.css\";\n", |_| Ok(String::new())).is_err());
    }
}
