//! Comparison: what the hub found when it compared a node's sketch with what it holds itself.

use crate::wire::{Elements, Writer};
use crate::{FrameKind, MessageError, Problem};

/// Most entries asked for in one exchange.
pub const WANTED_MAX: usize = 4096;

const ID_BYTES: usize = 8;

/// Answer to a [`crate::RepairSketch`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// What came of it.
    pub state: ComparisonState,
    /// Short ids of entries that the hub lacks, at most [`WANTED_MAX`]: the node returns them in its next exchange.
    pub wanted: Vec<u64>,
}

/// What came of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComparisonState {
    /// 0: the difference was read.
    Found {
        /// Entries of the slice that only the node counts.
        only_node: u64,
        /// Entries of the slice that only the hub counts.
        only_hub: u64,
    },
    /// 1: more differs than these cells can tell.
    TooFewCells,
    /// 2: this node had the hub compare too often.
    Later {
        /// Seconds to wait.
        seconds: u32,
    },
}

impl Comparison {
    /// The whole frame.
    pub fn encode(&self) -> Vec<u8> {
        let (state, first, second) = match self.state {
            ComparisonState::Found { only_node, only_hub } => (0, only_node, only_hub),
            ComparisonState::TooFewCells => (1, 0, 0),
            ComparisonState::Later { seconds } => (2, seconds.into(), 0),
        };
        let ids: Vec<u8> = self.wanted.iter().take(WANTED_MAX).flat_map(|id| id.to_be_bytes()).collect();
        Writer::new(4).unsigned(state).unsigned(first).unsigned(second).bytes(&ids).frame(FrameKind::Comparison)
    }

    /// Reads the payload of a frame.
    ///
    /// # Errors
    /// It breaks the protocol.
    pub fn decode(payload: &[u8]) -> Result<Self, MessageError> {
        let mut elements = Elements::open(FrameKind::Comparison, payload)?;
        let state = elements.unsigned("state")?;
        let (first, second) = (elements.unsigned("first figure")?, elements.unsigned("second figure")?);
        let meaningless = |elements: &Elements<'_>, field| elements.error(field, Problem::Meaningless);
        let state = match state {
            0 => ComparisonState::Found { only_node: first, only_hub: second },
            1 if first == 0 && second == 0 => ComparisonState::TooFewCells,
            2 if second == 0 => ComparisonState::Later {
                seconds: u32::try_from(first).map_err(|_| meaningless(&elements, "first figure"))?,
            },
            _ => return Err(meaningless(&elements, "state")),
        };
        let ids = elements.bytes("wanted ids", WANTED_MAX * ID_BYTES)?;
        let (ids, rest) = ids.as_chunks::<ID_BYTES>();
        if !rest.is_empty() {
            return Err(elements.error("wanted ids", Problem::WrongLength));
        }
        let wanted = ids.iter().map(|id| u64::from_be_bytes(*id)).collect();
        elements.finish()?;
        Ok(Self { state, wanted })
    }
}
