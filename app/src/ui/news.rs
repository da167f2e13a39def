//! What others have written since the person last said that they had seen it.

use leptos::prelude::*;
use sync::{Cursor, Epoch, LogEntry, ServerSeq};

use super::history::describe;
use super::markup::Markup;
use super::task_row::task_path;
use super::{device, format, parts};
use crate::state::book::{Book, TaskId};
use crate::words::Words;

/// Where this phone keeps how far a person has seen; their account id follows.
const SEEN_KEY: &str = "sotay.seen.";
/// Lines shown; the others are counted.
const LINES_MAX: usize = 5;

/// The section; nothing where nothing is new.
pub fn news(book: Book, words: Words) -> AnyView {
    let key = [SEEN_KEY, book.me().user.as_str()].concat();
    let seen = RwSignal::new(device::kept(&key).and_then(|it| read(&it)));
    parts::dynamic(move || {
        let Some(here) = book.place() else {
            return Vec::new();
        };
        let key = key.clone();
        let see = move || {
            device::keep(&key, &format!("{}-{}", here.epoch.0, here.seq.0));
            seen.set(Some(here));
        };
        let Some(before) = seen.get().filter(|it| it.epoch == here.epoch) else {
            // To who looks for the first time, or after the server was restored, all of it is old.
            see();
            return Vec::new();
        };
        let news = book.news(before.seq);
        if news.is_empty() {
            return Vec::new();
        }
        let mut face = Markup::new();
        face.text(words.news_seen());
        let head = head(words, news.len()).into_html();
        let list = parts::still("stack-2", list(book, words, &news));
        let seen = parts::button("btn btn-wide", face, None, true, see);
        let folded = view! {
            <details class="sec sec-fold">
                <summary class="sec-h" inner_html=head></summary>
                {list}
                {seen}
            </details>
        };
        vec![folded.into_any()]
    })
}

/// The count shows; what it is about unfolds, so that what is due stays first.
fn head(words: Words, count: usize) -> Markup {
    let mut out = Markup::new();
    out.line("<h2>", words.news_title(), "</h2>");
    out.raw("<span class=\"sec-n\">")
        .text(&words.news_count(count))
        .icon("down")
        .raw("</span>");
    out
}

fn list(book: Book, words: Words, news: &[LogEntry]) -> Markup {
    let mut out = Markup::new();
    out.raw("<ol class=\"card time\">");
    for entry in news.iter().take(LINES_MAX) {
        let op = &entry.op;
        let Some(id) = TaskId::of_record(op.kind.as_str(), op.record.as_str()) else {
            continue;
        };
        let title = book.with_task(&id, |_, it, _| it.plan.title.clone());
        let when = format::moment_short(words, entry.corrected_ms, book.today());
        out.raw("<li class=\"time-i\">").icon("s-received");
        out.raw("<p><a href=\"").text(&task_path(&id)).raw("\">");
        out.text(&title.unwrap_or(id.record)).raw("</a>: ");
        out.text(&describe(words, op)).raw("</p>");
        let by = words.news_by(book.person(&op.author), when);
        out.line("<span class=\"time-w\">", &by, "</span>")
            .raw("</li>");
    }
    out.raw("</ol>");
    let more = news.len().saturating_sub(LINES_MAX);
    if more > 0 {
        out.line("<p class=\"meta\">", &words.news_more(more), "</p>");
    }
    out
}

fn read(text: &str) -> Option<Cursor> {
    let (epoch, seq) = text.split_once('-')?;
    Some(Cursor {
        epoch: Epoch(epoch.parse().ok()?),
        seq: ServerSeq(seq.parse().ok()?),
    })
}
