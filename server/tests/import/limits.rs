//! Files that are no workbook, or too much of one: a clear reason, in bounded memory.

use std::io::{Cursor, Write};

use server::import::{FILE_BYTES_MAX, ROWS_MAX, Reason, read};
use zip::write::{SimpleFileOptions, ZipWriter};

use super::book::{Book, Cell, real_bytes, text};

fn reason(bytes: &[u8]) -> Reason {
    let mut problems = read(bytes).unwrap_err();
    assert_eq!(problems.len(), 1, "{problems:#?}");
    assert!(!problems[0].display_vi().contains('{') && !problems[0].display_en().contains('{'));
    problems.remove(0).reason
}

fn zip_of(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn what_is_no_xlsx_is_called_by_its_name() {
    assert_eq!(reason(b""), Reason::EmptyFile);
    assert_eq!(reason("Mã đơn vị,Tên".as_bytes()), Reason::NotXlsx);
    assert_eq!(
        reason(&zip_of(&[("word/document.xml", b"<w/>")])),
        Reason::NotXlsx
    );
    let mut xls = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    xls.resize(4_096, 0);
    assert_eq!(reason(&xls), Reason::OldXls);
    let name: Vec<u8> = "EncryptedPackage"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    xls.extend(name);
    assert_eq!(reason(&xls), Reason::PasswordProtected);
    assert!(matches!(
        reason(b"PK\x03\x04 and nothing more"),
        Reason::Damaged { .. }
    ));
    let half = &real_bytes()[..60_000];
    assert!(matches!(reason(half), Reason::Damaged { .. }));
    let hollow = zip_of(&[("xl/workbook.xml", b"<workbook>")]);
    assert!(matches!(reason(&hollow), Reason::Damaged { .. }));
}

#[test]
fn too_large_a_file_is_not_even_opened() {
    let bytes = vec![b'P'; usize::try_from(FILE_BYTES_MAX).unwrap() + 1];
    assert!(matches!(reason(&bytes), Reason::FileTooLarge { .. }));
}

#[test]
fn too_many_rows_or_columns_stop_the_reading_of_their_sheet() {
    let mut book = Book::real();
    let row = book.sheet("Thuật ngữ").rows[1].clone();
    book.sheet("Thuật ngữ")
        .rows
        .resize(ROWS_MAX as usize + 1, row);
    let wide = book.sheet("Bài học");
    wide.rows[1].resize(300, Cell::Blank);
    wide.rows[1][299] = text("xa");
    let reasons: Vec<_> = book
        .problems()
        .into_iter()
        .map(|it| (it.sheet.unwrap(), it.reason))
        .collect();
    assert_eq!(
        reasons,
        [
            (
                "Bài học".to_owned(),
                Reason::TooManyColumns { columns_max: 256 }
            ),
            (
                "Thuật ngữ".to_owned(),
                Reason::TooManyRows { rows_max: ROWS_MAX }
            ),
        ]
    );
}

#[test]
fn complaints_are_counted_past_a_bound() {
    let mut book = Book::real();
    let sheet = book.sheet("Thuật ngữ");
    let row = vec![text("từ"), text("id"), Cell::Blank];
    sheet.rows.extend(vec![row; 1_500]);
    let problems = book.problems();
    assert_eq!(problems.len(), 2_001);
    assert_eq!(
        problems[2_000].display_en(),
        "File: 2498 more problems are not listed."
    );
}
