//! Rows that contradict one another: keys, trees, templates, parts, order.

use super::book::{Book, Cell, text, vietnamese};

const UNITS: &str = "Đơn vị";
const AGENDA: &str = "Chương trình";
const TASKS: &str = "Việc chuẩn bị";

/// Row of a template's item on the agenda sheet, as Excel counts.
fn item(book: &mut Book, template: &str, id: &str) -> usize {
    let sheet = book.sheet(AGENDA);
    let columns = (sheet.column("Mã mẫu"), sheet.column("Mã mục"));
    let is_it = |it: &Vec<Cell>| it[columns.0] == text(template) && it[columns.1] == text(id);
    sheet.rows.iter().position(is_it).unwrap() + 1
}

fn refused(spoil: impl Fn(&mut Book)) -> Vec<String> {
    let mut book = Book::real();
    spoil(&mut book);
    vietnamese(&book.problems())
}

#[test]
fn doubled_and_unusable_keys_name_both_rows() {
    let said = refused(|book| {
        book.set(TASKS, "Mã việc", 41, text("b01"));
        book.set("Giấy tờ", "Mã giấy tờ", 57, text("a;b"));
        book.set("Thuật ngữ", "English identifier", 4, text("congress"));
        let row = item(book, "chuan", "K3");
        book.set(AGENDA, "Mã mục", row, text("C1"));
        book.set(
            "Tham số",
            "English identifier",
            3,
            text("preparatory_start"),
        );
    });
    let expected = [
        "Trang ‘Chương trình’, dòng 32, cột ‘Mã mục’ (D): mã ‘chuan C1’ đã có ở dòng 14.",
        "Trang ‘Việc chuẩn bị’, dòng 41, cột ‘Mã việc’ (A): mã ‘b01’ đã có ở dòng 2.",
        "Trang ‘Thuật ngữ’, dòng 4, cột ‘English identifier’ (B): mã ‘congress’ đã có ở dòng 2.",
        "Trang ‘Giấy tờ’, dòng 57, cột ‘Mã giấy tờ’ (A): mã ‘a;b’ không dùng được: nhiều nhất 120 ký tự, không có ; , | / ? # % và xuống dòng.",
        "Trang ‘Tham số’, dòng 3, cột ‘English identifier’ (B): tham số ‘preparatory_start’ đã có ở dòng 2.",
    ];
    for line in expected {
        assert!(said.iter().any(|it| it == line), "{line}\n{said:#?}");
    }
}

#[test]
fn a_key_near_two_others_is_refused() {
    let said = refused(|book| {
        book.set("Vai trò", "Mã vai trò", 43, text("to-chức"));
        book.set("Vai trò", "Mã vai trò", 42, text("to-chúc"));
        book.set(TASKS, "Vai trò phụ trách", 2, text("TO-CHUC"));
    });
    let expected = "Trang ‘Việc chuẩn bị’, dòng 2, cột ‘Vai trò phụ trách’ (D): ‘TO-CHUC’ có thể là: \
                    to-chuc, to-chúc, to-chức; viết đúng một mã.";
    assert!(said.contains(&expected.to_owned()), "{said:#?}");
}

#[test]
fn units_that_are_their_own_superiors_or_have_none() {
    let said = refused(|book| {
        book.set(UNITS, "Mã cấp trên", 4, text("AL-HONG-VAN"));
        book.set(UNITS, "Mã cấp trên", 5, text("AL-TT-ALUOI"));
        book.set(UNITS, "Mã cấp trên", 6, text("AL-KHONG-CO"));
        book.set(UNITS, "Mã cấp trên", 7, Cell::Blank);
    });
    assert_eq!(
        said,
        [
            "Trang ‘Đơn vị’: các đơn vị có đại hội không cùng một cấp trên; các đỉnh cây: AL-HONG-HA, AL-HONG-KIM, TTH.",
            "Trang ‘Đơn vị’, dòng 4, cột ‘Mã cấp trên’ (D): đơn vị là cấp trên của chính mình theo vòng: AL-TT-ALUOI, AL-HONG-VAN.",
            "Trang ‘Đơn vị’, dòng 6, cột ‘Mã cấp trên’ (D): không có mã ‘AL-KHONG-CO’ ở trang ‘Đơn vị’.",
        ]
    );
}

#[test]
fn congress_cells_of_a_unit_must_agree() {
    let said = refused(|book| {
        book.set(UNITS, "Hình thức", 4, Cell::Blank);
        book.set(UNITS, "Loại đại hội", 5, Cell::Blank);
        book.set(UNITS, "Ngày chính thức", 2, text("21/02/2020"));
        book.set(UNITS, "Ngày chính thức", 6, Cell::Date(43_882.0));
        book.set(UNITS, "Ngày trù bị", 6, Cell::Date(43_883.0));
    });
    assert_eq!(
        said,
        [
            "Trang ‘Đơn vị’, dòng 2, cột ‘Loại đại hội’ (G): có hình thức hoặc ngày thì phải có loại đại hội.",
            "Trang ‘Đơn vị’, dòng 4, cột ‘Hình thức’ (H): có loại đại hội ‘đại trà’ thì phải có hình thức.",
            "Trang ‘Đơn vị’, dòng 5, cột ‘Loại đại hội’ (G): có hình thức hoặc ngày thì phải có loại đại hội.",
            "Trang ‘Đơn vị’, dòng 6, cột ‘Ngày trù bị’ (I): ngày trù bị 22/02/2020 sau ngày chính thức 21/02/2020.",
        ]
    );
}

#[test]
fn minutes_parts_and_parallel_items_must_add_up() {
    let said = refused(|book| {
        let mut set = |id: &str, header: &str, cell: Cell| {
            let row = item(book, "chuan", id);
            book.set(AGENDA, header, row, cell);
        };
        set("T10", "Phút", Cell::Number(40.0));
        set("C3", "Phút", Cell::Number(35.0));
        set("C4", "Phút tối thiểu", Cell::Number(20.0));
        set("C5", "Chia phần", text("30; 40"));
        set("C6", "Giờ dự kiến", Cell::Blank);
        set("E1", "Giờ dự kiến", Cell::Time(0.5));
        set("E2", "Song song với", text("T1"));
        set("E3", "Song song với", text("E3"));
        set("E4", "Song song với", text("E6"));
        set("E5", "Chia phần", text("10; 15"));
        set("E7", "Thứ tự", Cell::Number(120.0));
        set("G1", "Chia phần", text("20; nửa giờ"));
    });
    assert_eq!(
        said,
        [
            "Trang ‘Chương trình’, dòng 11, cột ‘Phút’ (F): 40 phút, dưới sàn 45 phút.",
            "Trang ‘Chương trình’, dòng 16, cột ‘Phút’ (F): 35 phút, quá trần 30 phút.",
            "Trang ‘Chương trình’, dòng 17, cột ‘Phút tối thiểu’ (G): sàn 20 phút cao hơn trần 15 phút.",
            "Trang ‘Chương trình’, dòng 18, cột ‘Chia phần’ (O): các phần cộng lại 70 phút, mục có 75 phút.",
            "Trang ‘Chương trình’, dòng 19, cột ‘Giờ dự kiến’ (K): mục cứng phải có giờ.",
            "Trang ‘Chương trình’, dòng 20, cột ‘Giờ dự kiến’ (K): mục mềm không được có giờ; xóa giờ hoặc đổi thành cứng.",
            "Trang ‘Chương trình’, dòng 21, cột ‘Song song với’ (N): mẫu ‘chuan’ không có mục ‘T1’ trong cùng phiên.",
            "Trang ‘Chương trình’, dòng 22, cột ‘Song song với’ (N): ‘E3’ là chính mục này hoặc tự nó chạy song song với mục khác.",
            "Trang ‘Chương trình’, dòng 23, cột ‘Song song với’ (N): ‘E6’ là chính mục này hoặc tự nó chạy song song với mục khác.",
            "Trang ‘Chương trình’, dòng 24, cột ‘Chia phần’ (O): mục chia phần nhưng không mục nào chạy song song với nó.",
            "Trang ‘Chương trình’, dòng 26, cột ‘Thứ tự’ (C): thứ tự 120 đã có ở dòng 25.",
            "Trang ‘Chương trình’, dòng 28, cột ‘Chia phần’ (O): không hiểu ‘nửa giờ’; cần số nguyên, ví dụ 1200.",
            "Trang ‘Chương trình’, dòng 28, cột ‘Chia phần’ (O): các phần cộng lại 20 phút, mục có 60 phút.",
            "Trang ‘Chương trình’, dòng 28, cột ‘Chia phần’ (O): mục chia phần nhưng không mục nào chạy song song với nó.",
        ]
    );
}

#[test]
fn a_congress_kind_belongs_to_one_template() {
    let said = refused(|book| {
        let row = item(book, "bau-truc-tiep", "T1");
        book.set(
            AGENDA,
            "Áp dụng loại đại hội",
            row,
            text("thí điểm bầu trực tiếp bí thư; đại trà"),
        );
    });
    assert_eq!(
        said,
        [
            "Trang ‘Chương trình’, dòng 33, cột ‘Áp dụng loại đại hội’ (R): loại đại hội ‘đại trà’ đã thuộc \
          mẫu ‘chuan’ (dòng 2); mỗi loại chỉ thuộc một mẫu."
        ]
    );
}

#[test]
fn script_lines_belong_to_items_of_their_templates() {
    let said = refused(|book| {
        book.set("Kịch bản", "Mã mục", 2, text("S1"));
        book.set("Kịch bản", "Thứ tự", 2, Cell::Number(90.0));
        book.set("Kịch bản", "Thứ tự", 5, Cell::Number(10.0));
    });
    assert_eq!(
        said,
        [
            "Trang ‘Kịch bản’, dòng 2, cột ‘Mã mục’ (C): mẫu ‘chuan’ không có mục ‘S1’.",
            "Trang ‘Kịch bản’, dòng 5, cột ‘Thứ tự’ (D): thứ tự 10 đã có ở dòng 4.",
        ]
    );
}

#[test]
fn lone_cells_and_cells_merged_across_a_record_are_refused() {
    let said = refused(|book| {
        let sheet = book.sheet(TASKS);
        sheet
            .rows
            .push(vec![Cell::Blank, Cell::Blank, text("Người lập biểu")]);
        sheet.merged = vec![(2, 1, 2, 2)];
        sheet.rows[2][2] = Cell::Blank;
    });
    assert_eq!(
        said,
        [
            "Trang ‘Việc chuẩn bị’, dòng 3, cột ‘Giai đoạn’ (B): ô ‘trước’ gộp ngang nhiều cột; bỏ gộp và điền từng ô.",
            "Trang ‘Việc chuẩn bị’, dòng 3, cột ‘Việc’ (C): ô này không được để trống.",
            "Trang ‘Việc chuẩn bị’, dòng 43, cột ‘Việc’ (C): dòng chỉ có một ô ‘Người lập biểu’: nếu là \
             tiêu đề thì gộp ô ngang bảng hoặc xóa, nếu là dữ liệu thì điền đủ.",
        ]
    );
}
