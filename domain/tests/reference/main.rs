//! The district's real rows (`tests/data`, copies of the workbook's CSV files) through the whole crate.

mod agenda;
mod csv;
mod handbook;
mod stamp;
mod workbook;
