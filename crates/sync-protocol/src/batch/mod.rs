//! The compact form in which changes travel: what the receiver can derive is not sent.
//!
//! A batch is a list of log entries. Their parts are taken apart and laid out one column a field: the *shape* of a
//! change (which operations on which keys) is named once a stream and then by number, values of one field stand
//! together, dependencies become places in a log the receiver holds, ids of new documents and all hashes are computed
//! there. All batches of one exchange form one zstd stream, flushed after each, that begins with a shipped dictionary.
//! The receiver rebuilds each change byte for byte; a check over the hashes proves it.

mod codec;
mod decode;
mod dictionary;
mod encode;
mod shape;
mod stream;
mod tables;
mod values;

use change_log::leb::LebError;
use change_log::{ChangeHash, DocumentId, Entry, EpochId, Position};

pub use decode::BatchDecoder;
pub use dictionary::{SAMPLE as DICTIONARY, make as make_dictionary};
pub use encode::BatchEncoder;

/// A batch may unpack to this many bytes before the changes are rebuilt.
pub const PLAIN_BYTES_MAX: usize = 1024 * 1024;
/// The rebuilt changes of a batch may have this many bytes together.
pub const CHANGES_BYTES_MAX: usize = 8 * 1024 * 1024;
/// A batch may hold this many entries.
pub const ITEMS_MAX: usize = 8192;
/// The changes of a batch may hold this many values together.
pub const VALUES_MAX: usize = 256 * 1024;

/// What a place in a log tells about the change there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// The document it belongs to.
    pub document: DocumentId,
    /// Its hash.
    pub hash: ChangeHash,
    /// Its sequence number within document and actor.
    pub sequence: u64,
    /// The number of its last operation.
    pub max_op: u64,
}

/// The changes both sides hold: the sender may name them by place instead of by hash.
pub trait References {
    /// Where the change stands, if it is held.
    fn place_of(&self, change: &ChangeHash) -> Option<(EpochId, Position)>;
    /// What stands at a place, if it is held.
    fn known(&self, epoch: &EpochId, position: Position) -> Option<Known>;
}

/// One item of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// A change.
    Entry(Entry),
    /// A place in a log that the receiver wrote itself, and whose change it therefore holds.
    Own {
        /// The log.
        epoch: EpochId,
        /// The place in it.
        position: Position,
    },
}

/// Why a batch cannot be packed or read. Nothing of it was taken; the stream is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// Cut short, or a number out of its form.
    #[error("the batch is malformed")]
    Malformed,
    /// Larger than a limit allows.
    #[error("the batch is larger than allowed")]
    TooLarge,
    /// It names a change the receiver does not hold: send it again in plain form.
    #[error("the batch names a change that is not held here")]
    Unresolved,
    /// What was rebuilt is not what was sent: send it again in plain form.
    #[error("the rebuilt changes do not fit the check")]
    Check,
    /// The compressed stream is broken.
    #[error("the compressed stream is broken")]
    Compression,
}

impl From<LebError> for BatchError {
    fn from(_: LebError) -> Self {
        Self::Malformed
    }
}
