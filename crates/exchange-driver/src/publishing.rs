//! What the hub publishes, and how it is told from what others wrote in its name.

use std::sync::Arc;

use change_log::HubId;
use replica_store::Replica;
use service_document::{DocumentRow, Publication};
use sync_protocol::{Signature, VerifyingKey};

use crate::{HubIdentity, is_granted};

/// Whether the hub published it.
pub fn is_of_hub(publication: &Publication, hub: HubId, key: &VerifyingKey) -> bool {
    let signed = |signature| key.verify("publication", &publication.signed_bytes(hub), &Signature(signature)).is_ok();
    publication.signature.is_some_and(signed)
}

/// Has the hub's store tell what the hub wrote itself from what others say it wrote: leases and publications, by its signature.
pub(crate) fn know_own(replica: &mut Replica, key: VerifyingKey) {
    let hub = key.hub_id();
    replica.know_own(Arc::new(move |row| match row {
        DocumentRow::Lease(lease) => is_granted(lease, hub, &key),
        DocumentRow::Publication(publication) => is_of_hub(publication, hub, &key),
        DocumentRow::Transaction(_) => false,
    }));
}

/// The hub's signature under what it publishes.
pub fn sign_publication(publication: &Publication, identity: &HubIdentity) -> [u8; 64] {
    identity.key.sign(&publication.signed_bytes(identity.hub)).0
}
