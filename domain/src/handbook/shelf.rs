//! How registers become records: which field says what, and in which order records stand.

use std::cmp::Ordering;

use serde_json::Value;
use sync::{Attribution, FieldName, Register, RegisterKey, SortedMap};

use crate::agenda::AgendaItem;
use crate::date::CivilDate;
use crate::kinds::document::DocumentPlan;
use crate::kinds::lesson::LessonPlan;
use crate::kinds::parameter::ParameterPlan;
use crate::kinds::plan::Plan;
use crate::kinds::role::RolePlan;
use crate::kinds::scenario::ScenarioPlan;
use crate::kinds::script_line::ScriptLinePlan;
use crate::kinds::term::TermPlan;
use crate::kinds::{PLAN, agenda_item, numbered, paper, task};
use crate::offset::Offset;
use crate::order::sorted_places;
use crate::paper::Paper;
use crate::task::{Note, Task, TaskFamily};
use crate::text::compare;
use crate::workbook::Record;

/// Registers with their addresses.
pub(super) type Group<'a> = Vec<(&'a RegisterKey, &'a Register)>;

/// A record of the handbook: made from its plan, then told what each further field says.
pub(super) trait Shelved: Sized {
    type Plan: Plan;
    fn new(kind: &str, id: &str, plan: Self::Plan) -> Self;
    fn is(&self, kind: &str, id: &str) -> bool;
    fn replan(&mut self, plan: Self::Plan);
    fn set(&mut self, field: &FieldName, register: &Register);
    fn order(&self, other: &Self) -> Ordering;
}

/// Registers of one record on their way into the handbook.
pub(super) struct Shelf<'a> {
    pub(super) group: &'a [(&'a RegisterKey, &'a Register)],
    /// Whether the record may be there already; if not, nothing is looked up and the caller sorts at the end.
    pub(super) known: bool,
    pub(super) waiting: &'a mut SortedMap<RegisterKey, Register>,
    pub(super) unreadable: &'a mut Vec<RegisterKey>,
}

impl Shelf<'_> {
    /// The plan, if the group has one that can be read. An unreadable one is noted.
    pub(super) fn plan<P: Plan>(&mut self) -> Option<P> {
        let (key, register) = self
            .group
            .iter()
            .find(|(key, _)| key.field.as_str() == PLAN)?;
        let value = register.value().filter(|it| !it.is_null())?;
        let plan = P::read(value);
        if plan.is_none() {
            self.unreadable.push((*key).clone());
        }
        plan
    }

    /// Puts the record into its list, or refreshes it there.
    pub(super) fn put<T: Shelved>(&mut self, list: &mut Vec<T>) {
        let Some((first, _)) = self.group.first() else {
            return;
        };
        let (kind, id) = (first.kind.as_str(), first.record.as_str());
        let mut at = self
            .known
            .then(|| list.iter().position(|it| it.is(kind, id)))
            .flatten();
        if let (Some(gone), true) = (at, self.is_taken_out()) {
            list.remove(gone);
            return;
        }
        if let Some(plan) = self.plan::<T::Plan>() {
            if let Some(at) = at {
                list[at].replan(plan);
            } else {
                let mut item = T::new(kind, id, plan);
                if self.known {
                    self.set_waiting(&mut item, first);
                }
                list.push(item);
                at = Some(list.len() - 1);
            }
        }
        for (key, register) in self
            .group
            .iter()
            .filter(|(key, _)| key.field.as_str() != PLAN)
        {
            match at {
                Some(at) => list[at].set(&key.field, register),
                None => self.waiting.insert((*key).clone(), (*register).clone()),
            }
        }
        if let (Some(at), true) = (at, self.known) {
            resettle(list, at);
        }
    }

    /// Whether the group says that the record has no plan any more.
    fn is_taken_out(&self) -> bool {
        self.group.iter().any(|(key, register)| {
            key.field.as_str() == PLAN && register.value().is_some_and(Value::is_null)
        })
    }

    /// Tells a new record what came before its plan did.
    fn set_waiting<T: Shelved>(&mut self, item: &mut T, record: &RegisterKey) {
        let is_of = |key: &RegisterKey| {
            key.record == record.record && key.kind == record.kind && key.scope == record.scope
        };
        let keys: Vec<RegisterKey> = self
            .waiting
            .keys()
            .filter(|it| is_of(it))
            .cloned()
            .collect();
        for key in keys {
            if let Some(register) = self.waiting.remove(&key) {
                item.set(&key.field, &register);
            }
        }
    }
}

/// Puts a whole list in order.
pub(super) fn sort<T: Shelved>(list: &mut Vec<T>) {
    if list.is_sorted_by(|a, b| a.order(b).is_le()) {
        return;
    }
    let order = sorted_places(list.len(), &|a, b| list[a].order(&list[b]));
    let mut items: Vec<Option<T>> = list.drain(..).map(Some).collect();
    list.extend(order.into_iter().filter_map(|at| items[at].take()));
}

/// Puts the item at `at` where it belongs among others that are in order.
fn resettle<T: Shelved>(list: &mut Vec<T>, at: usize) {
    let item = list.remove(at);
    let at = list.partition_point(|it| it.order(&item).is_le());
    list.insert(at, item);
}

/// Registers in order of their address.
pub(super) fn by_address<'a>(
    registers: impl Iterator<Item = (&'a RegisterKey, &'a Register)>,
) -> Group<'a> {
    let group: Group<'a> = registers.collect();
    if group.is_sorted_by(|a, b| a.0 <= b.0) {
        return group;
    }
    let order = sorted_places(group.len(), &|a, b| group[a].0.cmp(group[b].0));
    order.into_iter().map(|at| group[at]).collect()
}

/// `true` only when the register says so.
pub(super) fn flag(register: &Register) -> bool {
    register.value().and_then(Value::as_bool).unwrap_or(false)
}

/// A day, when the register holds one.
pub(super) fn day(register: &Register) -> Option<CivilDate> {
    text(register).and_then(|it| CivilDate::parse_iso(it).ok())
}

fn text(register: &Register) -> Option<&str> {
    register.value().and_then(Value::as_str)
}

fn count(register: &Register) -> Option<i64> {
    register
        .value()
        .and_then(Value::as_i64)
        .filter(|it| *it >= 0)
}

/// The latest of those who wrote the value that is shown.
fn latest(register: &Register) -> Option<Attribution> {
    let by = &register.winner()?.by;
    by.iter()
        .max_by(|a, b| (a.at_ms, &a.op).cmp(&(b.at_ms, &b.op)))
        .cloned()
}

fn mark_disputed(disputed: &mut Vec<FieldName>, field: &FieldName, register: &Register) {
    disputed.retain(|it| it != field);
    if register.is_disputed() {
        disputed.push(field.clone());
    }
}

/// Sets the flag at a place from 1, growing the list when the state is ahead of its plan.
fn set_flag_at(flags: &mut Vec<bool>, place: usize, value: bool) {
    if flags.len() < place {
        flags.resize(place, false);
    }
    flags[place - 1] = value;
}

impl Shelved for Task {
    type Plan = crate::task::TaskPlan;

    fn new(kind: &str, id: &str, plan: Self::Plan) -> Self {
        Self::new(
            TaskFamily::of_kind(kind).unwrap_or(TaskFamily::Checklist),
            id,
            plan,
        )
    }

    fn is(&self, kind: &str, id: &str) -> bool {
        self.id == id && self.kind() == kind
    }

    fn replan(&mut self, plan: Self::Plan) {
        let steps = self.steps_done.len().max(plan.steps.len());
        self.steps_done.resize(steps, false);
        self.plan = plan;
    }

    fn set(&mut self, field: &FieldName, register: &Register) {
        mark_disputed(&mut self.disputed, field, register);
        match field.as_str() {
            task::DONE => {
                self.done = flag(register);
                self.done_by = latest(register).filter(|_| self.done);
            }
            task::NOT_APPLICABLE => self.not_applicable = flag(register),
            task::QUANTITY => self.quantity = count(register),
            task::PLANNED => self.own_planned = count(register),
            task::NUMBER => self.number = text(register).map(str::to_owned),
            task::DATE => self.date = day(register),
            task::DUE => self.own_due = text(register).and_then(|it| Offset::parse(it).ok()),
            task::NOTE => {
                self.notes = register
                    .entries
                    .iter()
                    .filter_map(|it| {
                        Some(Note {
                            text: it.value.as_str()?.to_owned(),
                            by: it.by.clone(),
                            retracted: it.retracted.is_some(),
                        })
                    })
                    .collect();
            }
            other => {
                if let Some(step) = numbered(other, task::STEP) {
                    set_flag_at(&mut self.steps_done, step, flag(register));
                }
            }
        }
    }

    fn order(&self, other: &Self) -> Ordering {
        let key = |it: &Self| (it.due_offset(), it.family);
        key(self)
            .cmp(&key(other))
            .then_with(|| self.id.cmp(&other.id))
    }
}

impl Shelved for AgendaItem {
    type Plan = crate::agenda::AgendaPlan;

    fn new(_: &str, id: &str, plan: Self::Plan) -> Self {
        Self::new(id, plan)
    }

    fn is(&self, _: &str, id: &str) -> bool {
        self.id == id
    }

    fn replan(&mut self, plan: Self::Plan) {
        self.plan = plan;
    }

    fn set(&mut self, field: &FieldName, register: &Register) {
        if field.as_str() == agenda_item::MINUTES {
            mark_disputed(&mut self.disputed, field, register);
            self.own_minutes = count(register).and_then(|it| u16::try_from(it).ok());
        }
    }

    fn order(&self, other: &Self) -> Ordering {
        let key = |it: &Self| (it.plan.session, it.plan.order);
        key(self)
            .cmp(&key(other))
            .then_with(|| self.id.cmp(&other.id))
    }
}

impl Shelved for Paper {
    type Plan = crate::paper::PaperPlan;

    fn new(_: &str, id: &str, plan: Self::Plan) -> Self {
        Self::new(id, plan)
    }

    fn is(&self, _: &str, id: &str) -> bool {
        self.id == id
    }

    fn replan(&mut self, plan: Self::Plan) {
        let states = self.states_done.len().max(plan.states.len());
        self.states_done.resize(states, false);
        self.plan = plan;
    }

    fn set(&mut self, field: &FieldName, register: &Register) {
        if let Some(state) = numbered(field.as_str(), paper::STATE) {
            mark_disputed(&mut self.disputed, field, register);
            set_flag_at(&mut self.states_done, state, flag(register));
        }
    }

    fn order(&self, other: &Self) -> Ordering {
        self.id.cmp(&other.id)
    }
}

/// Library records: a plan, and an order of its own.
trait Ordered {
    fn order(_: &Record<Self>, _: &Record<Self>) -> Ordering
    where
        Self: Sized,
    {
        Ordering::Equal
    }
}

impl Ordered for DocumentPlan {}
impl Ordered for RolePlan {}
impl Ordered for ScenarioPlan {}
impl Ordered for LessonPlan {}
impl Ordered for ParameterPlan {}

impl Ordered for ScriptLinePlan {
    fn order(a: &Record<Self>, b: &Record<Self>) -> Ordering {
        (&a.plan.item, a.plan.order).cmp(&(&b.plan.item, b.plan.order))
    }
}

impl Ordered for TermPlan {
    fn order(a: &Record<Self>, b: &Record<Self>) -> Ordering {
        compare(&a.plan.term, &b.plan.term)
    }
}

impl<P: Plan + Ordered> Shelved for Record<P> {
    type Plan = P;

    fn new(_: &str, id: &str, plan: P) -> Self {
        Self::new(id, plan)
    }

    fn is(&self, _: &str, id: &str) -> bool {
        self.id == id
    }

    fn replan(&mut self, plan: P) {
        self.plan = plan;
    }

    fn set(&mut self, _: &FieldName, _: &Register) {}

    fn order(&self, other: &Self) -> Ordering {
        P::order(self, other).then_with(|| self.id.cmp(&other.id))
    }
}
