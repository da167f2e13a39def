//! The icon sprite: hand-drawn symbols on a 24 grid, once per page, kept as text.

use leptos::prelude::*;

const SPRITE: &str = include_str!("icons.svg");

/// The sprite itself; must stand before the first icon of a page.
pub fn sprite() -> AnyView {
    view! { <div class="sprite" aria-hidden="true" inner_html=SPRITE></div> }.into_any()
}
