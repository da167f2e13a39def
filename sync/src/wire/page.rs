//! Pages of a snapshot as columns. Most registers hold one value by one author; the others stand in a column of their own.

use serde_json::Value;

use super::columns::{self, Column, ObjectWriter, Steps, Texts};
use super::{Fields, Wire, WireError};
use crate::ids::{
    AuthorId, DeviceId, FieldName, Incarnation, Kind, OpId, OpSeq, RecordId, ServerSeq,
};
use crate::operation::LogEntry;
use crate::protocol::{Page, SnapshotRegister};
use crate::register::{Attribution, Head, Register};
use crate::segment::Segment;

/// Most registers that one text may hold: a checkpoint of a scope is one, a page far less.
const ROWS_MAX: u64 = 10_000_000;

impl Wire for Page {
    fn to_wire(&self) -> Value {
        // Written text can be read again.
        Value::from_json(&self.to_json()).unwrap_or_default()
    }

    fn to_json(&self) -> String {
        let mut writer = ObjectWriter::new();
        writer.text("of", self.scope.as_str());
        writer.value("cursor", &self.cursor.to_wire());
        writer.count("number", self.number.into());
        writer.count("pages", self.of.into());
        writer.raw("registers", &registers_to_json(&self.registers));
        if !self.history.is_empty() {
            let segments = Segment::of_entries(self.history.clone());
            let segments: Vec<String> = segments.iter().map(Segment::to_json).collect();
            writer.raw_list("history", segments.iter().map(String::as_str));
        }
        writer.finish()
    }

    fn from_wire(value: Value) -> Result<Self, WireError> {
        let mut object = Fields::read(value)?;
        let mut history: Vec<LogEntry> = Vec::new();
        for segment in object.take_or_default::<Vec<Value>>("history")? {
            history.extend(Segment::from_value(segment)?.into_entries());
        }
        Ok(Self {
            scope: object.take("of")?,
            cursor: object.take("cursor")?,
            number: object.take("number")?,
            of: object.take("pages")?,
            registers: take_registers(object.take("registers")?)?,
            history,
        })
    }
}

/// Registers as columns: a page's, and a server's checkpoint.
#[must_use]
pub fn registers_to_json(registers: &[SnapshotRegister]) -> String {
    fn texts(registers: &[SnapshotRegister], of: fn(&SnapshotRegister) -> &str) -> Vec<&str> {
        registers.iter().map(of).collect()
    }
    let mut writer = ObjectWriter::new();
    writer.count("rows", registers.len() as u64);
    writer.texts("kind", &texts(registers, |it| it.kind.as_str()));
    writer.texts("record", &texts(registers, |it| it.record.as_str()));
    writer.texts("field", &texts(registers, |it| it.field.as_str()));
    put_states(&mut writer, registers);
    writer.finish()
}

fn put_states(writer: &mut ObjectWriter, registers: &[SnapshotRegister]) {
    let null = Value::Null;
    let plain: Vec<Option<(&Value, &Attribution)>> =
        registers.iter().map(|it| plain(&it.register)).collect();
    // Rows that are not plain repeat their neighbour, so that a shared value stays shared.
    let Some(mut last) = plain.iter().find_map(|it| it.map(|(_, by)| by)) else {
        let states: Vec<Value> = registers.iter().map(|it| it.register.to_wire()).collect();
        writer.list("state", &states, columns::json);
        return;
    };
    let mut values: Vec<&Value> = Vec::with_capacity(plain.len());
    let mut by: Vec<&Attribution> = Vec::with_capacity(plain.len());
    for row in &plain {
        if let Some((value, author)) = row {
            last = author;
            values.push(value);
        } else {
            values.push(&null);
        }
        by.push(last);
    }
    writer.column("value", &values, |out, it| columns::json(out, it));
    let texts =
        |of: fn(&Attribution) -> &str| -> Vec<&str> { by.iter().map(|it| of(it)).collect() };
    writer.texts("device", &texts(|it| it.op.device.as_str()));
    writer.texts("incarnation", &texts(|it| it.op.incarnation.as_str()));
    writer.texts("author", &texts(|it| it.author.as_str()));
    let steps = |of: fn(&Attribution) -> i64| -> Vec<i64> { by.iter().map(|it| of(it)).collect() };
    writer.steps("seq", &steps(|it| it.op.seq.get().cast_signed()));
    writer.steps("at_ms", &steps(|it| it.at_ms));
    writer.steps("version", &steps(|it| it.seq.0.cast_signed()));
    if plain.iter().any(Option::is_none) {
        let states: Vec<Value> = registers
            .iter()
            .zip(&plain)
            .map(|(it, plain)| plain.map_or_else(|| it.register.to_wire(), |_| Value::Null))
            .collect();
        writer.column("state", &states, columns::json);
    }
}

/// The value and author of a register that holds nothing else.
fn plain(register: &Register) -> Option<(&Value, &Attribution)> {
    let [head] = register.heads.as_slice() else {
        return None;
    };
    let [by] = head.by.as_slice() else {
        return None;
    };
    (register.entries.is_empty() && by.seq == register.version).then_some((&head.value, by))
}

/// Reads what [`registers_to_json`] wrote.
///
/// # Errors
/// When it is something else.
pub fn registers_from_json(text: &str) -> Result<Vec<SnapshotRegister>, WireError> {
    take_registers(super::read(text.as_bytes())?)
}

fn take_registers(value: Value) -> Result<Vec<SnapshotRegister>, WireError> {
    let mut fields = Fields::read(value)?;
    let fields = &mut fields;
    let rows = fields.take::<u64>("rows")?;
    let rows = usize::try_from(rows.min(ROWS_MAX)).unwrap_or_default();
    if rows == 0 {
        return Ok(Vec::new());
    }
    let mut kinds = Texts::take(fields, "kind", rows)?;
    let mut records = Texts::take(fields, "record", rows)?;
    let mut names = Texts::take(fields, "field", rows)?;
    let mut states = Column::take_or_null(fields, "state", rows)?;
    let mut plain = if fields.0.contains_key("value") {
        Some(PlainColumns::take(fields, rows)?)
    } else {
        None
    };
    // Something has to come row by row, or ninety bytes were ten million registers.
    if rows > 1 && plain.is_none() && states.is_shared() {
        return Err(WireError::new("one value for each row").within("state"));
    }
    let mut registers = Vec::new();
    for _ in 0..rows {
        let plain = plain.as_mut().map(PlainColumns::next).transpose()?;
        let register = match (states.next(), plain) {
            (Value::Null, Some(plain)) => plain,
            (state, _) => Register::from_wire(state)?,
        };
        registers.push(SnapshotRegister {
            kind: Kind::new(kinds.next()?),
            record: RecordId::new(records.next()?),
            field: FieldName::new(names.next()?),
            register,
        });
    }
    Ok(registers)
}

struct PlainColumns {
    values: Column,
    devices: Texts,
    incarnations: Texts,
    authors: Texts,
    places: Steps,
    times: Steps,
    versions: Steps,
}

impl PlainColumns {
    fn take(fields: &mut Fields, rows: usize) -> Result<Self, WireError> {
        Ok(Self {
            values: Column::take(fields, "value", rows)?,
            devices: Texts::take(fields, "device", rows)?,
            incarnations: Texts::take(fields, "incarnation", rows)?,
            authors: Texts::take(fields, "author", rows)?,
            places: Steps::take(fields, "seq", rows)?,
            times: Steps::take(fields, "at_ms", rows)?,
            versions: Steps::take(fields, "version", rows)?,
        })
    }

    fn next(&mut self) -> Result<Register, WireError> {
        let seq = OpSeq::new(self.places.next()?.cast_unsigned());
        let by = Attribution {
            op: OpId {
                device: DeviceId::new(self.devices.next()?),
                incarnation: Incarnation::new(self.incarnations.next()?),
                seq: seq.ok_or(WireError::new("a place from 1"))?,
            },
            author: AuthorId::new(self.authors.next()?),
            at_ms: self.times.next()?,
            seq: ServerSeq(self.versions.next()?.cast_unsigned()),
        };
        Ok(Register {
            version: by.seq,
            heads: vec![Head {
                value: self.values.next(),
                by: vec![by],
            }],
            entries: Vec::new(),
        })
    }
}
