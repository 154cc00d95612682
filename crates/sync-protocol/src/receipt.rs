//! Receipt: the hub's signature that it has a node's log up to a position. Proof for ever, to anybody.

use change_log::{ChainHash, EpochId, HubId, NodeId, Position};
use office_model::OfficeCode;

use crate::wire::{Elements, Writer};
use crate::{FrameKind, MessageError, Signature, SignatureError, SigningKey, VerifyingKey};

const CONTEXT: &[u8] = b"smart-kampung receipt v1\0";
const WHAT: &str = "receipt";

/// Which log a receipt is for. Not sent: both sides know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogName {
    /// The hub that signs.
    pub hub: HubId,
    /// The office that the node belongs to.
    pub office: OfficeCode,
    /// The node that wrote the log.
    pub node: NodeId,
    /// The log.
    pub epoch: EpochId,
}

/// The hub has the log up to `position`, and `chain` commits to every change in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// The last position received.
    pub position: Position,
    /// The chain there.
    pub chain: ChainHash,
    /// The hub's signature.
    pub signature: Signature,
}

impl Receipt {
    /// Signs for a log up to a position.
    pub fn sign(key: &SigningKey, log: &LogName, position: Position, chain: ChainHash) -> Self {
        Self { position, chain, signature: key.sign(&signed_bytes(log, position, chain)) }
    }

    /// Checks that the hub with this key signed it for this log.
    ///
    /// # Errors
    /// It did not.
    pub fn verify(&self, key: &VerifyingKey, log: &LogName) -> Result<(), SignatureError> {
        key.verify(WHAT, &signed_bytes(log, self.position, self.chain), &self.signature)
    }

    /// The whole frame.
    pub fn encode(&self) -> Vec<u8> {
        Writer::new(3).unsigned(self.position).bytes(&self.chain.0).bytes(&self.signature.0).frame(FrameKind::Receipt)
    }

    /// Reads the payload of a frame. The signature is not checked yet.
    ///
    /// # Errors
    /// It breaks the protocol.
    pub fn decode(payload: &[u8]) -> Result<Self, MessageError> {
        let mut elements = Elements::open(FrameKind::Receipt, payload)?;
        let receipt = Self {
            position: elements.unsigned("position")?,
            chain: ChainHash(elements.array("chain")?),
            signature: Signature(elements.array("signature")?),
        };
        elements.finish()?;
        Ok(receipt)
    }
}

/// What is signed. Unambiguous: all but the office code has a fixed length.
fn signed_bytes(log: &LogName, position: Position, chain: ChainHash) -> Vec<u8> {
    [
        CONTEXT,
        log.hub.as_bytes(),
        log.office.as_str().as_bytes(),
        log.node.as_bytes(),
        log.epoch.as_bytes(),
        &position.to_be_bytes(),
        &chain.0,
    ]
    .concat()
}
