//! Lists of records: the first page, the search, the register and its files.

pub(super) mod book;
pub(super) mod home;
pub(super) mod records;
pub(super) mod register;
