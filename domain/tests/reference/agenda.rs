//! The sum check of the workbook's README (row "phép kiểm tổng") must come out of the code.

use domain::agenda::{AgendaWarning, Session, SessionBudget, TimeClass, Timetable, timetable};
use domain::date::Minute;

use crate::workbook::template;

fn lay_out(name: &str, session: Session) -> Timetable {
    // Parameters PH-07, PH-08, TG-01, TG-03, TG-04.
    let budget = match session {
        Session::Preparatory => SessionBudget {
            session,
            budget_minutes: Some(210),
            discussion_minutes_min: Some(45),
            ..SessionBudget::default()
        },
        Session::Official => SessionBudget {
            session,
            budget_minutes: Some(450),
            report_minutes_max: Some(30),
            discussion_minutes_min: Some(75),
            ..SessionBudget::default()
        },
    };
    timetable(&template(name), &budget)
}

fn start_of(table: &Timetable, item: &str, part: Option<u8>) -> String {
    let row = table
        .rows
        .iter()
        .find(|it| it.item == item && it.part == part);
    row.unwrap_or_else(|| panic!("no row {item}"))
        .start
        .to_string()
}

fn minutes_of(table: &Timetable, class: TimeClass) -> u32 {
    table
        .by_class
        .iter()
        .find(|it| it.class == class)
        .expect("every class")
        .minutes
}

#[test]
fn the_preparatory_session_takes_200_of_210() {
    for name in ["chuan", "bau-truc-tiep"] {
        let table = lay_out(name, Session::Preparatory);
        assert_eq!((table.sum_minutes, table.hall_minutes), (200, 200));
        assert_eq!((table.budget_minutes, table.over_minutes), (Some(210), 0));
        assert_eq!(
            (table.start.to_string(), table.end.to_string()),
            ("13:30".into(), "16:50".into())
        );
        assert_eq!(table.warnings, []);
    }
}

#[test]
fn the_standard_official_session_sums_to_465_and_fits_with_420_of_450() {
    let table = lay_out("chuan", Session::Official);
    assert_eq!(table.sum_minutes, 465);
    assert_eq!(table.hall_minutes, 420);
    assert_eq!((table.budget_minutes, table.over_minutes), (Some(450), 0));
    assert_eq!(
        (table.start.to_string(), table.end.to_string()),
        ("07:30".into(), "16:00".into())
    );
    assert_eq!(table.warnings, []);
}

#[test]
fn direct_election_sums_to_525_and_is_30_over() {
    let table = lay_out("bau-truc-tiep", Session::Official);
    assert_eq!(table.sum_minutes, 525);
    assert_eq!(table.hall_minutes, 480);
    assert_eq!((table.budget_minutes, table.over_minutes), (Some(450), 30));
    assert_eq!(table.end.to_string(), "17:00");
    assert_eq!(table.warnings, [AgendaWarning::OverBudget { minutes: 30 }]);
}

#[test]
fn direct_election_costs_60_minutes_more_than_the_standard() {
    let standard = lay_out("chuan", Session::Official);
    let direct = lay_out("bau-truc-tiep", Session::Official);
    assert_eq!(direct.sum_minutes - standard.sum_minutes, 60);
    let extra: u16 = direct
        .rows
        .iter()
        .filter(|it| ["S1", "S2", "S3"].contains(&it.item.as_str()))
        .map(|it| it.minutes)
        .sum();
    assert_eq!(extra, 60);
}

#[test]
fn counting_runs_beside_the_second_part_of_the_discussion() {
    for name in ["chuan", "bau-truc-tiep"] {
        let table = lay_out(name, Session::Official);
        assert_eq!(start_of(&table, "C5", Some(1)), "08:40");
        assert_eq!(start_of(&table, "C6", None), "09:10");
        assert_eq!(start_of(&table, "E5", None), "10:40");
        assert_eq!(start_of(&table, "C5", Some(2)), "11:05");
        assert_eq!(start_of(&table, "E6", None), "11:05");
        assert_eq!(start_of(&table, "E7", None), "11:50");
        let parallel: Vec<_> = table
            .rows
            .iter()
            .filter(|it| it.parallel)
            .map(|it| (it.item.as_str(), it.minutes))
            .collect();
        assert_eq!(parallel, [("C5", 45), ("E6", 45)]);
    }
}

#[test]
fn fixed_starts_hold_and_lunch_is_not_counted() {
    let table = lay_out("bau-truc-tiep", Session::Official);
    let fixed: Vec<_> = table
        .rows
        .iter()
        .filter(|it| it.fixed)
        .map(|it| (it.item.as_str(), it.start.to_string()))
        .collect();
    let expected = [("C1", "07:30"), ("C6", "09:10"), ("NT", "12:00")];
    assert_eq!(
        fixed,
        expected.map(|(item, start)| (item, start.to_owned()))
    );
    let uncounted: Vec<_> = table
        .rows
        .iter()
        .filter(|it| !it.counts)
        .map(|it| (it.item.as_str(), it.minutes))
        .collect();
    assert_eq!(uncounted, [("NT", 90)]);
    assert_eq!(start_of(&table, "S1", None), "13:30");
    assert_eq!(
        table
            .rows
            .iter()
            .map(|it| u32::from(it.minutes))
            .sum::<u32>(),
        525 + 90
    );
}

#[test]
fn hall_time_by_class_is_that_of_the_design() {
    let table = lay_out("bau-truc-tiep", Session::Official);
    assert_eq!(minutes_of(&table, TimeClass::Discussion), 75);
    assert_eq!(minutes_of(&table, TimeClass::Report), 45);
    assert_eq!(minutes_of(&table, TimeClass::Election), 265);
    let rest = minutes_of(&table, TimeClass::Ceremony) + minutes_of(&table, TimeClass::Other);
    assert_eq!(rest, 95);
}

#[test]
fn a_long_report_and_a_short_discussion_are_called_out() {
    let mut items = template("chuan");
    for item in &mut items {
        match item.id.as_str() {
            "C3" => item.own_minutes = Some(40),
            "C5" => item.own_minutes = Some(60),
            _ => {}
        }
    }
    let budget = SessionBudget {
        budget_minutes: Some(450),
        ..SessionBudget::default()
    };
    let table = timetable(&items, &budget);
    assert_eq!(
        table.warnings,
        [
            AgendaWarning::OverCap {
                item: "C3".into(),
                minutes: 40,
                minutes_max: 30
            },
            AgendaWarning::UnderFloor {
                item: "C5".into(),
                minutes: 60,
                minutes_min: 75
            },
        ]
    );
    // The second part keeps its 45 minutes beside the counting; the first gives way, so C6 still starts in time.
    assert_eq!(start_of(&table, "C6", None), "09:10");
    assert_eq!(start_of(&table, "C5", Some(2)), "11:05");
    assert_eq!(table.hall_minutes, 415);
    assert!(table.rows.iter().all(|it| it.start >= Minute::new(450)));
}
