//! The quantity stepper: minus, count of plan, plus. Values may pass the plan; the phone does not block.

use std::rc::Rc;

use domain::kinds::task::TaskEdit;
use leptos::prelude::*;

use super::markup::Markup;
use super::parts::{self, Entry};
use crate::state::book::{Book, TaskId};
use crate::words::Words;

/// Counts a task's quantity by one; the middle is a field for large counts.
pub fn stepper(book: Book, words: Words, id: &TaskId) -> AnyView {
    let quantity = {
        let id = id.clone();
        move || {
            book.with_task(&id, |_, it, _| it.quantity)
                .flatten()
                .unwrap_or(0)
        }
    };
    let title = book
        .with_task(id, |_, it, _| it.plan.title.clone())
        .unwrap_or_default();
    let enabled = book.may_write(id, "quantity");
    let set: Rc<dyn Fn(i64)> = {
        let (id, quantity) = (id.clone(), quantity.clone());
        Rc::new(move |value: i64| {
            if value >= 0 && value != untrack(&quantity) {
                book.edit(&id, TaskEdit::Quantity(Some(value)));
            }
        })
    };
    let step = |by: i64, shape: &'static str, label: String| {
        let mut face = Markup::new();
        face.icon(shape);
        let (set, quantity) = (set.clone(), quantity.clone());
        parts::button("stepper-b", face, Some(label), enabled, move || {
            set(untrack(&quantity) + by);
        })
    };
    let plan = {
        let id = id.clone();
        move || {
            let mut out = Markup::new();
            book.with_task(&id, |_, it, _| {
                if let Some(planned) = it.planned() {
                    out.raw("/").show(planned);
                }
                out.raw(" ").text(&it.plan.measure);
            });
            out
        }
    };
    let typed = set.clone();
    let count = quantity.clone();
    let field = parts::field(
        Entry::Number,
        "stepper-in",
        &words.stepper_count(&title),
        enabled,
        move || count().to_string(),
        move |text| {
            if let Ok(value) = text.trim().replace('.', "").parse() {
                typed(value);
            }
        },
    );
    let content = vec![
        step(-1, "minus", words.stepper_less(&title)),
        parts::group("stepper-n", vec![field, parts::live("", plan)]),
        step(1, "plus", words.stepper_more(&title)),
    ];
    view! { <div class="stepper" role="group" aria-label=words.stepper_group(&title)>{content}</div> }
        .into_any()
}
