//! The compact form in which changes travel: what the receiver can derive or expect is not sent, or costs next to
//! nothing.
//!
//! A batch is a list of log entries. Each change is taken apart: dependencies become places in a log the receiver holds,
//! ids of new documents and all hashes are computed there, and what its operations name is said relative to the change
//! and to the one before it in the document ([`draft`]). What remains is coded bit by bit, arithmetically, with a
//! model that both sides keep alike ([`model`]): which operations follow each other, which values a field has had, which
//! letters follow each other. The model begins with what a shipped sample taught it and learns over all batches of an
//! exchange. What it is not made for (long texts, changes of unknown form) goes through one zstd stream beside it. The
//! receiver rebuilds each change byte for byte; a check over the hashes proves it.

mod decode;
mod dictionary;
mod draft;
mod encode;
mod item;
mod mixer;
mod model;
mod places;
mod range;
mod residue;
mod state;
mod stream;
mod values;
mod words;

use change_log::leb::LebError;
use change_log::{ChangeHash, Entry, EpochId, Position};

pub use decode::BatchDecoder;
pub use dictionary::make as make_dictionary;
pub use encode::BatchEncoder;
pub use places::Known;

/// How many of the entries before the first that is sent both sides recall, when `count` are to be sent.
pub fn recalled(count: u64) -> u64 {
    (count / 2).min(512)
}

/// What a batch leaves to zstd may unpack to this many bytes.
pub const PLAIN_BYTES_MAX: usize = 1024 * 1024;
/// The rebuilt changes of a batch may have this many bytes together.
pub const CHANGES_BYTES_MAX: usize = 8 * 1024 * 1024;
/// A batch may hold this many entries.
pub const ITEMS_MAX: usize = 8192;
/// The model may be asked for this many bits in one batch: half a second of work, however few bytes they come from.
pub const WORK_MAX: u64 = 6 * 1024 * 1024;

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
