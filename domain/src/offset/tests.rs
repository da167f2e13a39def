//! Reading, printing and resolving offsets.

use proptest::prelude::*;

use super::*;

fn day(text: &str) -> CivilDate {
    CivilDate::parse_iso(text).expect(text)
}

/// The workbook's holidays around Tết 2020.
fn tet() -> Calendar {
    let holidays = (23..=29)
        .filter_map(|it| CivilDate::from_ymd(2020, 1, it))
        .collect();
    Calendar {
        holidays,
        working: Vec::new(),
    }
}

#[test]
fn reads_what_workbooks_write() {
    for (text, offset) in [
        ("T", Offset::Days(0)),
        ("t", Offset::Days(0)),
        ("T+0", Offset::Days(0)),
        ("T-15", Offset::Days(-15)),
        ("T – 15", Offset::Days(-15)),
        ("T\u{a0}−\u{a0}15", Offset::Days(-15)),
        ("t+7", Offset::Days(7)),
        ("T-15 ngày", Offset::Days(-15)),
        ("T-30wd", Offset::WorkingDays(-30)),
        ("T-30 WD", Offset::WorkingDays(-30)),
        ("T-30 ngày làm việc", Offset::WorkingDays(-30)),
        ("T+5wd", Offset::WorkingDays(5)),
        ("mục-10phút", Offset::BeforeItem { minutes: 10 }),
        ("Mục – 10 phút", Offset::BeforeItem { minutes: 10 }),
        (
            "MU\u{323}C-10PHU\u{301}T",
            Offset::BeforeItem { minutes: 10 },
        ),
        ("mục-10p", Offset::BeforeItem { minutes: 10 }),
    ] {
        assert_eq!(Offset::parse(text), Ok(offset), "{text}");
    }
}

#[test]
fn refuses_what_has_no_meaning_or_two() {
    for text in [
        "",
        "15",
        "-15",
        "T15",
        "T-",
        "T--1",
        "T-1.5",
        "T-15wdx",
        "mục",
        "mục-10",
        "mục+10phút",
        "21/02/2020",
        "T-+1",
    ] {
        assert_eq!(Offset::parse(text), Err(OffsetError::Format), "{text}");
    }
    assert_eq!(Offset::parse("T-3651"), Err(OffsetError::TooFar));
    assert_eq!(Offset::parse("T-99999999999999"), Err(OffsetError::TooFar));
    assert_eq!(Offset::parse("mục-1441phút"), Err(OffsetError::TooFar));
}

#[test]
fn prints_as_the_workbook_does() {
    for text in ["T", "T-15", "T+7", "T-30wd", "T+5wd", "mục-10phút"] {
        assert_eq!(Offset::parse(text).expect(text).to_string(), text);
    }
    assert_eq!(
        serde_json::to_string(&Offset::WorkingDays(-30)).expect("json"),
        "\"T-30wd\""
    );
}

#[test]
fn resolves_against_the_opening_day() {
    let opening = day("2020-02-21");
    let plain = Calendar::default();
    assert_eq!(
        Offset::Days(-30).resolve(opening, &plain),
        day("2020-01-22")
    );
    assert_eq!(Offset::Days(0).resolve(opening, &plain), opening);
    assert_eq!(
        Offset::BeforeItem { minutes: 10 }.resolve(opening, &plain),
        opening
    );
    assert_eq!(
        Offset::WorkingDays(5).resolve(opening, &plain),
        day("2020-02-28")
    );
    assert_eq!(
        Offset::WorkingDays(1).resolve(opening, &plain),
        day("2020-02-24"),
        "over a weekend"
    );
    assert_eq!(
        Offset::WorkingDays(-30).resolve(opening, &plain),
        day("2020-01-10")
    );
    // Five of the seven days of Tết 2020 (23–29 January) are weekdays.
    assert_eq!(
        Offset::WorkingDays(-30).resolve(opening, &tet()),
        day("2020-01-03")
    );
    assert_eq!(
        Offset::WorkingDays(0).resolve(day("2020-02-22"), &plain),
        day("2020-02-22")
    );
}

#[test]
fn a_calendar_can_work_on_saturdays_and_can_never_hang() {
    let six = (2..=7)
        .filter_map(Weekday::from_vietnamese_number)
        .collect();
    let calendar = Calendar {
        holidays: Vec::new(),
        working: six,
    };
    assert_eq!(
        Offset::WorkingDays(1).resolve(day("2020-02-21"), &calendar),
        day("2020-02-22")
    );
    let end = CivilDate::from_unix_ms(i64::MAX);
    assert_eq!(calendar.plus_working_days(end, 5), end);
}

fn offsets() -> impl Strategy<Value = Offset> {
    let days = -DISTANCE_DAYS_MAX..=DISTANCE_DAYS_MAX;
    prop_oneof![
        days.clone().prop_map(Offset::Days),
        days.prop_map(Offset::WorkingDays),
        (0..=BEFORE_ITEM_MINUTES_MAX).prop_map(|minutes| Offset::BeforeItem { minutes }),
    ]
}

fn calendars() -> impl Strategy<Value = Calendar> {
    let holidays = proptest::collection::btree_set(0_i64..400, 0..30);
    let working = proptest::collection::btree_set(2_u8..=8, 1..=7);
    (holidays, working).prop_map(|(holidays, working)| Calendar {
        holidays: holidays
            .into_iter()
            .map(|it| day("2020-01-01").plus_days(it))
            .collect(),
        working: working
            .into_iter()
            .filter_map(Weekday::from_vietnamese_number)
            .collect(),
    })
}

proptest! {
    #[test]
    fn offsets_round_trip(offset in offsets()) {
        prop_assert_eq!(Offset::parse(&offset.to_string()), Ok(offset));
        let json = serde_json::to_value(offset).expect("json");
        prop_assert_eq!(serde_json::from_value::<Offset>(json).expect("json"), offset);
    }

    #[test]
    fn any_text_is_an_offset_or_refused(text in any::<String>()) {
        if let Ok(offset) = Offset::parse(&text) {
            prop_assert_eq!(Offset::parse(&offset.to_string()), Ok(offset));
        }
    }

    #[test]
    fn working_days_land_on_working_days(calendar in calendars(), from in 0_i64..400, days in -60_i32..60) {
        let from = day("2020-01-01").plus_days(from);
        let to = calendar.plus_working_days(from, days);
        if days == 0 {
            prop_assert_eq!(to, from);
        } else {
            prop_assert!(calendar.is_working(to));
            let (after, until) = if days > 0 { (from.plus_days(1), to) } else { (to, from.plus_days(-1)) };
            let between = (0..=after.days_until(until)).filter(|it| calendar.is_working(after.plus_days(*it)));
            prop_assert_eq!(between.count(), days.unsigned_abs() as usize, "skips weekends and holidays only");
        }
    }

    #[test]
    fn working_days_are_monotone(calendar in calendars(), from in 0_i64..400, days in -60_i32..60) {
        let from = day("2020-01-01").plus_days(from);
        prop_assert!(calendar.plus_working_days(from, days) < calendar.plus_working_days(from, days + 1));
        prop_assert!(calendar.plus_working_days(from, days) <= calendar.plus_working_days(from.plus_days(1), days));
    }

    #[test]
    fn due_dates_move_with_the_opening(offset in offsets(), opening in 0_i64..4_000, later in 1_i64..400) {
        let opening = day("2018-01-01").plus_days(opening);
        let moved = opening.plus_days(later);
        let calendar = Calendar::default();
        let (due, moved_due) = (offset.resolve(opening, &calendar), offset.resolve(moved, &calendar));
        prop_assert!(due <= moved_due);
        if !matches!(offset, Offset::WorkingDays(_)) {
            prop_assert_eq!(due.days_until(moved_due), later);
        }
    }

    #[test]
    fn order_is_total_and_agrees_with_plain_days(a in offsets(), b in offsets()) {
        prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
        prop_assert_eq!(a.cmp(&b).is_eq(), a == b);
        if let (Offset::Days(a_days), Offset::Days(b_days)) = (a, b) {
            prop_assert_eq!(a.cmp(&b), a_days.cmp(&b_days));
        }
    }
}
