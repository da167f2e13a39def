//! Tabs in a real browser: one leads, the next one takes over, and nothing that is told goes unheard.

#![cfg(all(target_arch = "wasm32", feature = "hydrate"))]

use std::cell::RefCell;
use std::rc::Rc;

use app::browser::{TabMessage, TabNews, Tabs};
use js_sys::{Function, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// A person of its own for each test.
fn partition(test: &str) -> String {
    format!("{test}-{}", js_sys::Math::random())
}

/// A tab that hears from the start, what it has heard, and a promise that is kept at its first news.
fn hearing(partition: &str) -> (Tabs, Rc<RefCell<Vec<TabNews>>>, JsFuture) {
    let tabs = Tabs::join(partition);
    let heard = Rc::new(RefCell::new(Vec::new()));
    let (tell, told) = signal();
    let hearer = heard.clone();
    let missed = tabs.hear_with(move |news| {
        hearer.borrow_mut().push(news);
        tell.call0(&JsValue::NULL).unwrap();
    });
    assert!(!missed);
    (tabs, heard, told)
}

/// A function to call, and a promise that is kept when it was called.
fn signal() -> (Function, JsFuture) {
    let mut tell = None;
    let told = Promise::new(&mut |resolve, _| tell = Some(resolve));
    (tell.unwrap(), JsFuture::from(told))
}

#[wasm_bindgen_test]
async fn the_first_tab_leads_and_the_next_one_when_it_has_left() {
    let name = partition("lead");
    let (first, heard, led) = hearing(&name);
    led.await.unwrap();
    assert!(matches!(heard.borrow()[..], [TabNews::Leads]));
    assert!(first.leads());
    let (left, _, _) = hearing(&name);
    let (second, heard, led) = hearing(&name);
    // Whoever leaves before the lead comes takes it from nobody.
    drop(left);
    drop(first);
    led.await.unwrap();
    assert!(matches!(heard.borrow()[..], [TabNews::Leads]));
    assert!(second.leads());
}

#[wasm_bindgen_test]
async fn what_is_told_while_a_tab_reads_is_known_to_be_missed() {
    let name = partition("missed");
    let (first, _, led) = hearing(&name);
    led.await.unwrap();
    let reading = Tabs::join(&name);
    reading.begin_reading();
    let (_witness, _, told) = hearing(&name);
    first.tell(&TabMessage::Reload);
    // What one of them has heard the one that joined before it has heard too.
    told.await.unwrap();
    assert!(reading.hear_with(|_| {}));
    // What came before the reading is in what was read.
    reading.begin_reading();
    assert!(!reading.hear_with(|_| {}));
}
