//! The reference CSV files as a `Workbook`. A test's reader: every cell must be good, or it panics.

use domain::agenda::{AgendaItem, AgendaPlan, Session, StartKind, TimeClass};
use domain::congress::Form;
use domain::date::{CivilDate, Minute};
use domain::kinds::document::DocumentPlan;
use domain::kinds::lesson::LessonPlan;
use domain::kinds::parameter::ParameterPlan;
use domain::kinds::role::RolePlan;
use domain::kinds::scenario::ScenarioPlan;
use domain::kinds::script_line::ScriptLinePlan;
use domain::kinds::term::TermPlan;
use domain::kinds::unit::UnitPlan;
use domain::offset::Offset;
use domain::paper::PaperPlan;
use domain::task::{EvidenceKind, Phase, TaskPlan, parse_steps};
use domain::text::{parse_yes_no, same};
use domain::workbook::{AgendaRow, Audience, ChecklistRow, Record, UnitRow, Workbook, term_id};

use crate::csv::{Row, read};

/// Every sheet.
pub fn reference() -> Workbook {
    Workbook {
        units: read("don-vi").iter().map(unit).collect(),
        agenda: read("chuong-trinh").iter().map(agenda).collect(),
        checklist: read("viec-chuan-bi").iter().map(checklist).collect(),
        propaganda: read("tuyen-truyen").iter().map(propaganda).collect(),
        documents: read("van-ban").iter().map(document).collect(),
        roles: read("vai-tro").iter().map(role).collect(),
        scenarios: read("phuong-an").iter().map(scenario).collect(),
        script: read("kich-ban").iter().map(script_line).collect(),
        lessons: read("bai-hoc").iter().map(lesson).collect(),
        terms: read("thuat-ngu").iter().map(term).collect(),
        papers: read("giay-to").iter().map(paper).collect(),
        parameters: read("tham-so").iter().map(parameter).collect(),
    }
}

/// The items of one template, for delegates.
pub fn template(name: &str) -> Vec<AgendaItem> {
    let rows = reference()
        .agenda
        .into_iter()
        .filter(|it| it.template == name);
    rows.map(|it| AgendaItem::new(it.id, it.plan)).collect()
}

fn offset(row: &Row, header: &str) -> Option<Offset> {
    row.maybe(header)
        .map(|it| Offset::parse(&it).unwrap_or_else(|error| panic!("{it}: {error}")))
}

fn yes(row: &Row, header: &str) -> bool {
    parse_yes_no(&row.text(header)).expect(header)
}

fn number<T: std::str::FromStr>(row: &Row, header: &str) -> Option<T> {
    row.maybe(header)
        .map(|it| it.parse().ok().unwrap_or_else(|| panic!("{header}: {it}")))
}

fn audience(row: &Row) -> Audience {
    let forms = row.list("Hình thức áp dụng");
    Audience {
        congress_kinds: row.list("Áp dụng loại đại hội"),
        forms: forms
            .iter()
            .map(|it| Form::parse(it).expect("a form"))
            .collect(),
    }
}

fn evidence(row: &Row) -> Vec<EvidenceKind> {
    let words = row.list("Minh chứng");
    words
        .iter()
        .map(|it| EvidenceKind::parse(it).expect("evidence"))
        .collect()
}

fn unit(row: &Row) -> UnitRow {
    let day = |header| {
        row.maybe(header)
            .map(|it| CivilDate::parse_iso(&it).expect("a day"))
    };
    UnitRow {
        id: row.text("Mã đơn vị"),
        plan: UnitPlan {
            name: row.text("Tên đơn vị"),
            kind: row.text("Loại"),
            parent: row.maybe("Mã cấp trên"),
            aliases: row.list("Tên gọi khác"),
            congress_kind: row.maybe("Loại đại hội"),
            form: row
                .maybe("Hình thức")
                .map(|it| Form::parse(&it).expect("a form")),
            wave: row.maybe("Đợt"),
            code: row.maybe("Mã hành chính"),
            successor: row.maybe("Đơn vị kế thừa 2025"),
            phone: row.maybe("Điện thoại liên hệ"),
            members: number(row, "Số đảng viên"),
            note: row.text("Ghi chú"),
            confidence: row.text("Mức tin cậy"),
            source: row.text("Nguồn"),
        },
        preparatory: day("Ngày trù bị"),
        opening: day("Ngày chính thức"),
    }
}

fn agenda(row: &Row) -> AgendaRow {
    let fixed = StartKind::parse(&row.text("Kiểu giờ")) == Some(StartKind::Fixed);
    let start = row
        .maybe("Giờ dự kiến")
        .map(|it| Minute::parse(&it).expect("a time"));
    AgendaRow {
        template: row.text("Mã mẫu"),
        id: row.text("Mã mục"),
        audience: audience(row),
        plan: AgendaPlan {
            session: Session::parse(&row.text("Phiên")).expect("a session"),
            order: number(row, "Thứ tự").expect("an order"),
            title: row.text("Nội dung"),
            minutes: number(row, "Phút").expect("minutes"),
            minutes_min: number(row, "Phút tối thiểu"),
            minutes_max: number(row, "Phút tối đa"),
            class: TimeClass::parse(&row.text("Loại")).expect("a class"),
            fixed_start: start.filter(|_| fixed),
            conductors: row.list("Người điều hành"),
            papers: row.list("Giấy tờ cần có"),
            parallel_to: row.maybe("Song song với"),
            parts: row
                .list("Chia phần")
                .iter()
                .map(|it| it.parse().expect("minutes"))
                .collect(),
            protected: yes(row, "Bảo vệ thảo luận"),
            counts: yes(row, "Tính vào quỹ phiên"),
            note: row.text("Ghi chú"),
            confidence: row.text("Mức tin cậy"),
            source: row.text("Nguồn"),
        },
    }
}

fn checklist(row: &Row) -> ChecklistRow {
    let owed_by = Some(row.text("Cấp chịu trách nhiệm")).filter(|it| !same(it, "đơn vị"));
    ChecklistRow {
        id: row.text("Mã việc"),
        audience: audience(row),
        plan: TaskPlan {
            title: row.text("Việc"),
            phase: Phase::parse(&row.text("Giai đoạn")).expect("a phase"),
            group: row.text("Nhóm"),
            owners: row.list("Vai trò phụ trách"),
            owed_by: owed_by.unwrap_or_default(),
            start: offset(row, "Bắt đầu"),
            due: offset(row, "Hạn").expect("a due offset"),
            warn: offset(row, "Cảnh báo"),
            escalate: offset(row, "Báo cấp trên"),
            evidence: evidence(row),
            guidelines: row.list("Văn bản hướng dẫn"),
            steps: parse_steps(&row.text("Các bước")).expect("steps"),
            note: row.text("Ghi chú"),
            confidence: row.text("Mức tin cậy"),
            source: row.text("Nguồn"),
            ..TaskPlan::default()
        },
    }
}

fn propaganda(row: &Row) -> Record<TaskPlan> {
    let plan = TaskPlan {
        title: row.text("Việc"),
        phase: Phase::parse(&row.text("Giai đoạn")).expect("a phase"),
        group: row.text("Nhóm"),
        due: offset(row, "Hạn").expect("a due offset"),
        evidence: evidence(row),
        guidelines: row.list("Văn bản hướng dẫn"),
        place: row.text("Địa điểm"),
        measure: row.text("Đơn vị tính"),
        planned: number(row, "Số lượng dự kiến"),
        slogan: row.text("Nội dung chữ"),
        specification: row.text("Quy cách"),
        positions: row.list("Mã vị trí"),
        display_from: offset(row, "Hiển thị từ"),
        display_to: offset(row, "Hiển thị đến"),
        note: row.text("Ghi chú"),
        confidence: row.text("Mức tin cậy"),
        source: row.text("Nguồn"),
        ..TaskPlan::default()
    };
    Record::new(row.text("Mã việc"), plan)
}

fn document(row: &Row) -> Record<DocumentPlan> {
    let issued = row
        .maybe("Ngày ban hành")
        .map(|it| CivilDate::parse_iso(&it).expect("a day"));
    let plan = DocumentPlan {
        kind: row.text("Loại"),
        number: row.text("Số"),
        issued,
        issuer: row.text("Cơ quan ban hành"),
        title: row.text("Trích yếu"),
        summary: row.text("Tóm tắt"),
        applies_to: row.text("Áp dụng cho"),
        season: row.text("Mùa đại hội"),
        replaces: row.list("Thay thế cho"),
        public: yes(row, "Công khai"),
        note: row.text("Ghi chú"),
        confidence: row.text("Mức tin cậy"),
        source: row.text("Nguồn"),
    };
    Record::new(row.text("Mã văn bản"), plan)
}

fn role(row: &Row) -> Record<RolePlan> {
    let plan = RolePlan {
        name: row.text("Tên"),
        identifier: row.text("English identifier"),
        kind: row.text("Loại"),
        side: row.text("Cấp"),
        size: row.text("Số người tham khảo"),
        formed: row.text("Lập bằng cách nào"),
        duties: row.text("Nhiệm vụ"),
        confidence: row.text("Mức tin cậy"),
        source: row.text("Nguồn"),
    };
    Record::new(row.text("Mã vai trò"), plan)
}

fn scenario(row: &Row) -> Record<ScenarioPlan> {
    let plan = ScenarioPlan {
        situation: row.text("Tình huống"),
        sign: row.text("Dấu hiệu"),
        words: row.text("Đoàn Chủ tịch nói"),
        steps: row.text("Bước tiếp theo"),
        papers: row.list("Giấy tờ cần"),
        rule: row.text("Quy định tham chiếu"),
        documents: row.list("Văn bản"),
        items: row.list("Mục chương trình"),
        congress_kinds: row.list("Áp dụng loại đại hội"),
        confidence: row.text("Mức tin cậy"),
        source: row.text("Nguồn"),
    };
    Record::new(row.text("Mã phương án"), plan)
}

fn script_line(row: &Row) -> Record<ScriptLinePlan> {
    let plan = ScriptLinePlan {
        templates: row.list("Mã mẫu"),
        item: row.text("Mã mục"),
        order: number(row, "Thứ tự").expect("an order"),
        roles: row.list("Vai trò"),
        words: row.text("Lời đọc"),
        cue: row.text("Ám hiệu"),
        confidence: row.text("Mức tin cậy"),
        source: row.text("Nguồn"),
    };
    Record::new(row.text("Mã lời"), plan)
}

fn lesson(row: &Row) -> Record<LessonPlan> {
    let plan = LessonPlan {
        observation: row.text("Quan sát"),
        cause: row.text("Nguyên nhân"),
        recommendation: row.text("Khuyến nghị"),
        checklist_tasks: row.list("Sửa việc chuẩn bị"),
        propaganda_tasks: row.list("Sửa việc tuyên truyền"),
        items: row.list("Sửa mục chương trình"),
        scenarios: row.list("Sửa phương án"),
        change: row.text("Thay đổi đề nghị"),
        congress_kinds: row.list("Áp dụng loại đại hội"),
        only_unheld: yes(row, "Áp dụng cho đơn vị chưa họp"),
        confidence: row.text("Mức tin cậy"),
        source: row.text("Nguồn"),
    };
    Record::new(row.text("Mã bài học"), plan)
}

fn term(row: &Row) -> Record<TermPlan> {
    let plan = TermPlan {
        term: row.text("Thuật ngữ"),
        identifier: row.text("English identifier"),
        definition: row.text("Định nghĩa ngắn"),
    };
    Record::new(term_id(&plan), plan)
}

fn paper(row: &Row) -> Record<PaperPlan> {
    let plan = PaperPlan {
        kind: row.text("Loại"),
        name: row.text("Tên"),
        identifier: row.text("English identifier"),
        prepared_by: row.list("Người chuẩn bị"),
        tasks: row.list("Việc chuẩn bị"),
        quantity_rule: row.text("Cách tính số lượng"),
        states: row.list("Trạng thái cần có"),
        status_only: yes(row, "Chỉ lưu trạng thái"),
        note: row.text("Ghi chú"),
        confidence: row.text("Mức tin cậy"),
        source: row.text("Nguồn"),
    };
    Record::new(row.text("Mã giấy tờ"), plan)
}

fn parameter(row: &Row) -> Record<ParameterPlan> {
    let plan = ParameterPlan {
        identifier: row.text("English identifier"),
        group: row.text("Nhóm"),
        name: row.text("Tên"),
        value: row.text("Giá trị"),
        measure: row.text("Đơn vị tính"),
        meaning: row.text("Ý nghĩa"),
        applies_to: row.text("Áp dụng"),
        confidence: row.text("Mức tin cậy"),
        source: row.text("Nguồn"),
    };
    Record::new(row.text("Mã tham số"), plan)
}
