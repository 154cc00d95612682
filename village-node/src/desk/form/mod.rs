//! A form of the catalogue: what is asked on the page, and what was typed into it.

mod field;
mod typed;

pub(crate) use field::{Asked, Entry, ask};
pub(crate) use typed::Typed;
