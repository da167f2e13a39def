//! Lays a session's items along the clock. The sums are the planner's own: nothing is read from the workbook's prose.

use std::ops::Range;

use crate::agenda::{AgendaItem, Session, SessionBudget, TimeClass};
use crate::date::Minute;
use crate::order::sorted_places;

/// One stretch of the timetable: an item, or one part of a divided item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimetableRow {
    /// The item.
    pub item: String,
    /// Which part, from 1; `None` for an undivided item.
    pub part: Option<u8>,
    /// When it starts.
    pub start: Minute,
    /// How long it takes.
    pub minutes: u16,
    /// Whether something else runs at the same time by plan.
    pub parallel: bool,
    /// Whether its start does not move.
    pub fixed: bool,
    /// Whether it counts against the budget.
    pub counts: bool,
}

impl TimetableRow {
    /// When it ends.
    #[must_use]
    pub fn end(&self) -> Minute {
        self.start.plus(self.minutes)
    }
}

/// Minutes that the hall spends on one class of items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClassMinutes {
    /// The class.
    pub class: TimeClass,
    /// Its minutes; all classes add up to [`Timetable::hall_minutes`].
    pub minutes: u32,
}

/// What a planner should look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AgendaWarning {
    /// The session is longer than its budget.
    OverBudget {
        /// By so much.
        minutes: u32,
    },
    /// An item is longer than its cap.
    OverCap {
        /// The item.
        item: String,
        /// Minutes in force.
        minutes: u16,
        /// Most minutes.
        minutes_max: u16,
    },
    /// An item is shorter than its floor.
    UnderFloor {
        /// The item.
        item: String,
        /// Minutes in force.
        minutes: u16,
        /// Fewest minutes.
        minutes_min: u16,
    },
    /// All discussion of the session together is shorter than the floor.
    DiscussionShort {
        /// Minutes of discussion.
        minutes: u32,
        /// Fewest minutes.
        minutes_min: u32,
    },
    /// What comes before a fixed start runs past it.
    Clash {
        /// The item that does not move.
        item: String,
        /// By so much.
        minutes: u16,
    },
}

/// A session laid out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timetable {
    /// Which session.
    pub session: Session,
    /// In order of start.
    pub rows: Vec<TimetableRow>,
    /// All counted items added up, side by side or not.
    pub sum_minutes: u32,
    /// Time in the hall: the sum less what runs beside something else.
    pub hall_minutes: u32,
    /// Minutes there are, when known.
    pub budget_minutes: Option<u32>,
    /// Hall time beyond the budget; 0 when it fits.
    pub over_minutes: u32,
    /// Hall time by class, in order of [`TimeClass::ALL`].
    pub by_class: Vec<ClassMinutes>,
    /// When the session starts.
    pub start: Minute,
    /// When the last row ends.
    pub end: Minute,
    /// What to look at.
    pub warnings: Vec<AgendaWarning>,
}

/// Lays out the items of `budget.session`; items of the other session are passed over.
///
/// Items follow one another in order of [`super::AgendaPlan::order`]; a fixed start waits for its time and does not
/// move when earlier items run late (then a [`AgendaWarning::Clash`] says so). An item that runs beside another
/// starts with it: with its last part if that one is divided, and that part is held back until then.
#[must_use]
pub fn timetable(items: &[AgendaItem], budget: &SessionBudget) -> Timetable {
    let order = in_order(items, budget.session);
    let start = order
        .first()
        .and_then(|it| it.plan.fixed_start)
        .or(budget.start);
    let start = start.unwrap_or_default();

    let mut rows: Vec<TimetableRow> = Vec::with_capacity(order.len() + 2);
    let mut warnings = Vec::new();
    let mut sum_minutes = 0;
    let mut by_class = TimeClass::ALL.map(|class| ClassMinutes { class, minutes: 0 });
    let mut beside_started: Vec<&str> = Vec::new();
    let mut cursor = start;

    for item in &order {
        let plan = &item.plan;
        let minutes = item.minutes();
        let host = host_of(item, &order);
        let mut hall_minutes = minutes;

        let parts = item.parts();
        if let Some(host) = host {
            let host_parts = host.parts();
            let last = host_parts.len() - 1;
            let first_beside = !beside_started.contains(&host.id.as_str());
            beside_started.push(&host.id);
            if last > 0 && first_beside {
                let at = fixed_or(plan.fixed_start, cursor, &item.id, &mut warnings);
                let end = lay(&mut rows, host, &host_parts, last..host_parts.len(), at);
                cursor = cursor.max(end);
            }
            let beside = rows.iter_mut().rev().find(|it| it.item == host.id);
            let at = beside.map_or(cursor, |beside| {
                beside.parallel = true;
                beside.start
            });
            let from = rows.len();
            let end = lay(&mut rows, item, &parts, 0..parts.len(), at);
            rows[from..].iter_mut().for_each(|it| it.parallel = true);
            // Only what outlasts everything already placed lengthens the day.
            hall_minutes = cursor.until(end).min(minutes);
            cursor = cursor.max(end);
        } else {
            let at = fixed_or(plan.fixed_start, cursor, &item.id, &mut warnings);
            let held_back = parts.len() > 1 && order.iter().any(|it| is_beside(it, item, &order));
            let here = parts.len() - usize::from(held_back);
            cursor = cursor.max(lay(&mut rows, item, &parts, 0..here, at));
        }

        if plan.counts {
            sum_minutes += u32::from(minutes);
            if let Some(class) = by_class.iter_mut().find(|it| it.class == plan.class) {
                class.minutes += u32::from(hall_minutes);
            }
        }
        warn_of_limits(item, budget, &mut warnings);
    }

    let hall_minutes = by_class.iter().map(|it| it.minutes).sum();
    let over_minutes = budget
        .budget_minutes
        .map_or(0, |it| u32::saturating_sub(hall_minutes, it));
    if over_minutes > 0 {
        warnings.insert(
            0,
            AgendaWarning::OverBudget {
                minutes: over_minutes,
            },
        );
    }
    let discussed = by_class
        .iter()
        .find(|it| it.class == TimeClass::Discussion)
        .map_or(0, |it| it.minutes);
    // An item's own floor says it more exactly.
    let said = |it: &AgendaWarning| {
        let AgendaWarning::UnderFloor { item: short, .. } = it else {
            return false;
        };
        order
            .iter()
            .any(|it| it.id == *short && it.plan.class == TimeClass::Discussion)
    };
    if let Some(minutes_min) = budget.discussion_minutes_min
        && discussed < minutes_min
        && !order.is_empty()
        && !warnings.iter().any(said)
    {
        warnings.push(AgendaWarning::DiscussionShort {
            minutes: discussed,
            minutes_min,
        });
    }
    let places = sorted_places(rows.len(), &|a, b| rows[a].start.cmp(&rows[b].start));
    let rows: Vec<TimetableRow> = places.into_iter().map(|at| rows[at].clone()).collect();
    Timetable {
        session: budget.session,
        end: rows.iter().map(TimetableRow::end).max().unwrap_or(start),
        rows,
        sum_minutes,
        hall_minutes,
        budget_minutes: budget.budget_minutes,
        over_minutes,
        by_class: by_class.to_vec(),
        start,
        warnings,
    }
}

/// Items of a session in order; one that runs beside a later item comes right after that item.
fn in_order(items: &[AgendaItem], session: Session) -> Vec<&AgendaItem> {
    let of_session: Vec<&AgendaItem> = items
        .iter()
        .filter(|it| it.plan.session == session)
        .collect();
    let key = |at: usize| (of_session[at].plan.order, &of_session[at].id);
    let places = sorted_places(of_session.len(), &|a, b| key(a).cmp(&key(b)));
    let mut order: Vec<&AgendaItem> = places.into_iter().map(|at| of_session[at]).collect();
    let mut from = 0;
    // Each item moves at most once (afterwards its host is before it), so this ends.
    while from < order.len() {
        let item = order[from];
        let host = host_of(item, &order).map(|host| &host.id);
        match order.iter().position(|it| Some(&it.id) == host) {
            Some(at) if at > from => order[from..=at].rotate_left(1),
            _ => from += 1,
        }
    }
    order
}

/// The item that `item` runs beside, if it is there and does not itself run beside another.
fn host_of<'a>(item: &AgendaItem, order: &[&'a AgendaItem]) -> Option<&'a AgendaItem> {
    let id = item
        .plan
        .parallel_to
        .as_ref()
        .filter(|id| **id != item.id)?;
    let find = |id: &String| order.iter().copied().find(|it| it.id == *id);
    let host = find(id)?;
    let host_hosted = host
        .plan
        .parallel_to
        .as_ref()
        .filter(|id| **id != host.id)
        .and_then(find);
    host_hosted.is_none().then_some(host)
}

fn is_beside(item: &AgendaItem, host: &AgendaItem, order: &[&AgendaItem]) -> bool {
    host_of(item, order).is_some_and(|it| it.id == host.id)
}

fn fixed_or(
    fixed: Option<Minute>,
    cursor: Minute,
    item: &str,
    warnings: &mut Vec<AgendaWarning>,
) -> Minute {
    let Some(fixed) = fixed else { return cursor };
    let late = fixed.until(cursor);
    if late > 0 {
        warnings.push(AgendaWarning::Clash {
            item: item.to_owned(),
            minutes: late,
        });
    }
    fixed
}

/// Lays some parts of an item one after another; gives the end of the last.
fn lay(
    rows: &mut Vec<TimetableRow>,
    item: &AgendaItem,
    parts: &[u16],
    which: Range<usize>,
    start: Minute,
) -> Minute {
    let mut at = start;
    for index in which {
        let part = u8::try_from(index + 1).ok().filter(|_| parts.len() > 1);
        rows.push(TimetableRow {
            item: item.id.clone(),
            part,
            start: at,
            minutes: parts[index],
            parallel: false,
            fixed: index == 0 && item.plan.fixed_start == Some(at),
            counts: item.plan.counts,
        });
        at = at.plus(parts[index]);
    }
    at
}

fn warn_of_limits(item: &AgendaItem, budget: &SessionBudget, warnings: &mut Vec<AgendaWarning>) {
    let minutes = item.minutes();
    let report_max = budget
        .report_minutes_max
        .filter(|_| item.plan.class == TimeClass::Report);
    if let Some(minutes_max) = item.plan.minutes_max.or(report_max)
        && minutes > minutes_max
    {
        warnings.push(AgendaWarning::OverCap {
            item: item.id.clone(),
            minutes,
            minutes_max,
        });
    }
    if let Some(minutes_min) = item.plan.minutes_min
        && minutes < minutes_min
    {
        warnings.push(AgendaWarning::UnderFloor {
            item: item.id.clone(),
            minutes,
            minutes_min,
        });
    }
}
