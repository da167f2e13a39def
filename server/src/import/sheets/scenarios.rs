//! Sheet "Phương án": cards for what may go wrong in the hall.

use domain::kinds::scenario::ScenarioPlan;
use domain::workbook::ScenarioRow;

use crate::import::finding::Findings;
use crate::import::keys::{Keys, Target, check_ids};
use crate::import::layout::{Column, SheetSpec, Table};
use crate::import::row::Reader;
use crate::import::sheets::{CONFIDENCE, KINDS, SOURCE, read_rows, values};

pub(crate) const ID: Column = Column::filled("Mã phương án", &["Mã thẻ"]);
const SITUATION: Column = Column::filled("Tình huống", &[]);
const SIGN: Column = Column::optional("Dấu hiệu", &[]);
const WORDS: Column = Column::optional("Đoàn Chủ tịch nói", &["Lời Đoàn Chủ tịch"]);
const STEPS: Column = Column::optional("Bước tiếp theo", &["Các bước"]);
const PAPERS: Column = Column::optional("Giấy tờ cần", &["Giấy tờ", "Giấy tờ cần có"]);
const RULE: Column = Column::optional("Quy định tham chiếu", &["Quy định"]);
const DOCUMENTS: Column = Column::optional("Văn bản", &["Mã văn bản"]);
const ITEMS: Column = Column::optional("Mục chương trình", &["Mã mục"]);

pub(crate) const SPEC: SheetSpec = SheetSpec {
    title: "Phương án",
    also: &["Phương án bầu cử", "Thẻ tình huống"],
    required: false,
    columns: &[
        ID, SITUATION, SIGN, WORDS, STEPS, PAPERS, RULE, DOCUMENTS, ITEMS, KINDS, CONFIDENCE,
        SOURCE,
    ],
};

pub(crate) fn read(table: &Table, keys: &Keys, out: &mut Findings) -> Vec<ScenarioRow> {
    check_ids(table, &[&ID], out);
    values(read_rows(table, keys, out, row))
}

fn row(row: &mut Reader<'_>) -> Option<ScenarioRow> {
    let id = row.key(&ID);
    let plan = ScenarioPlan {
        situation: row.text_or_empty(&SITUATION),
        sign: row.text_or_empty(&SIGN),
        words: row.text_or_empty(&WORDS),
        steps: row.text_or_empty(&STEPS),
        papers: row.references(&PAPERS, Target::Paper),
        rule: row.text_or_empty(&RULE),
        documents: row.references(&DOCUMENTS, Target::Document),
        items: row.references(&ITEMS, Target::Item),
        congress_kinds: row.congress_kinds(&KINDS),
        confidence: row.text_or_empty(&CONFIDENCE),
        source: row.text_or_empty(&SOURCE),
    };
    Some(ScenarioRow::new(id?, plan))
}
