//! Two ways to boot, one wasm: take over a server-rendered page, or mount into the worker's shell.

use std::cell::RefCell;
use std::rc::Rc;

use leptos::mount::mount_to_body;
use leptos::prelude::{IntoView, RwSignal, untrack};
use sync::wire::Wire as _;
use sync::{Page, Replica, StoreChange};
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Event, HtmlDocument};

use super::database::{Besides, Database, StoreError};
use super::navigation;
use super::phone::Phone;
use super::tabs::Tabs;
use super::worker::{self, WorkerMessage};
use super::{api, clock, local};
use crate::app::{App, Unavailable};
use crate::error::AppError;
use crate::further;
use crate::screen::Screen;
use crate::session::{Me, Start};
use crate::state::book::{Book, Snack};
use crate::state::status::Offline;
use crate::words::{Language, Words};

/// Whose book opens when the app starts without a page from the server and without [`PERSON_COOKIE`]. An account id, nothing secret.
pub(crate) const LAST_USER: &str = "sotay.user";
/// Who signed in last on this phone, as the server wrote it: also by a form, which the app hears nothing of.
const PERSON_COOKIE: &str = "sotay_user=";

thread_local! {
    static PHONE: RefCell<Option<Rc<Phone>>> = const { RefCell::new(None) };
}

/// The running phone side, once it is up.
pub(crate) fn phone() -> Option<Rc<Phone>> {
    PHONE.with_borrow(Clone::clone)
}

/// Takes over the page that the server rendered.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    let Some(start) = start_data() else {
        // Without its data the page stays as it is: readable, and its forms work.
        web_sys::console::error_1(&"boot data is missing or unreadable".into());
        return;
    };
    let words = words();
    let pages = start.pages.clone();
    let me = start.me.clone();
    let take_over = move || {
        let slot: Rc<RefCell<Option<Book>>> = Rc::default();
        let filled = slot.clone();
        clear_page();
        mount_to_body(move || {
            let opened = Book::from_start(start);
            filled.replace(Some(opened));
            app_view(opened, words)
        });
        slot.take()
    };
    let go_on = async move |book: Book| {
        let opened = open_after_page(&me, pages, book).await;
        finish(opened, book);
    };
    if matches!(
        Screen::of_path(&navigation::current_path()),
        Screen::Further(_)
    ) {
        // The server's rendering stays until the app's own can stand there.
        spawn_local(async move {
            further::fetch().await;
            if let Some(book) = take_over() {
                go_on(book).await;
            }
        });
    } else if let Some(book) = take_over() {
        spawn_local(async move { go_on(book).await });
    }
}

/// Mounts the app into the offline shell, from what the phone keeps.
#[wasm_bindgen]
pub fn mount() {
    console_error_panic_hook::set_once();
    spawn_local(async {
        let words = words();
        tell_language(words);
        match open_kept(words).await {
            Ok(Some((store, me, replica))) => {
                if matches!(
                    Screen::of_path(&navigation::current_path()),
                    Screen::Further(_)
                ) {
                    further::fetch().await;
                }
                clear_page();
                let today = clock::today(&me, replica.head().clock_offset_ms);
                let slot: Rc<RefCell<Option<Book>>> = Rc::default();
                let filled = slot.clone();
                mount_to_body(move || {
                    let book = Book::new(me, replica, today);
                    // The shell is the worker's: it keeps all files. Said at once, so that nothing moves under a finger.
                    book.update_status(|it| it.offline = Offline::Ready);
                    filled.replace(Some(book));
                    app_view(book, words)
                });
                if let Some(book) = slot.take() {
                    finish(Ok(store), book);
                }
            }
            Ok(None) => leave_for_sign_in(),
            // Without storage the server's own pages can be read; the worker stands before them.
            Err(AppError::Storage { .. }) if api::me().await.is_ok() => worker::dismiss().await,
            Err(error) => show_unavailable(&error, words),
        }
    });
}

fn app_view(book: Book, words: Words) -> impl IntoView {
    let path = RwSignal::new(navigation::current_path());
    navigation::follow(path);
    App(crate::app::AppProps { book, words, path })
}

/// Takes the server's rendering away in the same frame in which the app draws its own, which is alike.
fn clear_page() {
    if let Some(body) = web_sys::window()
        .and_then(|it| it.document())
        .and_then(|it| it.body())
    {
        body.set_inner_html("");
    }
}

/// A person's store, and this tab's place among those that share it.
type Store = (Database, Tabs);

/// Joins the tabs first, so that nothing is written unheard once the store is read.
async fn open(user: &str, held_up: impl Fn() + 'static) -> Result<Store, StoreError> {
    let tabs = Tabs::join(user);
    let database = Database::open(user, held_up).await?;
    tabs.begin_reading();
    Ok((database, tabs))
}

/// Opens the person's store after a page from the server, and keeps what the page brought.
async fn open_after_page(me: &Me, pages: Vec<Page>, book: Book) -> Result<Store, StoreError> {
    let held_up = move || book.say(Some(Snack::HeldUp(AppError::OldTab)));
    let (database, tabs) = open(me.user.as_str(), held_up).await?;
    let mut replica = database.load().await?;
    let mut news = Vec::new();
    for page in pages {
        // The phone may know more than the page: never step back. Part of a snapshot only begins what has not begun.
        let is_news = match replica.cursors().get(&page.scope) {
            Some(known) => page.is_last() && known.epoch != page.cursor.epoch,
            None => page.is_last() || replica.staged(&page.scope).is_empty(),
        };
        if is_news {
            news.push(StoreChange::PutPage(Box::new(page)));
        }
    }
    let besides = Besides {
        me: Some(me),
        page: None,
    };
    database.commit_with(&news, besides).await?;
    if replica.is_blank() {
        // All that the phone has is on the screen already.
        book.absorb(vec![StoreChange::PutHead(replica.head().clone())]);
    } else {
        for change in news {
            replica.apply(change);
        }
        book.replace(replica, me.clone());
    }
    // Where it is refused, the app starts from the server each time.
    local::set(LAST_USER, me.user.as_str());
    Ok((database, tabs))
}

/// The book of who signed in last, or the one that was open here last. Where there is none, or the browser threw its store
/// away, whoever is signed in begins anew; `None` when nobody is.
async fn open_kept(words: Words) -> Result<Option<(Store, Me, Replica)>, AppError> {
    let held_up = move || show_unavailable(&AppError::OldTab, words);
    if let Some(user) = signed_in_last().or_else(|| local::get(LAST_USER)) {
        let (database, tabs) = open(&user, held_up).await?;
        if let Some(me) = database.me().await? {
            let replica = database.load().await?;
            // The cookie may end before the session does: then the same book opens.
            local::set(LAST_USER, &user);
            return Ok(Some(((database, tabs), me, replica)));
        }
    }
    let me = match api::me().await {
        Err(AppError::Unreachable) => return Err(AppError::Unreachable),
        Err(_) => return Ok(None),
        Ok(me) => me,
    };
    let (database, tabs) = open(me.user.as_str(), held_up).await?;
    let replica = database.load().await?;
    database.put_me(&me).await?;
    local::set(LAST_USER, me.user.as_str());
    Ok(Some(((database, tabs), me, replica)))
}

fn signed_in_last() -> Option<String> {
    let document = web_sys::window()?.document()?;
    let cookies = document.unchecked_into::<HtmlDocument>().cookie().ok()?;
    let mut pairs = cookies.split("; ");
    let name = pairs.find_map(|it| it.strip_prefix(PERSON_COOKIE))?;
    js_sys::decode_uri_component(name).ok().map(String::from)
}

fn finish(opened: Result<Store, StoreError>, book: Book) {
    let (database, tabs) = match opened {
        Ok(store) => store,
        Err(error) => {
            // The page stays readable; each change is answered that it was not kept, those tapped before this too.
            let error = AppError::from(error);
            book.say(Some(Snack::Failed(error.clone())));
            book.connect(move |_| {
                // After what the tap itself says.
                let error = error.clone();
                spawn_local(async move { book.refuse(error) });
            });
            return;
        }
    };
    if matches!(untrack(|| book.snack()), Some(Snack::HeldUp(_))) {
        book.say(None);
    }
    let phone = Phone::run(database, tabs, book);
    PHONE.set(Some(phone));
    book.connect(|draft| {
        if let Some(phone) = self::phone() {
            phone.record(draft);
        }
    });
    listen();
    // Before anybody asks for them.
    spawn_local(async {
        if !further::is_here() {
            further::fetch().await;
        }
    });
    worker::register(move |message| show_worker(book, &message));
}

/// Signal came back, or the person looks at the app again.
fn listen() {
    let Some(window) = web_sys::window() else {
        return;
    };
    let wake = Closure::<dyn Fn(Event)>::new(|_| {
        if let Some(phone) = phone() {
            phone.wake();
        }
    });
    let look = Closure::<dyn Fn(Event)>::new(|_| {
        let visible = web_sys::window()
            .and_then(|it| it.document())
            .is_some_and(|it| !it.hidden());
        if let (true, Some(phone)) = (visible, phone()) {
            phone.catch_up();
        }
    });
    // The page listens as long as it lives; adding a listener to a live window cannot fail.
    let _ = window.add_event_listener_with_callback("online", wake.as_ref().unchecked_ref());
    if let Some(document) = window.document() {
        let _ = document
            .add_event_listener_with_callback("visibilitychange", look.as_ref().unchecked_ref());
    }
    wake.forget();
    look.forget();
}

fn show_worker(book: Book, message: &WorkerMessage) {
    book.update_status(|it| match message {
        WorkerMessage::Progress { done, total } if it.offline != Offline::Ready => {
            it.offline = Offline::Fetching {
                done_bytes: *done,
                total_bytes: *total,
            };
        }
        WorkerMessage::Progress { .. } => {}
        WorkerMessage::Ready => it.offline = Offline::Ready,
        WorkerMessage::Waiting => it.update_waiting = true,
    });
}

/// Nobody is signed in: only the server can help.
fn leave_for_sign_in() {
    if let Some(window) = web_sys::window() {
        // Refused only when the page is already going.
        let _ = window.location().replace("/sign-in");
    }
}

fn show_unavailable(error: &AppError, words: Words) {
    clear_page();
    let sentence = error.sentence(words);
    mount_to_body(move || Unavailable(crate::app::UnavailableProps { sentence, words }));
}

fn start_data() -> Option<Start> {
    let element = web_sys::window()?.document()?.get_element_by_id("boot")?;
    Start::from_json(&element.text_content()?).ok()
}

/// The kept shell is Vietnamese; who reads aloud must know when its words are not.
fn tell_language(words: Words) {
    let root = web_sys::window()
        .and_then(|it| it.document())
        .and_then(|it| it.document_element());
    if let Some(root) = root {
        // Setting an attribute of the document's root cannot fail.
        let _ = root.set_attribute("lang", words.0.code());
    }
}

fn words() -> Words {
    let code = local::get(super::LANGUAGE_KEY).unwrap_or_else(|| {
        web_sys::window()
            .and_then(|it| it.document())
            .and_then(|it| it.document_element())
            .and_then(|it| it.get_attribute("lang"))
            .unwrap_or_default()
    });
    Words(Language::from_code(&code))
}
