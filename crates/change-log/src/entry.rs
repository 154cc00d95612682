//! One entry of a log or a feed: a change and the document it belongs to.

use sha2::{Digest as _, Sha256};

use crate::{ChangeHash, DocumentId, EpochId, Position};

/// The hash that binds a change to its document. Chains and digests are made of these.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct EntryHash(pub [u8; 32]);

impl EntryHash {
    /// `SHA-256(0x01 | document id | change hash)`.
    pub fn of(document: DocumentId, change: ChangeHash) -> Self {
        Self(Sha256::new().chain_update([1]).chain_update(document.as_bytes()).chain_update(change.0).finalize().into())
    }
}

/// A change at its place: position `position` of the log that `epoch` authored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// The log the change stands in; also its Automerge actor.
    pub epoch: EpochId,
    /// Its place in that log, from 1.
    pub position: Position,
    /// The document it belongs to.
    pub document: DocumentId,
    /// SHA-256 of the raw chunk.
    pub hash: ChangeHash,
    /// The raw (never deflated) change chunk.
    pub raw: Vec<u8>,
}

impl Entry {
    /// The hash of this entry in chains and digests.
    pub fn entry_hash(&self) -> EntryHash {
        EntryHash::of(self.document, self.hash)
    }
}
