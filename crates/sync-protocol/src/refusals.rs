//! Refusals: changes that the hub has, but keeps out of their documents, with the reasons.

use change_log::{EpochId, Position};

use crate::wire::{Elements, Writer};
use crate::{FrameKind, MessageError};

/// Most refusals in one frame.
pub const REFUSALS_MAX: usize = 1000;
/// Longest code, in bytes.
pub const REFUSAL_CODE_BYTES_MAX: usize = 48;
/// Longest detail, in bytes.
pub const REFUSAL_DETAIL_BYTES_MAX: usize = 400;

/// One change that the hub keeps out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Numbered per log from 1, in the order given.
    pub number: u64,
    /// The place of the change in the node's log.
    pub position: Position,
    /// The rule it breaks, a word for programs.
    pub code: String,
    /// The figures behind it. Never personal data.
    pub detail: String,
}

/// Refusals of one log, in rising order of their numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Refusals {
    /// The log, when it is another than the hello's or its refusals were told before: a repair found that the node
    /// does not know them. `number` then is no more than a name.
    pub repaired: Option<EpochId>,
    /// The refusals.
    pub refusals: Vec<Refusal>,
}

impl Refusals {
    /// The whole frame; as many frames as it takes when there are more than [`REFUSALS_MAX`], none when there is none.
    pub fn encode(&self) -> Vec<u8> {
        self.refusals.chunks(REFUSALS_MAX).flat_map(|refusals| frame(self.repaired, refusals)).collect()
    }

    /// Reads the payload of a frame.
    ///
    /// # Errors
    /// It breaks the protocol.
    pub fn decode(payload: &[u8]) -> Result<Self, MessageError> {
        let mut elements = Elements::open(FrameKind::Refusals, payload)?;
        let refusals = elements.list("refusals", REFUSALS_MAX, |refusals| refusals.group("refusal", Refusal::read))?;
        let repaired = elements.optional("log", |elements| elements.array("log").map(EpochId))?;
        elements.finish()?;
        Ok(Self { repaired, refusals })
    }
}

impl Refusal {
    fn read(elements: &mut Elements<'_>) -> Result<Self, MessageError> {
        Ok(Self {
            number: elements.unsigned("refusal's number")?,
            position: elements.unsigned("refusal's position")?,
            code: elements.text("refusal's code", REFUSAL_CODE_BYTES_MAX)?,
            detail: elements.text("refusal's detail", REFUSAL_DETAIL_BYTES_MAX)?,
        })
    }
}

fn frame(repaired: Option<EpochId>, refusals: &[Refusal]) -> Vec<u8> {
    Writer::new(2)
        .list(refusals, |out, refusal| {
            out.array(4)
                .unsigned(refusal.number)
                .unsigned(refusal.position)
                .text(&refusal.code, REFUSAL_CODE_BYTES_MAX)
                .text(&refusal.detail, REFUSAL_DETAIL_BYTES_MAX)
        })
        .optional(repaired, |out, epoch| out.bytes(epoch.as_bytes()))
        .frame(FrameKind::Refusals)
}
