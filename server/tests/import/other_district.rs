//! Another district: other ids, levels, congress kinds, templates, offsets and a workbook of its own making.

use domain::congress::Form;
use domain::date::CivilDate;
use domain::offset::Offset;
use domain::stamp::library_root;
use server::import::desired;
use sync::{RegisterKey, Scope};

use super::book::{Book, Cell, Sheet, notices, text};

fn book() -> Book {
    let sheets = vec![
        Sheet::new(
            "Danh mục việc",
            &[
                &[
                    "STT",
                    "Mã việc",
                    "Giai đoạn",
                    "Tên việc",
                    "Phụ trách",
                    "Cấp phụ trách",
                    "Thời hạn",
                    "Minh chứng",
                    "Loại đại hội áp dụng",
                    "Hình thức áp dụng",
                ],
                &[
                    "1",
                    "CB.1",
                    "Trước",
                    "Xây dựng kế hoạch",
                    "BT",
                    "Đơn vị",
                    "T-120",
                    "Số văn bản",
                    "Đại hội mẫu; Đại hội thường",
                    "Đại biểu; Đảng viên",
                ],
                &[
                    "2",
                    "CB.2",
                    "Trước",
                    "Duyệt nội dung",
                    "BTV",
                    "Thành phố",
                    "T - 20 ngày làm việc",
                    "Ngày",
                    "Đại hội mẫu",
                    "Đại biểu",
                ],
            ],
        ),
        Sheet::new(
            "Chương trình",
            &[
                &[
                    "Mã mẫu",
                    "Phiên",
                    "Thứ tự",
                    "Mã mục",
                    "Nội dung",
                    "Thời lượng",
                    "Loại",
                    "Kiểu giờ",
                    "Giờ",
                    "Chủ trì",
                    "Giấy tờ",
                    "Song song",
                    "Tính vào quỹ phiên",
                    "Áp dụng loại đại hội",
                    "Hình thức áp dụng",
                ],
                &[
                    "MAU-A",
                    "Chính thức",
                    "1",
                    "I.1",
                    "Khai mạc",
                    "20",
                    "Nghi lễ",
                    "Cứng",
                    "8h",
                    "BT",
                    "",
                    "",
                    "Có",
                    "Đại hội mẫu",
                    "Đại biểu; Đảng viên",
                ],
                &[
                    "MAU-A",
                    "Chính thức",
                    "2",
                    "I.2",
                    "Thảo luận",
                    "90",
                    "Thảo luận",
                    "Mềm",
                    "",
                    "BT",
                    "PB1",
                    "",
                    "Có",
                    "Đại hội mẫu",
                    "Đại biểu; Đảng viên",
                ],
                &[
                    "MAU-B",
                    "Chính thức",
                    "1",
                    "I.1",
                    "Khai mạc",
                    "15",
                    "Nghi lễ",
                    "Cứng",
                    "7h30",
                    "BT",
                    "",
                    "",
                    "Có",
                    "Đại hội thường",
                    "Đại biểu; Đảng viên",
                ],
            ],
        ),
        Sheet::new(
            "Danh sách đơn vị",
            &[
                &[
                    "Mã ĐV",
                    "Tên ĐV",
                    "Loại đơn vị",
                    "Cấp trên",
                    "Loại đại hội",
                    "Hình thức",
                    "Ngày khai mạc",
                ],
                &["01", "Đảng bộ thành phố", "thành phố", "", "", "", ""],
                &[
                    "01.P1",
                    "Đảng bộ phường Một",
                    "phường",
                    "01",
                    "Đại hội mẫu",
                    "Đại biểu",
                    "15/03/2025",
                ],
                &[
                    "01.P2",
                    "Đảng bộ phường Hai",
                    "phường",
                    "01",
                    "Đại hội thường",
                    "Đảng viên",
                    "",
                ],
            ],
        ),
        Sheet::new(
            "Tuyên truyền",
            &[
                &[
                    "Mã việc",
                    "Giai đoạn",
                    "Nhóm",
                    "Việc",
                    "ĐVT",
                    "SL dự kiến",
                    "Hạn",
                    "Minh chứng",
                ],
                &[
                    "TT.1",
                    "Trước",
                    "đường phố",
                    "Treo cờ",
                    "lá",
                    "1.500",
                    "T-7",
                    "Ảnh; Số lượng",
                ],
            ],
        ),
        Sheet::new(
            "Vai trò",
            &[
                &["Mã vai trò", "Tên", "English identifier"],
                &["BT", "Bí thư", "secretary"],
                &["BTV", "Ban Thường vụ", "standing_committee"],
            ],
        ),
        Sheet::new(
            "Văn bản",
            &[
                &[
                    "Mã văn bản",
                    "Loại",
                    "Số, ký hiệu",
                    "Ngày ban hành",
                    "Nơi ban hành",
                    "Trích yếu",
                ],
                &[
                    "V1",
                    "chỉ thị",
                    "35-CT/TW",
                    "14/06/2024",
                    "Bộ Chính trị",
                    "Đại hội đảng bộ các cấp",
                ],
            ],
        ),
        Sheet::new(
            "Giấy tờ",
            &[
                &[
                    "Mã giấy tờ",
                    "Loại",
                    "Tên",
                    "Trạng thái",
                    "Chỉ lưu trạng thái",
                ],
                &["PB1", "phiếu bầu", "Phiếu bầu cấp ủy", "in; đếm", "Có"],
            ],
        ),
        Sheet::new(
            "Tham số",
            &[
                &["Mã tham số", "English identifier", "Tên", "Giá trị"],
                &["1", "official_budget_minutes", "Quỹ phiên", "480"],
            ],
        ),
    ];
    Book { sheets }
}

#[test]
fn its_own_words_are_data() {
    let imported = book().read();
    let rows = &imported.workbook;
    assert_eq!(library_root(&rows.units), Some(Scope::new("01")));
    let unit = &rows.units[1];
    assert_eq!(
        (unit.id.as_str(), unit.plan.kind.as_str()),
        ("01.P1", "phường")
    );
    assert_eq!(unit.plan.form, Some(Form::Delegates));
    assert_eq!(
        unit.opening.map(CivilDate::iso).as_deref(),
        Some("2025-03-15")
    );
    assert_eq!(rows.checklist[1].plan.due, Offset::WorkingDays(-20));
    assert_eq!(rows.checklist[1].plan.owed_by, "thành phố");
    assert_eq!(rows.propaganda[0].plan.planned, Some(1_500));
    let has = |unit: &str, kind: &str, id: &str| {
        desired(rows).contains_key(&RegisterKey::new(unit, kind, id, "plan"))
    };
    assert!(has("01.P1", "agenda_item", "I.2") && !has("01.P2", "agenda_item", "I.2"));
    assert!(has("01.P1", "checklist_task", "CB.2") && !has("01.P2", "checklist_task", "CB.2"));
    assert!(has("01.P1", "paper", "PB1") && !has("01.P2", "paper", "PB1"));
    let said = notices(&imported);
    for line in [
        "Trang ‘Danh mục việc’: đọc là trang ‘Việc chuẩn bị’.",
        "Trang ‘Danh mục việc’, dòng 1, cột ‘STT’ (A): cột ‘STT’ không dùng, bỏ qua.",
        "Trang ‘Danh mục việc’, dòng 3, cột ‘Hạn’ (G): ‘T - 20 ngày làm việc’ đọc là T-20wd.",
        "Trang ‘Danh mục việc’, dòng 3, cột ‘Cấp chịu trách nhiệm’ (F): ‘Thành phố’ đọc là ‘thành phố’.",
        "Trang ‘Tuyên truyền’, dòng 2, cột ‘Số lượng dự kiến’ (F): ‘1.500’ đọc là số 1500 (dấu phân cách hàng nghìn).",
        "Tệp: không có trang ‘Bài học’, coi như trống.",
    ] {
        assert!(said.iter().any(|it| it == line), "{line}\n{said:#?}");
    }
}

#[test]
fn a_kind_that_no_template_declares_is_refused() {
    let mut book = book();
    let sheet = book.sheet("Danh sách đơn vị");
    let column = sheet.column("Loại đại hội");
    sheet.rows[3][column] = text("Đại hội điểm");
    let problems = super::book::vietnamese(&book.problems());
    assert_eq!(
        problems,
        [
            "Trang ‘Danh sách đơn vị’, dòng 4, cột ‘Loại đại hội’ (E): không mẫu chương trình nào khai loại \
          đại hội ‘Đại hội điểm’; đã khai: Đại hội mẫu, Đại hội thường."
        ]
    );
    let sheet = book.sheet("Danh sách đơn vị");
    sheet.rows[3][column] = Cell::Blank;
    assert_eq!(book.problems().len(), 1, "a form without a kind");
}
