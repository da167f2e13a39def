//! Slogans: exact text with places to fill in.

use crate::kinds::unit::UnitPlan;
use crate::text::{fold, is_upper, upper};

/// Fills a slogan's `{TÊN ĐƠN VỊ}` with the unit's name; places that nothing is known of stay visible.
///
/// Words that the slogan already says just before the place are not said twice ("ĐẢNG BỘ {TÊN ĐƠN VỊ}" and
/// "Đảng bộ xã Hồng Thượng"), and a slogan in capitals gets the name in capitals.
#[must_use]
pub fn fill(slogan: &str, unit: &UnitPlan) -> String {
    let outside = slogan.split('{').enumerate().map(|(index, part)| {
        if index == 0 {
            part
        } else {
            part.split_once('}').map_or(part, |(_, after)| after)
        }
    });
    let capitals = is_upper(&outside.collect::<String>());
    let mut filled = String::with_capacity(slogan.len() + unit.name.len());
    let mut rest = slogan;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((place, after)) = after.split_once('}') else {
            break;
        };
        filled.push_str(before);
        if fold(place) == "ten don vi" && !unit.name.is_empty() {
            let name = without_said(&filled, unit.name.trim());
            let name = if capitals {
                upper(name)
            } else {
                name.to_owned()
            };
            filled.push_str(&name);
        } else {
            filled.push('{');
            filled.push_str(place);
            filled.push('}');
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// The name without the longest run of leading words that `said` ends in.
fn without_said<'a>(said: &str, name: &'a str) -> &'a str {
    let said = fold(said);
    let mut shortest = name;
    for (at, _) in name.match_indices(' ') {
        let head = fold(&name[..at]);
        if said
            .strip_suffix(head.as_str())
            .is_some_and(|it| it.is_empty() || it.ends_with(' '))
        {
            shortest = name[at..].trim_start();
        }
    }
    shortest
}
