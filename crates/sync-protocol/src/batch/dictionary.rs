//! The shipped dictionary: a sample batch that every stream has "seen" before its first.
//!
//! It teaches the tables (shapes, fields, common values) and is the prefix that zstd matches against. It is part of
//! protocol version 1: a changed file is another protocol.

use std::sync::LazyLock;

use super::decode::BatchDecoder;
use super::encode::BatchEncoder;
use super::tables::Tables;
use super::{BatchError, Item};

/// The dictionary of protocol version 1, as it is shipped: what zstd has seen before a stream begins.
pub const SAMPLE: &[u8] = include_bytes!("../../data/dictionary-1.bin");

static SHIPPED: LazyLock<Tables> = LazyLock::new(|| {
    if SAMPLE.is_empty() { Tables::default() } else { BatchDecoder::learn_from(SAMPLE).unwrap_or_default() }
});

/// What a stream knows at its start, and the bytes zstd starts from.
pub(super) fn shipped() -> (&'static Tables, &'static [u8]) {
    (&SHIPPED, SAMPLE)
}

/// Makes a dictionary from sample entries: the file to ship with a new protocol version.
///
/// # Errors
/// When the sample is over the limits of one batch.
pub fn make(sample: &[Item]) -> Result<Vec<u8>, BatchError> {
    BatchEncoder::rehearse(Tables::default(), sample)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_sample_is_read_whole() {
        assert!(SAMPLE.is_empty() || BatchDecoder::learn_from(SAMPLE).is_ok());
    }
}
