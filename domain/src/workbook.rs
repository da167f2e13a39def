//! The district's workbook as typed rows, one list for each data sheet. Reading cells is the importer's work.
//!
//! Ids, levels, congress kinds, templates and groups stay words: they are data.

use crate::agenda::AgendaPlan;
use crate::congress::Form;
use crate::date::CivilDate;
use crate::kinds::document::DocumentPlan;
use crate::kinds::lesson::LessonPlan;
use crate::kinds::parameter::ParameterPlan;
use crate::kinds::role::RolePlan;
use crate::kinds::scenario::ScenarioPlan;
use crate::kinds::script_line::ScriptLinePlan;
use crate::kinds::term::TermPlan;
use crate::kinds::unit::UnitPlan;
use crate::paper::PaperPlan;
use crate::task::TaskPlan;
use crate::text::same;

/// A record's id and what the workbook says of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Record<P> {
    /// Id of the record.
    pub id: String,
    /// What the workbook says.
    pub plan: P,
}

impl<P> Record<P> {
    /// Puts both together.
    pub fn new(id: impl Into<String>, plan: P) -> Self {
        Self {
            id: id.into(),
            plan,
        }
    }
}

/// Whom a template row is for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Audience {
    /// "Áp dụng loại đại hội"; empty means every kind.
    pub congress_kinds: Vec<String>,
    /// "Hình thức áp dụng"; empty means both.
    pub forms: Vec<Form>,
}

impl Audience {
    /// Whether a unit with this congress kind and form is meant. An unknown form fits every row.
    #[must_use]
    pub fn includes(&self, congress_kind: &str, form: Option<Form>) -> bool {
        let kind_fits = self.congress_kinds.is_empty()
            || self.congress_kinds.iter().any(|it| same(it, congress_kind));
        let form_fits = self.forms.is_empty() || form.is_none_or(|it| self.forms.contains(&it));
        kind_fits && form_fits
    }
}

/// Sheet "Đơn vị": a unit, and the days of its congress where known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UnitRow {
    /// "Mã đơn vị".
    pub id: String,
    /// The other columns.
    pub plan: UnitPlan,
    /// "Ngày trù bị".
    pub preparatory: Option<CivilDate>,
    /// "Ngày chính thức": T.
    pub opening: Option<CivilDate>,
}

/// Sheet "Chương trình": an item of an agenda template.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AgendaRow {
    /// "Mã mẫu"; with `id`, the key of the row.
    pub template: String,
    /// "Mã mục".
    pub id: String,
    /// Whom it is for.
    pub audience: Audience,
    /// The other columns.
    pub plan: AgendaPlan,
}

/// Sheet "Việc chuẩn bị": a task of the checklist.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChecklistRow {
    /// "Mã việc".
    pub id: String,
    /// Whom it is for.
    pub audience: Audience,
    /// The other columns.
    pub plan: TaskPlan,
}

/// Sheet "Tuyên truyền": a task of the catalogue, for every unit with a congress.
pub type PropagandaRow = Record<TaskPlan>;
/// Sheet "Văn bản".
pub type DocumentRow = Record<DocumentPlan>;
/// Sheet "Vai trò".
pub type RoleRow = Record<RolePlan>;
/// Sheet "Phương án".
pub type ScenarioRow = Record<ScenarioPlan>;
/// Sheet "Kịch bản".
pub type ScriptRow = Record<ScriptLinePlan>;
/// Sheet "Bài học".
pub type LessonRow = Record<LessonPlan>;
/// Sheet "Thuật ngữ"; the id is [`term_id`].
pub type TermRow = Record<TermPlan>;
/// Sheet "Giấy tờ".
pub type PaperRow = Record<PaperPlan>;
/// Sheet "Tham số".
pub type ParameterRow = Record<ParameterPlan>;

/// Every data sheet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Workbook {
    /// Sheet "Đơn vị".
    pub units: Vec<UnitRow>,
    /// Sheet "Chương trình".
    pub agenda: Vec<AgendaRow>,
    /// Sheet "Việc chuẩn bị".
    pub checklist: Vec<ChecklistRow>,
    /// Sheet "Tuyên truyền".
    pub propaganda: Vec<PropagandaRow>,
    /// Sheet "Văn bản".
    pub documents: Vec<DocumentRow>,
    /// Sheet "Vai trò".
    pub roles: Vec<RoleRow>,
    /// Sheet "Phương án".
    pub scenarios: Vec<ScenarioRow>,
    /// Sheet "Kịch bản".
    pub script: Vec<ScriptRow>,
    /// Sheet "Bài học".
    pub lessons: Vec<LessonRow>,
    /// Sheet "Thuật ngữ".
    pub terms: Vec<TermRow>,
    /// Sheet "Giấy tờ".
    pub papers: Vec<PaperRow>,
    /// Sheet "Tham số".
    pub parameters: Vec<ParameterRow>,
}

impl Workbook {
    /// Templates whose rows are for a congress kind, in order of their first row. More than one is ambiguous.
    #[must_use]
    pub fn templates_for(&self, congress_kind: &str) -> Vec<&str> {
        let mut templates: Vec<&str> = Vec::new();
        for row in self
            .agenda
            .iter()
            .filter(|it| it.audience.includes(congress_kind, None))
        {
            if !templates.contains(&row.template.as_str()) {
                templates.push(&row.template);
            }
        }
        templates
    }
}

/// Id of a term: its English identifier, or the word itself where there is none.
#[must_use]
pub fn term_id(plan: &TermPlan) -> String {
    if plan.identifier.is_empty() {
        plan.term.clone()
    } else {
        plan.identifier.clone()
    }
}
