//! Lists of like things as columns: what is the same in all is written once, times and places as steps. A tick of a
//! hundred then takes some ten bytes after gzip, and is read with few allocations.
//!
//! A column is a list with one value for each row, or the one value that all rows share. A shared value that is itself a
//! list is written out for each row, so that the two cannot be mistaken; so is a long or a manifold one, so that a short
//! message never unpacks to a huge one.

use std::sync::Arc;
use std::vec;

use serde_json::Value;

use super::{Fields, WireError};

/// Longest value that rows may share, in bytes of its JSON.
const SHARED_BYTES_MAX: usize = 1_024;
/// Most brackets, commas and colons of such a value. An object takes a hundred times the memory that its JSON does, and each
/// row gets its own: "0," is enough of a row for another.
const SHARED_MARKS_MAX: usize = 8;
/// A value with more may still be shared by so few rows that they do not have more than these together.
const SHARED_MARKS_OF_ALL_MAX: usize = 4_096;

/// Whether so many rows may share a value.
fn may_share(rows: usize, marks: usize) -> bool {
    marks <= SHARED_MARKS_MAX || rows.saturating_mul(marks) <= SHARED_MARKS_OF_ALL_MAX
}

/// Writes a JSON object field by field, as text.
pub(super) struct ObjectWriter {
    out: Vec<u8>,
}

impl ObjectWriter {
    pub(super) fn new() -> Self {
        Self { out: vec![b'{'] }
    }

    /// The object's text.
    pub(super) fn finish(mut self) -> String {
        self.out.push(b'}');
        // Only whole texts were written.
        String::from_utf8(self.out).unwrap_or_default()
    }

    fn name(&mut self, name: &str) {
        if self.out.len() > 1 {
            self.out.push(b',');
        }
        text(&mut self.out, name);
        self.out.push(b':');
    }

    /// A field whose JSON is already written.
    pub(super) fn raw(&mut self, name: &str, json: &str) {
        self.name(name);
        self.out.extend_from_slice(json.as_bytes());
    }

    /// A list whose items' JSON is already written.
    pub(super) fn raw_list<'a>(&mut self, name: &str, items: impl Iterator<Item = &'a str>) {
        self.name(name);
        self.out.push(b'[');
        for (index, item) in items.enumerate() {
            if index > 0 {
                self.out.push(b',');
            }
            self.out.extend_from_slice(item.as_bytes());
        }
        self.out.push(b']');
    }

    pub(super) fn text(&mut self, name: &str, value: &str) {
        self.name(name);
        text(&mut self.out, value);
    }

    pub(super) fn number(&mut self, name: &str, value: i64) {
        self.name(name);
        number(&mut self.out, value);
    }

    pub(super) fn count(&mut self, name: &str, value: u64) {
        self.name(name);
        count(&mut self.out, value);
    }

    pub(super) fn value(&mut self, name: &str, value: &Value) {
        self.name(name);
        json(&mut self.out, value);
    }

    /// A column of texts.
    pub(super) fn texts(&mut self, name: &str, column: &[&str]) {
        self.column(name, column, |out, it| text(out, it));
    }

    /// A column of numbers.
    pub(super) fn counts(&mut self, name: &str, column: &[u64]) {
        self.column(name, column, |out, it| count(out, *it));
    }

    /// A column of numbers that rise or fall little: the first, then the step to each next one.
    pub(super) fn steps(&mut self, name: &str, column: &[i64]) {
        self.name(name);
        self.out.push(b'[');
        let mut before = 0_i64;
        for (index, value) in column.iter().enumerate() {
            if index > 0 {
                self.out.push(b',');
            }
            number(&mut self.out, value.wrapping_sub(before));
            before = *value;
        }
        self.out.push(b']');
    }

    /// A column of anything, given how one is written. A list among the values is never shared.
    pub(super) fn column<T: PartialEq>(
        &mut self,
        name: &str,
        column: &[T],
        write: fn(&mut Vec<u8>, &T),
    ) {
        self.name(name);
        if let [first, rest @ ..] = column
            && rest.iter().all(|it| it == first)
        {
            let start = self.out.len();
            write(&mut self.out, first);
            let written = self.out.get(start..).unwrap_or_default();
            if written.first() != Some(&b'[')
                && written.len() <= SHARED_BYTES_MAX
                && may_share(column.len(), marks_in(written))
            {
                return;
            }
            self.out.truncate(start);
        }
        self.items(column, write);
    }

    /// A column of anything that rows never share.
    pub(super) fn list<T>(&mut self, name: &str, column: &[T], write: fn(&mut Vec<u8>, &T)) {
        self.name(name);
        self.items(column, write);
    }

    fn items<T>(&mut self, column: &[T], write: fn(&mut Vec<u8>, &T)) {
        self.out.push(b'[');
        for (index, value) in column.iter().enumerate() {
            if index > 0 {
                self.out.push(b',');
            }
            write(&mut self.out, value);
        }
        self.out.push(b']');
    }
}

#[inline(never)]
pub(super) fn json(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        // Keys are strings and a list of bytes takes everything: writing cannot fail.
        other => {
            let _ = serde_json::to_writer(out, other);
        }
    }
}

#[inline(never)]
pub(crate) fn text(out: &mut Vec<u8>, value: &str) {
    let _ = serde_json::to_writer(out, value);
}

#[inline(never)]
pub(crate) fn count(out: &mut Vec<u8>, mut value: u64) {
    let mut digits = [0_u8; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        // A digit fits a byte.
        digits[at] = b'0' + (value % 10) as u8;
        value /= 10;
        if value == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

pub(crate) fn number(out: &mut Vec<u8>, value: i64) {
    if value < 0 {
        out.push(b'-');
    }
    count(out, value.unsigned_abs());
}

/// A column being read row by row.
pub(super) enum Column {
    Shared(Value),
    Each(vec::IntoIter<Value>),
}

impl Column {
    /// Takes a column of `rows` values out of an object.
    pub(super) fn take(
        fields: &mut Fields,
        name: &'static str,
        rows: usize,
    ) -> Result<Self, WireError> {
        match fields.take::<Value>(name)? {
            Value::Array(values) if values.len() == rows => Ok(Self::Each(values.into_iter())),
            Value::Array(_) => Err(WireError::new("one value for each row").within(name)),
            shared
                if rows > 1
                    && !(is_short(&shared, &mut { SHARED_BYTES_MAX })
                        && may_share(rows, marks(&shared))) =>
            {
                Err(WireError::new("a short shared value").within(name))
            }
            shared => Ok(Self::Shared(shared)),
        }
    }

    /// A column that may be missing.
    pub(super) fn take_or_null(
        fields: &mut Fields,
        name: &'static str,
        rows: usize,
    ) -> Result<Self, WireError> {
        if fields.0.contains_key(name) {
            Self::take(fields, name, rows)
        } else {
            Ok(Self::Shared(Value::Null))
        }
    }

    /// Whether all rows have one value.
    pub(super) fn is_shared(&self) -> bool {
        matches!(self, Self::Shared(_))
    }

    /// The next row's value.
    pub(super) fn next(&mut self) -> Value {
        match self {
            Self::Shared(value) => value.clone(),
            // As long as there are rows: the length was looked at.
            Self::Each(values) => values.next().unwrap_or_default(),
        }
    }

    /// The next row's number.
    pub(super) fn next_count(&mut self) -> Result<u64, WireError> {
        let value = match self {
            Self::Shared(value) => value.as_u64(),
            Self::Each(values) => values.next().and_then(|it| it.as_u64()),
        };
        value.ok_or(WireError::new("a count"))
    }
}

/// Whether a value's JSON takes no more than what is left, roughly and from below.
fn is_short(value: &Value, left: &mut usize) -> bool {
    let own = match value {
        Value::String(text) => text.len() + 2,
        Value::Object(map) => map.keys().map(|it| it.len() + 3).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => 1,
    };
    let Some(rest) = left.checked_sub(own) else {
        return false;
    };
    *left = rest;
    match value {
        Value::Object(map) => map.values().all(|it| is_short(it, left)),
        Value::Array(items) => items.iter().all(|it| is_short(it, left)),
        _ => true,
    }
}

/// Brackets that open, commas and colons of a value's JSON.
fn marks(value: &Value) -> usize {
    match value {
        Value::Object(map) => (2 * map.len()).max(1) + map.values().map(marks).sum::<usize>(),
        Value::Array(items) => items.len().max(1) + items.iter().map(marks).sum::<usize>(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

/// The same of JSON that was written already.
fn marks_in(json: &[u8]) -> usize {
    let (mut count, mut in_text, mut escaped) = (0, false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' | b',' | b':' if !in_text => count += 1,
            _ => {}
        }
    }
    count
}

/// A column of texts being read: equal neighbours share one text.
pub(super) struct Texts {
    column: Column,
    last: Arc<str>,
    read: bool,
}

impl Texts {
    pub(super) fn take(
        fields: &mut Fields,
        name: &'static str,
        rows: usize,
    ) -> Result<Self, WireError> {
        let column = Column::take(fields, name, rows)?;
        Ok(Self {
            column,
            last: Arc::from(""),
            read: false,
        })
    }

    pub(super) fn next(&mut self) -> Result<Arc<str>, WireError> {
        match &mut self.column {
            Column::Shared(Value::String(text)) => {
                if !self.read {
                    self.read = true;
                    self.last = Arc::from(text.as_str());
                }
            }
            Column::Each(values) => match values.next() {
                Some(Value::String(text)) => {
                    if *self.last != *text {
                        self.last = text.into();
                    }
                }
                _ => return Err(WireError::new("a text")),
            },
            Column::Shared(_) => return Err(WireError::new("a text")),
        }
        Ok(Arc::clone(&self.last))
    }
}

/// A column of steps being read.
pub(super) struct Steps {
    steps: vec::IntoIter<Value>,
    at: i64,
}

impl Steps {
    pub(super) fn take(
        fields: &mut Fields,
        name: &'static str,
        rows: usize,
    ) -> Result<Self, WireError> {
        match fields.take::<Value>(name)? {
            Value::Array(steps) if steps.len() == rows => Ok(Self {
                steps: steps.into_iter(),
                at: 0,
            }),
            _ => Err(WireError::new("one value for each row").within(name)),
        }
    }

    pub(super) fn next(&mut self) -> Result<i64, WireError> {
        let step = self.steps.next().and_then(|it| it.as_i64());
        // Both ends go round, so that any two times have a step between them.
        self.at = self
            .at
            .wrapping_add(step.ok_or(WireError::new("a whole number"))?);
        Ok(self.at)
    }
}
