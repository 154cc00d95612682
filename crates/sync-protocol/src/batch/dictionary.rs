//! The shipped sample: changes that every stream has "seen" before its first.
//!
//! It teaches the model and is what zstd matches against. It is part of protocol version 1: a changed file is another
//! protocol.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use change_log::leb::{Reader, write_prefixed};
use change_log::{ChangeHash, DocumentId, Entry, RawChange};

use super::encode::BatchEncoder;
use super::model::Model;
use super::state::{Nothing, State};
use super::{BatchError, Item};

/// The sample, compressed by zstd.
const SHIPPED: &[u8] = include_bytes!("../../data/dictionary-1.zst");
/// The sample may have this many bytes.
const SAMPLE_BYTES_MAX: usize = 2 * 1024 * 1024;
/// What zstd starts from: the end of the sample.
const PREFIX_BYTES: usize = 32 * 1024;
/// Changes that are coded together while the model is taught.
const LESSON: usize = 64;

static SAMPLE: LazyLock<Vec<u8>> =
    LazyLock::new(|| zstd::bulk::decompress(SHIPPED, SAMPLE_BYTES_MAX).unwrap_or_default());
static TAUGHT: LazyLock<Model> = LazyLock::new(|| teach(&SAMPLE).unwrap_or_else(|_| Model::new()));

/// What the model knows at the start of a stream.
pub(super) fn taught() -> &'static Model {
    &TAUGHT
}

/// The bytes zstd starts from.
pub(super) fn prefix() -> &'static [u8] {
    SAMPLE.get(SAMPLE.len().saturating_sub(PREFIX_BYTES)..).unwrap_or_default()
}

/// Makes a dictionary from the changes of one log, from its first: the file to ship with a new protocol version.
///
/// # Errors
/// When the model cannot be taught by it.
pub fn make(sample: &[Entry]) -> Result<Vec<u8>, BatchError> {
    let mut bytes = Vec::new();
    for entry in sample {
        write_prefixed(&mut bytes, &entry.raw);
    }
    teach(&bytes)?;
    zstd::bulk::compress(&bytes, 19).map_err(|_| BatchError::Compression)
}

fn teach(sample: &[u8]) -> Result<Model, BatchError> {
    let mut items = Vec::new();
    let mut documents: BTreeMap<ChangeHash, DocumentId> = BTreeMap::new();
    let mut reader = Reader::new(sample);
    while !reader.is_empty() {
        let raw = reader.prefixed()?;
        let change = RawChange::parse(raw).map_err(|_| BatchError::Malformed)?;
        let position = items.len() as u64 + 1;
        let document = match change.dependencies.first() {
            Some(before) => *documents.get(before).ok_or(BatchError::Unresolved)?,
            None => DocumentId::derive(change.actor, position, change.millis),
        };
        documents.insert(change.hash, document);
        let (epoch, hash) = (change.actor, change.hash);
        items.push(Item::Entry(Entry { epoch, position, document, hash, raw: raw.to_vec() }));
    }
    let mut encoder = BatchEncoder::from_state(State::blank());
    for lesson in items.chunks(LESSON) {
        encoder.encode(lesson, &Nothing)?;
    }
    Ok(encoder.into_state().into_model())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_sample_is_read_whole_and_teaches() {
        assert!(!SAMPLE.is_empty());
        assert!(teach(&SAMPLE).is_ok());
    }
}
