//! The documents that entries make: authoring and reading them, what they name, and the files that belong to them.

pub(crate) mod attachment;
pub(crate) mod authoring;
pub(crate) mod blob;
pub(crate) mod blob_folder;
pub(crate) mod change_run;
pub(crate) mod document;
pub(crate) mod publication;
pub(crate) mod referral;
pub(crate) mod sweep;
