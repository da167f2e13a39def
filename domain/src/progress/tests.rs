//! Counts.

use proptest::prelude::*;

use super::*;
use crate::offset::Offset;
use crate::task::{EvidenceKind, TaskFamily, TaskPlan};

fn tasks() -> impl Strategy<Value = Vec<Task>> {
    let task = (
        0_usize..3,
        -40_i32..40,
        any::<bool>(),
        proptest::bool::weighted(0.2),
        any::<bool>(),
        any::<bool>(),
    );
    proptest::collection::vec(task, 0..40).prop_map(|tasks| {
        let one = |(phase, due, done, not_applicable, superior, counted): (
            usize,
            i32,
            bool,
            bool,
            bool,
            bool,
        )| {
            let plan = TaskPlan {
                phase: Phase::ALL[phase],
                due: Offset::Days(due),
                owed_by: if superior {
                    "huyện".to_owned()
                } else {
                    String::new()
                },
                evidence: vec![EvidenceKind::Count],
                ..TaskPlan::default()
            };
            let task = Task::new(TaskFamily::Checklist, "x", plan);
            Task {
                done,
                not_applicable,
                quantity: counted.then_some(3),
                ..task
            }
        };
        tasks.into_iter().map(one).collect()
    })
}

fn congress() -> impl Strategy<Value = Congress> {
    (
        proptest::option::weighted(0.8, 0_i64..60),
        proptest::bool::weighted(0.2),
    )
        .prop_map(|(day, suspended)| {
            let start = CivilDate::from_ymd(2020, 2, 1);
            Congress {
                opening: day.and_then(|it| Some(start?.plus_days(it))),
                suspended,
                ..Congress::default()
            }
        })
}

proptest! {
    #[test]
    fn counts_add_up(tasks in tasks(), congress in congress()) {
        let today = CivilDate::from_ymd(2020, 2, 20).expect("a day");
        let count = of(&tasks, &congress, &Calendar::default(), today);
        prop_assert_eq!(count.phases.iter().map(|it| it.done).sum::<usize>(), count.done);
        prop_assert_eq!(count.phases.iter().map(|it| it.total).sum::<usize>(), count.total);
        prop_assert_eq!(count.total + count.superior.total + count.not_applicable, tasks.len());
        prop_assert_eq!(count.superior.done + count.waiting_superior, count.superior.total);
        prop_assert!(count.late_superior <= count.waiting_superior);
        prop_assert!(count.with_evidence <= count.done);
        prop_assert!(count.done + count.overdue + count.due_today + count.soon <= count.total);
        let open_by_today = count.due_by_today.total - count.due_by_today.done;
        prop_assert_eq!(open_by_today, count.overdue + count.due_today);
        if congress.origin().is_none() {
            prop_assert_eq!(count.overdue + count.due_by_today.total + count.late_superior, 0);
        }
    }

    #[test]
    fn ticking_raises_done_by_one(tasks in tasks(), congress in congress(), at in any::<prop::sample::Index>()) {
        prop_assume!(!tasks.is_empty());
        let today = CivilDate::from_ymd(2020, 2, 20).expect("a day");
        let count = |tasks: &[Task]| of(tasks, &congress, &Calendar::default(), today);
        let mut ticked = tasks.clone();
        let task = &mut ticked[at.index(tasks.len())];
        let counts_for_unit = task.is_open() && !task.plan.owed_by_superior();
        task.done = true;
        let (before, after) = (count(&tasks), count(&ticked));
        prop_assert_eq!(after.done, before.done + usize::from(counts_for_unit));
        prop_assert_eq!(after.total, before.total);
        prop_assert!(after.overdue <= before.overdue);
    }
}
