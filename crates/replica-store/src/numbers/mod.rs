//! Letter numbers: blocks that were granted, numbers that were issued, and the register.

pub(crate) mod issued;
pub(crate) mod lease;
pub(crate) mod letters;
pub(crate) mod numbering;
