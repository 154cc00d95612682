//! The frame around a page, and what people read in both languages.

pub(super) mod assets;
pub(super) mod bar;
pub(super) mod day;
pub(super) mod fault;
pub(super) mod help;
pub(super) mod language;
pub(super) mod moving;
mod multipart;
pub(super) mod page;
pub(super) mod shown;
pub(super) mod texts;
pub(super) mod upload;
pub(super) mod word;
