//! End: the request is complete. Without it the hub knows that the link was cut.

use crate::wire::{Elements, Writer};
use crate::{FrameKind, MessageError};

/// Last frame of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct End;

impl End {
    /// The whole frame.
    pub fn encode(&self) -> Vec<u8> {
        Writer::new(0).frame(FrameKind::End)
    }

    /// Reads the payload of a frame.
    ///
    /// # Errors
    /// It breaks the protocol.
    pub fn decode(payload: &[u8]) -> Result<Self, MessageError> {
        Elements::open(FrameKind::End, payload)?.finish()?;
        Ok(Self)
    }
}
