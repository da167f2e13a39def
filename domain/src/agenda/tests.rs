//! Timetables of small agendas; the reference agenda is in `tests/reference.rs`.

use proptest::prelude::*;

use super::*;

fn item(id: &str, order: i32, minutes: u16) -> AgendaItem {
    let plan = AgendaPlan {
        order,
        minutes,
        class: TimeClass::Other,
        counts: true,
        ..AgendaPlan::default()
    };
    AgendaItem::new(id, plan)
}

fn beside(host: &str, mut item: AgendaItem) -> AgendaItem {
    item.plan.parallel_to = Some(host.to_owned());
    item
}

fn fixed(start: &str, mut item: AgendaItem) -> AgendaItem {
    item.plan.fixed_start = Minute::parse(start).ok();
    item
}

fn split(parts: &[u16], mut item: AgendaItem) -> AgendaItem {
    item.plan.minutes = parts.iter().sum();
    item.plan.parts = parts.to_vec();
    item
}

fn budget(minutes: u32) -> SessionBudget {
    SessionBudget {
        start: Minute::parse("07:30").ok(),
        budget_minutes: Some(minutes),
        ..SessionBudget::default()
    }
}

fn laid_out(table: &Timetable) -> Vec<(String, Option<u8>, String, u16, bool)> {
    let row = |it: &TimetableRow| {
        (
            it.item.clone(),
            it.part,
            it.start.to_string(),
            it.minutes,
            it.parallel,
        )
    };
    table.rows.iter().map(row).collect()
}

fn expect(
    rows: &[(&str, Option<u8>, &str, u16, bool)],
) -> Vec<(String, Option<u8>, String, u16, bool)> {
    rows.iter()
        .map(|it| (it.0.to_owned(), it.1, it.2.to_owned(), it.3, it.4))
        .collect()
}

#[test]
fn a_divided_item_holds_its_last_part_back_for_what_runs_beside_it() {
    let items = [
        split(&[30, 45], item("C5", 10, 0)),
        item("C6", 20, 25),
        beside("C5", item("E6", 30, 45)),
        item("E7", 40, 10),
    ];
    let table = timetable(&items, &budget(120));
    assert_eq!(
        laid_out(&table),
        expect(&[
            ("C5", Some(1), "07:30", 30, false),
            ("C6", None, "08:00", 25, false),
            ("C5", Some(2), "08:25", 45, true),
            ("E6", None, "08:25", 45, true),
            ("E7", None, "09:10", 10, false),
        ])
    );
    assert_eq!(
        (table.sum_minutes, table.hall_minutes, table.over_minutes),
        (155, 110, 0)
    );
    assert_eq!(table.end.to_string(), "09:20");
}

#[test]
fn counting_that_outlasts_the_discussion_lengthens_the_day() {
    let items = [
        split(&[30, 45], item("C5", 10, 0)),
        beside("C5", item("E6", 20, 60)),
        item("E7", 30, 10),
    ];
    let table = timetable(&items, &budget(90));
    assert_eq!(
        (table.sum_minutes, table.hall_minutes, table.over_minutes),
        (145, 100, 10)
    );
    assert_eq!(table.warnings, [AgendaWarning::OverBudget { minutes: 10 }]);
    assert_eq!(table.end.to_string(), "09:10");
}

#[test]
fn an_undivided_host_and_its_companion_start_together_in_either_order() {
    let host = item("A", 10, 30);
    let table = timetable(&[host.clone(), beside("A", item("B", 20, 20))], &budget(60));
    let expected = expect(&[
        ("A", None, "07:30", 30, true),
        ("B", None, "07:30", 20, true),
    ]);
    assert_eq!(laid_out(&table), expected);
    assert_eq!(table.hall_minutes, 30);
    let reversed = timetable(&[beside("A", item("B", 5, 20)), host], &budget(60));
    assert_eq!(laid_out(&reversed), expected);
}

#[test]
fn what_runs_beside_nothing_or_itself_stands_alone() {
    let items = [
        beside("A", item("A", 10, 30)),
        beside("none", item("B", 20, 20)),
    ];
    let table = timetable(&items, &budget(60));
    assert_eq!(table.hall_minutes, 50);
    assert_eq!(table.rows.iter().filter(|it| it.parallel).count(), 0);
    let each_other = [
        beside("B", item("A", 10, 30)),
        beside("A", item("B", 20, 20)),
    ];
    assert_eq!(timetable(&each_other, &budget(60)).hall_minutes, 50);
}

#[test]
fn fixed_starts_wait_and_do_not_move() {
    let items = [
        item("A", 10, 30),
        fixed("08:15", item("B", 20, 15)),
        item("C", 30, 5),
    ];
    let table = timetable(&items, &budget(60));
    assert_eq!(
        laid_out(&table),
        expect(&[
            ("A", None, "07:30", 30, false),
            ("B", None, "08:15", 15, false),
            ("C", None, "08:30", 5, false),
        ])
    );
    assert_eq!(
        table.rows.iter().map(|it| it.fixed).collect::<Vec<_>>(),
        [false, true, false]
    );
    assert_eq!(table.hall_minutes, 50, "waiting is no item");

    let late = [
        item("A", 10, 60),
        fixed("08:15", item("B", 20, 15)),
        item("C", 30, 5),
    ];
    let table = timetable(&late, &budget(90));
    assert_eq!(
        table.warnings,
        [AgendaWarning::Clash {
            item: "B".to_owned(),
            minutes: 15
        }]
    );
    assert_eq!(table.rows[1].start.to_string(), "08:15");
    assert_eq!(table.rows[2].start.to_string(), "08:30");
}

#[test]
fn caps_and_floors_are_watched() {
    let mut report = item("R", 10, 35);
    report.plan.class = TimeClass::Report;
    let mut capped = item("G", 20, 30);
    capped.plan.minutes_max = Some(25);
    let mut short = item("D", 30, 60);
    short.plan.class = TimeClass::Discussion;
    let budget = SessionBudget {
        report_minutes_max: Some(30),
        discussion_minutes_min: Some(75),
        ..budget(450)
    };
    let over = |item: &str, minutes, minutes_max| AgendaWarning::OverCap {
        item: item.to_owned(),
        minutes,
        minutes_max,
    };
    let table = timetable(&[report.clone(), capped.clone(), short.clone()], &budget);
    let discussion = AgendaWarning::DiscussionShort {
        minutes: 60,
        minutes_min: 75,
    };
    assert_eq!(
        table.warnings,
        [over("R", 35, 30), over("G", 30, 25), discussion]
    );

    short.plan.minutes_min = Some(75);
    let table = timetable(&[short], &budget);
    let floor = AgendaWarning::UnderFloor {
        item: "D".to_owned(),
        minutes: 60,
        minutes_min: 75,
    };
    assert_eq!(
        table.warnings,
        [floor],
        "said once, by the item's own floor"
    );
}

#[test]
fn own_minutes_change_the_first_part() {
    let mut talk = split(&[30, 45], item("C5", 10, 0));
    assert_eq!(talk.parts(), [30, 45]);
    talk.own_minutes = Some(90);
    assert_eq!(talk.parts(), [45, 45]);
    talk.own_minutes = Some(40);
    assert_eq!(talk.parts(), [0, 40]);
    assert_eq!(item("A", 1, 10).parts(), [10]);
}

#[test]
fn an_empty_session_is_no_trouble() {
    let budget = SessionBudget {
        discussion_minutes_min: Some(75),
        ..budget(450)
    };
    let table = timetable(&[], &budget);
    assert_eq!(
        (table.rows.len(), table.hall_minutes, table.warnings.len()),
        (0, 0, 0)
    );
    assert_eq!(table.end, table.start);
}

#[test]
fn closed_words_are_read() {
    assert_eq!(Session::parse("Trù bị"), Some(Session::Preparatory));
    assert_eq!(Session::parse("CHÍNH THỨC"), Some(Session::Official));
    assert_eq!(Session::parse("phụ"), None);
    let words = ["nghi lễ", "báo cáo", "thảo luận", "bầu cử", "khác"];
    let classes: Vec<_> = words.iter().filter_map(|it| TimeClass::parse(it)).collect();
    assert_eq!(classes, TimeClass::ALL);
    assert_eq!(StartKind::parse("cứng"), Some(StartKind::Fixed));
    assert_eq!(StartKind::parse("mềm"), Some(StartKind::Soft));
    assert_eq!(StartKind::parse(""), None);
}

/// Order, parts, host, fixed start, counts, own minutes, class.
type Drawn = (
    i32,
    Vec<u16>,
    Option<usize>,
    Option<u16>,
    bool,
    Option<u16>,
    usize,
);

/// Agendas with parts, companions (also dangling ones and loops), fixed starts, breaks and own minutes.
fn agendas() -> impl Strategy<Value = Vec<AgendaItem>> {
    let item = (
        0_i32..40,
        proptest::collection::vec(0_u16..60, 1..4),
        proptest::option::weighted(0.4, 0_usize..12),
        proptest::option::weighted(0.2, 450_u16..1_000),
        proptest::bool::weighted(0.9),
        proptest::option::weighted(0.2, 0_u16..120),
        0_usize..5,
    );
    proptest::collection::vec(item, 0..12).prop_map(|items| {
        let one = |(index, it): (usize, Drawn)| {
            let (order, parts, host, start, counts, own_minutes, class) = it;
            let plan = AgendaPlan {
                order,
                minutes: parts.iter().sum(),
                parts: if parts.len() > 1 { parts } else { Vec::new() },
                parallel_to: host.map(|it| format!("I{it}")),
                fixed_start: start.map(Minute::new),
                class: TimeClass::ALL[class],
                counts,
                ..AgendaPlan::default()
            };
            AgendaItem {
                own_minutes,
                ..AgendaItem::new(format!("I{index}"), plan)
            }
        };
        items.into_iter().enumerate().map(one).collect()
    })
}

proptest! {
    #[test]
    fn no_minute_is_lost_or_doubled(items in agendas()) {
        let table = timetable(&items, &budget(450));
        for item in &items {
            prop_assert_eq!(item.parts().iter().sum::<u16>(), item.minutes());
            let rows: Vec<_> = table.rows.iter().filter(|it| it.item == item.id).collect();
            prop_assert_eq!(rows.iter().map(|it| it.minutes).sum::<u16>(), item.minutes());
            prop_assert_eq!(rows.len(), item.parts().len());
        }
        let counted: u32 = items.iter().filter(|it| it.plan.counts).map(|it| u32::from(it.minutes())).sum();
        prop_assert_eq!(table.sum_minutes, counted);
        prop_assert!(table.hall_minutes <= table.sum_minutes);
        prop_assert_eq!(table.by_class.iter().map(|it| it.minutes).sum::<u32>(), table.hall_minutes);
        prop_assert_eq!(table.over_minutes, table.hall_minutes.saturating_sub(450));
        prop_assert!(table.rows.is_sorted_by_key(|it| it.start));
        prop_assert!(table.rows.iter().all(|it| it.end() <= table.end));
    }

    #[test]
    fn without_companions_the_hall_takes_the_sum(items in agendas()) {
        let mut items = items;
        for item in &mut items {
            item.plan.parallel_to = None;
        }
        let table = timetable(&items, &budget(450));
        prop_assert_eq!(table.hall_minutes, table.sum_minutes);
        prop_assert!(table.rows.iter().all(|it| !it.parallel));
    }

    #[test]
    fn the_order_of_the_list_does_not_matter(items in agendas()) {
        let mut reversed = items.clone();
        reversed.reverse();
        prop_assert_eq!(timetable(&items, &budget(450)), timetable(&reversed, &budget(450)));
    }
}
