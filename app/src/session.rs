//! Who is signed in, and what a page starts from: shared by the server that writes it and the page that reads it.

use domain::date::CivilDate;
use domain::kinds::loading_order;
use domain::rights::Grant;
use serde_json::Value;
use sync::wire::{Fields, Wire, WireError};
use sync::{AuthorId, PAGE_REGISTERS_MAX, Page, Scope, Snapshot, wire_struct};

/// The signed-in person as the phone needs to know them. Kept on the phone for days without signal.
#[derive(Debug, Clone, PartialEq)]
pub struct Me {
    /// Account id: author of every operation written here.
    pub user: AuthorId,
    /// Name to show.
    pub name: String,
    /// Name of the role in the workbook's words ("Cán bộ tuyên truyền").
    pub role: String,
    /// Rights, for hiding or explaining what is not allowed. The server decides for itself.
    pub grants: Vec<Grant>,
    /// The person's own unit.
    pub unit: Scope,
    /// Scope that holds the workbook's documents, roles, scripts and terms.
    pub library: Scope,
    /// Whether the district's board is open to this person.
    pub board: bool,
    /// A civil "today" fixed by `SOTAY_TODAY`, for tests and pictures.
    pub fixed_today: Option<CivilDate>,
}

wire_struct!(Me { user, name, role, grants, unit, library, board } default { fixed_today });

impl Me {
    /// Scopes that the phone keeps: the person's unit, then the library.
    #[must_use]
    pub fn scopes(&self) -> Vec<Scope> {
        if self.unit == self.library {
            vec![self.unit.clone()]
        } else {
            vec![self.unit.clone(), self.library.clone()]
        }
    }
}

/// What the server knows when it makes a page.
#[derive(Debug, Clone, PartialEq)]
pub struct BootData {
    /// The signed-in person.
    pub me: Me,
    /// Civil date in Việt Nam when the page was made.
    pub today: CivilDate,
    /// What the phone would load first.
    pub snapshots: Vec<Snapshot>,
}

/// What a page starts from: the same on the server that renders it and in the browser that takes it over.
#[derive(Debug, Clone, PartialEq)]
pub struct Start {
    /// The signed-in person.
    pub me: Me,
    /// Civil date in Việt Nam when the page was made.
    pub today: CivilDate,
    /// First pages of snapshots; the rest follows by sync.
    pub pages: Vec<Page>,
}

impl Wire for Start {
    fn to_wire(&self) -> Value {
        let mut start = Fields::new();
        start.put("me", self.me.to_wire());
        start.put("today", self.today.to_wire());
        start.put("pages", self.pages.to_wire());
        start.into()
    }

    fn from_wire(value: Value) -> Result<Self, WireError> {
        let mut start = Fields::read(value)?;
        Ok(Self {
            me: start.take("me")?,
            today: start.take("today")?,
            pages: start.take("pages")?,
        })
    }
}

impl From<BootData> for Start {
    fn from(data: BootData) -> Self {
        Self {
            me: data.me,
            today: data.today,
            pages: data.snapshots.into_iter().map(first_page).collect(),
        }
    }
}

/// The same page that the server gives as the first one of this snapshot, so that the phone can go on from it.
fn first_page(snapshot: Snapshot) -> Page {
    let mut page = Page::from(snapshot);
    let pages = page.registers.len().div_ceil(PAGE_REGISTERS_MAX);
    if let (Ok(of), true) = (u32::try_from(pages), pages > 1) {
        page.of = of;
        page.registers
            .sort_by_cached_key(|it| loading_order(it.kind.as_str()));
        page.registers.truncate(PAGE_REGISTERS_MAX);
        page.history.clear();
    }
    page
}

/// Asset addresses of one build, as the server found them in the site folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assets {
    /// Identity of the build.
    pub build: String,
    /// Style sheet.
    pub css: String,
    /// The JavaScript glue of the wasm module.
    pub js: String,
    /// The wasm module.
    pub wasm: String,
}
