//! Tabs of one person on one phone: one leads (and talks to the server), all hear what each has stored.

use js_sys::{Function, Object, Promise, Reflect};
use serde_json::Value;
use sync::StoreChange;
use sync::wire::{Fields, Wire, WireError};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{BroadcastChannel, MessageEvent};

/// What one tab tells the others.
#[derive(Debug, Clone)]
pub(crate) enum TabMessage {
    /// Changes that are committed in the shared store.
    Stored(Vec<StoreChange>),
    /// So much is new in the shared store that it is best read again.
    Reload,
    /// The leading tab's knowledge of the path to the server.
    Contact {
        /// Whether the last exchange succeeded; `None` when our server asked for sign-in.
        online: Option<bool>,
        /// Device time of the last answer.
        last_contact_ms: Option<i64>,
    },
    /// Somebody wants the leading tab to call the server now.
    Wake,
}

impl Wire for TabMessage {
    fn to_wire(&self) -> Value {
        match self {
            Self::Stored(changes) => Fields::only("stored", changes.to_wire()),
            Self::Contact {
                online,
                last_contact_ms,
            } => {
                let mut contact = Fields::new();
                contact.put("online", online.to_wire());
                contact.put("last_contact_ms", last_contact_ms.to_wire());
                Fields::only("contact", contact.into())
            }
            Self::Reload => Fields::only("reload", Value::Null),
            Self::Wake => Fields::only("wake", Value::Null),
        }
    }

    fn from_wire(value: Value) -> Result<Self, WireError> {
        let (tag, value) = Fields::read(value)?.into_only()?;
        match tag.as_str() {
            "stored" => Wire::from_wire(value).map(Self::Stored),
            "contact" => {
                let mut contact = Fields::read(value)?;
                Ok(Self::Contact {
                    online: contact.take("online")?,
                    last_contact_ms: contact.take("last_contact_ms")?,
                })
            }
            "reload" => Ok(Self::Reload),
            "wake" => Ok(Self::Wake),
            _ => Err(WireError::new("a message between tabs")),
        }
    }
}

/// The channel between the tabs of one person.
#[derive(Debug)]
pub(crate) struct Tabs {
    channel: Option<BroadcastChannel>,
    lock: String,
}

impl Tabs {
    /// Joins the tabs of `partition` and hears what they tell.
    pub(crate) fn join(partition: &str, hear: impl Fn(TabMessage) + 'static) -> Self {
        let name = format!("sotay-{partition}");
        let channel = BroadcastChannel::new(&name).ok();
        if let Some(channel) = &channel {
            let listener = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
                let message = event
                    .data()
                    .as_string()
                    .map(|it| TabMessage::from_json(&it));
                if let Some(Ok(message)) = message {
                    hear(message);
                }
            });
            channel.set_onmessage(Some(listener.as_ref().unchecked_ref()));
            // The channel lives as long as the page.
            listener.forget();
        }
        Self {
            channel,
            lock: name,
        }
    }

    /// Tells every other tab.
    pub(crate) fn tell(&self, message: &TabMessage) {
        if let Some(channel) = &self.channel {
            // A closed channel only means that nobody listens.
            let _ = channel.post_message(&JsValue::from_str(&message.to_json()));
        }
    }

    /// Calls `lead` when this tab becomes the leader: at once where the browser has no Web Locks,
    /// else when no other tab holds the lock. The lock is held until the page goes.
    pub(crate) fn lead(&self, lead: impl FnOnce() + 'static) {
        let Some(request) = lock_manager() else {
            lead();
            return;
        };
        let held = Closure::once_into_js(move |_lock: JsValue| {
            lead();
            Promise::new(&mut |_, _| {})
        });
        let (locks, request) = request;
        if request
            .call2(&locks, &JsValue::from_str(&self.lock), &held)
            .is_err()
        {
            // Without the lock this tab stays a follower; another page load tries again.
            web_sys::console::warn_1(&"Web Locks refused".into());
        }
    }
}

fn lock_manager() -> Option<(Object, Function)> {
    let navigator = web_sys::window()?.navigator();
    let locks = Reflect::get(&navigator, &"locks".into())
        .ok()?
        .dyn_into::<Object>()
        .ok()?;
    let request = Reflect::get(&locks, &"request".into())
        .ok()?
        .dyn_into::<Function>()
        .ok()?;
    Some((locks, request))
}
