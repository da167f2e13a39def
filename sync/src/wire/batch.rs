//! Operations of one phone as columns: how a request of protocol 2 carries them, and a segment of the log.

use serde_json::Value;

use super::columns::{self, Column, ObjectWriter, Steps, Texts};
use super::operation::OPERATION_FIELDS;
use super::{Fields, Wire, WireError};
use crate::ids::{
    AuthorId, Cursor, DeviceId, Epoch, FieldName, Incarnation, Kind, OpId, OpSeq, RecordId, Scope,
    ServerSeq,
};
use crate::operation::{Change, Incoming, Operation};

/// Writes the columns of operations into an object. Their order stays.
pub(super) fn put(writer: &mut ObjectWriter, ops: &[&Operation]) {
    fn texts<'a>(ops: &[&'a Operation], of: fn(&'a Operation) -> &'a str) -> Vec<&'a str> {
        ops.iter().map(|it| of(it)).collect()
    }
    writer.count("rows", ops.len() as u64);
    writer.texts("device", &texts(ops, |it| it.id.device.as_str()));
    writer.texts("incarnation", &texts(ops, |it| it.id.incarnation.as_str()));
    put_places(writer, ops);
    writer.texts("author", &texts(ops, |it| it.author.as_str()));
    let times: Vec<i64> = ops.iter().map(|it| it.at_ms).collect();
    writer.steps("at_ms", &times);
    writer.texts("scope", &texts(ops, |it| it.scope.as_str()));
    writer.texts("kind", &texts(ops, |it| it.kind.as_str()));
    writer.texts("record", &texts(ops, |it| it.record.as_str()));
    writer.texts("field", &texts(ops, |it| it.field.as_str()));
    let epochs: Vec<u64> = ops.iter().map(|it| it.base.epoch.0).collect();
    writer.counts("epoch", &epochs);
    let bases: Vec<u64> = ops.iter().map(|it| it.base.seq.0).collect();
    writer.counts("base", &bases);
    let changes: Vec<&Change> = ops.iter().map(|it| &it.change).collect();
    writer.column("change", &changes, |out, it| write_change(out, it));
    if ops.iter().any(|it| !it.extra.is_empty()) {
        let extras: Vec<Value> = ops.iter().map(|it| extra_of(it)).collect();
        writer.column("extra", &extras, columns::json);
    }
}

/// Places that count up are their first; others are steps.
fn put_places(writer: &mut ObjectWriter, ops: &[&Operation]) {
    let places: Vec<u64> = ops.iter().map(|it| it.id.seq.get()).collect();
    match places.first() {
        Some(first) if counts_up(&places) => writer.count("seq", *first),
        _ => {
            let places: Vec<i64> = places.iter().map(|it| it.cast_signed()).collect();
            writer.steps("seq", &places);
        }
    }
}

fn counts_up(places: &[u64]) -> bool {
    places
        .windows(2)
        .all(|it| it[0].checked_add(1) == Some(it[1]))
}

fn extra_of(op: &Operation) -> Value {
    if op.extra.is_empty() {
        return Value::Null;
    }
    let mut object = Fields::new();
    for (name, value) in &op.extra {
        object.put(name, value.clone());
    }
    object.into()
}

/// A change without the detour over a [`Value`].
pub(crate) fn write_change(out: &mut Vec<u8>, change: &Change) {
    match change {
        Change::Set(value) => {
            out.extend_from_slice(b"{\"set\":");
            columns::json(out, value);
        }
        Change::Add(value) => {
            out.extend_from_slice(b"{\"add\":");
            columns::json(out, value);
        }
        Change::Retract(id) => {
            out.extend_from_slice(b"{\"retract\":{\"device\":");
            columns::text(out, id.device.as_str());
            out.extend_from_slice(b",\"incarnation\":");
            columns::text(out, id.incarnation.as_str());
            out.extend_from_slice(b",\"seq\":");
            columns::count(out, id.seq.get());
            out.push(b'}');
        }
    }
    out.push(b'}');
}

/// Places of a batch being read.
enum Places {
    From(Option<OpSeq>),
    Steps(Steps),
}

impl Places {
    fn take(fields: &mut Fields, rows: usize) -> Result<Self, WireError> {
        if let Some(Value::Array(_)) = fields.0.get("seq") {
            return Steps::take(fields, "seq", rows).map(Self::Steps);
        }
        fields.take("seq").map(|it| Self::From(Some(it)))
    }

    fn next(&mut self) -> Result<OpSeq, WireError> {
        let place = match self {
            Self::From(next) => {
                let place = *next;
                *next = place.and_then(OpSeq::next);
                place
            }
            Self::Steps(steps) => OpSeq::new(steps.next()?.cast_unsigned()),
        };
        place.ok_or(WireError::new("a place from 1"))
    }
}

/// Reads operations. One whose change is of a newer release comes raw, and so does one that is nested too deep; their
/// neighbours come as they are.
///
/// At most `rows_max`.
pub(super) fn take(fields: &mut Fields, rows_max: usize) -> Result<Vec<Incoming>, WireError> {
    let rows = usize::try_from(fields.take::<u64>("rows")?)
        .ok()
        .filter(|it| *it <= rows_max)
        .ok_or(WireError::TOO_MANY_ROWS)?;
    if rows == 0 {
        return Ok(Vec::new());
    }
    let mut devices = Texts::take(fields, "device", rows)?;
    let mut incarnations = Texts::take(fields, "incarnation", rows)?;
    let mut places = Places::take(fields, rows)?;
    let mut authors = Texts::take(fields, "author", rows)?;
    let mut times = Steps::take(fields, "at_ms", rows)?;
    let mut scopes = Texts::take(fields, "scope", rows)?;
    let mut kinds = Texts::take(fields, "kind", rows)?;
    let mut records = Texts::take(fields, "record", rows)?;
    let mut names = Texts::take(fields, "field", rows)?;
    let mut epochs = Column::take(fields, "epoch", rows)?;
    let mut bases = Column::take(fields, "base", rows)?;
    let mut changes = Changes::take(fields, rows)?;
    let mut extras = Column::take_or_null(fields, "extra", rows)?;
    let mut ops = Vec::with_capacity(rows);
    for _ in 0..rows {
        let (change, newer) = match changes.next() {
            Ok(change) => (change, None),
            Err(raw) => (Change::Set(Value::Null), Some(raw)),
        };
        let mut op = Operation {
            id: OpId {
                device: DeviceId::new(devices.next()?),
                incarnation: Incarnation::new(incarnations.next()?),
                seq: places.next()?,
            },
            author: AuthorId::new(authors.next()?),
            at_ms: times.next()?,
            scope: Scope::new(scopes.next()?),
            kind: Kind::new(kinds.next()?),
            record: RecordId::new(records.next()?),
            field: FieldName::new(names.next()?),
            base: Cursor {
                epoch: Epoch(epochs.next_count()?),
                seq: ServerSeq(bases.next_count()?),
            },
            change,
            extra: std::collections::BTreeMap::new(),
        };
        match extras.next() {
            Value::Null => {}
            extra => op.extra.extend(Fields::read(extra)?.0),
        }
        // As an object the operation would have another author, say: each field has one place where it stands.
        if OPERATION_FIELDS.iter().any(|it| op.extra.contains_key(*it)) {
            return Err(WireError::new("fields of a newer release").within("extra"));
        }
        ops.push(match newer {
            None if op.is_too_deep() => Incoming::Raw(op.to_wire()),
            None => Incoming::Op(op),
            Some(change) => {
                let mut raw = Fields::read(op.to_wire())?;
                raw.put("change", change);
                Incoming::Raw(raw.into())
            }
        });
    }
    Ok(ops)
}

/// Changes being read: the common case, one change that all share, is read once.
enum Changes {
    Shared(Change),
    Column(Column),
}

impl Changes {
    fn take(fields: &mut Fields, rows: usize) -> Result<Self, WireError> {
        let column = Column::take(fields, "change", rows)?;
        if let Column::Shared(value) = &column
            && let Ok(change) = Change::from_wire(value.clone())
        {
            return Ok(Self::Shared(change));
        }
        Ok(Self::Column(column))
    }

    /// The next change, or its JSON when it cannot be read.
    fn next(&mut self) -> Result<Change, Value> {
        match self {
            Self::Shared(change) => Ok(change.clone()),
            Self::Column(column) => {
                let value = column.next();
                Change::from_wire(value.clone()).map_err(|_| value)
            }
        }
    }
}
