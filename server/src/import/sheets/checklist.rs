//! Sheet "Việc chuẩn bị": the preparation checklist.

use domain::kinds::STEPS_MAX;
use domain::offset::Offset;
use domain::task::{EvidenceKind, Phase, Step, TaskPlan};
use domain::workbook::ChecklistRow;

use crate::import::finding::{Findings, Reason, Remark};
use crate::import::keys::{Keys, Target, check_ids};
use crate::import::layout::{Column, SheetSpec, Table};
use crate::import::row::Reader;
use crate::import::sheets::{
    CONFIDENCE, EVIDENCE_WORDS, FORMS, KINDS, NOTE, PHASE_WORDS, SOURCE, audience, read_rows,
    values,
};

pub(crate) const ID: Column = Column::filled("Mã việc", &["Mã công việc"]);
const PHASE: Column = Column::filled("Giai đoạn", &[]);
const TITLE: Column = Column::filled("Việc", &["Tên việc", "Nội dung việc", "Công việc"]);
const OWNERS: Column = Column::filled("Vai trò phụ trách", &["Phụ trách", "Người phụ trách"]);
const OWED_BY: Column = Column::filled("Cấp chịu trách nhiệm", &["Cấp phụ trách"]);
const START: Column = Column::optional("Bắt đầu", &["Mốc bắt đầu"]);
const DUE: Column = Column::filled("Hạn", &["Thời hạn", "Hạn hoàn thành"]);
const WARN: Column = Column::optional("Cảnh báo", &["Mốc cảnh báo"]);
const ESCALATE: Column = Column::optional("Báo cấp trên", &["Mốc báo cấp trên"]);
const EVIDENCE: Column = Column::filled("Minh chứng", &["Loại minh chứng"]);
const GUIDELINES: Column = Column::optional("Văn bản hướng dẫn", &["Văn bản"]);
const GROUP: Column = Column::optional("Nhóm", &["Nhóm việc"]);
const STEPS: Column = Column::optional("Các bước", &["Bước thực hiện"]);

pub(crate) const SPEC: SheetSpec = SheetSpec {
    title: "Việc chuẩn bị",
    also: &["Danh mục việc", "Công việc chuẩn bị"],
    required: true,
    columns: &[
        ID, PHASE, TITLE, OWNERS, OWED_BY, START, DUE, WARN, ESCALATE, EVIDENCE, GUIDELINES, GROUP,
        KINDS, FORMS, STEPS, NOTE, CONFIDENCE, SOURCE,
    ],
};

/// The word for the unit itself in the column of owing levels.
const UNIT_ITSELF: &str = "đơn vị";

pub(crate) fn read(table: &Table, keys: &Keys, out: &mut Findings) -> Vec<ChecklistRow> {
    check_ids(table, &[&ID], out);
    values(read_rows(table, keys, out, row))
}

fn row(row: &mut Reader<'_>) -> Option<ChecklistRow> {
    let id = row.key(&ID);
    let phase = row.word(&PHASE, &PHASE_WORDS, Phase::parse);
    // "mục-10phút" counts from an agenda item, and only what is done during the congress belongs to one.
    let item_known = phase != Some(Phase::Before) && phase != Some(Phase::After);
    let due = row.offset(&DUE, item_known);
    let plan = TaskPlan {
        title: row.text_or_empty(&TITLE),
        phase: phase.unwrap_or_default(),
        group: row.text_or_empty(&GROUP),
        owners: row.references(&OWNERS, Target::Role),
        owed_by: row.owing_level(&OWED_BY, UNIT_ITSELF),
        start: row.offset(&START, item_known),
        due: due.unwrap_or_default(),
        warn: row.offset(&WARN, item_known),
        escalate: row.offset(&ESCALATE, item_known),
        evidence: row.words(&EVIDENCE, &EVIDENCE_WORDS, EvidenceKind::parse),
        guidelines: row.references(&GUIDELINES, Target::Document),
        steps: steps(row, item_known),
        note: row.text_or_empty(&NOTE),
        confidence: row.text_or_empty(&CONFIDENCE),
        source: row.text_or_empty(&SOURCE),
        ..TaskPlan::default()
    };
    let audience = audience(row);
    phase.and(due)?;
    Some(ChecklistRow {
        id: id?,
        audience,
        plan,
    })
}

/// "1. text @T-70 | 2. text": numbers must agree with the order, a missing offset is none.
fn steps(row: &mut Reader<'_>, item_known: bool) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let Some(text) = row.text(&STEPS) else {
        return steps;
    };
    let mut unnumbered = false;
    for (part, expected) in text.trim_matches(['|', ' ', '\n']).split('|').zip(1_i64..) {
        let (number, rest) = numbered(part.trim());
        match number {
            Some(found) if found != expected => {
                row.problem(&STEPS, Reason::StepNumber { found, expected });
            }
            Some(_) => {}
            None => unnumbered = true,
        }
        let (words, due): (&str, Option<Offset>) = match rest.rsplit_once('@') {
            Some((words, offset)) => (words, row.read_offset(&STEPS, offset, item_known)),
            None => (rest, None),
        };
        if words.trim().is_empty() {
            row.problem(&STEPS, Reason::EmptyStep);
        }
        steps.push(Step {
            text: words.trim().to_owned(),
            due,
        });
    }
    if unnumbered {
        row.notice(&STEPS, Remark::UnnumberedSteps);
    }
    if steps.len() > STEPS_MAX {
        let found = steps.len().to_string();
        row.problem(
            &STEPS,
            Reason::OutOfRange {
                found,
                min: 0,
                max: 99,
            },
        );
    }
    steps
}

/// The number before the first dot or bracket, if there is one, and the rest.
fn numbered(step: &str) -> (Option<i64>, &str) {
    let digits = step.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = step.split_at(digits);
    match (number.parse().ok(), rest.strip_prefix(['.', ')', '/'])) {
        (Some(number), Some(rest)) => (Some(number), rest),
        _ => (None, step),
    }
}
