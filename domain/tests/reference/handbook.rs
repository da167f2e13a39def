//! Hồng Thượng's handbook from the stamped registers, as a phone reads it.

use std::collections::BTreeMap;

use domain::agenda::Session;
use domain::congress::CongressClock;
use domain::date::CivilDate;
use domain::handbook::Handbook;
use domain::offset::Offset;
use domain::stamp;
use domain::task::{Standing, Task, TaskFamily, fill};
use serde_json::{Value, json};
use sync::{
    Attribution, AuthorId, DeviceId, Head, Incarnation, OpId, OpSeq, Register, RegisterKey, Scope,
    ServerSeq,
};

use crate::workbook::reference;

fn register(value: Value) -> Register {
    let by = Attribution {
        op: OpId {
            device: DeviceId::new("server"),
            incarnation: Incarnation::new("import"),
            seq: OpSeq::FIRST,
        },
        author: AuthorId::new("import"),
        at_ms: 0,
        seq: ServerSeq(1),
    };
    let head = Head {
        value,
        by: vec![by],
    };
    Register {
        version: ServerSeq(1),
        heads: vec![head],
        entries: Vec::new(),
    }
}

fn handbook(unit: &str, state: &[(&str, &str, &str, Value)]) -> Handbook {
    let library = Scope::new("TTH-ALUOI");
    let mut registers: BTreeMap<RegisterKey, Register> = stamp::registers(&reference(), &library)
        .into_iter()
        .map(|(key, value)| (key, register(value)))
        .collect();
    for (kind, record, field, value) in state {
        registers.insert(
            RegisterKey::new(unit, *kind, *record, *field),
            register(value.clone()),
        );
    }
    Handbook::read(&Scope::new(unit), &library, registers.iter())
}

fn day(text: &str) -> CivilDate {
    CivilDate::parse_iso(text).expect(text)
}

/// The design's sample: opens on 21/02/2020, today is 14/02/2020.
fn hong_thuong() -> Handbook {
    let opening = ("congress", "congress", "opening", json!("2020-02-21"));
    handbook(
        "AL-HONG-THUONG",
        &[opening, ("checklist_task", "B01", "done", json!(true))],
    )
}

#[test]
fn every_row_is_there_and_readable() {
    let handbook = hong_thuong();
    assert_eq!(handbook.unreadable, []);
    assert_eq!(handbook.unit.name, "Đảng bộ xã Hồng Thượng");
    assert_eq!(
        handbook.congress.kind.as_deref(),
        Some("thí điểm bầu trực tiếp bí thư")
    );
    assert_eq!(handbook.congress.template.as_deref(), Some("bau-truc-tiep"));
    assert_eq!(
        (
            handbook.tasks.len(),
            handbook.agenda.len(),
            handbook.papers.len()
        ),
        (69, 34, 56)
    );
    assert_eq!(
        (
            handbook.documents.len(),
            handbook.roles.len(),
            handbook.scenarios.len()
        ),
        (37, 42, 20)
    );
    assert_eq!(
        (
            handbook.scripts.len(),
            handbook.lessons.len(),
            handbook.terms.len()
        ),
        (66, 20, 95)
    );
    assert_eq!(handbook.tasks_of(TaskFamily::Propaganda).count(), 28);
    assert_eq!(handbook.tasks[0].id, "B01", "due first");
    assert!(handbook.tasks.is_sorted_by_key(Task::due_offset));
}

#[test]
fn parameters_reach_the_calendar_and_the_budgets() {
    let handbook = hong_thuong();
    assert_eq!(handbook.calendar.holidays.len(), 12);
    assert_eq!(handbook.calendar.working.len(), 5);
    assert!(!handbook.calendar.is_working(day("2020-01-24")));
    let official = handbook.timetable(Session::Official);
    assert_eq!(
        (
            official.sum_minutes,
            official.hall_minutes,
            official.over_minutes
        ),
        (525, 480, 30)
    );
    let preparatory = handbook.timetable(Session::Preparatory);
    assert_eq!(
        (preparatory.hall_minutes, preparatory.budget_minutes),
        (200, Some(210))
    );
    assert_eq!(preparatory.warnings, []);
    let end = handbook.budgets.official.end.map(|it| it.to_string());
    assert_eq!(end.as_deref(), Some("16:30"));
    let gate = handbook
        .position("PHONG-TREN-GIUA")
        .map(|it| it.name.as_str());
    assert_eq!(gate, Some("Phông, trên cùng chính giữa"));
}

#[test]
fn due_dates_are_those_of_the_design() {
    let handbook = hong_thuong();
    let today = day("2020-02-14");
    assert_eq!(
        handbook.congress.clock(today),
        CongressClock::Before { days: 7 }
    );
    assert_eq!(handbook.congress.t_minus(today).as_deref(), Some("T-7"));
    let look = |id: &str| {
        let family = if id.starts_with(['B', 'D', 'A']) {
            TaskFamily::Checklist
        } else {
            TaskFamily::Propaganda
        };
        let task = handbook.task(family, id).expect(id);
        let due = task
            .due(&handbook.congress, &handbook.calendar)
            .expect("a dated congress");
        (
            due.short(),
            task.standing(today, &handbook.congress, &handbook.calendar),
        )
    };
    assert_eq!(look("B01").1, Standing::Done);
    assert_eq!(look("B16"), ("09/02".into(), Standing::Overdue { days: 5 }));
    assert_eq!(look("R01"), ("11/02".into(), Standing::Overdue { days: 3 }));
    assert_eq!(look("B19"), ("14/02".into(), Standing::DueToday));
    assert_eq!(look("B21"), ("18/02".into(), Standing::Later));
    assert_eq!(
        look("B11"),
        ("22/01".into(), Standing::WaitingSuperior { late_days: 23 })
    );
    assert_eq!(look("D02"), ("21/02".into(), Standing::Later));
    assert_eq!(
        look("A02"),
        ("28/02".into(), Standing::Later),
        "T+5 working days"
    );
    assert_eq!(look("A06").0, "02/03");
    // 30 working days before, over the seven days of Tết.
    assert_eq!(look("B10").0, "03/01");
}

#[test]
fn progress_counts_the_unit_and_its_superior_apart() {
    let handbook = hong_thuong();
    let progress = handbook.progress(day("2020-02-14"));
    assert_eq!((progress.done, progress.total), (1, 65));
    assert_eq!(progress.superior.total, 4, "B11, B12, B14 and A06-H");
    assert_eq!((progress.waiting_superior, progress.late_superior), (4, 3));
    assert_eq!(progress.phases.map(|it| it.total), [46, 8, 11]);
    assert_eq!(progress.with_evidence, 0, "B01 asks for a number and a day");
    assert_eq!(progress.due_today, 1);
}

#[test]
fn an_undated_unit_has_nothing_due() {
    let handbook = handbook("AL-HONG-VAN", &[]);
    let today = day("2020-02-14");
    assert_eq!(handbook.congress.clock(today), CongressClock::Undated);
    let (congress, calendar) = (&handbook.congress, &handbook.calendar);
    assert!(
        handbook
            .tasks
            .iter()
            .all(|it| it.standing(today, congress, calendar) == Standing::Undated)
    );
    let progress = handbook.progress(today);
    assert_eq!(
        (
            progress.overdue,
            progress.due_by_today.total,
            progress.late_superior
        ),
        (0, 0, 0)
    );
    assert_eq!(progress.total, 65);
}

#[test]
fn suspension_stops_every_open_task() {
    let mut handbook = hong_thuong();
    let suspended = RegisterKey::new("AL-HONG-THUONG", "congress", "congress", "suspended");
    handbook.update(&suspended, &register(json!(true)));
    let today = day("2020-02-14");
    let (congress, calendar) = (&handbook.congress, &handbook.calendar);
    for task in &handbook.tasks {
        let expected = if task.done {
            Standing::Done
        } else {
            Standing::Suspended
        };
        assert_eq!(task.standing(today, congress, calendar), expected);
    }
    assert_eq!(handbook.progress(today).done, 1, "what was done stays done");
}

#[test]
fn steps_slogans_and_working_days_survive_the_way() {
    let handbook = hong_thuong();
    let personnel = handbook.task(TaskFamily::Checklist, "B07").expect("B07");
    assert_eq!(personnel.plan.steps.len(), 5);
    assert_eq!(personnel.plan.steps[0].due, Some(Offset::Days(-70)));
    assert!(personnel.plan.steps[4].text.ends_with("chốt giới thiệu"));
    assert_eq!(personnel.steps_done, [false; 5]);
    let title = handbook.task(TaskFamily::Propaganda, "K06").expect("K06");
    let filled = fill(&title.plan.slogan, &handbook.unit);
    assert_eq!(
        filled,
        "ĐẢNG BỘ XÃ HỒNG THƯỢNG | ĐẠI HỘI LẦN THỨ {LẦN THỨ} | NHIỆM KỲ 2020 - 2025"
    );
    let banner = handbook.task(TaskFamily::Propaganda, "R01").expect("R01");
    assert_eq!(
        (banner.planned(), banner.plan.measure.as_str()),
        (Some(6), "băng rôn")
    );
}
