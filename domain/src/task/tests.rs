//! Steps, slogans, due dates and standings.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::kinds::unit::UnitPlan;
use crate::offset::OffsetError;

fn day(text: &str) -> CivilDate {
    CivilDate::parse_iso(text).expect(text)
}

fn task(due: &str) -> Task {
    let due = Offset::parse(due).expect(due);
    Task::new(
        TaskFamily::Checklist,
        "B01",
        TaskPlan {
            due,
            ..TaskPlan::default()
        },
    )
}

fn opens(text: &str) -> Congress {
    Congress {
        opening: Some(day(text)),
        ..Congress::default()
    }
}

#[test]
fn standing_follows_the_days() {
    let congress = opens("2020-02-21");
    let calendar = Calendar::default();
    for (due, standing) in [
        ("T-12", Standing::Overdue { days: 5 }),
        ("T-8", Standing::Overdue { days: 1 }),
        ("T-7", Standing::DueToday),
        ("T-6", Standing::Soon { days: 1 }),
        ("T-4", Standing::Soon { days: 3 }),
        ("T-3", Standing::Later),
        ("mục-10phút", Standing::Later),
    ] {
        assert_eq!(
            task(due).standing(day("2020-02-14"), &congress, &calendar),
            standing,
            "{due}"
        );
    }
}

#[test]
fn done_and_set_aside_come_before_dates() {
    let (today, calendar) = (day("2020-02-14"), Calendar::default());
    let suspended = Congress {
        suspended: true,
        ..opens("2020-02-21")
    };
    let mut task = task("T-12");
    assert_eq!(
        task.standing(today, &Congress::default(), &calendar),
        Standing::Undated
    );
    assert_eq!(task.due(&Congress::default(), &calendar), None);
    assert_eq!(
        task.standing(today, &suspended, &calendar),
        Standing::Suspended
    );
    assert_eq!(task.due(&suspended, &calendar), None);
    task.done = true;
    assert_eq!(task.standing(today, &suspended, &calendar), Standing::Done);
    assert_eq!(
        task.standing(today, &Congress::default(), &calendar),
        Standing::Done
    );
    task.not_applicable = true;
    assert_eq!(
        task.standing(today, &opens("2020-02-21"), &calendar),
        Standing::NotApplicable
    );
    assert!(!task.is_open());
}

#[test]
fn what_the_superior_owes_waits_and_never_is_overdue() {
    let (congress, calendar) = (opens("2020-02-21"), Calendar::default());
    let mut notice = task("T-30");
    notice.plan.owed_by = "huyện".to_owned();
    let late = notice.standing(day("2020-02-14"), &congress, &calendar);
    assert_eq!(late, Standing::WaitingSuperior { late_days: 23 });
    let early = notice.standing(day("2020-01-20"), &congress, &calendar);
    assert_eq!(early, Standing::WaitingSuperior { late_days: -2 });
    notice.done = true;
    assert_eq!(
        notice.standing(day("2020-02-14"), &congress, &calendar),
        Standing::Done
    );
}

#[test]
fn the_unit_itself_is_no_superior() {
    for (owed_by, superior) in [
        ("", false),
        ("đơn vị", false),
        (" ĐƠN VỊ", false),
        ("huyện", true),
        ("thành phố", true),
    ] {
        let plan = TaskPlan {
            owed_by: owed_by.to_owned(),
            ..TaskPlan::default()
        };
        assert_eq!(plan.owed_by_superior(), superior, "{owed_by}");
    }
}

#[test]
fn warns_then_escalates_while_open() {
    let (congress, calendar) = (opens("2020-02-21"), Calendar::default());
    let mut task = task("T-30");
    task.plan.warn = Offset::parse("T-37").ok();
    task.plan.escalate = Offset::parse("T-28").ok();
    let notice = |task: &Task, on: &str| task.notice(day(on), &congress, &calendar);
    assert_eq!(notice(&task, "2020-01-14"), Notice::None);
    assert_eq!(notice(&task, "2020-01-15"), Notice::Warn);
    assert_eq!(notice(&task, "2020-01-24"), Notice::Escalate);
    assert_eq!(
        task.notice(day("2020-01-24"), &Congress::default(), &calendar),
        Notice::None
    );
    task.done = true;
    assert_eq!(notice(&task, "2020-01-24"), Notice::None);
}

#[test]
fn the_units_own_plan_wins() {
    let (congress, calendar) = (opens("2020-02-21"), Calendar::default());
    let mut task = task("T-10");
    task.plan.planned = Some(6);
    assert_eq!(task.planned(), Some(6));
    task.own_planned = Some(8);
    task.own_due = Some(Offset::Days(-5));
    assert_eq!(task.planned(), Some(8));
    assert_eq!(task.due(&congress, &calendar), Some(day("2020-02-16")));
}

#[test]
fn evidence_is_missing_until_recorded() {
    let mut task = task("T");
    task.plan.evidence = vec![
        EvidenceKind::Number,
        EvidenceKind::Date,
        EvidenceKind::Count,
        EvidenceKind::Photo,
    ];
    let missing = [
        EvidenceKind::Number,
        EvidenceKind::Date,
        EvidenceKind::Count,
    ];
    assert_eq!(task.missing_evidence(), missing);
    task.number = Some("12-KH/ĐU".to_owned());
    task.date = Some(day("2020-01-05"));
    task.quantity = Some(0);
    assert_eq!(task.missing_evidence(), []);
}

#[test]
fn steps_are_read_with_and_without_offsets() {
    let steps = parse_steps("1. Hội nghị: lập danh sách @T-70 | 2. In | Cất giữ, ghi sổ @T - 3wd|")
        .expect("steps");
    assert_eq!(
        steps,
        [
            Step {
                text: "Hội nghị: lập danh sách".to_owned(),
                due: Some(Offset::Days(-70))
            },
            Step {
                text: "In".to_owned(),
                due: None
            },
            Step {
                text: "Cất giữ, ghi sổ".to_owned(),
                due: Some(Offset::WorkingDays(-3))
            },
        ]
    );
    assert_eq!(parse_steps(""), Ok(Vec::new()));
    assert_eq!(
        parse_steps("1. a | 2. b @mai"),
        Err((2, OffsetError::Format))
    );
}

#[test]
fn slogans_are_filled_with_what_is_known() {
    let unit = UnitPlan {
        name: "Đảng bộ xã Hồng Thượng".to_owned(),
        ..UnitPlan::default()
    };
    let title = "ĐẢNG BỘ {TÊN ĐƠN VỊ} | ĐẠI HỘI LẦN THỨ {LẦN THỨ} | NHIỆM KỲ 2020 - 2025";
    assert_eq!(
        fill(title, &unit),
        "ĐẢNG BỘ XÃ HỒNG THƯỢNG | ĐẠI HỘI LẦN THỨ {LẦN THỨ} | NHIỆM KỲ 2020 - 2025"
    );
    assert_eq!(
        fill("Chào mừng {tên đơn vị}!", &unit),
        "Chào mừng Đảng bộ xã Hồng Thượng!"
    );
    assert_eq!(fill("{TÊN ĐƠN VỊ}", &unit), "Đảng bộ xã Hồng Thượng");
    assert_eq!(fill("MUÔN NĂM! {", &unit), "MUÔN NĂM! {");
    assert_eq!(
        fill(title, &UnitPlan::default()),
        title,
        "nothing known, nothing filled"
    );
}

#[test]
fn closed_words_are_read() {
    assert_eq!(Phase::parse("Trước"), Some(Phase::Before));
    assert_eq!(Phase::parse("TRONG"), Some(Phase::During));
    assert_eq!(Phase::parse("sau "), Some(Phase::After));
    assert_eq!(Phase::parse("sau đó"), None);
    let words = ["số văn bản", "ngày", "số lượng", "ảnh", "biên bản", "tick"];
    let kinds: BTreeSet<_> = words
        .iter()
        .filter_map(|it| EvidenceKind::parse(it))
        .collect();
    assert_eq!(kinds.len(), words.len());
    assert_eq!(
        TaskFamily::of_kind("propaganda_task"),
        Some(TaskFamily::Propaganda)
    );
    assert_eq!(TaskFamily::of_kind("paper"), None);
}

proptest! {
    #[test]
    fn an_open_unit_task_follows_the_opening(due in -60_i32..60, today in 0_i64..200, later in 0_i64..200) {
        let calendar = Calendar::default();
        let (congress, today) = (opens("2020-03-01"), day("2020-01-01").plus_days(today));
        let task = task(&Offset::Days(due).to_string());
        let moved = Congress { opening: congress.opening.map(|it| it.plus_days(later)), ..congress.clone() };
        prop_assert_eq!(
            task.standing(today, &congress, &calendar),
            task.standing(today.plus_days(later), &moved, &calendar)
        );
    }

    #[test]
    fn a_plan_survives_json(title in any::<String>(), days in -90_i32..90, planned in proptest::option::of(0_i64..999)) {
        let plan = TaskPlan { title, due: Offset::Days(days), planned, ..TaskPlan::default() };
        let json = serde_json::to_value(&plan).expect("json");
        prop_assert_eq!(serde_json::from_value::<TaskPlan>(json).expect("json"), plan);
    }
}
