//! Gửi và nhận: what is on the phone, what the server has, what it refused and why. The three are never merged.

use domain::task::TaskFamily;
use leptos::prelude::*;
use sync::{Link, Outgoing, RejectCode};

use crate::error::AppError;
use crate::state::book::{Book, Snack, TaskId};
use crate::state::status::{Transport, refusal};
use crate::ui::frame::{Tab, screen, section_head, unit_line};
use crate::ui::history::describe;
use crate::ui::markup::Markup;
use crate::ui::parts::{self, Entry};
use crate::ui::status::transport_badge;
use crate::ui::{device, format};
use crate::words::Words;

/// Received changes shown; older ones stay in the items' own histories.
const RECEIVED_SHOWN: usize = 30;

/// The sync screen.
pub fn sync(book: Book, words: Words) -> AnyView {
    let signed_out = Memo::new(move |_| u32::from(book.status().link == Link::SignedOut));
    let action = parts::dynamic(move || {
        vec![if signed_out.get() == 1 {
            sign_in_form(book, words)
        } else {
            try_now(words)
        }]
    });
    let note = vec![
        parts::live("stack-2", move || link_note(book, words)),
        action,
    ];
    let content = vec![
        parts::live("", move || counts(book, words)),
        parts::group("note sec", vec![parts::group("note-body stack-2", note)]),
        parts::live("", move || clock_note(book, words)),
        parts::live("", move || changes(book, words)),
    ];
    let title = move || (words.sync_title().to_owned(), unit_line(book));
    screen(book, words, Tab::More, Some("/more"), title, content)
}

fn counts(book: Book, words: Words) -> Markup {
    let status = book.status();
    let mut out = Markup::new();
    out.raw("<dl class=\"card card-flush counts\">");
    for (word, count) in [
        (words.sync_on_phone(), status.unsent),
        (words.sync_received(), status.received),
        (words.sync_refused(), status.refused),
    ] {
        out.raw("<div>")
            .line("<dt>", word, "</dt>")
            .raw("<dd>")
            .show(count)
            .raw("</dd></div>");
    }
    out.raw("</dl>");
    out
}

fn link_note(book: Book, words: Words) -> Markup {
    let status = book.status();
    let (shape, title, body) = match status.link {
        Link::SignedOut => ("user", words.sync_signed_out(), words.sync_signed_out_why()),
        Link::Unknown => ("s-unsent", words.sync_checking(), words.sync_carry_on()),
        Link::Offline => ("s-offline", words.sync_no_path(), words.sync_carry_on()),
        Link::Online if status.unsent == 0 => {
            ("s-received", words.sync_done(), words.sync_done_why())
        }
        Link::Online => ("s-unsent", words.sync_sending(), words.sync_carry_on()),
    };
    let mut out = Markup::new();
    out.raw("<h2 class=\"cluster\">")
        .icon(shape)
        .text(title)
        .raw("</h2>")
        .line("<p>", body, "</p>");
    if let Some(at) = status.last_contact_ms {
        let when = format::moment(at.saturating_add(status.clock_offset_ms));
        out.line("<p class=\"meta\">", &words.sync_last_contact(when), "</p>");
    }
    out
}

fn try_now(words: Words) -> AnyView {
    let mut face = Markup::new();
    face.icon("refresh").text(words.sync_now());
    parts::button("btn btn-1 btn-wide", face, None, true, device::sync_now)
}

/// Signing in again in place: the unsent work stays and goes on its way.
fn sign_in_form(book: Book, words: Words) -> AnyView {
    let password = RwSignal::new(String::new());
    let failed = RwSignal::new(None::<AppError>);
    let user = book.me().user.to_string();
    let shown = user.clone();
    let name = parts::field(
        Entry::Text,
        "field-in",
        words.sign_in_user(),
        false,
        move || shown.clone(),
        |_| {},
    );
    let secret = parts::field(
        Entry::Password,
        "field-in",
        words.sign_in_password(),
        true,
        move || password.get(),
        move |text| password.set(text),
    );
    let problem = parts::live("", move || {
        let mut out = Markup::new();
        if let Some(error) = failed.get() {
            out.line("<p role=\"alert\">", &error.sentence(words), "</p>");
        }
        out
    });
    let mut face = Markup::new();
    face.text(words.sign_in_button());
    let submit = parts::button("btn btn-1 btn-wide", face, None, true, move || {
        failed.set(None);
        device::sign_in(
            user.clone(),
            password.get_untracked(),
            move |answer| match answer {
                Ok(()) => book.say(Some(Snack::Said(words.sync_signed_in().to_owned()))),
                Err(error) => failed.set(Some(error)),
            },
        );
    });
    parts::group("stack-2", vec![name, secret, problem, submit])
}

fn clock_note(book: Book, words: Words) -> Markup {
    let status = book.status();
    let mut out = Markup::new();
    if status.is_clock_wrong() {
        let minutes = status.clock_offset_ms.abs() / 60_000;
        out.raw("<section class=\"note sec\">").icon("note");
        out.line(
            "<p class=\"note-body\">",
            &words.sync_clock_wrong(minutes),
            "</p>",
        )
        .raw("</section>");
    }
    out
}

/// Own changes by what became of them.
fn changes(book: Book, words: Words) -> Markup {
    let (mut unsent, mut received, mut refused) =
        (Rows::default(), Rows::default(), Rows::default());
    for it in book.outbox() {
        match (&it.verdict, refusal(&it)) {
            (None, _) => unsent.add(book, words, &it, usize::MAX),
            (Some(_), Some(code)) => {
                refused.count += 1;
                refused_note(&mut refused.rows, book, words, &it, &code);
            }
            (Some(_), None) => received.add(book, words, &it, RECEIVED_SHOWN),
        }
    }
    let mut out = Markup::new();
    unsent.put(
        &mut out,
        words,
        words.sync_on_phone(),
        words.sync_none_unsent(),
    );
    if refused.count > 0 {
        out.raw("<section class=\"sec\">");
        section_head(
            &mut out,
            words.sync_refused(),
            &words.count_changes(refused.count),
        );
        out.raw("<div class=\"stack-2\">")
            .piece(&refused.rows)
            .raw("</div></section>");
    }
    received.put(
        &mut out,
        words,
        words.sync_received(),
        words.sync_none_received(),
    );
    out
}

#[derive(Default)]
struct Rows {
    rows: Markup,
    count: usize,
}

impl Rows {
    fn add(&mut self, book: Book, words: Words, outgoing: &Outgoing, shown_max: usize) {
        self.count += 1;
        if self.count > shown_max {
            return;
        }
        let what = words.sync_what(
            describe(words, &outgoing.op),
            format::moment(outgoing.op.at_ms),
        );
        let out = &mut self.rows;
        out.raw("<li class=\"row\"><span class=\"row-lead\">")
            .icon("pen")
            .raw("</span><span class=\"row-main\">");
        out.line(
            "<span class=\"row-title\">",
            &title_of(book, outgoing),
            "</span>",
        );
        out.line("<span class=\"row-meta\">", &what, "</span>")
            .raw("<span class=\"row-st\">");
        transport_badge(out, words, Transport::of(outgoing));
        out.raw("</span></span></li>");
    }

    fn put(self, out: &mut Markup, words: Words, title: &str, empty: &str) {
        out.raw("<section class=\"sec\">");
        section_head(out, title, &words.count_changes(self.count));
        if self.count == 0 {
            out.line("<p class=\"card meta\">", empty, "</p>");
        } else {
            out.raw("<ul class=\"rows\">")
                .piece(&self.rows)
                .raw("</ul>");
        }
        out.raw("</section>");
    }
}

fn title_of(book: Book, outgoing: &Outgoing) -> String {
    TaskFamily::of_kind(outgoing.op.kind.as_str())
        .map(|family| TaskId {
            family,
            record: outgoing.op.record.to_string(),
        })
        .and_then(|id| book.with_task(&id, |_, it, _| it.plan.title.clone()))
        .unwrap_or_else(|| outgoing.op.record.to_string())
}

fn refused_note(
    out: &mut Markup,
    book: Book,
    words: Words,
    outgoing: &Outgoing,
    code: &RejectCode,
) {
    out.raw("<section class=\"note note-reject\">")
        .icon("s-reject")
        .raw("<div class=\"note-body\"><h3>");
    out.text(&title_of(book, outgoing))
        .raw(": ")
        .text(&describe(words, &outgoing.op))
        .raw("</h3>");
    out.line("<p>", &words.refused_because(reason(words, code)), "</p>")
        .raw("</div></section>");
}

fn reason(words: Words, code: &RejectCode) -> &'static str {
    match code {
        RejectCode::Malformed => words.reject_malformed(),
        RejectCode::TooLarge => words.reject_too_large(),
        RejectCode::Fork => words.reject_fork(),
        RejectCode::WrongAuthor => words.reject_wrong_author(),
        RejectCode::Forbidden => words.reject_forbidden(),
        RejectCode::UnknownScope => words.reject_unknown_scope(),
        RejectCode::UnknownField => words.reject_unknown_field(),
        RejectCode::BadValue => words.reject_bad_value(),
        RejectCode::UnknownTarget => words.reject_unknown_target(),
        RejectCode::Other => words.reject_newer(),
    }
}
