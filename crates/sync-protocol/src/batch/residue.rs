//! What the model is not made for (long texts, changes of unknown form) goes through one zstd stream.

use change_log::leb::Reader;

use super::{BatchError, PLAIN_BYTES_MAX};

/// The bytes of one batch that the model leaves over.
pub(super) enum Residue<'a> {
    /// Being collected.
    Written(Vec<u8>),
    /// Being taken from.
    Read(Reader<'a>),
}

impl Residue<'_> {
    /// Collects the given bytes, or takes as many.
    pub(super) fn pass(&mut self, length: usize, given: &[u8]) -> Result<Vec<u8>, BatchError> {
        match self {
            Self::Written(bytes) => {
                bytes.extend_from_slice(given);
                if bytes.len() > PLAIN_BYTES_MAX { Err(BatchError::TooLarge) } else { Ok(given.to_vec()) }
            }
            Self::Read(reader) => Ok(reader.take(length)?.to_vec()),
        }
    }
}
