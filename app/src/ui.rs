//! Components by feature. No rules, no storage, no network, no literal words.

pub mod budget;
pub mod device;
pub mod format;
pub mod frame;
pub mod history;
pub mod icons;
pub mod markup;
pub mod news;
pub mod notes;
pub mod parts;
pub mod ruler;
pub mod settings;
pub mod settle;
pub mod snack;
pub mod status;
pub mod stepper;
pub mod task_row;
