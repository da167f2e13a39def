//! The day ruler: every dated task as a square on its day. Solid = done, outline = to come, heavy line = today.

use domain::date::CivilDate;
use domain::handbook::Handbook;
use domain::task::Standing;

use super::markup::Markup;
use crate::words::Words;

/// Days shown before today at least, and after the opening.
const MARGIN_DAYS: i64 = 7;
/// Highest stack drawn; the spoken label still has the whole count.
const STACK_MAX: usize = 5;
const BASE_Y: usize = 58;
const STEP_Y: usize = 11;

/// Squares of one day.
#[derive(Default, Clone)]
struct Day {
    done: usize,
    late: usize,
    todo: usize,
}

/// The span of days drawn, and where each stands on the line.
struct Scale {
    from: CivilDate,
    span: i64,
}

impl Scale {
    /// In percent of the width. Integers only: the server's and the browser's rendering are the same text.
    fn x(&self, day: i64) -> String {
        let hundredths = 400 + day * 9_200 / self.span;
        format!("{}.{:02}%", hundredths / 100, hundredths % 100)
    }

    fn x_of(&self, day: CivilDate) -> String {
        self.x(self.from.days_until(day))
    }
}

/// The ruler, or nothing while the congress has no day.
pub fn day_ruler(out: &mut Markup, words: Words, book: &Handbook, today: CivilDate) {
    let Some(opening) = book.congress.origin() else {
        return;
    };
    let from = today.min(opening).plus_days(-2 * MARGIN_DAYS);
    let to = today.max(opening).plus_days(MARGIN_DAYS);
    let scale = Scale {
        from,
        span: from.days_until(to).max(1),
    };
    let days = gather(book, today, from, scale.span);

    out.raw("<svg class=\"ruler\" height=\"106\" role=\"img\" aria-label=\"");
    out.text(&spoken(words, from, to, today, &days)).raw("\">");
    out.raw("<line class=\"rk-tick\" x1=\"4%\" x2=\"96%\" y1=\"70\" y2=\"70\"/>");
    for (index, day) in (0_i64..).zip(&days) {
        let at = scale.x(index);
        let on = from.plus_days(index);
        let is_long = index == 0 || index == scale.span || on == today || on == opening;
        tick(out, &at, if is_long { "84" } else { "78" });
        let squares = std::iter::repeat_n("rk-done", day.done)
            .chain(std::iter::repeat_n("rk-late", day.late))
            .chain(std::iter::repeat_n("rk-todo", day.todo));
        for (level, class) in squares.take(STACK_MAX).enumerate() {
            out.raw("<svg x=\"")
                .text(&at)
                .raw("\" y=\"")
                .show(BASE_Y.saturating_sub(level * STEP_Y));
            out.raw("\" width=\"9\" height=\"9\" overflow=\"visible\"><rect class=\"")
                .raw(class);
            out.raw("\" x=\"-4.5\" width=\"9\" height=\"9\"/></svg>");
        }
    }
    let at = scale.x_of(today);
    out.raw("<line class=\"rk-now\" x1=\"")
        .text(&at)
        .raw("\" x2=\"")
        .text(&at);
    out.raw("\" y1=\"70\" y2=\"86\"/>");
    label(out, "rk-text\" y=\"10", &at, "middle", words.ruler_today());
    label(out, "rk-text-2\" y=\"102", "4%", "start", &from.short());
    // Where the opening stands close to the end, its own label says enough.
    if opening.days_until(to) * 3 > scale.span {
        label(out, "rk-text-2\" y=\"102", "96%", "end", &to.short());
    }
    label(
        out,
        "rk-text\" y=\"102",
        &scale.x_of(opening),
        "middle",
        words.ruler_opening(),
    );
    out.raw("</svg>");
}

fn tick(out: &mut Markup, at: &str, foot: &'static str) {
    out.raw("<line class=\"rk-tick\" x1=\"")
        .text(at)
        .raw("\" x2=\"")
        .text(at);
    out.raw("\" y1=\"70\" y2=\"").raw(foot).raw("\"/>");
}

fn label(out: &mut Markup, class_and_y: &'static str, at: &str, anchor: &'static str, text: &str) {
    out.raw("<text class=\"")
        .raw(class_and_y)
        .raw("\" x=\"")
        .text(at)
        .raw("\" text-anchor=\"");
    out.raw(anchor).raw("\">").text(text).raw("</text>");
}

fn gather(book: &Handbook, today: CivilDate, from: CivilDate, span: i64) -> Vec<Day> {
    let mut days = vec![Day::default(); usize::try_from(span + 1).unwrap_or(1)];
    for task in &book.tasks {
        let Some(due) = task.due(&book.congress, &book.calendar) else {
            continue;
        };
        let Some(day) = usize::try_from(from.days_until(due))
            .ok()
            .and_then(|it| days.get_mut(it))
        else {
            continue;
        };
        match task.standing(today, &book.congress, &book.calendar) {
            Standing::Done => day.done += 1,
            Standing::Overdue { .. } => day.late += 1,
            Standing::DueToday | Standing::Soon { .. } | Standing::Later => day.todo += 1,
            Standing::NotApplicable
            | Standing::Undated
            | Standing::Suspended
            | Standing::WaitingSuperior { .. } => {}
        }
    }
    days
}

fn spoken(words: Words, from: CivilDate, to: CivilDate, today: CivilDate, days: &[Day]) -> String {
    let sum = |of: fn(&Day) -> usize| days.iter().map(of).sum::<usize>();
    let index = usize::try_from(from.days_until(today)).unwrap_or(usize::MAX);
    words.ruler_label(
        from.short(),
        to.short(),
        sum(|it| it.done),
        sum(|it| it.late),
        days.get(index).map_or(0, |it| it.todo),
        sum(|it| it.todo),
    )
}
