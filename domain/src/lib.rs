//! The congress itself: what records and fields mean, who may write them, dates, agenda timing and progress.
//!
//! No I/O, no clock, no random source, and no words for people: enums and values only. Levels, congress kinds,
//! templates, blocks and offsets are data; nothing here knows a "huyện". Closed words of the workbook's columns
//! (phases, sessions, time classes, evidence, forms, yes and no) are read by `parse` functions that fold.
//!
//! The way through the crate: [`workbook`] rows → [`stamp::registers`] → operations in a log →
//! [`handbook::Handbook`] of one unit → [`task::Task::standing`], [`agenda::timetable`], [`progress::of`].
//! Writing goes through [`kinds::check`] (does the value fit?) and [`rights::may_write`] (may this person?).

pub mod agenda;
pub mod congress;
pub mod date;
pub mod handbook;
pub mod kinds;
pub mod offset;
mod order;
pub mod paper;
pub mod progress;
pub mod rights;
pub mod stamp;
pub mod task;
pub mod text;
pub mod workbook;
