//! Welcome: the hub's answer to a hello.

use change_log::{ChainHash, EpochId, Position};

use crate::wire::{Elements, Writer};
use crate::{FrameKind, MessageError, Version};

/// What the hub says first in each reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Welcome {
    /// The version that this exchange is in.
    pub version: Version,
    /// The hub's clock, in milliseconds since 1970 UTC.
    pub millis: i64,
    /// Up to where the hub really has the node's log.
    pub acknowledged: Position,
    /// The life of the hub's database, when it is another than the node's cursor says.
    pub hub_epoch: Option<EpochId>,
    /// Bits; unknown ones mean nothing.
    pub flags: u32,
    /// The chain of the hub's copy at that position, when the node believes in another position: a copied folder finds
    /// there that somebody else wrote on.
    pub chain: Option<ChainHash>,
}

impl Welcome {
    /// The whole frame.
    pub fn encode(&self) -> Vec<u8> {
        Writer::new(6)
            .unsigned(self.version.into())
            .signed(self.millis)
            .unsigned(self.acknowledged)
            .optional(self.hub_epoch, |out, epoch| out.bytes(epoch.as_bytes()))
            .unsigned(self.flags.into())
            .optional(self.chain, |out, chain| out.bytes(&chain.0))
            .frame(FrameKind::Welcome)
    }

    /// Reads the payload of a frame.
    ///
    /// # Errors
    /// It breaks the protocol.
    pub fn decode(payload: &[u8]) -> Result<Self, MessageError> {
        let mut elements = Elements::open(FrameKind::Welcome, payload)?;
        let welcome = Self {
            version: elements.unsigned_16("version")?,
            millis: elements.signed("time")?,
            acknowledged: elements.unsigned("acknowledged position")?,
            hub_epoch: elements.optional("hub epoch", |elements| elements.array("hub epoch"))?.map(EpochId),
            flags: elements.unsigned_32("flags")?,
            chain: elements.optional("chain", |elements| elements.array("chain"))?.map(ChainHash),
        };
        elements.finish()?;
        Ok(welcome)
    }
}
