//! The board: every unit, where its congress stands, what is done by phase, and when it was last heard from.

use domain::congress::Congress;
use domain::date::CivilDate;
use domain::progress::Progress;
use domain::task::Phase;
use leptos::prelude::*;

use super::{FRESH_HOURS, badge, contact_cell, day_cell, wide};
use crate::session::Assets;
use crate::shell::{Kind, document};
use crate::ui::format;
use crate::words::Words;

/// One unit's line.
#[derive(Debug, Clone, PartialEq)]
pub struct BoardRow {
    /// Unit key, for the link.
    pub unit: String,
    /// Short name of the Party organisation.
    pub name: String,
    /// Its congress.
    pub congress: Congress,
    /// Its progress at the log's current end.
    pub progress: Progress,
    /// Server time of the last contact of any device of the unit.
    pub last_contact_ms: Option<i64>,
    /// Unsent changes that its devices last reported.
    pub unsent_reported: u64,
    /// Unsent changes that went with the storage of its devices, by what they last reported.
    pub lost_unsent: u64,
}

/// What the board shows.
#[derive(Debug, Clone, PartialEq)]
pub struct BoardData {
    /// Short name of the viewer's own unit.
    pub title_unit: String,
    /// Who looks.
    pub viewer: String,
    /// Civil today.
    pub today: CivilDate,
    /// Server time of the figures.
    pub now_ms: i64,
    /// Units with a congress below the viewer.
    pub rows: Vec<BoardRow>,
}

/// The board as a whole document.
pub fn board_page(data: &BoardData, assets: &Assets, words: Words) -> impl IntoView + use<> {
    let fresh = data
        .rows
        .iter()
        .filter(|it| {
            it.last_contact_ms
                .is_some_and(|at| data.now_ms - at <= FRESH_HOURS * 3_600_000)
        })
        .count();
    let stamp = words.board_stamp(
        format::moment(data.now_ms),
        fresh,
        data.rows.len(),
        &data.viewer,
    );
    let rows: Vec<AnyView> = data.rows.iter().map(|it| row(words, it, data)).collect();
    let content = view! {
        <p class="stamp">{stamp}" "{words.board_silence()}</p>
        {summary(words, &data.rows)}
        <div class="board">
            <table>
                <caption>{words.board_caption(data.rows.len())}</caption>
                <thead><tr>
                    <th scope="col">{words.board_unit()}</th>
                    <th scope="col">{words.board_day()}</th>
                    <th scope="col">{words.phase_before()}</th>
                    <th scope="col">{words.phase_during()}</th>
                    <th scope="col">{words.phase_after()}</th>
                    <th scope="col">{words.board_overdue()}</th>
                    <th scope="col">{words.board_superior()}</th>
                    <th scope="col">{words.board_contact()}</th>
                    <th scope="col">{words.board_unsent()}</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    };
    let subtitle = words.board_subtitle(
        &data.title_unit,
        words.today_date(format::weekday(words, data.today), data.today),
    );
    let page = wide(
        words.board_title().to_owned(),
        subtitle,
        None,
        content.into_any(),
    );
    document(assets, words, Kind::Wide, page)
}

fn summary(words: Words, rows: &[BoardRow]) -> AnyView {
    let sum = |of: fn(&Progress) -> usize| rows.iter().map(|it| of(&it.progress)).sum::<usize>();
    let (done, total) = (sum(|it| it.done), sum(|it| it.total));
    let (due_done, due) = (
        sum(|it| it.due_by_today.done),
        sum(|it| it.due_by_today.total),
    );
    let percent = |part: usize, whole: usize| match (part * 100).checked_div(whole) {
        Some(it) => words.board_percent(it),
        None => "–".to_owned(),
    };
    let figure = |name: &'static str, value: String, why: String| {
        view! { <div><dt>{name}</dt><dd>{value}</dd><dd>{why}</dd></div> }.into_any()
    };
    view! {
        <dl class="sum">
            {figure(words.board_sum_done(), percent(done, total), words.board_sum_done_why(done, total))}
            {figure(words.board_sum_due(), percent(due_done, due), words.board_sum_due_why(due_done, due))}
            {figure(words.board_sum_overdue(), sum(|it| it.overdue).to_string(), words.board_sum_overdue_why().to_owned())}
            {figure(words.board_sum_superior(), sum(|it| it.waiting_superior).to_string(), words.board_sum_superior_why(sum(|it| it.late_superior)))}
        </dl>
    }
    .into_any()
}

fn row(words: Words, row: &BoardRow, data: &BoardData) -> AnyView {
    let progress = &row.progress;
    let phase = |phase: Phase| {
        let count = progress.phase(phase);
        view! { <b class="big num">{words.board_done_of(count.done, count.total)}</b> }.into_any()
    };
    let overdue = if progress.overdue > 0 {
        badge("st st-late", "s-late", &progress.overdue.to_string())
    } else {
        view! { <span>"0"</span> }.into_any()
    };
    let lost = (row.lost_unsent > 0)
        .then(|| badge("st st-late", "s-late", &words.board_lost(row.lost_unsent)));
    view! {
        <tr>
            <th scope="row">
                <a class="unit-a" href=format!("/board/{}", row.unit)>
                    <span class="unit-n">{row.name.clone()}</span>
                    <span class="meta">{row.congress.kind.clone()}</span>
                </a>
            </th>
            <td data-l=words.board_day()>{day_cell(words, &row.congress, data.today)}</td>
            <td data-l=words.phase_before()>{phase(Phase::Before)}</td>
            <td data-l=words.phase_during()>{phase(Phase::During)}</td>
            <td data-l=words.phase_after()>{phase(Phase::After)}</td>
            <td data-l=words.board_overdue()>{overdue}</td>
            <td data-l=words.board_superior()><span>{progress.waiting_superior}</span></td>
            <td data-l=words.board_contact()><span>{contact_cell(words, row.last_contact_ms, data.now_ms)}</span></td>
            <td data-l=words.board_unsent()><span>{row.unsent_reported}</span>{lost}</td>
        </tr>
    }
    .into_any()
}
