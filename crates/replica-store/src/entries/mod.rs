//! The truth: logs of entries, their chains and digests, and what is put right in them.

pub(crate) mod aside;
pub(crate) mod digest;
pub(crate) mod entry;
pub(crate) mod holdings;
pub(crate) mod log;
pub(crate) mod long_value;
pub(crate) mod packed;
pub(crate) mod repair;
