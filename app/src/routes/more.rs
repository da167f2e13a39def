//! Thêm: everything to read without signal, the way to sending and receiving, and the phone's settings.

use domain::handbook::Handbook;
use domain::text;
use leptos::prelude::*;

use crate::state::book::Book;
use crate::ui::format;
use crate::ui::frame::{Tab, screen, section_head, unit_line};
use crate::ui::markup::Markup;
use crate::ui::parts::{self, Entry};
use crate::ui::settings::settings;
use crate::words::Words;

/// Library, settings, leaving.
pub fn more(book: Book, words: Words) -> AnyView {
    let query = RwSignal::new(String::new());
    let me = book.me();
    let mut face = Markup::new();
    face.line("<p class=\"meta\">", words.more_using(), "</p>");
    face.line("<h2 class=\"lead\">", &me.name, "</h2>").line(
        "<p class=\"meta\">",
        &me.role,
        "</p>",
    );
    let pages = parts::live("sec rows", move || {
        let unsent = words.chip_unsent(book.status().unsent);
        let mut out = Markup::new();
        out.raw("<a class=\"row row-main\" href=\"/more/sync\">");
        out.line("<span class=\"row-title\">", words.sync_title(), "</span>");
        out.line("<span class=\"row-meta\">", &unsent, "</span>")
            .raw("</a>");
        if me.board {
            out.raw("<a class=\"row row-main\" href=\"/board\" rel=\"external\">");
            out.line("<span class=\"row-title\">", words.more_board(), "</span>");
            out.line(
                "<span class=\"row-meta\">",
                words.more_board_why(),
                "</span>",
            )
            .raw("</a>");
        }
        out
    });
    let mut head = Markup::new();
    section_head(&mut head, words.more_library(), "");
    let mut glass = Markup::new();
    glass.icon("search");
    let search = parts::field(
        Entry::Search,
        "field-in",
        words.more_search(),
        true,
        move || query.get(),
        move |text| query.set(text),
    );
    let shelves = parts::live("stack-2 sec-list", move || {
        let query = query.get();
        book.with(|it| library(words, it, &query))
    });
    let content = vec![
        parts::still("card stack-2", face),
        pages,
        parts::still("sec", head),
        parts::group("search", vec![parts::still("search-i", glass), search]),
        shelves,
        settings(book, words),
    ];
    let title = move || (words.more_title().to_owned(), unit_line(book));
    screen(book, words, Tab::More, None, title, content)
}

/// One shelf of the library: cards that match what is searched.
struct Shelf<'a> {
    query: &'a str,
    cards: Markup,
    count: usize,
}

impl<'a> Shelf<'a> {
    fn new(query: &'a str) -> Self {
        Self {
            query,
            cards: Markup::new(),
            count: 0,
        }
    }

    fn card(&mut self, heading: &str, lines: &[&str]) {
        let is_found = self.query.trim().is_empty()
            || text::matches(self.query, &[heading, " ", &lines.join(" ")].concat());
        if !is_found {
            return;
        }
        self.count += 1;
        self.cards
            .line("<details class=\"scn\"><summary>", heading, "</summary>");
        self.cards.raw("<div class=\"scn-body stack-2\">");
        for line in lines {
            self.cards.line("<p>", line, "</p>");
        }
        self.cards.raw("</div></details>");
    }

    fn put(self, out: &mut Markup, title: &str) {
        if self.count == 0 {
            return;
        }
        // A search opens what it found.
        let open = if self.query.trim().is_empty() {
            "<details class=\"sec-fold\"><summary class=\"sec-h\"><h3>"
        } else {
            "<details class=\"sec-fold\" open><summary class=\"sec-h\"><h3>"
        };
        out.raw(open)
            .text(title)
            .raw("</h3><span class=\"sec-n\">")
            .show(self.count);
        out.raw("</span></summary><div class=\"stack-2\">")
            .piece(&self.cards)
            .raw("</div></details>");
    }
}

fn library(words: Words, book: &Handbook, query: &str) -> Markup {
    let mut out = Markup::new();
    let mut shelf = Shelf::new(query);
    for it in &book.documents {
        let it = &it.plan;
        shelf.card(
            &format::document(it),
            &[&it.title, &it.issuer, &it.summary, &it.note],
        );
    }
    shelf.put(&mut out, words.more_documents());
    let mut shelf = Shelf::new(query);
    for it in &book.scenarios {
        let it = &it.plan;
        let said = words.scenario_words(&it.words);
        shelf.card(&it.situation, &[&it.sign, &said, &it.steps, &it.rule]);
    }
    shelf.put(&mut out, words.more_scenarios());
    let mut shelf = Shelf::new(query);
    for it in &book.lessons {
        let it = &it.plan;
        shelf.card(
            &it.observation,
            &[&it.cause, &it.recommendation, &it.source],
        );
    }
    shelf.put(&mut out, words.more_lessons());
    let mut shelf = Shelf::new(query);
    for it in &book.terms {
        let it = &it.plan;
        shelf.card(&it.term, &[&it.definition, &it.identifier]);
    }
    shelf.put(&mut out, words.more_terms());
    out
}
