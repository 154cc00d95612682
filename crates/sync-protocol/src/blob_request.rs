//! A node that sends or asks for attached files proves by its signature that it is that node, and what it means to do.

use change_log::{BlobHash, HubId, NodeId};
use sha2::{Digest as _, Sha256};

use crate::{Signature, SignatureError, SigningKey, VerifyingKey};

const CONTEXT: &[u8] = b"smart-kampung blob request v1\0";
const WHAT: &str = "request for attached files";

/// So many files can be asked about at once.
pub const BLOBS_MAX: usize = 64;

/// What a node means to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlobAct<'a> {
    /// Hear what the hub holds of these files.
    Ask(&'a [BlobHash]),
    /// Send a file, or the rest of it.
    Send(BlobHash),
    /// Get a file, or the rest of it.
    Get(BlobHash),
}

/// Who asks. It names no time and no number: whoever sends it again moves the same file between the same two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlobRequest {
    /// The node that claims to ask.
    pub node: NodeId,
    /// Its signature.
    pub signature: Signature,
}

impl BlobRequest {
    /// Asks a hub.
    pub fn sign(key: &SigningKey, hub: HubId, act: BlobAct<'_>) -> Self {
        let node = key.verifying_key().node_id();
        Self { node, signature: key.sign(&signed_bytes(hub, node, act)) }
    }

    /// Checks that the node with this key asks this hub for this.
    ///
    /// # Errors
    /// It does not.
    pub fn verify(&self, key: &VerifyingKey, hub: HubId, act: BlobAct<'_>) -> Result<(), SignatureError> {
        key.verify(WHAT, &signed_bytes(hub, self.node, act), &self.signature)
    }
}

fn signed_bytes(hub: HubId, node: NodeId, act: BlobAct<'_>) -> Vec<u8> {
    let (word, hash) = match act {
        BlobAct::Ask(hashes) => {
            let digest = hashes.iter().fold(Sha256::new(), |digest, hash| digest.chain_update(hash.0));
            (b"ask\0", digest.finalize().into())
        }
        BlobAct::Send(hash) => (b"put\0", hash.0),
        BlobAct::Get(hash) => (b"get\0", hash.0),
    };
    [CONTEXT, hub.as_bytes(), node.as_bytes(), word, &hash].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_for_one_hub_one_act_and_one_file() {
        let (key, hub) = (SigningKey::from_seed(&[1; 32]), HubId([2; 16]));
        let (one, two) = (BlobHash::of(b"1"), BlobHash::of(b"2"));
        let request = BlobRequest::sign(&key, hub, BlobAct::Send(one));
        let is_good = |hub, act| request.verify(&key.verifying_key(), hub, act).is_ok();
        assert!(is_good(hub, BlobAct::Send(one)));
        assert!(!is_good(HubId([3; 16]), BlobAct::Send(one)));
        assert!(!is_good(hub, BlobAct::Send(two)));
        assert!(!is_good(hub, BlobAct::Get(one)));
        assert!(!is_good(hub, BlobAct::Ask(&[one])));
        let other = SigningKey::from_seed(&[4; 32]).verifying_key();
        assert!(request.verify(&other, hub, BlobAct::Send(one)).is_err());
    }
}
