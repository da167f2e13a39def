//! The count-down.

use super::*;

fn day(text: &str) -> CivilDate {
    CivilDate::parse_iso(text).expect(text)
}

#[test]
fn counts_down_and_on() {
    let congress = Congress {
        opening: Some(day("2020-02-21")),
        ..Congress::default()
    };
    for (today, clock, text) in [
        ("2020-02-14", CongressClock::Before { days: 7 }, "T-7"),
        ("2020-02-21", CongressClock::Today, "T"),
        ("2020-02-22", CongressClock::After { days: 1 }, "T+1"),
    ] {
        assert_eq!(congress.clock(day(today)), clock);
        assert_eq!(congress.t_minus(day(today)).as_deref(), Some(text));
    }
    assert_eq!(congress.origin(), congress.opening);
}

#[test]
fn undated_and_suspended_have_no_count_down() {
    let today = day("2020-03-28");
    let undated = Congress::default();
    assert_eq!(undated.clock(today), CongressClock::Undated);
    assert_eq!(undated.t_minus(today), None);

    let suspended = Congress {
        opening: Some(day("2020-04-10")),
        suspended: true,
        ..Congress::default()
    };
    assert_eq!(suspended.clock(today), CongressClock::Suspended);
    assert_eq!(suspended.t_minus(today), None);
    assert_eq!(suspended.origin(), None);
}

#[test]
fn forms_are_closed_words() {
    assert_eq!(Form::parse("Đại biểu"), Some(Form::Delegates));
    assert_eq!(Form::parse(" ĐẢNG VIÊN "), Some(Form::AllMembers));
    assert_eq!(Form::parse("khác"), None);
}
