//! Compression at its strongest. Brotli 11 takes seconds for a wasm module, so its results are kept by content.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::compression;

/// Most results kept; the oldest go first.
const CACHED_FILES_MAX: usize = 400;

/// Brotli results by SHA-256 of their contents.
pub(super) struct Cache {
    folder: Option<PathBuf>,
}

impl Cache {
    /// Uses a folder; without one every start compresses again.
    pub(super) fn open(folder: &Path) -> Self {
        let usable = std::fs::create_dir_all(folder)
            .inspect_err(|error| tracing::warn!(%error, "no asset cache"))
            .is_ok();
        if usable {
            prune(folder);
        }
        Self {
            folder: usable.then(|| folder.to_owned()),
        }
    }

    /// Compresses, or finds what was compressed before.
    pub(super) fn brotli(&self, digest: &str, bytes: &[u8]) -> Option<Vec<u8>> {
        let path = self
            .folder
            .as_ref()
            .map(|it| it.join(format!("{digest}.br")));
        if let Some(known) = path.as_ref().and_then(|it| std::fs::read(it).ok())
            && unpacks_to(&known, bytes)
        {
            return Some(known);
        }
        let packed = compression::brotli(bytes, compression::QUALITY_MAX)?;
        if let Some(path) = path {
            // Renamed into place, so that a kill never leaves half a file under the right name.
            let part = path.with_extension("part");
            let kept = std::fs::write(&part, &packed).and_then(|()| std::fs::rename(&part, &path));
            if let Err(error) = kept {
                tracing::warn!(%error, "asset cache");
            }
        }
        Some(packed)
    }
}

fn unpacks_to(packed: &[u8], bytes: &[u8]) -> bool {
    let mut unpacked = Vec::with_capacity(bytes.len());
    brotli::BrotliDecompress(&mut &*packed, &mut unpacked).is_ok() && unpacked == bytes
}

/// gzip at its strongest, for browsers without brotli.
pub(super) fn gzip(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok()
}

/// Drops the oldest files past the limit.
fn prune(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    let mut files: Vec<_> = entries
        .filter_map(Result::ok)
        .filter_map(|it| Some((it.metadata().ok()?.modified().ok()?, it.path())))
        .collect();
    files.sort();
    let surplus = files.len().saturating_sub(CACHED_FILES_MAX);
    for (_, path) in files.into_iter().take(surplus) {
        // Best effort: a file that stays is only disk space.
        let _ = std::fs::remove_file(path);
    }
}
