//! What has two meanings, or none, is refused at its sheet, row and column; all problems are told at once.

use server::import::CellProblem;

use super::book::{Book, Cell, text, vietnamese};

const UNITS: &str = "Đơn vị";
const AGENDA: &str = "Chương trình";
const TASKS: &str = "Việc chuẩn bị";
const PROPAGANDA: &str = "Tuyên truyền";
const PARAMETERS: &str = "Tham số";

#[test]
fn every_bad_cell_is_told_at_once_with_its_place_and_remedy() {
    let formula = |value: &str| Cell::Formula("=A1".into(), value.into());
    let cases: Vec<(&str, &str, usize, Cell, &str)> = vec![
        (
            UNITS,
            "Ngày chính thức",
            11,
            text("03/04/20"),
            "(J): năm trong ‘03/04/20’ chỉ có hai chữ số; viết đủ bốn, ví dụ 21/02/2020.",
        ),
        (
            UNITS,
            "Ngày trù bị",
            11,
            text("02/21/2020"),
            "(I): lịch không có ngày ‘02/21/2020’; thứ tự là ngày/tháng/năm.",
        ),
        (
            UNITS,
            "Ngày chính thức",
            14,
            text("cuối tháng 2"),
            "(J): không hiểu ‘cuối tháng 2’; viết ngày dd/mm/yyyy, ví dụ 21/02/2020.",
        ),
        (
            UNITS,
            "Ngày chính thức",
            16,
            Cell::Number(43_882.0),
            "(J): không hiểu ‘43882’; viết ngày dd/mm/yyyy, ví dụ 21/02/2020.",
        ),
        (
            UNITS,
            "Ngày chính thức",
            22,
            Cell::Date(43_882.5),
            "(J): không hiểu ‘21/02/2020 12:00’; viết ngày dd/mm/yyyy, ví dụ 21/02/2020.",
        ),
        (
            UNITS,
            "Điện thoại liên hệ",
            4,
            Cell::Number(2_343_878_123.0),
            "(K): ‘2343878123’ là ô số nên đã mất số 0 ở đầu; đổi ô sang kiểu chữ và gõ lại.",
        ),
        (
            UNITS,
            "Tên đơn vị",
            5,
            Cell::Blank,
            "(B): ô này không được để trống.",
        ),
        (
            UNITS,
            "Tên đơn vị",
            6,
            text(" \u{a0} "),
            "(B): ô này không được để trống.",
        ),
        (
            UNITS,
            "Tên gọi khác",
            7,
            Cell::Text("dài".repeat(2_000)),
            "(E): dài 6000 ký tự, quá giới hạn 4000.",
        ),
        (
            UNITS,
            "Số đảng viên",
            8,
            Cell::Number(-3.0),
            "(F): -3 nằm ngoài khoảng 0 đến 1000000.",
        ),
        (
            UNITS,
            "Số đảng viên",
            9,
            text("99999999"),
            "(F): 99999999 nằm ngoài khoảng 0 đến 1000000.",
        ),
        (
            UNITS,
            "Hình thức",
            10,
            text("trực tuyến"),
            "(H): không hiểu ‘trực tuyến’; chọn: đại biểu, đảng viên.",
        ),
        (
            UNITS,
            "Đợt",
            12,
            Cell::Date(43_833.0),
            "(L): cột này cần chữ, ô là ‘03/01/2020’; đổi ô sang kiểu chữ và gõ lại.",
        ),
        (
            UNITS,
            "Loại đại hội",
            13,
            text("đại trà 2"),
            "(G): không mẫu chương trình nào khai loại đại hội ‘đại trà 2’; đã khai: đại hội điểm, đại trà, thí điểm bầu trực tiếp bí thư.",
        ),
        (
            AGENDA,
            "Phút",
            2,
            text("1.5"),
            "(F): không hiểu ‘1.5’; cần số nguyên, ví dụ 1200.",
        ),
        (
            AGENDA,
            "Phút",
            3,
            Cell::Number(1.5),
            "(F): không hiểu ‘1.5’; cần số nguyên, ví dụ 1200.",
        ),
        (
            AGENDA,
            "Phút",
            4,
            Cell::Number(0.0),
            "(F): 0 nằm ngoài khoảng 1 đến 1440.",
        ),
        (
            AGENDA,
            "Phiên",
            5,
            text("chính thưc 2"),
            "(B): không hiểu ‘chính thưc 2’; chọn: trù bị, chính thức.",
        ),
        (
            AGENDA,
            "Loại",
            6,
            formula("#REF!"),
            "(I): ô báo lỗi #REF!; sửa công thức hoặc gõ giá trị.",
        ),
        (
            AGENDA,
            "Giờ dự kiến",
            14,
            text("sáng"),
            "(K): không hiểu ‘sáng’; viết giờ hh:mm, ví dụ 13:30.",
        ),
        (
            AGENDA,
            "Người điều hành",
            8,
            text("doan-chu-tich; truong-doan"),
            "(L): không có mã ‘truong-doan’ ở trang ‘Vai trò’.",
        ),
        (
            AGENDA,
            "Giấy tờ cần có",
            9,
            text("TL-TQBC, TL-KHAC"),
            "(M): không có mã ‘TL-TQBC, TL-KHAC’ ở trang ‘Giấy tờ’.",
        ),
        (
            AGENDA,
            "Bảo vệ thảo luận",
            10,
            text("tùy"),
            "(P): không hiểu ‘tùy’; chọn: có, không.",
        ),
        (
            TASKS,
            "Hạn",
            12,
            text("T-x"),
            "(G): không hiểu ‘T-x’; viết T-15, T+7 hoặc T-30wd.",
        ),
        (
            TASKS,
            "Hạn",
            13,
            text("T-99999"),
            "(G): T-99999 nằm ngoài khoảng -3650 đến 3650.",
        ),
        (
            TASKS,
            "Cảnh báo",
            14,
            text("mục-10phút"),
            "(H): ‘mục-10phút’ tính theo giờ của một mục, chỉ dùng cho việc trong đại hội; viết T-15, T+7 hoặc T-30wd.",
        ),
        (
            TASKS,
            "Cấp chịu trách nhiệm",
            15,
            text("quận"),
            "(E): không hiểu ‘quận’; chọn: đơn vị, tỉnh, huyện, thị trấn, xã, khối.",
        ),
        (
            TASKS,
            "Minh chứng",
            16,
            text("ngày; video"),
            "(J): không hiểu ‘video’; chọn: số văn bản, ngày, số lượng, ảnh, biên bản, tick.",
        ),
        (
            TASKS,
            "Văn bản hướng dẫn",
            17,
            text("VB-LA"),
            "(K): không có mã ‘VB-LA’ ở trang ‘Văn bản’.",
        ),
        (
            TASKS,
            "Các bước",
            8,
            text("1. Một @T-70 | 3. Ba"),
            "(O): bước ghi số 3, theo thứ tự phải là 2.",
        ),
        (
            TASKS,
            "Các bước",
            14,
            text("1. Một @tuần sau | 2. Hai"),
            "(O): không hiểu ‘tuần sau’; viết T-15, T+7 hoặc T-30wd.",
        ),
        (
            TASKS,
            "Các bước",
            15,
            text("1. | 2. Hai"),
            "(O): có bước không có chữ.",
        ),
        (
            TASKS,
            "Minh chứng",
            18,
            text(" ; "),
            "(J): ô này không được để trống.",
        ),
        (
            PROPAGANDA,
            "Mã vị trí",
            2,
            text("SAN-NHA"),
            "(J): không có mã ‘SAN-NHA’ ở trang ‘Tham số’.",
        ),
        (
            PROPAGANDA,
            "Hạn",
            26,
            text("mục-10phút"),
            "(M): ‘mục-10phút’ tính theo giờ của một mục, chỉ dùng cho việc trong đại hội; viết T-15, T+7 hoặc T-30wd.",
        ),
        (
            PROPAGANDA,
            "Số lượng dự kiến",
            3,
            text("2 cặp"),
            "(G): không hiểu ‘2 cặp’; cần số nguyên, ví dụ 1200.",
        ),
        (
            "Vai trò",
            "Số người tham khảo",
            2,
            Cell::Date(43_954.0),
            "(F): cột này cần chữ, ô là ‘03/05/2020’; đổi ô sang kiểu chữ và gõ lại.",
        ),
        (
            "Bài học",
            "Sửa việc chuẩn bị",
            2,
            text("B21; B99"),
            "(E): không có mã ‘B99’ ở trang ‘Việc chuẩn bị’.",
        ),
        (
            PARAMETERS,
            "Giá trị",
            2,
            text("một rưỡi"),
            "(E): không hiểu ‘một rưỡi’; viết giờ hh:mm, ví dụ 13:30.",
        ),
        (
            PARAMETERS,
            "Giá trị",
            8,
            text("210 phút"),
            "(E): không hiểu ‘210 phút’; cần số nguyên, ví dụ 1200.",
        ),
        (
            PARAMETERS,
            "Giá trị",
            25,
            text("1/1"),
            "(E): không hiểu ‘1/1’; viết ngày dd/mm/yyyy, ví dụ 21/02/2020.",
        ),
        (
            PARAMETERS,
            "Giá trị",
            37,
            text("2; 3; CN"),
            "(E): không hiểu ‘CN’; chọn: 2, 3, 4, 5, 6, 7, 8.",
        ),
    ];
    let mut book = Book::real();
    for (sheet, header, row, cell, _) in &cases {
        book.set(sheet, header, *row, cell.clone());
    }
    let mut expected: Vec<String> = cases
        .iter()
        .map(|(sheet, header, row, _, words)| {
            format!("Trang ‘{sheet}’, dòng {row}, cột ‘{header}’ {words}")
        })
        .collect();
    let mut said = vietnamese(&book.problems());
    expected.sort();
    said.sort();
    assert_eq!(said, expected);
}

#[test]
fn problems_come_in_the_order_of_the_file_in_both_languages() {
    let mut book = Book::real();
    book.set(TASKS, "Hạn", 12, text("T-x"));
    book.set(TASKS, "Giai đoạn", 12, text("giữa"));
    book.set(TASKS, "Hạn", 3, text("sớm"));
    book.set(UNITS, "Hình thức", 22, text("khác"));
    let problems = book.problems();
    let english: Vec<String> = problems.iter().map(CellProblem::display_en).collect();
    assert_eq!(
        english,
        [
            "Sheet ‘Đơn vị’, row 22, column ‘Hình thức’ (H): cannot understand ‘khác’; choose: đại biểu, đảng viên.",
            "Sheet ‘Việc chuẩn bị’, row 3, column ‘Hạn’ (G): cannot understand ‘sớm’; write T-15, T+7 or T-30wd.",
            "Sheet ‘Việc chuẩn bị’, row 12, column ‘Giai đoạn’ (B): cannot understand ‘giữa’; choose: trước, trong, sau.",
            "Sheet ‘Việc chuẩn bị’, row 12, column ‘Hạn’ (G): cannot understand ‘T-x’; write T-15, T+7 or T-30wd.",
        ]
    );
    assert_eq!(
        problems[3].display_vi(),
        "Trang ‘Việc chuẩn bị’, dòng 12, cột ‘Hạn’ (G): không hiểu ‘T-x’; viết T-15, T+7 hoặc T-30wd."
    );
    assert_eq!(problems[3].row, Some(12));
    assert_eq!(problems[3].column.as_ref().unwrap().letter, "G");
}

#[test]
fn missing_and_doubled_sheets_and_columns_are_named() {
    let mut book = Book::real();
    book.sheets.retain(|it| it.title != "Vai trò");
    let mut copy = book.sheet("Văn bản").clone();
    copy.title = "VAN BAN".to_owned();
    book.sheets.push(copy);
    let sheet = book.sheet(TASKS);
    let due = sheet.column("Hạn");
    sheet.rows[0][due] = text("Bỏ");
    let warn = sheet.column("Cảnh báo");
    sheet.rows[0][warn] = text("Bắt đầu");
    let sheet = book.sheet(AGENDA);
    sheet.rows[0] = vec![text("không phải tiêu đề")];
    assert_eq!(
        vietnamese(&book.problems()),
        [
            "Tệp: thiếu trang ‘Vai trò’.",
            "Trang ‘Chương trình’: không thấy dòng tiêu đề cột trong 20 dòng đầu; cần có: Mã mẫu, Phiên, \
             Thứ tự, Mã mục, Nội dung, Phút, Loại, Kiểu giờ, Tính vào quỹ phiên, Áp dụng loại đại hội, \
             Hình thức áp dụng.",
            "Trang ‘Việc chuẩn bị’, dòng 1: thiếu cột ‘Hạn’.",
            "Trang ‘Việc chuẩn bị’, dòng 1, cột ‘Bắt đầu’ (H): hai cột cùng là ‘Bắt đầu’ (F và H); bỏ hoặc đổi tên một cột.",
            "Trang ‘VAN BAN’: hai trang cùng là ‘Văn bản’ (trang kia: ‘Văn bản’); bỏ hoặc đổi tên một trang.",
        ]
    );
}
