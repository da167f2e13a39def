//! Turns a workbook into registers: the library once, and the templates stamped onto each unit that holds a congress.
//!
//! A stamped plan is exactly the template row, so importing the same workbook twice changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;
use sync::{RegisterKey, Scope};

use crate::kinds::congress::CongressPlan;
use crate::kinds::{self, PLAN};
use crate::workbook::{Record, UnitRow, Workbook};

/// Every register that the workbook states, and its value.
///
/// Dates are stated only where the workbook has them: a blank cell takes no date away. Units without a congress kind
/// get their own record only; the library goes to the scope `library` (see [`library_root`]).
#[must_use]
pub fn registers(workbook: &Workbook, library: &Scope) -> BTreeMap<RegisterKey, Value> {
    let mut sheet = Sheet::default();
    let scope = library.as_str();
    sheet.all(scope, kinds::document::KIND, &workbook.documents);
    sheet.all(scope, kinds::role::KIND, &workbook.roles);
    sheet.all(scope, kinds::scenario::KIND, &workbook.scenarios);
    sheet.all(scope, kinds::script_line::KIND, &workbook.script);
    sheet.all(scope, kinds::lesson::KIND, &workbook.lessons);
    sheet.all(scope, kinds::term::KIND, &workbook.terms);
    sheet.all(scope, kinds::parameter::KIND, &workbook.parameters);
    // Papers named by any agenda item belong to units whose own agenda names them, not to every unit whose
    // ballot-printing task could produce them.
    let named: BTreeSet<&str> = workbook
        .agenda
        .iter()
        .flat_map(|it| &it.plan.papers)
        .map(String::as_str)
        .collect();
    for unit in &workbook.units {
        sheet.plan(&unit.id, kinds::unit::KIND, &unit.id, &unit.plan);
        if let Some(kind) = &unit.plan.congress_kind {
            sheet.unit(workbook, unit, kind, &named);
        }
    }
    sheet.registers
}

/// Scope of the library: the unit nearest the leaves that stands above every unit with a congress kind.
///
/// A unit that is itself one of them is taken only when nothing stands above all. `None` when no unit has a congress
/// kind, or their trees do not meet.
#[must_use]
pub fn library_root(units: &[UnitRow]) -> Option<Scope> {
    let parent: BTreeMap<&str, &str> = units
        .iter()
        .filter_map(|it| Some((it.id.as_str(), it.plan.parent.as_deref()?)))
        .collect();
    // Nearest first; a parent that loops back ends the walk.
    let upwards = |from: &'_ str| {
        let mut path: Vec<String> = vec![from.to_owned()];
        let mut at = from;
        while let Some(next) = parent.get(at)
            && !path.iter().any(|it| it == next)
        {
            path.push((*next).to_owned());
            at = next;
        }
        path
    };
    let known: BTreeSet<&str> = units.iter().map(|it| it.id.as_str()).collect();
    let managed: Vec<&str> = units
        .iter()
        .filter(|it| it.plan.congress_kind.is_some())
        .map(|it| it.id.as_str())
        .collect();
    let paths: Vec<Vec<String>> = managed.iter().copied().map(upwards).collect();
    let first = paths.first()?;
    let above_all = |candidate: &String, strictly: bool| {
        known.contains(candidate.as_str())
            && paths.iter().all(|path| {
                path.iter()
                    .skip(usize::from(strictly))
                    .any(|it| it == candidate)
            })
    };
    first
        .iter()
        .find(|it| above_all(it, true))
        .or_else(|| first.iter().find(|it| above_all(it, false)))
        .map(|it| Scope::new(it.as_str()))
}

#[derive(Default)]
struct Sheet {
    registers: BTreeMap<RegisterKey, Value>,
}

impl Sheet {
    fn unit(&mut self, workbook: &Workbook, unit: &UnitRow, kind: &str, named: &BTreeSet<&str>) {
        let scope = unit.id.as_str();
        let form = unit.plan.form;
        let template = workbook
            .templates_for(kind)
            .first()
            .map(|it| (*it).to_owned());
        let mut needed: BTreeSet<&str> = BTreeSet::new();
        let mut tasks: BTreeSet<&str> = BTreeSet::new();

        for row in &workbook.agenda {
            if Some(&row.template) == template.as_ref() && row.audience.includes(kind, form) {
                self.plan(scope, kinds::agenda_item::KIND, &row.id, &row.plan);
                needed.extend(row.plan.papers.iter().map(String::as_str));
            }
        }
        for row in workbook
            .checklist
            .iter()
            .filter(|it| it.audience.includes(kind, form))
        {
            self.plan(scope, kinds::checklist_task::KIND, &row.id, &row.plan);
            tasks.insert(&row.id);
        }
        for row in &workbook.propaganda {
            self.plan(scope, kinds::propaganda_task::KIND, &row.id, &row.plan);
            tasks.insert(&row.id);
        }
        for row in &workbook.papers {
            let id = row.id.as_str();
            let produced = row.plan.tasks.iter().any(|it| tasks.contains(it.as_str()));
            if needed.contains(id) || (produced && !named.contains(id)) {
                self.plan(scope, kinds::paper::KIND, id, &row.plan);
            }
        }

        let record = kinds::congress::RECORD;
        self.plan(
            scope,
            kinds::congress::KIND,
            record,
            &CongressPlan { template },
        );
        for (field, day) in [
            (kinds::congress::OPENING, unit.opening),
            (kinds::congress::PREPARATORY, unit.preparatory),
        ] {
            if let Some(day) = day {
                let key = RegisterKey::new(scope, kinds::congress::KIND, record, field);
                self.registers.insert(key, day.iso().into());
            }
        }
    }

    fn all<P: Serialize>(&mut self, scope: &str, kind: &str, rows: &[Record<P>]) {
        for row in rows {
            self.plan(scope, kind, &row.id, &row.plan);
        }
    }

    fn plan<P: Serialize>(&mut self, scope: &str, kind: &str, record: &str, plan: &P) {
        // Plans are structs of plain JSON types with text keys; serialising one cannot fail.
        let value = serde_json::to_value(plan).unwrap_or(Value::Null);
        self.registers
            .insert(RegisterKey::new(scope, kind, record, PLAN), value);
    }
}

#[cfg(test)]
mod tests;
