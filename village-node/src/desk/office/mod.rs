//! The office: its profile, its other PCs, its link to the hub.

pub(super) mod clock;
pub(super) mod link;
pub(super) mod network;
pub(super) mod profile;
