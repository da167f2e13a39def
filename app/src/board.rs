//! The district's pages, rendered by the server only: nothing of them rides in the phone's wasm.

mod overview;
mod unit;

pub use overview::{BoardData, BoardRow, board_page};
pub use unit::{UnitData, UnitEvent, unit_page};

use domain::congress::Congress;
use domain::date::CivilDate;
use leptos::prelude::*;

use crate::ui::icons::sprite;
use crate::ui::markup::Markup;
use crate::ui::{format, status};
use crate::words::Words;

/// Contact within so many hours counts as fresh; up to three times as many as ageing.
const FRESH_HOURS: i64 = 24;
const SILENT_HOURS: i64 = 72;

/// The frame of a district page.
fn wide(title: String, subtitle: String, back: Option<&'static str>, content: AnyView) -> AnyView {
    let back = back.map(|word| {
        view! { <nav class="wide-nav"><a href="/board">{word}</a></nav> }
    });
    view! {
        {sprite()}
            <header class="bar">
                <div class="bar-row"><div class="bar-title"><h1>{title}</h1><p>{subtitle}</p></div>{back}</div>
            </header>
            <main class="wide-main stack" id="main">{content}</main>
    }
    .into_any()
}

/// "21/02/2020" and "T-7", or why there is none.
fn day_cell(words: Words, congress: &Congress, today: CivilDate) -> AnyView {
    let Some(opening) = congress.opening else {
        return view! { <span>{words.board_no_day()}</span> }.into_any();
    };
    let t = match congress.t_minus(today) {
        Some(t) => t,
        None => words.board_suspended().to_owned(),
    };
    view! { <span><b class="big">{t}</b><span class="meta blk">{opening.to_string()}</span></span> }
        .into_any()
}

/// How long ago a unit was heard from, in words and shape.
fn contact_cell(words: Words, last_contact_ms: Option<i64>, now_ms: i64) -> AnyView {
    let Some(at) = last_contact_ms else {
        return badge("st", "s-silent", words.board_never());
    };
    let minutes = now_ms.saturating_sub(at).max(0) / 60_000;
    let hours = minutes / 60;
    let word = if minutes == 0 {
        badge("st st-info", "s-received", words.board_just_now())
    } else if hours >= SILENT_HOURS {
        badge("st", "s-silent", &words.board_silent_days(hours / 24))
    } else if hours >= 1 {
        badge("st", "s-wait", &words.board_ago_hours(hours))
    } else {
        badge(
            "st st-info",
            "s-received",
            &words.board_ago_minutes(minutes),
        )
    };
    view! { {word}<span class="meta blk">{format::moment(at)}</span> }.into_any()
}

fn badge(class: &'static str, shape: &'static str, word: &str) -> AnyView {
    let mut out = Markup::new();
    status::badge(&mut out, class, shape, word);
    view! { <span inner_html=out.into_html()></span> }.into_any()
}
