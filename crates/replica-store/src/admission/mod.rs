//! How what others sent comes in: stored first, then judged, then visible, or kept out with a reason.

pub(crate) mod gate;
pub(crate) mod ingest;
pub(crate) mod judging;
pub(crate) mod refusal;
