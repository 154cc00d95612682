//! A node that has no certificate yet asks for it, and proves by its signature that it is that node.

use change_log::{HubId, NodeId};

use crate::{Signature, SignatureError, SigningKey, VerifyingKey};

const CONTEXT: &[u8] = b"smart-kampung certificate request v1\0";
const WHAT: &str = "request for a certificate";

/// Who asks. It names no time and no number: whoever sends it again gets what every letter of the node shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CertificateRequest {
    /// The node that claims to ask.
    pub node: NodeId,
    /// Its signature.
    pub signature: Signature,
}

impl CertificateRequest {
    /// Asks a hub.
    pub fn sign(key: &SigningKey, hub: HubId) -> Self {
        let node = key.verifying_key().node_id();
        Self { node, signature: key.sign(&signed_bytes(hub, node)) }
    }

    /// Checks that the node with this key asks this hub.
    ///
    /// # Errors
    /// It does not.
    pub fn verify(&self, key: &VerifyingKey, hub: HubId) -> Result<(), SignatureError> {
        key.verify(WHAT, &signed_bytes(hub, self.node), &self.signature)
    }
}

fn signed_bytes(hub: HubId, node: NodeId) -> Vec<u8> {
    [CONTEXT, hub.as_bytes(), node.as_bytes()].concat()
}
