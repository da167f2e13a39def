//! Closed words, lists and references of a record.

use domain::text::{parse_yes_no, same};

use crate::import::finding::{Reason, Remark};
use crate::import::grid::Value;
use crate::import::keys::{Resolved, Target, one_line};
use crate::import::layout::{Column, Need};
use crate::import::row::Reader;

impl Reader<'_> {
    /// One of the words that the format allows, by `parse`.
    pub fn word<T>(
        &mut self,
        column: &Column,
        allowed: &[&str],
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let found = one_line(&self.text(column)?);
        self.read_word(column, found, allowed, parse)
    }

    /// Several of the words that the format allows, each once.
    pub fn words<T: PartialEq>(
        &mut self,
        column: &Column,
        allowed: &[&str],
        parse: impl Fn(&str) -> Option<T>,
    ) -> Vec<T> {
        let mut words = Vec::new();
        for found in self.items(column, |it| parse(it).is_some()) {
            let Some(word) = self.read_word(column, found.clone(), allowed, &parse) else {
                continue;
            };
            if words.contains(&word) {
                self.notice(column, Remark::RepeatedItem { found });
            } else {
                words.push(word);
            }
        }
        words
    }

    fn read_word<T>(
        &mut self,
        column: &Column,
        found: String,
        allowed: &[&str],
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let Some(value) = parse(&found) else {
            let allowed = allowed.iter().map(|it| (*it).to_owned()).collect();
            self.problem(column, Reason::UnknownWord { found, allowed });
            return None;
        };
        let read = allowed.iter().find(|it| same(it, &found));
        if let Some(read) = read.filter(|it| **it != found) {
            self.notice(
                column,
                Remark::WordSpelling {
                    found,
                    read: (*read).to_owned(),
                },
            );
        }
        Some(value)
    }

    /// "có" or "không"; also TRUE and FALSE.
    pub fn yes_no(&mut self, column: &Column) -> Option<bool> {
        const ALLOWED: [&str; 2] = ["có", "không"];
        if let Some(Value::Truth(truth)) = self.peek(column).cloned() {
            self.cell(column)?;
            self.notice(
                column,
                Remark::TruthValue {
                    read: ALLOWED[usize::from(!truth)].to_owned(),
                },
            );
            return Some(truth);
        }
        self.word(column, &ALLOWED, parse_yes_no)
    }

    /// Items separated by `;` (or line breaks), each once.
    pub fn list(&mut self, column: &Column) -> Vec<String> {
        let Some(text) = self.text(column) else {
            return Vec::new();
        };
        if text.contains(['\n', '；']) {
            self.notice(
                column,
                Remark::ListSeparator {
                    found: one_line(&text),
                },
            );
        }
        let mut items: Vec<String> = Vec::new();
        for item in text
            .split([';', '\n', '；'])
            .map(one_line)
            .filter(|it| !it.is_empty())
        {
            if items.contains(&item) {
                self.notice(column, Remark::RepeatedItem { found: item });
            } else {
                items.push(item);
            }
        }
        if items.is_empty() && column.need == Need::Filled {
            self.problem(column, Reason::EmptyCell);
        }
        items
    }

    /// A reference; `None` when blank or refused.
    pub fn reference(&mut self, column: &Column, target: Target) -> Option<String> {
        let found = one_line(&self.text(column)?);
        self.resolve(column, target, found)
    }

    /// Items of a list. Commas separate too, where that makes every part a known item.
    fn items(&mut self, column: &Column, is_known: impl Fn(&str) -> bool) -> Vec<String> {
        let mut items = Vec::new();
        for found in self.list(column) {
            let parts: Vec<String> = found.split(',').map(one_line).collect();
            if parts.len() > 1 && !is_known(&found) && parts.iter().all(|it| is_known(it)) {
                self.notice(column, Remark::ListSeparator { found });
                items.extend(parts);
            } else {
                items.push(found);
            }
        }
        items
    }

    /// References, each once.
    pub fn references(&mut self, column: &Column, target: Target) -> Vec<String> {
        let keys = self.keys;
        let is_key = |it: &str| {
            matches!(
                keys.resolve(target, it),
                Resolved::Exact | Resolved::Spelled(_)
            )
        };
        let mut read: Vec<String> = Vec::new();
        for found in self.items(column, is_key) {
            let Some(key) = self.resolve(column, target, found) else {
                continue;
            };
            if read.contains(&key) {
                self.notice(column, Remark::RepeatedItem { found: key });
            } else {
                read.push(key);
            }
        }
        read
    }

    /// Congress kinds in the spelling of the agenda templates that declare them, each once.
    pub fn congress_kinds(&mut self, column: &Column) -> Vec<String> {
        let declared = self.keys.congress_kinds.as_deref().unwrap_or_default();
        let is_declared = |it: &str| declared.iter().any(|kind| same(kind, it));
        let mut kinds: Vec<String> = Vec::new();
        for found in self.items(column, is_declared) {
            let Some(kind) = self.declared_kind(column, found) else {
                continue;
            };
            if kinds.contains(&kind) {
                self.notice(column, Remark::RepeatedItem { found: kind });
            } else {
                kinds.push(kind);
            }
        }
        kinds
    }

    /// A congress kind in the spelling of the agenda templates that declare it.
    pub fn congress_kind(&mut self, column: &Column) -> Option<String> {
        let found = one_line(&self.text(column)?);
        self.declared_kind(column, found)
    }

    fn declared_kind(&mut self, column: &Column, found: String) -> Option<String> {
        let declared = self.keys.congress_kinds.as_ref()?;
        let Some(read) = declared.iter().find(|it| same(it, &found)).cloned() else {
            let declared = declared.clone();
            self.problem(column, Reason::UndeclaredKind { found, declared });
            return None;
        };
        if read != found {
            self.notice(
                column,
                Remark::WordSpelling {
                    found,
                    read: read.clone(),
                },
            );
        }
        Some(read)
    }

    /// The level that owes something: empty for the unit itself, else a level of the units' sheet.
    pub fn owing_level(&mut self, column: &Column, itself: &'static str) -> String {
        let levels = self.keys.levels.clone();
        let mut allowed = vec![itself];
        allowed.extend(levels.iter().map(String::as_str));
        let known = |found: &str| allowed.iter().find(|it| same(it, found)).copied();
        let read = self.word(column, &allowed, known).unwrap_or_default();
        if read == itself {
            String::new()
        } else {
            read.to_owned()
        }
    }

    fn resolve(&mut self, column: &Column, target: Target, found: String) -> Option<String> {
        match self.keys.resolve(target, &found) {
            Resolved::Exact => Some(found),
            Resolved::Spelled(read) => {
                self.notice(
                    column,
                    Remark::KeySpelling {
                        found,
                        read: read.clone(),
                    },
                );
                Some(read)
            }
            Resolved::Refused(reason) => {
                self.problem(column, reason);
                None
            }
            Resolved::Unknowable => None,
        }
    }
}
