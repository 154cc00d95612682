//! What only a node keeps: its place in the feeds, its contacts and proofs.

pub(crate) mod carried_over;
pub(crate) mod cursor;
pub(crate) mod diary;
pub(crate) mod proof;
pub(crate) mod received;
pub(crate) mod recording_anew;
