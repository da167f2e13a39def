//! Kind `unit`: one Party organisation of the tree, in its own scope.

use serde::Serialize;

use crate::congress::Form;
use crate::kinds::plan::readable;

/// Record kind; the record's id is the unit's key.
pub const KIND: &str = "unit";

/// What the workbook says of a unit.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct UnitPlan {
    /// Name of the organisation.
    pub name: String,
    /// Level, a word of the workbook.
    pub kind: String,
    /// Key of the unit above; `None` at the top.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// Other names and spellings.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// Congress kind, a word of the workbook; `None` for a unit that holds none here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub congress_kind: Option<String>,
    /// Form of its congress.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<Form>,
    /// Wave that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wave: Option<String>,
    /// Statistical code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Unit that took over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub successor: Option<String>,
    /// Telephone of the office.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Number of members.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub members: Option<u32>,
    /// The sheet's remark.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// How sure the row is.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub confidence: String,
    /// Where the row comes from.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub source: String,
}

readable!(UnitPlan {
    required: name, kind;
    optional: parent, aliases, congress_kind, form, wave, code, successor, phone, members, note, confidence, source
});

impl UnitPlan {
    /// The part of the name that tells the unit from its neighbours: what follows the word of its level
    /// ("Đảng bộ xã Hồng Thượng", level "xã" → "Hồng Thượng"), else the whole name.
    ///
    /// The level is the workbook's own word. In a name it stands in small letters; a capital makes it part of the name.
    #[must_use]
    pub fn short_name(&self) -> &str {
        let level = self.kind.trim();
        self.name
            .match_indices(level)
            .filter(|_| !level.is_empty())
            .map(|(at, _)| (&self.name[..at], &self.name[at + level.len()..]))
            .find(|(before, after)| before.ends_with(' ') && after.starts_with(' '))
            .map_or(self.name.trim(), |(_, after)| after.trim())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_name_is_what_follows_the_level() {
        for (name, kind, short) in [
            ("Đảng bộ xã Hồng Thượng", "xã", "Hồng Thượng"),
            ("Đảng bộ thị trấn A Lưới", "thị trấn", "A Lưới"),
            ("Đảng bộ đặc khu Phú Quý", "đặc khu", "Phú Quý"),
            (
                "Đảng bộ Khối Mặt trận – Đoàn thể",
                "khối",
                "Đảng bộ Khối Mặt trận – Đoàn thể",
            ),
            ("Đảng bộ xã", "xã", "Đảng bộ xã"),
            ("Chi bộ Kho bạc", "", "Chi bộ Kho bạc"),
        ] {
            let unit = UnitPlan {
                name: name.to_owned(),
                kind: kind.to_owned(),
                ..UnitPlan::default()
            };
            assert_eq!(unit.short_name(), short, "{name}");
        }
    }
}
