//! Small texts for everyone on this phone, as JSON in local storage. Some private windows refuse to keep them.

use gloo_storage::{LocalStorage, Storage as _};
use sync::wire::Wire as _;

/// The text at `key`; `None` also when it cannot be read.
pub fn get(key: &str) -> Option<String> {
    // Through the wire's own reader: gloo-storage's brings a second one into the wasm.
    let text = LocalStorage::raw().get_item(key).ok()??;
    String::from_json(&text).ok()
}

/// Keeps a text.
pub fn set(key: &str, text: &str) {
    // Nothing that is kept here is needed: it only spares a question.
    let _ = LocalStorage::raw().set_item(key, &text.to_owned().to_json());
}

/// Forgets the text at `key`.
pub(super) fn delete(key: &str) {
    LocalStorage::delete(key);
}
