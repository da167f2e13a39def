//! What has one meaning is read, with a notice that names the place and both spellings.

use domain::date::CivilDate;
use unicode_normalization::UnicodeNormalization;

use super::book::{Book, Cell, notices, text};

const UNITS: &str = "Đơn vị";
const AGENDA: &str = "Chương trình";
const TASKS: &str = "Việc chuẩn bị";
const PROPAGANDA: &str = "Tuyên truyền";
const PARAMETERS: &str = "Tham số";

#[test]
fn one_normalisation_of_each_kind_gives_the_same_rows_and_says_so() {
    let nfd: String = "Đảng bộ xã Hồng Vân".nfd().collect();
    let cases: Vec<(&str, &str, usize, Cell, &str)> = vec![
        (
            UNITS,
            "Tên đơn vị",
            5,
            Cell::Text(nfd),
            "(B): chữ dựng sẵn hóa (NFC).",
        ),
        (
            UNITS,
            "Tên đơn vị",
            6,
            text("Đảng bộ\u{a0}xã  Hồng Hạ\u{a0}"),
            "(B): bỏ khoảng trắng thừa.",
        ),
        (
            UNITS,
            "Mã hành chính",
            4,
            Cell::Number(20_044.0),
            "(M): ô số đọc là chữ ‘20044’.",
        ),
        (
            UNITS,
            "Tên đơn vị",
            7,
            Cell::Formula(
                "\"Đảng bộ xã \"&\"Hồng Kim\"".into(),
                "Đảng bộ xã Hồng Kim".into(),
            ),
            "(B): công thức, lấy giá trị đã tính.",
        ),
        (
            UNITS,
            "Tên đơn vị",
            8,
            Cell::Rich(vec!["Đảng bộ xã ".into(), "Trung Sơn".into()]),
            "(B): bỏ định dạng trong ô, chỉ lấy chữ.",
        ),
        (
            UNITS,
            "Mã cấp trên",
            9,
            text("tth-aluoi"),
            "(D): mã ‘tth-aluoi’ đọc là ‘TTH-ALUOI’.",
        ),
        (
            UNITS,
            "Hình thức",
            10,
            text("Đại Biểu"),
            "(H): ‘Đại Biểu’ đọc là ‘đại biểu’.",
        ),
        (
            UNITS,
            "Loại đại hội",
            10,
            text("ĐẠI TRÀ"),
            "(G): ‘ĐẠI TRÀ’ đọc là ‘đại trà’.",
        ),
        (AGENDA, "Phút", 2, text("30"), "(F): chữ ‘30’ đọc là số 30."),
        (
            AGENDA,
            "Giờ dự kiến",
            2,
            text("13h30"),
            "(K): ‘13h30’ đọc là giờ 13:30.",
        ),
        (
            AGENDA,
            "Giờ dự kiến",
            3,
            Cell::Number(14.0 / 24.0),
            "đọc là giờ 14:00.",
        ),
        (
            AGENDA,
            "Bảo vệ thảo luận",
            2,
            Cell::Truth(false),
            "(P): giá trị đúng/sai đọc là ‘không’.",
        ),
        (
            AGENDA,
            "Giấy tờ cần có",
            2,
            text("DS-TT, VD-THE, VD-CHO"),
            "(M): ‘DS-TT, VD-THE, VD-CHO’ đọc là nhiều giá trị; nên cách nhau bằng ;.",
        ),
        (
            AGENDA,
            "Giấy tờ cần có",
            4,
            text("DS-TT; DS-TT"),
            "(M): ‘DS-TT’ ghi hai lần, tính một.",
        ),
        (AGENDA, "Chia phần", 18, text("30\n45"), ""),
        (
            TASKS,
            "Hạn",
            2,
            text("t – 90"),
            "(G): ‘t – 90’ đọc là T-90.",
        ),
        (
            TASKS,
            "Hạn",
            11,
            text("T\u{2212}30wd"),
            "(G): ‘T−30wd’ đọc là T-30wd.",
        ),
        (
            TASKS,
            "Hình thức áp dụng",
            4,
            text("đại biểu, đảng viên"),
            "(N): ‘đại biểu, đảng viên’ đọc là nhiều giá trị; nên cách nhau bằng ;.",
        ),
        (
            TASKS,
            "Áp dụng loại đại hội",
            5,
            text("thí điểm bầu trực tiếp bí thư, đại hội điểm, đại trà"),
            "đại trà’ đọc là nhiều giá trị; nên cách nhau bằng ;.",
        ),
        (
            TASKS,
            "Các bước",
            6,
            text("Tự phê bình và phê bình trong cấp ủy | Đọc thử: không quá 15 phút"),
            "(O): các bước không ghi số, đánh số theo thứ tự.",
        ),
        (
            PARAMETERS,
            "Giá trị",
            25,
            text("01/01/2020"),
            "(E): chữ ‘01/01/2020’ đọc là ngày 01/01/2020.",
        ),
        (
            PARAMETERS,
            "Giá trị",
            26,
            text("2020-01-23"),
            "(E): chữ ‘2020-01-23’ đọc là ngày 23/01/2020.",
        ),
    ];
    let expected = Book::real().read().workbook;
    let mut book = Book::real();
    for (sheet, header, row, cell, _) in &cases {
        book.set(sheet, header, *row, cell.clone());
    }
    let imported = book.read();
    assert_eq!(imported.workbook, expected);
    let said = notices(&imported);
    for (sheet, header, row, _, words) in &cases {
        let place = format!("Trang ‘{sheet}’, dòng {row}, cột ‘{header}’ ");
        let found = said
            .iter()
            .any(|it| it.starts_with(&place) && it.ends_with(words));
        assert!(found || words.is_empty(), "{place}{words}\n{said:#?}");
    }
    assert_eq!(said.len(), cases.len() - 1, "{said:#?}");
}

#[test]
fn both_spellings_of_uy_are_one_word_in_keys_and_closed_words_and_stay_in_text() {
    let mut book = Book::real();
    book.set("Vai trò", "Mã vai trò", 2, text("đoàn-ủy"));
    for sheet in ["Chương trình", "Kịch bản", "Việc chuẩn bị"] {
        let headers = ["Người điều hành", "Vai trò", "Vai trò phụ trách"];
        let sheet = book.sheet(sheet);
        let column = headers
            .iter()
            .position(|it| sheet.rows[0].contains(&text(it)))
            .unwrap();
        let column = sheet.column(headers[column]);
        for row in &mut sheet.rows {
            if let Cell::Text(words) = &row[column] {
                row[column] = Cell::Text(words.replace("doan-chu-tich", "ĐOÀN-UỶ"));
            }
        }
    }
    book.set("Đơn vị", "Tên đơn vị", 3, text("Huyện uỷ A Lưới"));
    let imported = book.read();
    assert_eq!(imported.workbook.units[1].plan.name, "Huyện uỷ A Lưới");
    let line = imported
        .workbook
        .script
        .iter()
        .find(|it| it.id == "KB-T5-01")
        .unwrap();
    assert_eq!(line.plan.roles, ["đoàn-ủy"]);
    assert!(
        notices(&imported)
            .iter()
            .all(|it| it.contains("mã ‘ĐOÀN-UỶ’ đọc là ‘đoàn-ủy’"))
    );
}

#[test]
fn thousands_dots_and_spaces_in_whole_numbers() {
    for written in ["1.200", "1 200", "1\u{a0}200", "1200"] {
        let mut book = Book::real();
        book.set(PROPAGANDA, "Số lượng dự kiến", 2, text(written));
        let imported = book.read();
        assert_eq!(
            imported.workbook.propaganda[0].plan.planned,
            Some(1_200),
            "{written}"
        );
        let said = notices(&imported);
        assert!(
            said.iter().any(|it| it.contains("đọc là số 1200")),
            "{said:?}"
        );
        assert!(said.iter().all(|it| {
            it.starts_with("Trang ‘Tuyên truyền’, dòng 2, cột ‘Số lượng dự kiến’ (G): ")
        }));
    }
}

#[test]
fn text_dates_stand_beside_real_ones() {
    let mut book = Book::real();
    // 21/02/2020 is day 43882.
    book.set(UNITS, "Ngày chính thức", 11, Cell::Date(43_882.0));
    book.set(UNITS, "Ngày trù bị", 11, text(" 20/2/2020"));
    book.set(UNITS, "Ngày chính thức", 14, text("3/4/2020"));
    let imported = book.read();
    let unit = |id: &str| {
        imported
            .workbook
            .units
            .iter()
            .find(|it| it.id == id)
            .unwrap()
    };
    assert_eq!(unit("AL-A-NGO").opening, CivilDate::from_ymd(2020, 2, 21));
    assert_eq!(
        unit("AL-A-NGO").preparatory,
        CivilDate::from_ymd(2020, 2, 20)
    );
    assert_eq!(
        unit("AL-HUONG-PHONG").opening,
        CivilDate::from_ymd(2020, 4, 3)
    );
    assert_eq!(
        notices(&imported),
        [
            "Trang ‘Đơn vị’, dòng 11, cột ‘Ngày trù bị’ (I): bỏ khoảng trắng thừa.",
            "Trang ‘Đơn vị’, dòng 11, cột ‘Ngày trù bị’ (I): chữ ‘20/2/2020’ đọc là ngày 20/02/2020.",
            "Trang ‘Đơn vị’, dòng 14, cột ‘Ngày chính thức’ (J): chữ ‘3/4/2020’ đọc là ngày 03/04/2020.",
        ]
    );
    let english = imported.notices.last().unwrap().display_en();
    assert_eq!(
        english,
        "Sheet ‘Đơn vị’, row 14, column ‘Ngày chính thức’ (J): text ‘3/4/2020’ read as the date 03/04/2020."
    );
}

#[test]
fn titles_above_the_headers_sections_and_repeated_headers_are_passed_over() {
    let expected = Book::real().read().workbook;
    let mut book = Book::real();
    let sheet = book.sheet(TASKS);
    let width = sheet.rows[0].len();
    let headers = sheet.rows[0].clone();
    let numbering = (1_u32..)
        .take(width)
        .map(|it| Cell::Text(format!("({it})")))
        .collect();
    sheet.rows.insert(1, numbering);
    sheet.rows.insert(20, headers);
    sheet.rows.insert(30, vec![text("II. TRONG ĐẠI HỘI")]);
    sheet.rows.insert(31, vec![Cell::Blank, text("\u{a0}")]);
    sheet.put_above(vec![
        vec![text("ĐẢNG BỘ HUYỆN A LƯỚI")],
        vec![],
        vec![
            text("DANH MỤC VIỆC CHUẨN BỊ ĐẠI HỘI"),
            Cell::Blank,
            text("Mẫu 01"),
        ],
    ]);
    let last = u16::try_from(width - 1).unwrap();
    sheet.merged = vec![(0, 0, 1, last), (33, 0, 33, last)];
    let imported = book.read();
    assert_eq!(imported.workbook, expected);
    assert_eq!(
        notices(&imported),
        [
            "Trang ‘Việc chuẩn bị’, dòng 24: dòng tiêu đề cột lặp lại, bỏ qua.",
            "Trang ‘Việc chuẩn bị’, dòng 34: dòng tiêu đề ‘II. TRONG ĐẠI HỘI’, bỏ qua.",
            "Trang ‘Việc chuẩn bị’, dòng 4: dòng này là tiêu đề cột; bỏ qua các dòng bên trên.",
            "Trang ‘Việc chuẩn bị’, dòng 5: dòng tiêu đề cột lặp lại, bỏ qua.",
        ]
    );
}

#[test]
fn a_cell_merged_down_counts_for_each_of_its_rows() {
    let expected = Book::real().read().workbook;
    let mut book = Book::real();
    let sheet = book.sheet(TASKS);
    let phase = u16::try_from(sheet.column("Giai đoạn")).unwrap();
    for row in &mut sheet.rows[2..4] {
        row[usize::from(phase)] = Cell::Blank;
    }
    sheet.merged = vec![(1, phase, 3, phase)];
    let imported = book.read();
    assert_eq!(imported.workbook, expected);
    assert_eq!(
        notices(&imported),
        [
            "Trang ‘Việc chuẩn bị’, dòng 3, cột ‘Giai đoạn’ (B): ô gộp dọc, dùng ‘trước’ cho từng dòng.",
            "Trang ‘Việc chuẩn bị’, dòng 4, cột ‘Giai đoạn’ (B): ô gộp dọc, dùng ‘trước’ cho từng dòng.",
        ]
    );
}

#[test]
fn other_words_for_titles_and_headers_are_understood() {
    let expected = Book::real().read().workbook;
    let mut book = Book::real();
    for row in &mut book.sheet(TASKS).rows {
        row.insert(0, Cell::Blank);
    }
    let sheet = book.sheet(TASKS);
    sheet.rows[0][0] = text("TT");
    let due = sheet.column("Hạn");
    sheet.rows[0][due] = text("HẠN (tính từ ngày T)");
    let task = sheet.column("Việc");
    sheet.rows[0][task] = text("Tên việc");
    let phase = sheet.column("Giai đoạn");
    sheet.rows[0][phase] = text("  giai  DOAN (*):");
    let note = sheet.column("Ghi chú");
    sheet.rows[0][note] = text("Ý kiến khác");
    for row in &mut sheet.rows[1..] {
        row[note] = Cell::Blank;
    }
    sheet.title = "VIEC CHUAN BI".to_owned();
    book.sheet("Văn bản").title = "Thư viện văn bản".to_owned();
    book.sheet("Vai trò").hidden = true;
    book.sheet("Bài học").hidden_rows = vec![3];
    let extra = super::book::Sheet::new("Nháp", &[&["không phải dữ liệu"]]);
    book.sheets.insert(0, extra);
    let imported = book.read();
    let mut without_notes = expected;
    for row in &mut without_notes.checklist {
        row.plan.note.clear();
    }
    assert_eq!(imported.workbook, without_notes);
    assert_eq!(
        notices(&imported),
        [
            "Trang ‘Bài học’, dòng 4: dòng đang ẩn, vẫn đọc.",
            "Trang ‘Nháp’: trang không dùng, bỏ qua.",
            "Trang ‘Thư viện văn bản’: đọc là trang ‘Văn bản’.",
            "Trang ‘VIEC CHUAN BI’, dòng 1, cột ‘Hạn’ (H): tiêu đề ‘HẠN (tính từ ngày T)’ đọc là ‘Hạn’.",
            "Trang ‘VIEC CHUAN BI’, dòng 1, cột ‘TT’ (A): cột ‘TT’ không dùng, bỏ qua.",
            "Trang ‘VIEC CHUAN BI’, dòng 1, cột ‘Việc’ (D): tiêu đề ‘Tên việc’ đọc là ‘Việc’.",
            "Trang ‘VIEC CHUAN BI’, dòng 1, cột ‘Ý kiến khác’ (Q): cột ‘Ý kiến khác’ không dùng, bỏ qua.",
            "Trang ‘VIEC CHUAN BI’: không có cột ‘Ghi chú’, coi như trống.",
            "Trang ‘Vai trò’: trang đang ẩn, vẫn đọc.",
        ]
    );
}

#[test]
fn reading_matter_may_be_missing() {
    let mut book = Book::real();
    book.sheets
        .retain(|it| it.title != "Thuật ngữ" && it.title != "README");
    let imported = book.read();
    assert!(imported.workbook.terms.is_empty());
    assert_eq!(
        notices(&imported),
        ["Tệp: không có trang ‘Thuật ngữ’, coi như trống."]
    );
}
