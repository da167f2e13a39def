//! Rubbish made out of what is sound: a seeded mutator for JSON, as bytes and as values.

use serde_json::{Map, Value, json};

/// Longest input that a mutation gives.
const BYTES_MAX: usize = 64 * 1024;

/// A stream of numbers that is the same for the same seed (xorshift64*).
pub struct Seeded(u64);

impl Seeded {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `end`; 0 when there is none.
    fn below(&mut self, end: usize) -> usize {
        let wide = self.next() >> 16;
        usize::try_from(wide).unwrap_or(0) % end.max(1)
    }

    fn one_of<T: Clone>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())].clone()
    }
}

/// Bytes that parsers trip over.
const TOKENS: [&str; 22] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "\\u0000",
    "\\ud800",
    "\\udc00\\ud800",
    "1e400",
    "-0.0",
    "-0",
    "0.1e-7",
    "18446744073709551615",
    "18446744073709551616",
    "-9223372036854775808",
    "a\u{300}",
    "\u{feff}",
    "null",
    "\u{0}",
];

fn value(random: &mut Seeded) -> Value {
    match random.below(18) {
        0 => json!(null),
        1 => json!(true),
        2 => json!(0),
        3 => json!(1),
        4 => json!(256),
        5 => json!(u64::MAX),
        6 => json!(i64::MAX),
        7 => json!(i64::MIN),
        8 => json!(-0.0),
        9 => json!(0.1 + 0.2),
        10 => json!(1e308),
        11 => json!(""),
        // A letter and its mark apart, a NUL, the longest of characters.
        12 => json!("a\u{302}\u{323}\u{0}\u{10ffff}"),
        13 => json!("x".repeat(1 << random.below(14))),
        14 => json!([]),
        15 => json!({}),
        16 => {
            let mut deep = json!(0);
            for _ in 0..random.below(140) {
                deep = if random.below(2) == 0 {
                    json!([deep])
                } else {
                    json!({ "set": deep })
                };
            }
            deep
        }
        _ => Value::Array(vec![json!(0); random.below(600)]),
    }
}

/// Changes one value of a tree: puts another in its place, takes it away, or repeats it.
fn change_value(tree: &mut Value, random: &mut Seeded) {
    match tree {
        Value::Object(fields) if !fields.is_empty() && random.below(6) > 0 => {
            let names: Vec<String> = fields.keys().cloned().collect();
            let name = random.one_of(&names);
            match random.below(8) {
                0 => drop(fields.remove(&name)),
                1 => {
                    let other = fields[&random.one_of(&names)].clone();
                    fields.insert(name, other);
                }
                2 => {
                    let moved = fields.remove(&name).unwrap_or_default();
                    fields.insert(
                        random
                            .one_of(&["extra", "seq", "state", "change", "x"])
                            .into(),
                        moved,
                    );
                }
                _ => change_value(&mut fields[&name], random),
            }
        }
        Value::Array(items) if !items.is_empty() && random.below(6) > 0 => {
            let at = random.below(items.len());
            match random.below(8) {
                0 => drop(items.remove(at)),
                1 => items.insert(at, items[at].clone()),
                2 => *tree = items.swap_remove(at),
                _ => change_value(&mut items[at], random),
            }
        }
        Value::Object(fields) if random.below(3) == 0 => {
            let mut extra = Map::new();
            extra.insert(
                random.one_of(&["device", "author", "x"]).into(),
                value(random),
            );
            fields.insert("extra".into(), extra.into());
        }
        other => *other = value(random),
    }
}

fn change_bytes(bytes: &mut Vec<u8>, random: &mut Seeded) {
    let at = random.below(bytes.len());
    match random.below(6) {
        0 => bytes.truncate(at),
        1 => {
            let token = random.one_of(&TOKENS);
            bytes.splice(at..at, token.bytes());
        }
        2 => {
            let end = at + random.below((bytes.len() - at).min(40));
            bytes.drain(at..end);
        }
        3 => {
            let end = at + random.below(bytes.len() - at);
            let again = bytes[at..end].to_vec();
            bytes.splice(at..at, again);
        }
        _ => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << random.below(8);
            }
        }
    }
}

/// One to four changes to `sound`.
pub fn mutated(sound: &[u8], random: &mut Seeded) -> Vec<u8> {
    let changes = 1 + random.below(4);
    let mut bytes = sound.to_vec();
    match serde_json::from_slice::<Value>(sound) {
        Ok(mut tree) if random.below(4) > 0 => {
            for _ in 0..changes {
                change_value(&mut tree, random);
            }
            bytes = tree.to_string().into_bytes();
        }
        _ => {
            for _ in 0..changes {
                change_bytes(&mut bytes, random);
            }
        }
    }
    bytes.truncate(BYTES_MAX);
    bytes
}
