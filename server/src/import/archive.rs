//! The file as a zip, weighed before anything is unpacked into memory.

use std::io::{self, Cursor, Read};

use zip::ZipArchive;

use crate::import::finding::Reason;

/// Largest file accepted, in bytes. The district's own workbook has 117 kB.
pub const FILE_BYTES_MAX: u64 = 20 * 1024 * 1024;
/// Largest sum of unpacked parts, in bytes: some 150 times the district's workbook.
pub const UNPACKED_BYTES_MAX: u64 = 96 * 1024 * 1024;
/// Largest number of parts; a workbook of thirteen sheets has 21.
const PARTS_MAX: usize = 2_000;

/// First bytes of a zip part.
const ZIP_MAGIC: &[u8] = b"PK\x03\x04";
/// First bytes of a compound file: .xls, or an encrypted .xlsx.
const COMPOUND_MAGIC: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
/// Name of the stream that holds an encrypted .xlsx, as compound files spell it (UTF-16, little-endian).
const ENCRYPTED_STREAM: &str = "EncryptedPackage";

/// Refuses what cannot be a workbook of reasonable size. Inflates every part, keeping none, because the sizes
/// in a zip's directory are only claims.
///
/// # Errors
/// One reason about the whole file.
pub(crate) fn check(bytes: &[u8]) -> Result<(), Reason> {
    check_within(bytes, UNPACKED_BYTES_MAX)
}

fn check_within(bytes: &[u8], unpacked_bytes_max: u64) -> Result<(), Reason> {
    let length = bytes.len() as u64;
    if length > FILE_BYTES_MAX {
        return Err(Reason::FileTooLarge {
            bytes: length,
            bytes_max: FILE_BYTES_MAX,
        });
    }
    if bytes.is_empty() {
        return Err(Reason::EmptyFile);
    }
    if bytes.starts_with(COMPOUND_MAGIC) {
        let name: Vec<u8> = ENCRYPTED_STREAM
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let encrypted = bytes.windows(name.len()).any(|it| it == name);
        return Err(if encrypted {
            Reason::PasswordProtected
        } else {
            Reason::OldXls
        });
    }
    if !bytes.starts_with(ZIP_MAGIC) {
        return Err(Reason::NotXlsx);
    }
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|it| damaged(&it))?;
    if zip.len() > PARTS_MAX {
        return Err(Reason::UnpackedTooLarge {
            bytes_max: unpacked_bytes_max,
        });
    }
    let mut left = unpacked_bytes_max;
    let mut has_workbook = false;
    for index in 0..zip.len() {
        let mut part = zip.by_index(index).map_err(|it| damaged(&it))?;
        has_workbook |= part.name().is_ok_and(|it| it.ends_with("workbook.xml"));
        let read = io::copy(&mut part.by_ref().take(left + 1), &mut io::sink())
            .map_err(|it| damaged(&it))?;
        left = left.checked_sub(read).ok_or(Reason::UnpackedTooLarge {
            bytes_max: unpacked_bytes_max,
        })?;
    }
    if has_workbook {
        Ok(())
    } else {
        Err(Reason::NotXlsx)
    }
}

/// Text of one part; `None` when it is missing or not UTF-8. Call only after [`check`].
pub(crate) fn part(bytes: &[u8], name: &str) -> Option<String> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut text = String::new();
    zip.by_name(name)
        .ok()?
        .take(UNPACKED_BYTES_MAX)
        .read_to_string(&mut text)
        .ok()?;
    Some(text)
}

fn damaged(error: &dyn std::fmt::Display) -> Reason {
    Reason::Damaged {
        detail: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::write::{SimpleFileOptions, ZipWriter};

    use super::*;

    #[test]
    fn a_zip_bomb_is_weighed_without_being_kept() {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for name in ["xl/workbook.xml", "xl/bomb.xml"] {
            zip.start_file(name, SimpleFileOptions::default()).unwrap();
            zip.write_all(&vec![b' '; 500_000]).unwrap();
        }
        let bomb = zip.finish().unwrap().into_inner();
        assert!(bomb.len() < 10_000, "small on disk");
        assert_eq!(check_within(&bomb, 1_000_000), Ok(()));
        let refusal = Reason::UnpackedTooLarge { bytes_max: 999_999 };
        assert_eq!(check_within(&bomb, 999_999), Err(refusal));
    }
}
