//! HTML as text for what nobody touches: one node type instead of hundreds, which keeps the wasm small (measured in
//! ARCHITECTURE.md). Only literals pass unescaped, so data can never become markup.

use std::fmt::Display;

/// Text that is safe to put into a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Markup(String);

impl Markup {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A literal piece of HTML.
    pub fn raw(&mut self, html: &'static str) -> &mut Self {
        self.0.push_str(html);
        self
    }

    /// Text for people or data, escaped for element content and for quoted attributes.
    pub fn text(&mut self, text: &str) -> &mut Self {
        for character in text.chars() {
            match character {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                other => self.0.push(other),
            }
        }
        self
    }

    /// Anything that can be shown, escaped.
    pub fn show(&mut self, value: impl Display) -> &mut Self {
        self.text(&value.to_string())
    }

    /// Another piece, escaped already.
    pub fn piece(&mut self, piece: &Self) -> &mut Self {
        self.0.push_str(&piece.0);
        self
    }

    /// An element with a class around escaped text; nothing when there is no text.
    pub fn line(&mut self, open: &'static str, text: &str, close: &'static str) -> &mut Self {
        if !text.is_empty() {
            self.raw(open).text(text).raw(close);
        }
        self
    }

    /// One icon of the sprite, silent for screen readers: the words beside it say the same.
    pub fn icon(&mut self, name: &'static str) -> &mut Self {
        self.raw("<svg class=\"i\" aria-hidden=\"true\"><use href=\"#")
            .raw(name)
            .raw("\"></use></svg>")
    }

    /// Whether nothing was added.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The HTML.
    #[must_use]
    pub fn into_html(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_never_becomes_markup() {
        let mut markup = Markup::new();
        markup
            .raw("<p title=\"")
            .text("\" onclick=\"x")
            .raw("\">")
            .text("<b>&'</b>")
            .raw("</p>");
        assert_eq!(
            markup.into_html(),
            "<p title=\"&quot; onclick=&quot;x\">&lt;b&gt;&amp;&#39;&lt;/b&gt;</p>"
        );
    }

    #[test]
    fn a_line_without_text_leaves_nothing() {
        let mut markup = Markup::new();
        markup.line("<p>", "", "</p>");
        assert!(markup.is_empty());
    }
}
