//! Who speaks: the keys and names of a node and of a hub.

use change_log::{HubId, NodeId};
use office_model::OfficeCode;
use sync_protocol::{SigningKey, VerifyingKey};

/// A node as it was enrolled.
#[derive(Clone, Debug)]
pub struct NodeIdentity {
    /// Its signing key.
    pub key: SigningKey,
    /// Its id.
    pub node: NodeId,
    /// The office it records for.
    pub office: OfficeCode,
    /// The hub it belongs to.
    pub hub: HubId,
    /// The hub's key, under its receipts.
    pub hub_key: VerifyingKey,
}

/// The hub.
#[derive(Clone, Debug)]
pub struct HubIdentity {
    /// Its signing key.
    pub key: SigningKey,
    /// Its id.
    pub hub: HubId,
}
