//! Who is signed in, and what a page starts from: shared by the server that writes it and the page that reads it.

use domain::date::CivilDate;
use domain::rights::Grant;
use sync::{AuthorId, Scope, Snapshot, wire_struct};

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

/// What a page starts from: the same on the server that renders it and in the browser that takes it over.
#[derive(Debug, Clone, PartialEq)]
pub struct BootData {
    /// The signed-in person.
    pub me: Me,
    /// Civil date in Việt Nam when the page was made.
    pub today: CivilDate,
    /// What the phone would load first; may be partial, the rest follows by sync.
    pub snapshots: Vec<Snapshot>,
}

wire_struct!(BootData {
    me,
    today,
    snapshots
});

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
