//! How an entry's bytes lie in the database.
//!
//! The first byte says how: [`CONTENT`] is a change chunk without what derives from the rest (magic, checksum,
//! type, length); [`OPAQUE`] is the claimed hash and whatever bytes came with it, kept because the log's chain
//! counts them, though they make no change.

use change_log::{ChangeHash, wrap_chunk};

use crate::StoreError;

const CONTENT: u8 = 0;
const OPAQUE: u8 = 1;

/// Bytes in front of a chunk's content: magic, checksum, type.
const FRONT: usize = 9;

/// The bytes to store for a chunk that parsed, and hashes to what its entry says.
pub(crate) fn pack(raw: &[u8]) -> Vec<u8> {
    let body = raw.get(FRONT..).unwrap_or_default();
    let length = body.iter().take_while(|byte| **byte >= 0x80).count() + 1;
    let content = body.get(length..).unwrap_or_default();
    let mut packed = Vec::with_capacity(content.len() + 1);
    packed.push(CONTENT);
    packed.extend_from_slice(content);
    packed
}

/// The bytes to store for what is no change.
pub(crate) fn pack_opaque(hash: ChangeHash, raw: &[u8]) -> Vec<u8> {
    let mut packed = Vec::with_capacity(raw.len() + 33);
    packed.push(OPAQUE);
    packed.extend_from_slice(&hash.0);
    packed.extend_from_slice(raw);
    packed
}

/// What was stored: the raw bytes and the hash the log knows them by.
pub(crate) fn unpack(packed: &[u8], prefix: i64) -> Result<(Vec<u8>, ChangeHash), StoreError> {
    let (raw, hash) = match packed.split_first() {
        Some((&CONTENT, content)) => wrap_chunk(content),
        Some((&OPAQUE, rest)) => {
            let (hash, raw) = rest.split_first_chunk::<32>().ok_or_else(damaged)?;
            (raw.to_vec(), ChangeHash(*hash))
        }
        _ => return Err(damaged()),
    };
    if prefix_of(hash) == prefix { Ok((raw, hash)) } else { Err(damaged()) }
}

/// The first 8 bytes of a hash, as the index has them.
pub(crate) fn prefix_of(hash: ChangeHash) -> i64 {
    hash.0.first_chunk::<8>().map_or(0, |bytes| i64::from_be_bytes(*bytes))
}

fn damaged() -> StoreError {
    StoreError::Damaged("an entry's bytes do not fit its hash".to_owned())
}
