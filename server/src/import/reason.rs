//! Reasons of a refusal and remarks on a normalisation, as codes with parameters. Sentences are in `words/*.json`.

use serde::Serialize;

/// Why a file or a cell is refused. What could mean two things is refused, never guessed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "code", rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "parameters are named by the sentences in words/en.json"
)]
pub enum Reason {
    /// The file cannot be opened.
    CannotOpen { detail: String },
    /// Beyond the size limit, in bytes.
    FileTooLarge { bytes: u64, bytes_max: u64 },
    /// Nothing in it.
    EmptyFile,
    /// The older binary format, whatever the name says.
    OldXls,
    /// Encrypted.
    PasswordProtected,
    /// Text, a picture, another kind of archive.
    NotXlsx,
    /// Inflates beyond the limit: a zip bomb, or far from any real workbook.
    UnpackedTooLarge { bytes_max: u64 },
    /// A zip with parts missing or broken.
    Damaged { detail: String },
    /// One sheet's XML is broken.
    UnreadableSheet { detail: String },
    /// More filled rows than the limit.
    TooManyRows { rows_max: u32 },
    /// A filled cell right of the limit.
    TooManyColumns { columns_max: u32 },
    /// More text than the limit.
    TooMuchText { bytes_max: usize },
    /// A sheet that must be there.
    MissingSheet { title: String },
    /// Two sheets that both answer to one title.
    TwoSheets { title: String, other: String },
    /// No row among the first that holds the headers.
    NoHeaderRow { headers: Vec<String>, rows_max: u32 },
    /// A column that must be there.
    MissingColumn { header: String },
    /// Two columns that both answer to one header.
    TwoColumns {
        header: String,
        first: String,
        second: String,
    },
    /// A cell that must be filled.
    EmptyCell,
    /// `#REF!` and its like.
    ErrorCell { found: String },
    /// A formula that no program has computed yet.
    FormulaWithoutValue,
    /// A single filled cell: a heading or footer, or an unfinished record.
    LoneCell { found: String },
    /// A cell merged across several columns of a record.
    MergedAcross { found: String },
    /// A date, time or truth value where text belongs.
    NotText { found: String },
    /// A telephone number stored as a number has lost its leading zero.
    PhoneAsNumber { found: String },
    /// Not a whole number, or one that reads two ways.
    NotInteger { found: String },
    /// Outside the bounds.
    OutOfRange { found: String, min: i64, max: i64 },
    /// Neither a date cell nor a date text with one meaning.
    NotDate { found: String },
    /// A year of two digits.
    TwoDigitYear { found: String },
    /// No such day in the calendar.
    NoSuchDay { found: String },
    /// Neither a time cell nor a time text.
    NotTime { found: String },
    /// Not an offset from the opening day.
    NotOffset { found: String },
    /// An offset from an agenda item's start, where no item is meant.
    OffsetNeedsItem { found: String },
    /// None of the words that the column allows.
    UnknownWord { found: String, allowed: Vec<String> },
    /// A key that no row of the other sheet has.
    UnknownKey { found: String, sheet: String },
    /// A key that differs from several only in marks or case.
    AmbiguousKey { found: String, matches: Vec<String> },
    /// A key with characters that separate or address.
    BadKey { found: String },
    /// The same key again.
    DuplicateKey { found: String, other_row: u32 },
    /// The same place in the order of one session or item.
    DuplicateOrder { found: i64, other_row: u32 },
    /// A parameter that must be single, given twice.
    DuplicateParameter { found: String, other_row: u32 },
    /// Text beyond the limit, in characters.
    TooLong { length: usize, length_max: usize },
    /// Units that are each other's superior.
    ParentCycle { units: Vec<String> },
    /// Units with congresses in trees that nothing joins.
    NoCommonRoot { units: Vec<String> },
    /// No template says that it serves this congress kind.
    UndeclaredKind {
        found: String,
        declared: Vec<String>,
    },
    /// Two templates say that they serve this congress kind.
    KindOfTwoTemplates {
        kind: String,
        other: String,
        other_row: u32,
    },
    /// A congress kind without a form.
    KindWithoutForm { kind: String },
    /// A form or date without a congress kind.
    CongressWithoutKind,
    /// The preparatory session after the opening day.
    PreparatoryAfterOpening {
        preparatory: String,
        opening: String,
    },
    /// Parts that do not add up.
    PartsSum { sum: i64, minutes: i64 },
    /// A split item that nothing runs beside.
    PartsWithoutParallel,
    /// Not an item of the same template and session.
    UnknownParallel { found: String, template: String },
    /// Runs beside itself, or beside an item that itself runs beside another.
    ParallelChain { found: String },
    /// Shorter than its own floor.
    BelowFloor { minutes: i64, floor: i64 },
    /// Longer than its own cap.
    AboveCap { minutes: i64, cap: i64 },
    /// A floor above the cap.
    FloorAboveCap { floor: i64, cap: i64 },
    /// A fixed start without a time.
    FixedWithoutTime,
    /// A soft start with a time.
    SoftWithTime,
    /// An agenda item that the template lacks.
    UnknownItem { found: String, template: String },
    /// Steps out of their order.
    StepNumber { found: i64, expected: i64 },
    /// A step without text.
    EmptyStep,
    /// The rest, only counted.
    MoreProblems { count: usize },
}

/// How something with one meaning was read differently from how it was written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "code", rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "parameters are named by the sentences in words/en.json"
)]
pub enum Remark {
    /// Separate marks put onto their letters (NFD to NFC).
    Composed,
    /// No-break, doubled, edge or invisible spaces.
    Spaces,
    /// A number typed as text.
    NumberFromText { found: String, read: i64 },
    /// Thousands set off by dots or spaces.
    Thousands { found: String, read: i64 },
    /// A date typed as text.
    DateFromText { found: String, read: String },
    /// A time typed as text or as a bare fraction of a day.
    TimeFromText { found: String, read: String },
    /// A number in a text column.
    TextFromNumber { read: String },
    /// A formula, read by the value computed last.
    Formula,
    /// Formatting inside the cell.
    RichText,
    /// A dash, case or space inside an offset.
    OffsetSpelling { found: String, read: String },
    /// A closed word in another spelling.
    WordSpelling { found: String, read: String },
    /// A key in another spelling.
    KeySpelling { found: String, read: String },
    /// Commas or line breaks between the items of a list.
    ListSeparator { found: String },
    /// The same item twice in a list.
    RepeatedItem { found: String },
    /// Steps without numbers.
    UnnumberedSteps,
    /// TRUE or FALSE for yes or no.
    TruthValue { read: String },
    /// Another word for a header.
    HeaderSpelling { found: String, read: String },
    /// Another word for a title.
    SheetSpelling { read: String },
    /// Titles above the headers.
    HeaderBelowTitles,
    /// A sheet nobody asked for.
    ExtraSheet,
    /// A sheet hidden in the program, read all the same.
    HiddenSheet,
    /// A column nobody asked for.
    ExtraColumn { header: String },
    /// An optional sheet that is not there: read as empty.
    NoOptionalSheet { title: String },
    /// An optional column that is not there: read as blank.
    NoOptionalColumn { header: String },
    /// A row hidden by hand or by a filter, read all the same.
    HiddenRow,
    /// A value merged down over several rows, read for each.
    MergedDown { read: String },
    /// A heading merged across the table.
    SectionTitle { found: String },
    /// The headers again, or their numbering.
    RepeatedHeader,
}
