//! Verdict: how the two sides compare at the end of an exchange.

use change_log::{Digest, Position};

use crate::wire::{Elements, Writer};
use crate::{FrameKind, MessageError, Problem};

/// Last frame of a reply that is complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// How they compare.
    pub state: VerdictState,
    /// Where the feed of the office ends at the hub.
    pub feed_position: Position,
    /// The hub's digest of the office.
    pub digest: Digest,
    /// Given when they differ, or the node checks what was refused: the hub's part of the salt for the comparison in the node's next exchange.
    pub salt: Option<[u8; 16]>,
}

/// How the two sides compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VerdictState {
    /// 0: both hold the same.
    Proven,
    /// 1: not compared, more is to be sent first.
    More,
    /// 2: all was sent, and still they differ: repair is needed.
    Differ,
}

impl Verdict {
    /// The whole frame.
    pub fn encode(&self) -> Vec<u8> {
        let state = match self.state {
            VerdictState::Proven => 0,
            VerdictState::More => 1,
            VerdictState::Differ => 2,
        };
        Writer::new(5)
            .unsigned(state)
            .unsigned(self.feed_position)
            .unsigned(self.digest.count)
            .bytes(&self.digest.sum)
            .optional(self.salt, |out, salt| out.bytes(&salt))
            .frame(FrameKind::Verdict)
    }

    /// Reads the payload of a frame.
    ///
    /// # Errors
    /// It breaks the protocol.
    pub fn decode(payload: &[u8]) -> Result<Self, MessageError> {
        let mut elements = Elements::open(FrameKind::Verdict, payload)?;
        let state = match elements.unsigned("state")? {
            0 => VerdictState::Proven,
            1 => VerdictState::More,
            2 => VerdictState::Differ,
            _ => return Err(elements.error("state", Problem::Meaningless)),
        };
        let verdict = Self {
            state,
            feed_position: elements.unsigned("feed position")?,
            digest: Digest { count: elements.unsigned("digest count")?, sum: elements.array("digest sum")? },
            salt: elements.optional("salt", |elements| elements.array("salt"))?,
        };
        elements.finish()?;
        Ok(verdict)
    }
}
