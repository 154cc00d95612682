//! Why an exchange could not go on here. What was committed before stays; the next exchange continues from it.

use replica_store::StoreError;
use sync_protocol::batch::BatchError;
use sync_protocol::{FrameError, MessageError, SignatureError};

/// Grouped by culprit: our disk, the other side, the bytes in between.
#[derive(Debug, thiserror::Error)]
pub enum DriverError {
    /// Our own storage.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The other side (or something in between that answers for it) does not speak the protocol.
    #[error("the other side does not speak the protocol: {0}; nothing of this message was taken")]
    Frame(#[from] FrameError),
    /// A message of the other side breaks the protocol.
    #[error("{0}; nothing of this message was taken")]
    Message(#[from] MessageError),
    /// A batch of the other side cannot be read.
    #[error("{0}; nothing of it was taken, it is sent again")]
    Batch(#[from] BatchError),
    /// A receipt or an order that the hub did not sign.
    #[error("{0}; it was not stored and not followed")]
    Signature(#[from] SignatureError),
    /// A message that has no place there.
    #[error("unexpected: {0}")]
    Unexpected(&'static str),
    /// This folder is no enrolled node, or no hub.
    #[error("this folder is not enrolled; run `enrol` first")]
    NotEnrolled,
}

impl DriverError {
    /// The other side named entries that are not here, or are others here.
    pub(crate) const fn is_unresolved(&self) -> bool {
        matches!(self, Self::Batch(_) | Self::Store(StoreError::FeedChain(_)))
    }

    /// What is stored here is damaged.
    pub fn is_damage(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_damage())
    }

    /// An entry that should be there was lost or damaged on our own disk: a repair may bring it back.
    pub(crate) const fn is_lost_entry(&self) -> bool {
        matches!(self, Self::Store(StoreError::Damaged(_) | StoreError::NotHeld { .. }))
    }
}
