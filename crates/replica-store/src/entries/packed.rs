//! How an entry's bytes lie in the database.
//!
//! The first byte says how. [`OWN`] and [`CONTENT`] are a change chunk without what derives from the rest (magic,
//! checksum, type, length; for [`OWN`] the actor as well, which is the epoch of its log). [`OPAQUE`] is the claimed hash
//! and whatever bytes came with it, kept because the log's chain counts them, though they make no change.

use change_log::{ChangeHash, EpochId, wrap_chunk};

use crate::StoreError;

const CONTENT: u8 = 0;
const OPAQUE: u8 = 1;
const OWN: u8 = 2;

/// Bytes in front of a chunk's content: magic, checksum, type.
const FRONT: usize = 9;

/// The bytes to store for a chunk that parsed, and hashes to what its entry says.
pub(crate) fn pack(raw: &[u8], epoch: EpochId) -> Vec<u8> {
    let body = raw.get(FRONT..).unwrap_or_default();
    let length = body.iter().take_while(|byte| **byte >= 0x80).count() + 1;
    let content = body.get(length..).unwrap_or_default();
    let mut packed = Vec::with_capacity(content.len() + 1);
    match split_actor(content) {
        Some((before, actor, after)) if actor == epoch.0 => {
            packed.push(OWN);
            packed.extend_from_slice(before);
            packed.extend_from_slice(after);
        }
        _ => {
            packed.push(CONTENT);
            packed.extend_from_slice(content);
        }
    }
    packed
}

/// A change's content around its actor: number of dependencies (one byte, there are at most 64), so many hashes,
/// the actor's length and the actor.
fn split_actor(content: &[u8]) -> Option<(&[u8], [u8; 16], &[u8])> {
    let dependencies = usize::from(*content.first()?);
    let (before, rest) = content.split_at_checked(1 + 32 * dependencies)?;
    let (actor, after) = rest.split_first_chunk::<17>()?;
    let [16, actor @ ..] = *actor else { return None };
    Some((before, actor, after))
}

/// The bytes to store for what is no change.
pub(crate) fn pack_opaque(hash: ChangeHash, raw: &[u8]) -> Vec<u8> {
    let mut packed = Vec::with_capacity(raw.len() + 33);
    packed.push(OPAQUE);
    packed.extend_from_slice(&hash.0);
    packed.extend_from_slice(raw);
    packed
}

/// What was stored in the log of `epoch`: the raw bytes and the hash the log knows them by.
pub(crate) fn unpack(packed: &[u8], epoch: EpochId, prefix: i64) -> Result<(Vec<u8>, ChangeHash), StoreError> {
    let (raw, hash) = match packed.split_first() {
        Some((&CONTENT, content)) => wrap_chunk(content),
        Some((&OWN, rest)) => wrap_chunk(&with_actor(rest, epoch).ok_or_else(damaged)?),
        Some((&OPAQUE, rest)) => {
            let (hash, raw) = rest.split_first_chunk::<32>().ok_or_else(damaged)?;
            (raw.to_vec(), ChangeHash(*hash))
        }
        _ => return Err(damaged()),
    };
    if prefix_of(hash) == prefix { Ok((raw, hash)) } else { Err(damaged()) }
}

fn with_actor(rest: &[u8], epoch: EpochId) -> Option<Vec<u8>> {
    let dependencies = usize::from(*rest.first()?);
    let (before, after) = rest.split_at_checked(1 + 32 * dependencies)?;
    let mut content = Vec::with_capacity(rest.len() + 17);
    content.extend_from_slice(before);
    content.push(16);
    content.extend_from_slice(&epoch.0);
    content.extend_from_slice(after);
    Some(content)
}

/// The first 4 bytes of a hash, as the index has them. Some changes share them; whoever looks one up compares the rest.
pub(crate) fn prefix_of(hash: ChangeHash) -> i64 {
    hash.0.first_chunk::<4>().map_or(0, |bytes| i64::from(i32::from_be_bytes(*bytes)))
}

fn damaged() -> StoreError {
    StoreError::Damaged("an entry's bytes do not fit its hash".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use change_log::RawChange;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_change_comes_back(
            dependencies in prop::collection::btree_set(any::<[u8; 32]>(), 0..5),
            actor in any::<[u8; 16]>(),
            other in any::<bool>(),
            message in "[a-z]{0,300}",
        ) {
            let actor = EpochId(actor);
            let change = RawChange {
                hash: ChangeHash([0; 32]),
                dependencies: dependencies.into_iter().map(ChangeHash).collect(),
                actor,
                sequence: 1,
                start_op: 1,
                op_count: 0,
                millis: -5,
                message: &message,
                other_actors: Vec::new(),
                columns: Vec::new(),
                extra: &[],
            };
            let (raw, hash) = change.build();
            let log = if other { EpochId([7; 16]) } else { actor };
            let packed = pack(&raw, log);
            prop_assert_eq!(unpack(&packed, log, prefix_of(hash)).unwrap(), (raw.clone(), hash));
            prop_assert!(packed.len() < raw.len());
            let opaque = pack_opaque(hash, &raw);
            prop_assert_eq!(unpack(&opaque, log, prefix_of(hash)).unwrap(), (raw, hash));
        }

        #[test]
        fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..200), prefix in any::<i32>()) {
            let _ = unpack(&bytes, EpochId([1; 16]), i64::from(prefix));
        }
    }
}
