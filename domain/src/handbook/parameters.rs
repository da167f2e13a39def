//! What rules read from the parameters, by English identifier. A value that cannot be read is as if it were not there.

use std::str::FromStr;

use crate::agenda::{Budgets, Session, SessionBudget};
use crate::date::{CivilDate, Minute, Weekday};
use crate::kinds::parameter::ParameterPlan;
use crate::offset::Calendar;
use crate::workbook::Record;

/// Parameters with an identifier, in order of id.
pub(super) fn named<'a, 'b>(
    parameters: &'a [Record<ParameterPlan>],
    identifier: &'b str,
) -> impl Iterator<Item = &'a ParameterPlan> + use<'a, 'b> {
    parameters
        .iter()
        .map(|it| &it.plan)
        .filter(move |it| it.identifier == identifier)
}

/// Working weekdays and holidays.
pub(super) fn calendar(parameters: &[Record<ParameterPlan>]) -> Calendar {
    let day = |plan: &ParameterPlan| {
        let text = plan.value.as_str();
        CivilDate::parse_iso(text)
            .or_else(|_| CivilDate::parse_vietnamese(text))
            .ok()
    };
    let mut calendar = Calendar::default();
    for day in named(parameters, "holiday").filter_map(day) {
        if !calendar.holidays.contains(&day) {
            calendar.holidays.push(day);
        }
    }
    let weekdays = named(parameters, "working_weekdays")
        .flat_map(|it| it.value.split(';'))
        .filter_map(|it| Weekday::from_vietnamese_number(it.trim().parse().ok()?));
    for weekday in weekdays {
        if !calendar.working.contains(&weekday) {
            calendar.working.push(weekday);
        }
    }
    calendar
}

/// Hours, minutes, caps and floors of both sessions.
pub(super) fn budgets(parameters: &[Record<ParameterPlan>]) -> Budgets {
    let find = |identifier| {
        named(parameters, identifier)
            .next()
            .map(|it| it.value.as_str())
    };
    let time = |identifier| find(identifier).and_then(|it| Minute::parse(it).ok());
    Budgets {
        preparatory: SessionBudget {
            session: Session::Preparatory,
            start: time("preparatory_start"),
            end: time("preparatory_end"),
            budget_minutes: number(find("preparatory_budget_minutes")),
            report_minutes_max: None,
            discussion_minutes_min: number(find("higher_drafts_min_minutes")),
        },
        official: SessionBudget {
            session: Session::Official,
            start: time("official_start"),
            end: time("official_end"),
            budget_minutes: number(find("official_budget_minutes")),
            report_minutes_max: number(find("political_report_max_minutes")),
            discussion_minutes_min: number(find("discussion_min_minutes")),
        },
    }
}

fn number<T: FromStr>(text: Option<&str>) -> Option<T> {
    text?.trim().parse().ok()
}
