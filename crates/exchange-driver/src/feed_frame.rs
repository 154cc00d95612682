//! The payload of a feed frame: from where to where in the feed it leads, and the batch.

use change_log::leb::{Reader, write_unsigned};
use change_log::{ChainHash, Position};
use sync_protocol::batch::BatchError;
use sync_protocol::{FrameKind, write_frame};

/// A stretch of a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedFrame<'a> {
    /// The position before its first item.
    pub after: Position,
    /// The position of its last.
    pub position: Position,
    /// The feed's chain there.
    pub chain: ChainHash,
    /// The batch, packed.
    pub batch: &'a [u8],
}

impl<'a> FeedFrame<'a> {
    /// The whole frame.
    pub fn encode(&self) -> Vec<u8> {
        let mut payload = Vec::with_capacity(self.batch.len() + 48);
        write_unsigned(&mut payload, self.after);
        write_unsigned(&mut payload, self.position);
        payload.extend_from_slice(&self.chain.0);
        payload.extend_from_slice(self.batch);
        let mut frame = Vec::with_capacity(payload.len() + 4);
        write_frame(&mut frame, FrameKind::FeedBatch, &payload);
        frame
    }

    /// Reads the payload of a frame.
    ///
    /// # Errors
    /// It is cut short, or a number is out of its form.
    pub fn decode(payload: &'a [u8]) -> Result<Self, BatchError> {
        let mut reader = Reader::new(payload);
        let (after, position) = (reader.unsigned()?, reader.unsigned()?);
        let chain = ChainHash(reader.array()?);
        Ok(Self { after, position, chain, batch: reader.rest() })
    }
}
