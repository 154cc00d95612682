//! Who is there: accounts, signing in, sessions, what applications may, the audit trail.

pub(super) mod accounts;
pub(super) mod applications;
pub(super) mod own_account;
pub(crate) mod secret;
pub(crate) mod sessions;
pub(crate) mod sign_in;
pub(super) mod trail;
pub(crate) mod visitor;
