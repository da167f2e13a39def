//! Readings with one meaning, and refusals of those with two.

use super::*;

#[test]
fn nothing_but_form_and_spaces_is_cleaned() {
    let nfd: String = "  Đảng uỷ\u{a0}\u{a0}xã \r\n hai \n".nfd().collect();
    let read = clean(&nfd);
    assert_eq!(read.text, "Đảng uỷ xã\nhai");
    assert!(read.composed && read.spaced);
    let read = clean("một\nhai");
    assert_eq!(
        (read.text.as_str(), read.composed, read.spaced),
        ("một\nhai", false, false)
    );
}

#[test]
fn dots_group_thousands_or_are_refused() {
    let value = |text| integer(text).map(|(read, _)| read);
    assert_eq!(value("1.200"), Ok(1_200));
    assert_eq!(value("12.345.678"), Ok(12_345_678));
    assert_eq!(value("1 200"), Ok(1_200));
    assert_eq!(value("-3"), Ok(-3));
    for refused in [
        "1.5", "1,5", "1,200", "0.500", "1.20", "1200.000", "1.2000", "12a", "", "-", "1..200", "½",
    ] {
        assert!(value(refused).is_err(), "{refused}");
    }
    assert!(value("99999999999999999999").is_err());
}

#[test]
fn dates_are_day_month_year_or_iso() {
    let ok = |text| date(text).map(CivilDate::iso);
    for text in [
        "21/02/2020",
        "21/2/2020",
        "21-02-2020",
        "21.02.2020",
        "2020-02-21",
        "2020/2/21",
    ] {
        assert_eq!(ok(text).as_deref(), Ok("2020-02-21"), "{text}");
    }
    assert_eq!(
        ok("3/4/2020").as_deref(),
        Ok("2020-04-03"),
        "the Vietnamese order"
    );
    assert_eq!(
        ok("03/04/20"),
        Err(Reason::TwoDigitYear {
            found: "03/04/20".into()
        })
    );
    assert_eq!(
        ok("02/21/2020"),
        Err(Reason::NoSuchDay {
            found: "02/21/2020".into()
        })
    );
    assert_eq!(
        ok("30/02/2020"),
        Err(Reason::NoSuchDay {
            found: "30/02/2020".into()
        })
    );
    assert_eq!(
        ok("01/01/0020"),
        Err(Reason::NotDate {
            found: "01/01/0020".into()
        })
    );
    for text in [
        "tháng 2",
        "21/02",
        "21/02/2020/1",
        "a/b/2020",
        "/2/2020",
        "210/2/2020",
    ] {
        assert_eq!(ok(text), Err(Reason::NotDate { found: text.into() }));
    }
}

#[test]
fn times_are_read_as_people_write_them() {
    for text in [
        "13:30",
        "13h30",
        "13g30",
        "13 giờ 30",
        "13 giờ 30 phút",
        "13:30:00",
    ] {
        assert_eq!(
            time(text).map(|it| it.to_string()).as_deref(),
            Ok("13:30"),
            "{text}"
        );
    }
    assert_eq!(time("7h").map(|it| it.to_string()).as_deref(), Ok("07:00"));
    for text in ["24:00", "13:60", "1330", "chiều", "13:30:15", ""] {
        assert!(time(text).is_err(), "{text}");
    }
    assert_eq!(time_fraction(0.5625).map(Minute::get), Ok(810));
    assert_eq!(time_fraction(430.0 / 1_440.0).map(Minute::get), Ok(430));
    assert!(time_fraction(13.5).is_err());
    assert!(
        time_fraction(0.00001).is_ok_and(|it| it.get() == 0) || time_fraction(0.00001).is_err()
    );
    assert!(time_fraction(f64::NAN).is_err());
}
