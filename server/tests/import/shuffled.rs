//! Sheets and columns are found by their words: their order, case and marks make no difference.

use std::sync::LazyLock;

use domain::text::fold;
use domain::workbook::Workbook;
use proptest::prelude::*;

use super::book::{Book, Cell, Sheet, text};

static REAL: LazyLock<(Book, Workbook)> = LazyLock::new(|| {
    let mut book = Book::real();
    book.sheets.retain(|it| it.title != "README");
    let workbook = book.read().workbook;
    (book, workbook)
});

/// Puts the columns of a sheet into another order.
fn reorder(sheet: &mut Sheet, keys: &[u32]) {
    let width = sheet.rows.iter().map(Vec::len).max().unwrap_or(0);
    let mut order: Vec<usize> = (0..width).collect();
    order.sort_by_key(|it| keys[it % keys.len()].wrapping_mul(u32::try_from(*it).unwrap() + 7));
    for row in &mut sheet.rows {
        row.resize(width, Cell::Blank);
        *row = order.iter().map(|it| row[*it].clone()).collect();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, max_shrink_iters: 4, ..ProptestConfig::default() })]

    #[test]
    fn shuffled_sheets_and_columns_give_the_same_rows(
        sheet_keys in proptest::collection::vec(any::<u32>(), 12),
        column_keys in proptest::collection::vec(any::<u32>(), 5..30),
        titles_above in 0_usize..5,
        spelling in 0_u8..3,
    ) {
        let (real, expected) = &*REAL;
        let mut book = real.clone();
        let mut keyed: Vec<_> = sheet_keys.into_iter().zip(book.sheets).collect();
        keyed.sort_by_key(|(key, _)| *key);
        book.sheets = keyed.into_iter().map(|(_, sheet)| sheet).collect();
        for sheet in &mut book.sheets {
            reorder(sheet, &column_keys);
            let spell = |it: &str| match spelling {
                0 => it.to_owned(),
                1 => it.to_uppercase(),
                _ => fold(it),
            };
            sheet.title = spell(&sheet.title);
            for cell in &mut sheet.rows[0] {
                if let Cell::Text(header) = cell {
                    *header = spell(header);
                }
            }
            let title = vec![text("Đảng bộ huyện"), Cell::Blank, text("Danh mục kèm theo")];
            sheet.put_above(vec![title; titles_above]);
        }
        prop_assert_eq!(&book.read().workbook, expected);
    }
}
