//! The service worker as the page sees it: registered once, it tells how much of the app is on the phone.

use serde_json::Value;
use sync::wire::{Fields, Wire, WireError};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{MessageEvent, ServiceWorkerContainer, ServiceWorkerRegistration};

/// What the worker tells its pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum WorkerMessage {
    /// Files kept so far.
    Progress {
        /// Bytes kept.
        done: u64,
        /// Bytes in all.
        total: u64,
    },
    /// Every file is kept and this worker answers navigations.
    Ready,
    /// A newer build is kept and waits for consent.
    Waiting,
}

impl WorkerMessage {
    fn read(text: &str) -> Result<Self, WireError> {
        let mut message = Fields::read(Value::from_json(text)?)?;
        match message.take::<String>("type")?.as_str() {
            "progress" => Ok(Self::Progress {
                done: message.take("done")?,
                total: message.take("total")?,
            }),
            "ready" => Ok(Self::Ready),
            "waiting" => Ok(Self::Waiting),
            _ => Err(WireError::new("a message of the worker")),
        }
    }
}

/// Registers the worker and hears what it tells.
pub(crate) fn register(hear: impl Fn(WorkerMessage) + 'static) {
    let Some(container) = container() else { return };
    let listener = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        let message = event
            .data()
            .as_string()
            .and_then(|it| WorkerMessage::read(&it).ok());
        if let Some(message) = message {
            hear(message);
        }
    });
    container.set_onmessage(Some(listener.as_ref().unchecked_ref()));
    // The page hears its worker as long as it lives.
    listener.forget();
    spawn_local(async move {
        let registered = JsFuture::from(container.register("/sw.js")).await;
        if let Ok(registration) =
            registered.and_then(wasm_bindgen::JsCast::dyn_into::<ServiceWorkerRegistration>)
        {
            ask(&registration);
        }
        if let Ok(ready) = container.ready()
            && let Ok(registration) = JsFuture::from(ready).await
        {
            ask(registration.unchecked_ref());
        }
    });
}

/// Lets the waiting build take over; the page reloads when it has.
pub fn accept_update() {
    let Some(container) = container() else { return };
    let reload = Closure::once_into_js(|| {
        if let Some(window) = web_sys::window() {
            // Refused only when the page is already going.
            let _ = window.location().reload();
        }
    });
    container.set_oncontrollerchange(Some(reload.unchecked_ref()));
    spawn_local(async move {
        let Ok(found) = JsFuture::from(container.get_registration()).await else {
            return;
        };
        let Ok(registration) = found.dyn_into::<ServiceWorkerRegistration>() else {
            return;
        };
        if let Some(waiting) = registration.waiting() {
            let _ = waiting.post_message(&JsValue::from_str("activate"));
        }
    });
}

/// Takes the worker away and asks the server for the page.
pub(crate) async fn dismiss() {
    if let Some(container) = container()
        && let Ok(found) = JsFuture::from(container.get_registration()).await
        && let Ok(registration) = found.dyn_into::<ServiceWorkerRegistration>()
        && let Ok(going) = registration.unregister()
    {
        // Where it is refused, the page says the same as before.
        let _ = JsFuture::from(going).await;
    }
    if let Some(window) = web_sys::window() {
        // Refused only when the page is already going.
        let _ = window.location().reload();
    }
}

fn ask(registration: &ServiceWorkerRegistration) {
    let workers = [
        registration.active(),
        registration.waiting(),
        registration.installing(),
    ];
    for worker in workers.into_iter().flatten() {
        // A worker that is gone has nothing to tell.
        let _ = worker.post_message(&JsValue::from_str("status"));
    }
}

fn container() -> Option<ServiceWorkerContainer> {
    let navigator = web_sys::window()?.navigator();
    let known = js_sys::Reflect::has(&navigator, &"serviceWorker".into()).ok()?;
    known.then(|| navigator.service_worker())
}
