//! A node's certificate: the hub's signature that a key is that of a node of an office. Whoever has the hub's public key
//! can then check what the node signed, without asking anybody.

use std::fmt;
use std::str::FromStr;

use change_log::{HubId, NodeId};
use data_encoding::HEXLOWER;
use office_model::OfficeCode;

use crate::wire::{Elements, NO_FRAME, Writer};
use crate::{MessageError, Problem, Signature, SignatureError, SigningKey, VerifyingKey};

/// Longest certificate, in bytes.
pub const CERTIFICATE_BYTES_MAX: usize = 256;

const SIGNATURE_LENGTH: usize = 64;
const CONTEXT: &[u8] = b"smart-kampung node certificate v1\0";
const WHAT: &str = "node certificate";

/// What a certificate says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CertifiedNode {
    /// The node's public key; its id follows from it.
    pub key: VerifyingKey,
    /// The office it belongs to.
    pub office: OfficeCode,
    /// When the hub admitted it, in seconds since 1970 UTC: so the same node gets the same certificate each time.
    pub issued_seconds: i64,
}

/// A certificate as it travels: CBOR array, then the 64 bytes of the signature. Its content comes out only with the
/// signature checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeCertificate {
    node: CertifiedNode,
    // The bytes as received: what is signed, with elements that are unknown here.
    body: Vec<u8>,
    signature: Signature,
}

impl NodeCertificate {
    /// Signs that a node belongs to an office. The same key and node always give the same bytes.
    pub fn issue(hub_key: &SigningKey, node: CertifiedNode) -> Self {
        let body = Writer::new(3)
            .bytes(&node.key.to_bytes())
            .text(node.office.as_str(), CERTIFICATE_BYTES_MAX)
            .signed(node.issued_seconds)
            .payload();
        let hub = hub_key.verifying_key().hub_id();
        let signature = hub_key.sign(&signed_bytes(hub, node.key.node_id(), &body));
        Self { node, body, signature }
    }

    /// The bytes.
    pub fn encode(&self) -> Vec<u8> {
        [&self.body[..], &self.signature.0].concat()
    }

    /// Reads the bytes. The signature is not checked yet.
    ///
    /// # Errors
    /// They are no certificate.
    pub fn decode(bytes: &[u8]) -> Result<Self, MessageError> {
        let wrong = |field, problem| MessageError { message: NO_FRAME, field, problem };
        if bytes.len() > CERTIFICATE_BYTES_MAX {
            return Err(wrong("certificate", Problem::TooMuch { max: CERTIFICATE_BYTES_MAX as u64 }));
        }
        let (body, signature) = bytes
            .split_last_chunk::<SIGNATURE_LENGTH>()
            .ok_or_else(|| wrong("certificate's signature", Problem::Missing))?;
        let mut elements = Elements::open(NO_FRAME, body)?;
        let key = elements.array("certificate's key")?;
        let office = elements.text("certificate's office", CERTIFICATE_BYTES_MAX)?;
        let node = CertifiedNode {
            key: VerifyingKey::from_bytes(&key).map_err(|_| wrong("certificate's key", Problem::Meaningless))?,
            office: office.parse().map_err(|_| wrong("certificate's office", Problem::Meaningless))?,
            issued_seconds: elements.signed("certificate's time")?,
        };
        elements.finish()?;
        Ok(Self { node, body: body.to_vec(), signature: Signature(*signature) })
    }

    /// The content, if the hub with this key signed it.
    ///
    /// # Errors
    /// It did not.
    pub fn verify(&self, hub_key: &VerifyingKey) -> Result<CertifiedNode, SignatureError> {
        let bytes = signed_bytes(hub_key.hub_id(), self.node.key.node_id(), &self.body);
        hub_key.verify(WHAT, &bytes, &self.signature)?;
        Ok(self.node)
    }
}

/// What is signed. Unambiguous: both ids have a fixed length.
fn signed_bytes(hub: HubId, node: NodeId, body: &[u8]) -> Vec<u8> {
    [CONTEXT, hub.as_bytes(), node.as_bytes(), body].concat()
}

/// As hexadecimal digits.
impl fmt::Display for NodeCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.encode()))
    }
}

impl FromStr for NodeCertificate {
    type Err = MessageError;

    fn from_str(text: &str) -> Result<Self, MessageError> {
        let malformed = MessageError { message: NO_FRAME, field: "certificate", problem: Problem::Malformed };
        Self::decode(&HEXLOWER.decode(text.as_bytes()).map_err(|_| malformed)?)
    }
}
