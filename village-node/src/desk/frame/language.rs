//! The languages of the pages, and by which they give this desk's texts.

pub(crate) use desk_kit::Language;

pub(crate) use crate::desk::frame::texts::Worded;
