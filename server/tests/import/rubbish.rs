//! Whatever the bytes are, the import answers; it never panics.

use proptest::prelude::*;
use server::import::read;

use super::book::{Book, Sheet, real_bytes};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn random_bytes_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..4_096)) {
        prop_assert!(read(&bytes).is_err());
    }

    #[test]
    fn random_bytes_that_begin_like_a_zip_are_refused(
        bytes in proptest::collection::vec(any::<u8>(), 0..4_096),
    ) {
        let zip = [b"PK\x03\x04".as_slice(), &bytes].concat();
        prop_assert!(read(&zip).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_damaged_workbook_is_answered(
        places in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in proptest::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = real_bytes();
        for (place, byte) in places {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Some(cut) = cut {
            let cut = cut.index(bytes.len());
            bytes.truncate(cut);
        }
        // Either answer will do; a changed byte may sit where nobody reads.
        if let Err(problems) = read(&bytes) {
            prop_assert!(!problems.is_empty());
        }
    }

    #[test]
    fn sheets_of_damaged_xml_are_answered(xml in "(<(row|c|v|is|t|f|r)( (r|t|s)=\"[A-Z0-9a-z]{0,12}\")?/?>|</(row|c|v|is|t)>|[0-9a-z&;]{0,5}){0,40}") {
        let bytes = with_first_sheet(&format!("<worksheet><sheetData>{xml}</sheetData></worksheet>"));
        prop_assert!(read(&bytes).is_err());
    }
}

/// Found by the property above: names past `u32` overflow inside calamine 0.38.
#[test]
fn cell_names_past_any_sheet_are_answered() {
    for name in [
        "naaAAaa",
        "A99999999999",
        "A4294967295",
        "ZZZZZZZZZ1",
        "A0",
        "",
    ] {
        let xml = format!("<row r=\"{name}\"><c r=\"{name}\" t=\"str\"><v>x</v></c></row>");
        let bytes = with_first_sheet(&format!(
            "<worksheet><sheetData>{xml}</sheetData></worksheet>"
        ));
        assert!(read(&bytes).is_err(), "{name}");
    }
}

/// A workbook of one sheet, with other XML for that sheet.
fn with_first_sheet(xml: &str) -> Vec<u8> {
    use std::io::{Cursor, Read, Write};
    let book = Book {
        sheets: vec![Sheet::new("Đơn vị", &[&["Mã đơn vị"]])],
    };
    let mut old = zip::ZipArchive::new(Cursor::new(book.bytes())).unwrap();
    let mut new = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for index in 0..old.len() {
        let mut part = old.by_index(index).unwrap();
        let name = part.name().unwrap().into_owned();
        let mut content = Vec::new();
        part.read_to_end(&mut content).unwrap();
        if name == "xl/worksheets/sheet1.xml" {
            content = xml.as_bytes().to_vec();
        }
        new.start_file(name, options).unwrap();
        new.write_all(&content).unwrap();
    }
    new.finish().unwrap().into_inner()
}
