//! Small integer columns and zigzag, shared by both directions.

use change_log::leb::{Reader, write_unsigned};

use super::BatchError;

const CONSTANT: u8 = 0;
const LISTED: u8 = 1;

/// Writes as many integers as the reader will ask for: once when all are equal.
pub(super) fn write_integers(out: &mut Vec<u8>, values: &[u64]) {
    match values.split_first() {
        None => {}
        Some((first, rest)) if rest.iter().all(|value| value == first) => {
            out.push(CONSTANT);
            write_unsigned(out, *first);
        }
        Some(_) => {
            out.push(LISTED);
            for value in values {
                write_unsigned(out, *value);
            }
        }
    }
}

/// Reads `count` integers.
pub(super) fn read_integers(reader: &mut Reader<'_>, count: usize) -> Result<Vec<u64>, BatchError> {
    if count == 0 {
        return Ok(Vec::new());
    }
    match reader.byte()? {
        CONSTANT => Ok(vec![reader.unsigned()?; count]),
        LISTED => (0..count).map(|_| reader.unsigned().map_err(BatchError::from)).collect(),
        _ => Err(BatchError::Malformed),
    }
}

/// Small magnitudes of either sign become small unsigned numbers.
pub(super) const fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

/// The inverse of [`zigzag`].
pub(super) const fn unzigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -((value & 1).cast_signed())
}
