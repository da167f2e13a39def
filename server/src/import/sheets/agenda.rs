//! Sheet "Chương trình": the agenda templates, and which congress kinds each serves.

use std::collections::BTreeMap;

use domain::agenda::{AgendaPlan, Session, StartKind, TimeClass};
use domain::text::{fold, same};
use domain::workbook::AgendaRow;

use crate::import::finding::{Findings, Reason};
use crate::import::keys::{Keys, Target, check_ids, keys_of, one_line};
use crate::import::layout::{Column, SheetSpec, Table};
use crate::import::row::Reader;
use crate::import::sheets::{CONFIDENCE, FORMS, KINDS, NOTE, SOURCE, audience, read_rows, values};
use crate::import::text;

pub(crate) const TEMPLATE: Column = Column::filled("Mã mẫu", &["Mẫu", "Mã mẫu chương trình"]);
const SESSION: Column = Column::filled("Phiên", &["Phiên họp"]);
const ORDER: Column = Column::filled("Thứ tự", &[]);
pub(crate) const ID: Column = Column::filled("Mã mục", &["Mã nội dung"]);
const TITLE: Column = Column::filled("Nội dung", &["Tên mục", "Nội dung chương trình"]);
const MINUTES: Column = Column::filled("Phút", &["Số phút", "Thời lượng", "Thời gian"]);
const MINUTES_MIN: Column = Column::optional("Phút tối thiểu", &["Sàn", "Số phút tối thiểu"]);
const MINUTES_MAX: Column = Column::optional("Phút tối đa", &["Trần", "Số phút tối đa"]);
const CLASS: Column = Column::filled("Loại", &["Loại thời gian"]);
const START_KIND: Column = Column::filled("Kiểu giờ", &[]);
const START: Column = Column::present("Giờ dự kiến", &["Giờ bắt đầu", "Giờ"]);
const CONDUCTORS: Column = Column::present("Người điều hành", &["Điều hành", "Chủ trì"]);
const PAPERS: Column = Column::present("Giấy tờ cần có", &["Giấy tờ"]);
const PARALLEL: Column = Column::present("Song song với", &["Song song"]);
const PARTS: Column = Column::optional("Chia phần", &["Các phần"]);
const PROTECTED: Column = Column::optional("Bảo vệ thảo luận", &[]);
const COUNTS: Column = Column::filled("Tính vào quỹ phiên", &["Tính vào quỹ"]);

pub(crate) const SPEC: SheetSpec = SheetSpec {
    title: "Chương trình",
    also: &["Chương trình đại hội", "Mẫu chương trình"],
    required: true,
    columns: &[
        TEMPLATE,
        SESSION,
        ORDER,
        ID,
        TITLE,
        MINUTES,
        MINUTES_MIN,
        MINUTES_MAX,
        CLASS,
        START_KIND,
        START,
        CONDUCTORS,
        PAPERS,
        PARALLEL,
        PARTS,
        PROTECTED,
        COUNTS,
        KINDS,
        FORMS,
        NOTE,
        CONFIDENCE,
        SOURCE,
    ],
};

const SESSION_WORDS: [&str; 2] = ["trù bị", "chính thức"];
const CLASS_WORDS: [&str; 5] = ["nghi lễ", "báo cáo", "thảo luận", "bầu cử", "khác"];
const START_WORDS: [&str; 2] = ["cứng", "mềm"];
/// Congress kinds that templates declare, in the spelling of the first row that names each.
pub(crate) fn declared_kinds(table: &Table) -> Vec<String> {
    let mut kinds: Vec<String> = Vec::new();
    for cell in keys_of(table, &KINDS) {
        for kind in cell.split(';').map(one_line).filter(|it| !it.is_empty()) {
            if !kinds.iter().any(|it| same(it, &kind)) {
                kinds.push(kind);
            }
        }
    }
    kinds
}

/// Largest order number.
const ORDER_MAX: i64 = 1_000_000;

pub(crate) fn read(table: &Table, keys: &Keys, out: &mut Findings) -> Vec<AgendaRow> {
    check_ids(table, &[&TEMPLATE, &ID], out);
    let rows = read_rows(table, keys, out, row);
    check_kinds(table, &rows, out);
    check_order(table, &rows, out);
    check_parallel(table, &rows, out);
    values(rows)
}

fn row(row: &mut Reader<'_>) -> Option<AgendaRow> {
    let template = row.key(&TEMPLATE);
    let id = row.key(&ID);
    let session = row.word(&SESSION, &SESSION_WORDS, Session::parse);
    let order = row
        .integer(&ORDER, 0, ORDER_MAX)
        .and_then(|it| i32::try_from(it).ok());
    let minutes = row.minutes(&MINUTES, 1);
    let class = row.word(&CLASS, &CLASS_WORDS, TimeClass::parse);
    let counts = row.yes_no(&COUNTS);
    let plan = AgendaPlan {
        session: session.unwrap_or_default(),
        order: order.unwrap_or_default(),
        title: row.text_or_empty(&TITLE),
        minutes: minutes.unwrap_or_default(),
        minutes_min: row.minutes(&MINUTES_MIN, 0),
        minutes_max: row.minutes(&MINUTES_MAX, 1),
        class: class.unwrap_or_default(),
        fixed_start: fixed_start(row),
        conductors: row.references(&CONDUCTORS, Target::Role),
        papers: row.references(&PAPERS, Target::Paper),
        // Resolved within the template, once all of its items are known.
        parallel_to: row.text(&PARALLEL),
        parts: parts(row),
        protected: row.yes_no(&PROTECTED).unwrap_or_default(),
        counts: counts.unwrap_or_default(),
        note: row.text_or_empty(&NOTE),
        confidence: row.text_or_empty(&CONFIDENCE),
        source: row.text_or_empty(&SOURCE),
    };
    let audience = audience(row);
    check_minutes(row, &plan, minutes.is_some());
    let (template, id) = (template?, id?);
    session.and(order).and(class).and(counts)?;
    Some(AgendaRow {
        template,
        id,
        audience,
        plan,
    })
}

fn fixed_start(row: &mut Reader<'_>) -> Option<domain::date::Minute> {
    let start_kind = row.word(&START_KIND, &START_WORDS, StartKind::parse);
    // A missing column was told of once, for the sheet.
    row.table.columns.get(START.header)?;
    let is_filled = row.peek(&START).is_some();
    let start = row.time(&START);
    match start_kind {
        Some(StartKind::Fixed) if !is_filled => row.problem(&START, Reason::FixedWithoutTime),
        Some(StartKind::Soft) if is_filled => row.problem(&START, Reason::SoftWithTime),
        _ => {}
    }
    start
}

fn parts(row: &mut Reader<'_>) -> Vec<u16> {
    let mut parts = Vec::new();
    // "30; 30" are two parts: a list with repeats.
    let Some(cell) = row.text(&PARTS) else {
        return parts;
    };
    for part in cell
        .split([';', '+', '\n'])
        .map(str::trim)
        .filter(|it| !it.is_empty())
    {
        let read = text::integer(part)
            .ok()
            .and_then(|(it, _)| u16::try_from(it).ok());
        match read.filter(|it| (1..=1_440).contains(it)) {
            Some(minutes) => parts.push(minutes),
            None => row.problem(
                &PARTS,
                Reason::NotInteger {
                    found: part.to_owned(),
                },
            ),
        }
    }
    parts
}

fn check_minutes(row: &mut Reader<'_>, plan: &AgendaPlan, is_read: bool) {
    if let (Some(floor), Some(cap)) = (plan.minutes_min, plan.minutes_max)
        && floor > cap
    {
        let reason = Reason::FloorAboveCap {
            floor: floor.into(),
            cap: cap.into(),
        };
        return row.problem(&MINUTES_MIN, reason);
    }
    if !is_read {
        return;
    }
    let minutes = i64::from(plan.minutes);
    if let Some(floor) = plan.minutes_min.map(i64::from).filter(|it| minutes < *it) {
        row.problem(&MINUTES, Reason::BelowFloor { minutes, floor });
    }
    if let Some(cap) = plan.minutes_max.map(i64::from).filter(|it| minutes > *it) {
        row.problem(&MINUTES, Reason::AboveCap { minutes, cap });
    }
    let sum: i64 = plan.parts.iter().copied().map(i64::from).sum();
    if !plan.parts.is_empty() && sum != minutes {
        row.problem(&PARTS, Reason::PartsSum { sum, minutes });
    }
}

/// A congress kind belongs to one template; told once for each further template.
fn check_kinds(table: &Table, rows: &[(u32, AgendaRow)], out: &mut Findings) {
    let mut owners: BTreeMap<String, Vec<(&str, u32)>> = BTreeMap::new();
    for (number, row) in rows {
        for kind in &row.audience.congress_kinds {
            let known = owners.entry(fold(kind)).or_default();
            if known.iter().any(|(it, _)| *it == row.template) {
                continue;
            }
            if let Some((other, other_row)) = known.first() {
                let reason = Reason::KindOfTwoTemplates {
                    kind: kind.clone(),
                    other: (*other).to_owned(),
                    other_row: other_row + 1,
                };
                out.problem(&table.at(*number, &KINDS), reason);
            }
            known.push((&row.template, *number));
        }
    }
}

fn check_order(table: &Table, rows: &[(u32, AgendaRow)], out: &mut Findings) {
    let mut seen: BTreeMap<(&str, Session, i32), u32> = BTreeMap::new();
    for (number, row) in rows {
        let place = (row.template.as_str(), row.plan.session, row.plan.order);
        if let Some(other) = seen.get(&place) {
            let reason = Reason::DuplicateOrder {
                found: row.plan.order.into(),
                other_row: other + 1,
            };
            out.problem(&table.at(*number, &ORDER), reason);
        } else {
            seen.insert(place, *number);
        }
    }
}

fn check_parallel(table: &Table, rows: &[(u32, AgendaRow)], out: &mut Findings) {
    for (number, row) in rows {
        let siblings = || {
            rows.iter()
                .map(|(_, it)| it)
                .filter(|it| it.template == row.template && it.plan.session == row.plan.session)
        };
        if let Some(found) = &row.plan.parallel_to {
            let place = table.at(*number, &PARALLEL);
            match siblings().find(|it| it.id == *found) {
                None => {
                    let (found, template) = (found.clone(), row.template.clone());
                    out.problem(&place, Reason::UnknownParallel { found, template });
                }
                Some(beside) if beside.id == row.id || beside.plan.parallel_to.is_some() => {
                    out.problem(
                        &place,
                        Reason::ParallelChain {
                            found: found.clone(),
                        },
                    );
                }
                Some(_) => {}
            }
        }
        let runs_beside = |it: &AgendaRow| it.plan.parallel_to.as_deref() == Some(&row.id);
        if !row.plan.parts.is_empty() && !siblings().any(runs_beside) {
            out.problem(&table.at(*number, &PARTS), Reason::PartsWithoutParallel);
        }
    }
}
