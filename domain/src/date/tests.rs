//! Days, weekdays and minutes.

use proptest::prelude::*;

use super::*;

fn day(text: &str) -> CivilDate {
    CivilDate::parse_iso(text).expect(text)
}

#[test]
fn reads_and_prints_both_ways() {
    let opening = CivilDate::parse_vietnamese(" 21/02/2020 ").expect("a day");
    assert_eq!(opening, day("2020-02-21"));
    assert_eq!(
        CivilDate::parse_vietnamese("1/2/2020"),
        Ok(day("2020-02-01"))
    );
    assert_eq!(opening.to_string(), "21/02/2020");
    assert_eq!(opening.short(), "21/02");
    assert_eq!(opening.iso(), "2020-02-21");
    assert_eq!(
        (opening.year(), opening.month(), opening.day()),
        (2020, 2, 21)
    );
    assert_eq!(
        serde_json::to_string(&opening).expect("json"),
        "\"2020-02-21\""
    );
    assert_eq!(
        serde_json::from_str::<CivilDate>("\"2020-02-21\"").expect("json"),
        opening
    );
}

#[test]
fn refuses_what_is_no_day() {
    for (text, why) in [
        ("2020-02-30", DateError::Range),
        ("2020-13-01", DateError::Range),
        ("2019-02-29", DateError::Range),
        ("21/02/2020", DateError::Format),
        ("2020-02", DateError::Format),
        ("2020-02-21-1", DateError::Format),
        ("20-02-21", DateError::Format),
        ("+202-02-21", DateError::Format),
        ("", DateError::Format),
    ] {
        assert_eq!(CivilDate::parse_iso(text), Err(why), "{text}");
    }
    assert_eq!(
        CivilDate::parse_vietnamese("31/02/2020"),
        Err(DateError::Range)
    );
    assert_eq!(
        CivilDate::parse_vietnamese("21/02/20"),
        Err(DateError::Format),
        "two-digit year"
    );
    assert_eq!(CivilDate::from_ymd(0, 1, 1), None);
    assert!(serde_json::from_str::<CivilDate>("\"2020-02-30\"").is_err());
}

#[test]
fn weekdays_have_vietnamese_numbers() {
    assert_eq!(day("2020-02-21").weekday(), Weekday::Friday);
    assert_eq!(day("2020-02-21").weekday().vietnamese_number(), 6);
    assert_eq!(day("2020-02-23").weekday().vietnamese_number(), 8);
    for number in 2..=8 {
        let weekday = Weekday::from_vietnamese_number(number).expect("a weekday");
        assert_eq!(weekday.vietnamese_number(), number);
    }
    assert_eq!(Weekday::from_vietnamese_number(1), None);
    assert_eq!(Weekday::from_vietnamese_number(9), None);
}

#[test]
fn the_day_in_vietnam_begins_seven_hours_before_utc() {
    // 2020-02-20T17:00:00Z is midnight of the 21st in Vietnam.
    assert_eq!(
        CivilDate::from_unix_ms(1_582_218_000_000),
        day("2020-02-21")
    );
    assert_eq!(
        CivilDate::from_unix_ms(1_582_217_999_999),
        day("2020-02-20")
    );
    assert_eq!(
        Minute::from_unix_ms(1_582_218_000_000 + 450 * 60_000).to_string(),
        "07:30"
    );
    assert_eq!(CivilDate::from_unix_ms(0), day("1970-01-01"));
    assert_eq!(CivilDate::from_unix_ms(i64::MAX), CivilDate(Date::MAX));
    assert_eq!(CivilDate::from_unix_ms(i64::MIN), CivilDate(Date::MIN));
}

#[test]
fn minutes_read_and_print() {
    assert_eq!(Minute::parse("13:30"), Ok(Minute::new(810)));
    assert_eq!(Minute::parse(" 7:30 ").expect("time").to_string(), "07:30");
    assert_eq!(Minute::parse("13h30"), Ok(Minute::new(810)));
    assert_eq!(Minute::parse("13h"), Ok(Minute::new(780)));
    for text in ["13", "13:", "13:3", "1330", "", "a:30", ":30", "13:30:00"] {
        assert_eq!(Minute::parse(text), Err(DateError::Format), "{text}");
    }
    assert_eq!(Minute::parse("24:00"), Err(DateError::Range));
    assert_eq!(Minute::parse("10:60"), Err(DateError::Range));
    assert_eq!(Minute::new(1_510).to_string(), "25:10");
    assert_eq!(Minute::new(u16::MAX).plus(1), Minute::new(u16::MAX));
    assert_eq!(Minute::new(30).until(Minute::new(45)), 15);
    assert_eq!(Minute::new(45).until(Minute::new(30)), 0);
    assert_eq!(
        serde_json::to_string(&Minute::new(450)).expect("json"),
        "\"07:30\""
    );
}

fn days() -> impl Strategy<Value = CivilDate> {
    (0..40_000_i64).prop_map(|it| day("1970-01-01").plus_days(it))
}

proptest! {
    #[test]
    fn iso_and_vietnamese_round_trip(date in days()) {
        prop_assert_eq!(CivilDate::parse_iso(&date.iso()), Ok(date));
        prop_assert_eq!(CivilDate::parse_vietnamese(&date.to_string()), Ok(date));
        prop_assert_eq!(CivilDate::from_ymd(date.year(), date.month(), date.day()), Some(date));
    }

    #[test]
    fn days_add_up(date in days(), forth in -20_000_i64..20_000) {
        let other = date.plus_days(forth);
        prop_assert_eq!(date.days_until(other), forth);
        prop_assert_eq!(other.plus_days(-forth), date);
        prop_assert_eq!(date.cmp(&other), 0.cmp(&forth));
        prop_assert_eq!(date.plus_days(7).weekday(), date.weekday());
    }

    #[test]
    fn minutes_round_trip(minutes in 0_u16..1_440) {
        let minute = Minute::new(minutes);
        prop_assert_eq!(Minute::parse(&minute.to_string()), Ok(minute));
    }

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>(), days in any::<i64>()) {
        let _ = (CivilDate::parse_iso(&text), CivilDate::parse_vietnamese(&text), Minute::parse(&text));
        let moved = day("2020-02-21").plus_days(days);
        prop_assert_eq!(moved >= day("2020-02-21"), days >= 0);
    }
}
