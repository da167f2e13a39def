//! The read model of one unit: everything that its registers and the library's say, typed and in order.
//!
//! Tolerant: a plan that this build cannot read is set aside in [`Handbook::unreadable`], never a panic; fields of a
//! newer release are passed over.

use sync::{Register, RegisterKey, Scope, SortedMap};

use crate::agenda::{AgendaItem, Budgets, Session, Timetable, timetable};
use crate::congress::Congress;
use crate::date::CivilDate;
use crate::kinds;
use crate::kinds::congress::CongressPlan;
use crate::kinds::document::DocumentPlan;
use crate::kinds::lesson::LessonPlan;
use crate::kinds::parameter::ParameterPlan;
use crate::kinds::person::PersonPlan;
use crate::kinds::role::RolePlan;
use crate::kinds::scenario::ScenarioPlan;
use crate::kinds::script_line::ScriptLinePlan;
use crate::kinds::term::TermPlan;
use crate::kinds::unit::UnitPlan;
use crate::offset::Calendar;
use crate::paper::{Gate, Paper};
use crate::progress::{self, Progress};
use crate::task::{Task, TaskFamily};
use crate::workbook::Record;

mod parameters;
mod shelf;

use shelf::Shelf;

/// What one unit's phone shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Handbook {
    /// The unit's scope.
    pub scope: Scope,
    /// The library's scope.
    pub library: Scope,
    /// The unit; empty until its record is known.
    pub unit: UnitPlan,
    /// Its congress.
    pub congress: Congress,
    /// Tasks of both families, by due offset, then id.
    pub tasks: Vec<Task>,
    /// Agenda items of both sessions, by session and order.
    pub agenda: Vec<AgendaItem>,
    /// Papers, by id.
    pub papers: Vec<Paper>,
    /// Guiding documents, by id.
    pub documents: Vec<Record<DocumentPlan>>,
    /// Roles, by id.
    pub roles: Vec<Record<RolePlan>>,
    /// Scenarios of every congress kind, by id.
    pub scenarios: Vec<Record<ScenarioPlan>>,
    /// Script lines of every template, by item, order and id.
    pub scripts: Vec<Record<ScriptLinePlan>>,
    /// Lessons, by id.
    pub lessons: Vec<Record<LessonPlan>>,
    /// Glossary, in order of the Vietnamese alphabet.
    pub terms: Vec<Record<TermPlan>>,
    /// Parameters, by id.
    pub parameters: Vec<Record<ParameterPlan>>,
    /// People of the unit and of the library's unit, by author id.
    pub people: SortedMap<String, PersonPlan>,
    /// Working days, from the parameters.
    pub calendar: Calendar,
    /// Session budgets, from the parameters.
    pub budgets: Budgets,
    /// Plans that this build cannot read.
    pub unreadable: Vec<RegisterKey>,
    /// State of records whose plan has not come yet.
    waiting: SortedMap<RegisterKey, Register>,
}

impl Handbook {
    /// A handbook of which nothing is known yet.
    #[must_use]
    pub fn new(scope: Scope, library: Scope) -> Self {
        Self {
            scope,
            library,
            unit: UnitPlan::default(),
            congress: Congress::default(),
            tasks: Vec::new(),
            agenda: Vec::new(),
            papers: Vec::new(),
            documents: Vec::new(),
            roles: Vec::new(),
            scenarios: Vec::new(),
            scripts: Vec::new(),
            lessons: Vec::new(),
            terms: Vec::new(),
            parameters: Vec::new(),
            people: SortedMap::new(),
            calendar: Calendar::default(),
            budgets: Budgets::default(),
            unreadable: Vec::new(),
            waiting: SortedMap::new(),
        }
    }

    /// Reads a unit's registers and its library's; registers of other scopes and unknown kinds are passed over.
    ///
    /// The order of the registers does not matter; order of their address is fastest.
    pub fn read<'a>(
        scope: &Scope,
        library: &Scope,
        registers: impl Iterator<Item = (&'a RegisterKey, &'a Register)>,
    ) -> Self {
        let mut handbook = Self::new(scope.clone(), library.clone());
        let sorted = shelf::by_address(
            registers.filter(|(key, _)| key.scope == *scope || key.scope == *library),
        );
        let same_record = |a: &(&RegisterKey, &Register), b: &(&RegisterKey, &Register)| {
            a.0.record == b.0.record && a.0.kind == b.0.kind && a.0.scope == b.0.scope
        };
        for group in sorted.chunk_by(same_record) {
            handbook.take(group, false);
        }
        handbook.sort();
        handbook.read_parameters();
        handbook
    }

    /// Refreshes what one register says, without reading the rest again.
    pub fn update(&mut self, key: &RegisterKey, register: &Register) {
        if key.scope != self.scope && key.scope != self.library {
            return;
        }
        self.unreadable.retain(|it| it != key);
        self.take(&[(key, register)], true);
        if key.kind.as_str() == kinds::parameter::KIND {
            self.read_parameters();
        }
    }

    /// Takes in registers of one record. `known` says that the record may be in the handbook already.
    fn take(&mut self, group: &[(&RegisterKey, &Register)], known: bool) {
        let Some((key, _)) = group.first() else {
            return;
        };
        let own = key.scope == self.scope;
        let in_library = key.scope == self.library;
        let mut records = Shelf {
            group,
            known,
            waiting: &mut self.waiting,
            unreadable: &mut self.unreadable,
        };
        match key.kind.as_str() {
            kinds::checklist_task::KIND | kinds::propaganda_task::KIND if own => {
                records.put(&mut self.tasks);
            }
            kinds::agenda_item::KIND if own => records.put(&mut self.agenda),
            kinds::paper::KIND if own => records.put(&mut self.papers),
            kinds::unit::KIND if own && key.record.as_str() == self.scope.as_str() => {
                if let Some(unit) = records.plan::<UnitPlan>() {
                    self.congress.kind.clone_from(&unit.congress_kind);
                    self.congress.form = unit.form;
                    self.unit = unit;
                }
            }
            kinds::congress::KIND if own && key.record.as_str() == kinds::congress::RECORD => {
                if let Some(plan) = records.plan::<CongressPlan>() {
                    self.congress.template = plan.template;
                }
                for (key, register) in group {
                    set_congress(&mut self.congress, key.field.as_str(), register);
                }
            }
            kinds::person::KIND => {
                if let Some(person) = records.plan::<PersonPlan>() {
                    self.people.insert(key.record.as_str().to_owned(), person);
                }
            }
            kinds::document::KIND if in_library => records.put(&mut self.documents),
            kinds::role::KIND if in_library => records.put(&mut self.roles),
            kinds::scenario::KIND if in_library => records.put(&mut self.scenarios),
            kinds::script_line::KIND if in_library => records.put(&mut self.scripts),
            kinds::lesson::KIND if in_library => records.put(&mut self.lessons),
            kinds::term::KIND if in_library => records.put(&mut self.terms),
            kinds::parameter::KIND if in_library => records.put(&mut self.parameters),
            _ => {}
        }
    }

    fn sort(&mut self) {
        shelf::sort(&mut self.tasks);
        shelf::sort(&mut self.agenda);
        shelf::sort(&mut self.papers);
        shelf::sort(&mut self.documents);
        shelf::sort(&mut self.roles);
        shelf::sort(&mut self.scenarios);
        shelf::sort(&mut self.scripts);
        shelf::sort(&mut self.lessons);
        shelf::sort(&mut self.terms);
        shelf::sort(&mut self.parameters);
    }

    fn read_parameters(&mut self) {
        self.calendar = parameters::calendar(&self.parameters);
        self.budgets = parameters::budgets(&self.parameters);
    }

    /// A task.
    #[must_use]
    pub fn task(&self, family: TaskFamily, id: &str) -> Option<&Task> {
        self.tasks
            .iter()
            .find(|it| it.family == family && it.id == id)
    }

    /// Tasks of one family, in order.
    pub fn tasks_of(&self, family: TaskFamily) -> impl Iterator<Item = &Task> {
        self.tasks.iter().filter(move |it| it.family == family)
    }

    /// An agenda item.
    #[must_use]
    pub fn agenda_item(&self, id: &str) -> Option<&AgendaItem> {
        self.agenda.iter().find(|it| it.id == id)
    }

    /// A session laid out against its budget.
    #[must_use]
    pub fn timetable(&self, session: Session) -> Timetable {
        timetable(&self.agenda, self.budgets.of(session))
    }

    /// Counts of the unit on a day.
    #[must_use]
    pub fn progress(&self, today: CivilDate) -> Progress {
        progress::of(&self.tasks, &self.congress, &self.calendar, today)
    }

    /// How many of the papers that an item needs are ready.
    #[must_use]
    pub fn gate(&self, item: &AgendaItem) -> Gate {
        let ready = |id: &&String| {
            self.papers
                .iter()
                .any(|paper| paper.id == **id && paper.is_ready())
        };
        Gate {
            ready: item.plan.papers.iter().filter(ready).count(),
            total: item.plan.papers.len(),
        }
    }

    /// The first parameter with an English identifier, in order of id.
    #[must_use]
    pub fn parameter(&self, identifier: &str) -> Option<&ParameterPlan> {
        parameters::named(&self.parameters, identifier).next()
    }

    /// The parameter that explains a position code of the decoration sketch.
    #[must_use]
    pub fn position(&self, code: &str) -> Option<&ParameterPlan> {
        parameters::named(&self.parameters, "position").find(|it| it.value == code)
    }
}

fn set_congress(congress: &mut Congress, field: &str, register: &Register) {
    let flag = || shelf::flag(register);
    match field {
        kinds::congress::OPENING => congress.opening = shelf::day(register),
        kinds::congress::PREPARATORY => congress.preparatory = shelf::day(register),
        kinds::congress::ASSUMED => congress.assumed = flag(),
        kinds::congress::SUSPENDED => congress.suspended = flag(),
        kinds::congress::HELD => congress.held = flag(),
        _ => {}
    }
}

#[cfg(test)]
mod tests;
