//! The database file: opening it, writing to it, what guards it, copies of it, and whether it is sound.

pub(crate) mod backup;
pub(crate) mod head_file;
pub(crate) mod lock;
pub(crate) mod migrations;
pub(crate) mod reader;
pub(crate) mod rebuild;
pub(crate) mod replica;
pub(crate) mod seat;
pub(crate) mod setting;
pub(crate) mod verify;
pub(crate) mod verify_report;
pub(crate) mod work;
