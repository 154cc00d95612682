//! A form of the catalogue: what is asked on the page, and what was typed into it.

mod again;
mod anonymity;
pub(super) mod carried;
mod checked;
pub(super) mod citizens;
pub(super) mod draft_files;
pub(super) mod drafts;
pub(super) mod edit;
mod field;
mod kept;
mod meanwhile;
pub(super) mod new_record;
mod offered;
mod rows;
pub(super) mod saved;
pub(super) mod saving;
mod sent_edit;
mod sent_form;
pub(super) mod services;
mod typed;
pub(super) mod window;

pub(crate) use anonymity::Anonymity;
pub(crate) use checked::{checked, warnings};
pub(crate) use field::{Asked, Entry, ask};
pub(crate) use kept::{Edit, Kept};
pub(crate) use typed::Typed;
