//! The frame of every phone screen: bar with sync chip, content, tabs or the way back.

use domain::date::{CivilDate, Minute};
use leptos::prelude::*;
use sync::Link;

use super::markup::Markup;
use super::parts;
use crate::state::book::Book;
use crate::state::status::SyncStatus;
use crate::words::Words;

/// Which tab a screen belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// Hôm nay.
    Today,
    /// Việc.
    Tasks,
    /// Đại hội.
    Schedule,
    /// Tuyên truyền.
    Decoration,
    /// Thêm.
    More,
}

/// A whole screen. `back`: where a screen below another returns to.
pub fn screen(
    book: Book,
    words: Words,
    tab: Tab,
    back: Option<&'static str>,
    title: impl Fn() -> (String, String) + Send + Sync + 'static,
    content: Vec<AnyView>,
) -> AnyView {
    let heading = move || {
        let (title, subtitle) = title();
        let mut out = Markup::new();
        out.raw("<h1>")
            .text(&title)
            .raw("</h1>")
            .line("<p>", &subtitle, "</p>");
        out
    };
    let back = back.map(|to| {
        parts::link("bar-back", to.to_owned(), move || {
            let mut out = Markup::new();
            out.icon("back")
                .line("<span class=\"vh\">", words.nav_back(), "</span>");
            out
        })
    });
    let strip = parts::live("", move || {
        let mut out = Markup::new();
        if book.with(|it| it.congress.assumed) {
            out.line("<p class=\"sample\">", words.sample_strip(), "</p>");
        }
        out
    });
    view! {
        <header class="bar">
            {strip}
            <div class="bar-row">
                {back}
                {parts::live("bar-title", heading)}
                {parts::link("sync-chip", "/more/sync".to_owned(), move || chip(book, words))}
            </div>
        </header>
        <main class="page" id="main" tabindex="-1">{content}</main>
        <nav class="tabs" aria-label=words.nav_main() inner_html=tabs(words, tab).into_html()></nav>
    }
    .into_any()
}

/// "Đảng bộ xã Hồng Thượng · T-7".
pub fn unit_line(book: Book) -> String {
    let today = book.today();
    book.with(|it| {
        let name = &it.unit.name;
        match it.congress.t_minus(today) {
            Some(t) => [name, " · ", &t].concat(),
            None => name.clone(),
        }
    })
}

/// Short name of the unit.
pub fn unit_name(book: Book) -> String {
    book.with(|it| it.unit.short_name().to_owned())
}

/// State over count, never merged, never animated.
fn chip(book: Book, words: Words) -> Markup {
    let status = book.status();
    let mut out = Markup::new();
    out.icon(chip_shape(&status))
        .raw("<span><b>")
        .text(&chip_state(words, &status));
    out.raw("</b> <span class=\"chip-n\">")
        .text(&chip_count(book, words, &status));
    out.raw("</span></span>");
    out
}

fn chip_state(words: Words, status: &SyncStatus) -> String {
    if status.refused > 0 {
        return words.chip_refused(status.refused);
    }
    let word = match status.link {
        _ if status.sending => words.chip_sending(),
        Link::SignedOut => words.chip_signed_out(),
        Link::Offline => words.chip_offline(),
        Link::Online if status.unsent == 0 => words.chip_sent(),
        Link::Online | Link::Unknown => words.chip_on_phone(),
    };
    word.to_owned()
}

fn chip_count(book: Book, words: Words, status: &SyncStatus) -> String {
    match status.last_contact_ms {
        // The day alone where it is another one: a chip that grows would move the screen under a finger.
        Some(at) if status.unsent == 0 && status.link == Link::Online => {
            let at_ms = at + status.clock_offset_ms;
            let day = CivilDate::from_unix_ms(at_ms);
            if day == book.today() {
                words.chip_at(Minute::from_unix_ms(at_ms))
            } else {
                words.chip_on(day.short())
            }
        }
        _ => words.chip_unsent(status.unsent),
    }
}

fn chip_shape(status: &SyncStatus) -> &'static str {
    if status.refused > 0 {
        return "s-reject";
    }
    match status.link {
        Link::Offline | Link::SignedOut => "s-offline",
        Link::Online if status.unsent == 0 => "s-received",
        Link::Online | Link::Unknown => "s-unsent",
    }
}

fn tabs(words: Words, current: Tab) -> Markup {
    let entries = [
        (Tab::Today, "/", "today", words.tab_today()),
        (Tab::Tasks, "/tasks", "tasks", words.tab_tasks()),
        (Tab::Schedule, "/schedule", "hall", words.tab_schedule()),
        (
            Tab::Decoration,
            "/decoration",
            "horn",
            words.tab_decoration(),
        ),
        (Tab::More, "/more", "more", words.tab_more()),
    ];
    let mut out = Markup::new();
    for (tab, to, shape, word) in entries {
        // A screen below a tab marks that tab too.
        let mark = if tab == current {
            "\" aria-current=\"page\">"
        } else {
            "\">"
        };
        out.raw("<a href=\"")
            .raw(to)
            .raw(mark)
            .icon(shape)
            .line("<span>", word, "</span>")
            .raw("</a>");
    }
    out
}

/// The opening of a titled section.
pub fn section_head(out: &mut Markup, title: &str, count: &str) {
    out.raw("<div class=\"sec-h\"><h2>")
        .text(title)
        .raw("</h2>");
    out.line("<span class=\"sec-n\">", count, "</span>")
        .raw("</div>");
}
