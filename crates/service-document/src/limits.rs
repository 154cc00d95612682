//! What one change and one document may hold. The same figures bind what we write and what the gate lets in.

/// A change may have this many bytes (raw chunk).
pub const CHANGE_BYTES_MAX: usize = 64 * 1024;
/// A change may hold this many operations.
pub const OPERATIONS_MAX: usize = 4096;
/// All changes of one document together may have this many bytes.
pub const DOCUMENT_BYTES_MAX: usize = 256 * 1024;
/// A publication may say this much, so that its change stays within its limit.
pub const BODY_BYTES_MAX: usize = 48 * 1024;
/// The topic of a publication may have this many bytes.
pub(crate) const TOPIC_MAX: usize = 64;
/// Objects may nest this deep below the root: `fields`, a list in it, a person in that, one more.
pub const DEPTH_MAX: usize = 4;
/// This many changes of one document may wait for missing ones.
pub const PARKED_MAX: usize = 64;
/// Failed trials of one judgement may cost this many bytes of changes; after that nothing more is tried in it.
/// Some ten thousand failures of a usual document, some ninety of the largest one.
pub(crate) const TRIAL_BYTES_MAX: usize = 24 * 1024 * 1024;
/// What a change costs a trial besides its bytes.
pub(crate) const TRIAL_BYTES_BASE: usize = 256;
