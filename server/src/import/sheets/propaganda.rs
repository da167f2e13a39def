//! Sheet "Tuyên truyền": decoration, roads, loudspeakers, takedown.

use domain::kinds::QUANTITY_MAX;
use domain::task::{EvidenceKind, Phase, TaskPlan};
use domain::workbook::PropagandaRow;

use crate::import::finding::Findings;
use crate::import::keys::{Keys, Target, check_ids};
use crate::import::layout::{Column, SheetSpec, Table};
use crate::import::row::Reader;
use crate::import::sheets::{
    CONFIDENCE, EVIDENCE_WORDS, NOTE, PHASE_WORDS, SOURCE, read_rows, values,
};

pub(crate) const ID: Column = Column::filled("Mã việc", &["Mã công việc"]);
const PHASE: Column = Column::filled("Giai đoạn", &[]);
const GROUP: Column = Column::filled("Nhóm", &["Nhóm việc"]);
const TITLE: Column = Column::filled("Việc", &["Tên việc", "Nội dung việc", "Công việc"]);
const PLACE: Column = Column::optional("Địa điểm", &["Nơi làm", "Vị trí"]);
const MEASURE: Column = Column::present("Đơn vị tính", &["ĐVT"]);
const PLANNED: Column = Column::present("Số lượng dự kiến", &["Số lượng", "SL dự kiến"]);
const SLOGAN: Column = Column::optional("Nội dung chữ", &["Nội dung khẩu hiệu"]);
const SPECIFICATION: Column = Column::optional("Quy cách", &[]);
const POSITIONS: Column = Column::optional("Mã vị trí", &[]);
const DISPLAY_FROM: Column = Column::optional("Hiển thị từ", &["Treo từ"]);
const DISPLAY_TO: Column = Column::optional("Hiển thị đến", &["Treo đến"]);
const DUE: Column = Column::filled("Hạn", &["Thời hạn", "Hạn hoàn thành"]);
const EVIDENCE: Column = Column::filled("Minh chứng", &["Loại minh chứng"]);
const GUIDELINES: Column = Column::optional("Văn bản hướng dẫn", &["Văn bản"]);

pub(crate) const SPEC: SheetSpec = SheetSpec {
    title: "Tuyên truyền",
    also: &["Tuyên truyền khánh tiết", "Việc tuyên truyền"],
    required: true,
    columns: &[
        ID,
        PHASE,
        GROUP,
        TITLE,
        PLACE,
        MEASURE,
        PLANNED,
        SLOGAN,
        SPECIFICATION,
        POSITIONS,
        DISPLAY_FROM,
        DISPLAY_TO,
        DUE,
        EVIDENCE,
        GUIDELINES,
        NOTE,
        CONFIDENCE,
        SOURCE,
    ],
};

pub(crate) fn read(table: &Table, keys: &Keys, out: &mut Findings) -> Vec<PropagandaRow> {
    check_ids(table, &[&ID], out);
    values(read_rows(table, keys, out, row))
}

fn row(row: &mut Reader<'_>) -> Option<PropagandaRow> {
    let id = row.key(&ID);
    let phase = row.word(&PHASE, &PHASE_WORDS, Phase::parse);
    let due = row.offset(&DUE, false);
    let plan = TaskPlan {
        title: row.text_or_empty(&TITLE),
        phase: phase.unwrap_or_default(),
        group: row.text_or_empty(&GROUP),
        due: due.unwrap_or_default(),
        evidence: row.words(&EVIDENCE, &EVIDENCE_WORDS, EvidenceKind::parse),
        guidelines: row.references(&GUIDELINES, Target::Document),
        place: row.text_or_empty(&PLACE),
        measure: row.text_or_empty(&MEASURE),
        planned: row.integer(&PLANNED, 0, QUANTITY_MAX),
        slogan: row.text_or_empty(&SLOGAN),
        specification: row.text_or_empty(&SPECIFICATION),
        positions: row.references(&POSITIONS, Target::Position),
        display_from: row.offset(&DISPLAY_FROM, false),
        display_to: row.offset(&DISPLAY_TO, false),
        note: row.text_or_empty(&NOTE),
        confidence: row.text_or_empty(&CONFIDENCE),
        source: row.text_or_empty(&SOURCE),
        ..TaskPlan::default()
    };
    phase.and(due)?;
    Some(PropagandaRow::new(id?, plan))
}
