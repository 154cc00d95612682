//! Ack: all of the node's log up to a position is durable at the hub.

use change_log::Position;

use crate::wire::{Elements, Writer};
use crate::{FrameKind, MessageError};

/// Said after each durable batch. Counts only for this connection; a receipt counts for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ack {
    /// The last position that is durable.
    pub position: Position,
}

impl Ack {
    /// The whole frame.
    pub fn encode(&self) -> Vec<u8> {
        Writer::new(1).unsigned(self.position).frame(FrameKind::Ack)
    }

    /// Reads the payload of a frame.
    ///
    /// # Errors
    /// It breaks the protocol.
    pub fn decode(payload: &[u8]) -> Result<Self, MessageError> {
        let mut elements = Elements::open(FrameKind::Ack, payload)?;
        let ack = Self { position: elements.unsigned("position")? };
        elements.finish()?;
        Ok(ack)
    }
}
