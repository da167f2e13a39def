//! The few live parts that every screen is made of. Closures are boxed here, so each part is compiled once.

#![expect(
    clippy::redundant_closure,
    reason = "a boxed closure is no attribute value; a closure that calls it is"
)]

use leptos::prelude::*;

use super::markup::Markup;

/// A block of text for people, rendered anew when what it reads changes.
pub fn live(class: &'static str, content: impl Fn() -> Markup + Send + Sync + 'static) -> AnyView {
    let content: Box<dyn Fn() -> Markup + Send + Sync> = Box::new(content);
    view! { <div class=class inner_html=move || content().into_html()></div> }.into_any()
}

/// A block that never changes.
pub fn still(class: &'static str, content: Markup) -> AnyView {
    view! { <div class=class inner_html=content.into_html()></div> }.into_any()
}

/// A link around a block of text.
pub fn link(
    class: &'static str,
    to: String,
    content: impl Fn() -> Markup + Send + Sync + 'static,
) -> AnyView {
    let content: Box<dyn Fn() -> Markup + Send + Sync> = Box::new(content);
    view! { <a class=class href=to inner_html=move || content().into_html()></a> }.into_any()
}

/// Parts in a block.
pub fn group(class: &'static str, parts: Vec<AnyView>) -> AnyView {
    view! { <div class=class>{parts}</div> }.into_any()
}

/// Parts that depend on what is read.
pub fn dynamic(parts: impl Fn() -> Vec<AnyView> + Send + Sync + 'static) -> AnyView {
    let parts: Box<dyn Fn() -> Vec<AnyView> + Send + Sync> = Box::new(parts);
    (move || parts()).into_any()
}

/// A list of rows.
pub fn list(class: &'static str, rows: Vec<AnyView>) -> AnyView {
    view! { <ul class=class>{rows}</ul> }.into_any()
}

/// A row of a list; its class may change.
pub fn row(
    class: impl Fn() -> &'static str + Send + Sync + 'static,
    parts: Vec<AnyView>,
) -> AnyView {
    let class: Box<dyn Fn() -> &'static str + Send + Sync> = Box::new(class);
    view! { <li class=move || class()>{parts}</li> }.into_any()
}

/// A button. `pressed` is for those that stay down.
pub fn button(
    class: &'static str,
    face: Markup,
    label: Option<String>,
    enabled: bool,
    act: impl Fn() + 'static,
) -> AnyView {
    let act: Box<dyn Fn()> = Box::new(act);
    view! {
        <button type="button" class=class aria-label=label disabled=!enabled on:click=move |_| act() inner_html=face.into_html()></button>
    }
    .into_any()
}

/// A button that stays down while `pressed`.
pub fn toggle(
    class: &'static str,
    face: impl Fn() -> Markup + Send + Sync + 'static,
    pressed: impl Fn() -> bool + Send + Sync + 'static,
    act: impl Fn() + 'static,
) -> AnyView {
    let face: Box<dyn Fn() -> Markup + Send + Sync> = Box::new(face);
    let pressed: Box<dyn Fn() -> bool + Send + Sync> = Box::new(pressed);
    let act: Box<dyn Fn()> = Box::new(act);
    view! {
        <button type="button" class=class aria-pressed=move || if pressed() { "true" } else { "false" }
            on:click=move |_| act() inner_html=move || face().into_html()></button>
    }
    .into_any()
}

/// A 48 px checkbox under a drawn box. It answers at once; the row says when it is stored.
pub fn check(
    label: &str,
    enabled: bool,
    is_on: impl Fn() -> bool + Send + Sync + 'static,
    act: impl Fn(bool) + 'static,
) -> AnyView {
    let is_on: Box<dyn Fn() -> bool + Send + Sync> = Box::new(is_on);
    let act: Box<dyn Fn(bool)> = Box::new(act);
    let mut face = Markup::new();
    face.raw("<span class=\"tick-box\">")
        .icon("s-tick")
        .raw("</span><span class=\"vh\">")
        .text(label)
        .raw("</span>");
    let now = untrack(&is_on);
    view! {
        <label class="tick">
            <input type="checkbox" disabled=!enabled checked=now prop:checked=move || is_on()
                on:change=move |event| act(event_target_checked(&event))/>
            <span class="tick-face" inner_html=face.into_html()></span>
        </label>
    }
    .into_any()
}

/// What a field takes and when it tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// A line of text, told when left.
    Text,
    /// A whole number, told when left.
    Number,
    /// A day, told when chosen.
    Date,
    /// A search, told at every letter (Telex and VNI compose by `input`, not by keys).
    Search,
    /// A password, told at every letter.
    Password,
}

impl Entry {
    fn kind(self) -> &'static str {
        match self {
            Self::Text | Self::Number => "text",
            Self::Date => "date",
            Self::Search => "search",
            Self::Password => "password",
        }
    }
}

/// One line to fill in. The label stands above, or is only spoken for a search.
pub fn field(
    entry: Entry,
    class: &'static str,
    label: &str,
    enabled: bool,
    value: impl Fn() -> String + Send + Sync + 'static,
    act: impl Fn(String) + 'static,
) -> AnyView {
    let value: Box<dyn Fn() -> String + Send + Sync> = Box::new(value);
    let act: Box<dyn Fn(String)> = Box::new(act);
    let tells_at_once = matches!(entry, Entry::Search | Entry::Password);
    let label_class = if entry == Entry::Search || entry == Entry::Number {
        "vh"
    } else {
        "field-l"
    };
    let hint = (entry == Entry::Search).then(|| label.to_owned());
    let keyboard = (entry == Entry::Number).then_some("numeric");
    let complete = if entry == Entry::Password {
        "current-password"
    } else {
        "off"
    };
    let now = untrack(&value);
    let tell = move |event: leptos::ev::Event, at_once: bool| {
        if at_once == tells_at_once {
            act(event_target_value(&event));
        }
    };
    let tell = std::rc::Rc::new(tell);
    let later = tell.clone();
    view! {
        <label class="field">
            <span class=label_class>{label.to_owned()}</span>
            <input class=class type=entry.kind() inputmode=keyboard placeholder=hint autocomplete=complete
                disabled=!enabled maxlength="120" value=now prop:value=move || value()
                on:input=move |event| tell(event, true) on:change=move |event| later(event, false)/>
        </label>
    }
    .into_any()
}
