//! What the hub publishes, and how it is told from what others wrote in its name.

use change_log::HubId;
use service_document::Publication;
use sync_protocol::{Signature, VerifyingKey};

use crate::HubIdentity;

/// Whether the hub published it.
pub fn is_of_hub(publication: &Publication, hub: HubId, key: &VerifyingKey) -> bool {
    let signed = |signature| key.verify("publication", &publication.signed_bytes(hub), &Signature(signature)).is_ok();
    publication.signature.is_some_and(signed)
}

/// The hub's signature under what it publishes.
pub fn sign_publication(publication: &Publication, identity: &HubIdentity) -> [u8; 64] {
    identity.key.sign(&publication.signed_bytes(identity.hub)).0
}
