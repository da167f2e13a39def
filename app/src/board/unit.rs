//! One unit for the district: its progress, and who did what when, newest first.

use domain::congress::Congress;
use domain::date::CivilDate;
use domain::progress::Progress;
use domain::task::Phase;
use leptos::prelude::*;
use sync::LogEntry;

use super::{contact_cell, day_cell, wide};
use crate::session::Assets;
use crate::shell::{Kind, document};
use crate::ui::format;
use crate::ui::history::describe;
use crate::words::Words;

/// One accepted change, with the names that its keys stand for.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitEvent {
    /// The change as the log has it.
    pub entry: LogEntry,
    /// Title of the record.
    pub title: String,
    /// Name of the author.
    pub author: String,
}

/// What the page of a unit shows.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitData {
    /// Short name of the Party organisation.
    pub name: String,
    /// Its congress.
    pub congress: Congress,
    /// Its progress.
    pub progress: Progress,
    /// Civil today.
    pub today: CivilDate,
    /// Server time of the figures.
    pub now_ms: i64,
    /// Server time of the last contact of any of its devices.
    pub last_contact_ms: Option<i64>,
    /// Unsent changes that went with the storage of its devices, by what they last reported.
    pub lost_unsent: u64,
    /// Latest changes, newest first.
    pub events: Vec<UnitEvent>,
}

/// The page as a whole document.
pub fn unit_page(data: &UnitData, assets: &Assets, words: Words) -> impl IntoView + use<> {
    let progress = &data.progress;
    let figure = |name: &'static str, count: domain::progress::PhaseCount| {
        view! { <div><dt>{name}</dt><dd>{words.board_done_of(count.done, count.total)}</dd></div> }
            .into_any()
    };
    let events: Vec<AnyView> = data.events.iter().map(|it| event(words, it)).collect();
    let history = if events.is_empty() {
        view! { <p class="card meta">{words.unit_empty()}</p> }.into_any()
    } else {
        view! {
            <div class="board">
                <table>
                    <caption>{words.unit_history()}</caption>
                    <thead><tr>
                        <th scope="col">{words.unit_what()}</th>
                        <th scope="col">{words.unit_who()}</th>
                        <th scope="col">{words.unit_when()}</th>
                        <th scope="col">{words.unit_device()}</th>
                    </tr></thead>
                    <tbody>{events}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    let lost = (data.lost_unsent > 0)
        .then(|| view! { <p role="note">{words.unit_lost(data.lost_unsent)}</p> });
    let content = view! {
        <section class="card stack-2" aria-label=words.board_day()>
            {day_cell(words, &data.congress, data.today)}
            <p>{contact_cell(words, data.last_contact_ms, data.now_ms)}</p>
            {lost}
        </section>
        <dl class="sum" aria-label=words.unit_tasks()>
            {figure(words.phase_before(), progress.phase(Phase::Before))}
            {figure(words.phase_during(), progress.phase(Phase::During))}
            {figure(words.phase_after(), progress.phase(Phase::After))}
            <div><dt>{words.board_overdue()}</dt><dd>{progress.overdue}</dd></div>
            <div><dt>{words.board_superior()}</dt><dd>{progress.waiting_superior}</dd></div>
        </dl>
        {history}
    };
    let subtitle = data.congress.kind.clone().unwrap_or_default();
    let page = wide(
        data.name.clone(),
        subtitle,
        Some(words.board_back()),
        content.into_any(),
    );
    document(assets, words, Kind::Wide, page)
}

fn event(words: Words, event: &UnitEvent) -> AnyView {
    let op = &event.entry.op;
    let device: String = op.id.device.as_str().chars().take(6).collect();
    let what = words.unit_what_value(&event.title, describe(words, op));
    view! {
        <tr>
            <th scope="row">{what}</th>
            <td data-l=words.unit_who()><span>{event.author.clone()}</span></td>
            <td data-l=words.unit_when()><span>{format::moment(event.entry.corrected_ms)}</span></td>
            <td data-l=words.unit_device()><span>{device}</span></td>
        </tr>
    }
    .into_any()
}
