//! What shells keep beside the records for the people at this machine.

pub(crate) mod account;
pub(crate) mod application;
pub(crate) mod audit;
pub(crate) mod draft;
pub(crate) mod draft_file;
pub(crate) mod favourite;
pub(crate) mod queue;
pub(crate) mod request;
