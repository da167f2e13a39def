//! Tabs of one person on one phone: one leads (and talks to the server), all hear what each has stored.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Function, Object, Promise, Reflect};
use serde_json::Value;
use sync::StoreChange;
use sync::wire::{Fields, Wire, WireError};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{BroadcastChannel, MessageEvent};

/// What one tab tells the others.
#[derive(Debug, Clone)]
pub enum TabMessage {
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

/// What a tab learns of the others.
#[derive(Debug, Clone)]
pub enum TabNews {
    /// One of them told something.
    Told(TabMessage),
    /// None of them leads: from now on this one does.
    Leads,
}

type Hearer = Rc<dyn Fn(TabNews)>;

/// This tab's place among the tabs of one person. It leaves them when this is dropped.
pub struct Tabs(Rc<Place>);

struct Place {
    channel: Option<BroadcastChannel>,
    leads: Cell<bool>,
    /// Ends the holding of the lock.
    release: RefCell<Option<Function>>,
    hearer: RefCell<Option<Hearer>>,
    /// Whether news came while nobody heard.
    missed: Cell<bool>,
}

impl Tabs {
    /// Joins the tabs of `partition` and asks for the lead: it comes at once where the browser has no Web Locks, else when
    /// no other tab holds the lock.
    #[must_use]
    pub fn join(partition: &str) -> Self {
        let name = format!("sotay-{partition}");
        let place = Rc::new(Place {
            channel: BroadcastChannel::new(&name).ok(),
            leads: Cell::new(false),
            release: RefCell::new(None),
            hearer: RefCell::new(None),
            missed: Cell::new(false),
        });
        if let Some(channel) = &place.channel {
            let hearing = Rc::downgrade(&place);
            let listener = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
                let text = event.data().as_string();
                let message = text.map(|it| TabMessage::from_json(&it));
                if let (Some(Ok(message)), Some(place)) = (message, hearing.upgrade()) {
                    place.hear(TabNews::Told(message));
                }
            });
            channel.set_onmessage(Some(listener.as_ref().unchecked_ref()));
            // A closed channel calls it no more.
            listener.forget();
        }
        place.ask_for_the_lead(&name);
        Self(place)
    }

    /// The store is read from here on: what the tabs told before is in it.
    pub fn begin_reading(&self) {
        self.0.missed.set(false);
    }

    /// Hands what comes from now on to `hearer`. Whether something came since [`Self::begin_reading`], which the reading
    /// may have missed.
    #[must_use]
    pub fn hear_with(&self, hearer: impl Fn(TabNews) + 'static) -> bool {
        self.0.hearer.replace(Some(Rc::new(hearer)));
        self.0.missed.get()
    }

    /// Whether this tab leads.
    #[must_use]
    pub fn leads(&self) -> bool {
        self.0.leads.get()
    }

    /// Tells every other tab.
    pub fn tell(&self, message: &TabMessage) {
        if let Some(channel) = &self.0.channel {
            // A closed channel only means that nobody listens.
            let _ = channel.post_message(&JsValue::from_str(&message.to_json()));
        }
    }
}

impl Place {
    fn hear(&self, news: TabNews) {
        let hearer = self.hearer.borrow().clone();
        match hearer {
            Some(hearer) => hearer(news),
            None => self.missed.set(true),
        }
    }

    fn lead(&self) {
        self.leads.set(true);
        self.hear(TabNews::Leads);
    }

    fn ask_for_the_lead(self: &Rc<Self>, name: &str) {
        let Some((locks, request)) = lock_manager() else {
            self.lead();
            return;
        };
        let leading = Rc::downgrade(self);
        let held = Closure::once_into_js(move |_lock: JsValue| {
            // Whoever has left takes nothing.
            let place = leading.upgrade()?;
            let promise = Promise::new(&mut |release, _| {
                place.release.replace(Some(release));
            });
            place.lead();
            Some(promise)
        });
        if request.call2(&locks, &name.into(), &held).is_err() {
            // Without the lock this tab stays a follower; another page load tries again.
            web_sys::console::warn_1(&"Web Locks refused".into());
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(channel) = &self.channel {
            channel.close();
        }
        if let Some(release) = self.release.take() {
            // Resolving a promise cannot fail.
            let _ = release.call0(&JsValue::NULL);
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
