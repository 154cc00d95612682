//! Repair: what a node sends when both sides sent all they have and still differ.

use change_log::{HubId, NodeId};
use office_model::OfficeCode;
use sha2::{Digest as _, Sha256};

use crate::wire::{Elements, Writer};
use crate::{FrameKind, MessageError, SigningKey, write_frame};

/// Most bytes of the cells of a sketch.
pub const CELL_BYTES_MAX: usize = 768 * 1024;
/// Most bytes of the batch of returned entries.
pub const RETURNED_BYTES_MAX: usize = 224 * 1024;

const CONTEXT: &[u8] = b"smart-kampung repair salt v1\0";

/// Follows the hello, whose [`crate::Hello::repair`] is its fingerprint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repair {
    /// Counter of the exchange in which the hub gave its part of the salt.
    pub counter: u64,
    /// The node's part of the salt.
    pub salt: [u8; 16],
    /// What the node holds, to be compared.
    pub sketch: Option<RepairSketch>,
    /// A batch, a stream of its own, of the entries that the hub asked for: of any log, in any order.
    pub returned: Option<Vec<u8>>,
}

/// Cells of a set; what they mean is said where they are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepairSketch {
    /// It holds the 2^n-th part of the entries.
    pub slice_bits: u8,
    /// Entries in it.
    pub size: u64,
    /// The cells, at most [`CELL_BYTES_MAX`].
    pub cells: Vec<u8>,
}

impl Repair {
    /// The whole frame.
    pub fn encode(&self) -> Vec<u8> {
        let payload = self.payload();
        let mut out = Vec::with_capacity(payload.len() + 4);
        write_frame(&mut out, FrameKind::Repair, &payload);
        out
    }

    /// SHA-256 of its payload.
    pub fn fingerprint(&self) -> [u8; 32] {
        Self::fingerprint_of(&self.payload())
    }

    /// SHA-256 of the payload of a frame.
    pub fn fingerprint_of(payload: &[u8]) -> [u8; 32] {
        Sha256::digest(payload).into()
    }

    fn payload(&self) -> Vec<u8> {
        Writer::new(4)
            .unsigned(self.counter)
            .bytes(&self.salt)
            .optional(self.sketch.as_ref(), |out, sketch| {
                out.array(3).unsigned(sketch.slice_bits.into()).unsigned(sketch.size).bytes(&sketch.cells)
            })
            .optional(self.returned.as_ref(), |out, returned| out.bytes(returned))
            .payload()
    }

    /// Reads the payload of a frame.
    ///
    /// # Errors
    /// It breaks the protocol.
    pub fn decode(payload: &[u8]) -> Result<Self, MessageError> {
        let mut elements = Elements::open(FrameKind::Repair, payload)?;
        let repair = Self {
            counter: elements.unsigned("counter")?,
            salt: elements.array("salt")?,
            sketch: elements.optional("sketch", |elements| elements.group("sketch", RepairSketch::read))?,
            returned: elements.optional("returned entries", |elements| {
                elements.bytes("returned entries", RETURNED_BYTES_MAX).map(<[u8]>::to_vec)
            })?,
        };
        elements.finish()?;
        Ok(repair)
    }
}

impl RepairSketch {
    fn read(elements: &mut Elements<'_>) -> Result<Self, MessageError> {
        Ok(Self {
            slice_bits: elements.unsigned_8("slice")?,
            size: elements.unsigned("size")?,
            cells: elements.bytes("cells", CELL_BYTES_MAX)?.to_vec(),
        })
    }
}

/// A side's part of the salt: made with its key, so that nobody else can foresee it. `counter` is that of the exchange
/// in which the hub gave its part; `other` is the hub's part where the node makes its own, else empty.
pub fn repair_salt(
    key: &SigningKey,
    hub: HubId,
    office: OfficeCode,
    node: NodeId,
    counter: u64,
    other: &[u8],
) -> [u8; 16] {
    let signed =
        [CONTEXT, hub.as_bytes(), office.as_str().as_bytes(), &[0], node.as_bytes(), &counter.to_be_bytes(), other]
            .concat();
    let hash = Sha256::digest(key.sign(&signed).0);
    hash.first_chunk::<16>().copied().unwrap_or_default()
}
