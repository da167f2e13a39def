//! Sample opening days of the demonstration, relative to the day of import: `server/demo/opening-days.csv`.

use std::collections::BTreeMap;

use domain::date::CivilDate;
use domain::kinds::congress;
use domain::workbook::Workbook;
use serde_json::Value;
use sync::RegisterKey;

const OPENING_DAYS: &str = include_str!("../../demo/opening-days.csv");

/// Registers that give the pilot units sample days: opening, preparatory session the day before, and the mark
/// that they are assumed. A unit whose day the workbook states, or that is not in the workbook, gets none.
#[must_use]
pub fn demo_dates(workbook: &Workbook, import_day: CivilDate) -> BTreeMap<RegisterKey, Value> {
    let mut registers = BTreeMap::new();
    for (unit, days) in opening_days() {
        let awaits_a_day = workbook
            .units
            .iter()
            .any(|it| it.id == unit && it.plan.congress_kind.is_some() && it.opening.is_none());
        if !awaits_a_day {
            continue;
        }
        let opening = import_day.plus_days(days);
        let values = [
            (congress::OPENING, Value::from(opening.iso())),
            (
                congress::PREPARATORY,
                Value::from(opening.plus_days(-1).iso()),
            ),
            (congress::ASSUMED, Value::Bool(true)),
        ];
        for (field, value) in values {
            registers.insert(
                RegisterKey::new(unit, congress::KIND, congress::RECORD, field),
                value,
            );
        }
    }
    registers
}

/// Units and the days from import to opening; the first line holds the headers.
fn opening_days() -> impl Iterator<Item = (&'static str, i64)> {
    OPENING_DAYS.lines().skip(1).filter_map(|line| {
        let mut cells = line.split(',');
        Some((cells.next()?, cells.next()?.parse().ok()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_file_is_read() {
        let days: Vec<_> = opening_days().collect();
        let expected = [
            ("AL-A-NGO", -1),
            ("AL-HONG-THUONG", 7),
            ("AL-HUONG-PHONG", 11),
            ("AL-KHOI-MTDTXH", 13),
        ];
        assert_eq!(days, expected);
    }
}
