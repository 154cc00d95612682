//! A form of the catalogue: what is asked on the page, and what was typed into it.

mod checked;
mod field;
mod kept;
mod typed;

pub(crate) use checked::checked;
pub(crate) use field::{Asked, Entry, ask};
pub(crate) use kept::{Edit, Kept};
pub(crate) use typed::Typed;
