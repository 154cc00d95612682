//! The log's nouns: ids, raw changes, chains, digests. No I/O, no Automerge.
//!
//! A *log* is what one epoch of one node authored: append-only, gap-free, hash-chained. This crate says what
//! its parts are and how they are hashed, so that the store, the codec and the gate agree without knowing
//! each other.
//!
//! It must never know SQL, sockets, clocks, the Automerge library, or what a document means.

mod chain;
pub mod column;
mod digest;
mod entry;
mod ids;
pub mod leb;
mod operation;
mod raw;

pub use chain::ChainHash;
pub use digest::Digest;
pub use entry::{Entry, EntryHash};
pub use ids::{BlobHash, ChangeHash, DocumentId, EpochId, HubId, NodeId, ParseIdError, Position};
pub use operation::{Key, Operation, OperationId, read_operations, write_operations};
pub use raw::{
    CHANGE_BYTES_MAX, Column, DEPENDENCIES_MAX, LongestValue, OPERATIONS_MAX, RawChange, RawChangeError, wrap_chunk,
};
