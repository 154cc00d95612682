//! The order to a node that was shut out to wipe itself, and the node's word that it did.

use change_log::{HubId, NodeId};
use office_model::OfficeCode;

use crate::wire::{Elements, Writer};
use crate::{FrameKind, MessageError, Signature, SignatureError, SigningKey, VerifyingKey};

const CONTEXT: &[u8] = b"smart-kampung wipe order v1\0";
const WHAT: &str = "order to wipe";
const CONTEXT_OF_REPORT: &[u8] = b"smart-kampung wiped v1\0";
const WHAT_OF_REPORT: &str = "report of a wipe";

/// Who is to wipe itself. Not sent: both sides know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WipeTarget {
    /// The hub that orders it.
    pub hub: HubId,
    /// The office that the node belongs to.
    pub office: OfficeCode,
    /// The node. Its id comes from its key: no other machine is ever meant.
    pub node: NodeId,
}

/// The hub orders a node to remove everything that it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WipeOrder {
    /// When it was ordered: milliseconds since 1970 UTC by the hub's clock.
    pub issued_millis: i64,
    /// What the node holds and the hub does not is sent first; else it goes with the rest.
    pub takes_in: bool,
    /// The hub's signature.
    pub signature: Signature,
}

impl WipeOrder {
    /// Signs an order.
    pub fn sign(key: &SigningKey, target: &WipeTarget, issued_millis: i64, takes_in: bool) -> Self {
        let signature = key.sign(&signed_bytes(target, issued_millis, takes_in));
        Self { issued_millis, takes_in, signature }
    }

    /// Checks that the hub with this key ordered it of this node.
    ///
    /// # Errors
    /// It did not.
    pub fn verify(&self, key: &VerifyingKey, target: &WipeTarget) -> Result<(), SignatureError> {
        key.verify(WHAT, &signed_bytes(target, self.issued_millis, self.takes_in), &self.signature)
    }

    /// The whole frame.
    pub fn encode(&self) -> Vec<u8> {
        self.written().frame(FrameKind::WipeOrder)
    }

    /// What a frame of it carries: the form in which the hub keeps it.
    pub fn payload(&self) -> Vec<u8> {
        self.written().payload()
    }

    fn written(&self) -> Writer {
        Writer::new(3).signed(self.issued_millis).unsigned(self.takes_in.into()).bytes(&self.signature.0)
    }

    /// Reads the payload of a frame. The signature is not checked yet.
    ///
    /// # Errors
    /// It breaks the protocol.
    pub fn decode(payload: &[u8]) -> Result<Self, MessageError> {
        let mut elements = Elements::open(FrameKind::WipeOrder, payload)?;
        let order = Self {
            issued_millis: elements.signed("time of the order")?,
            takes_in: elements.unsigned_8("whether to send first")? != 0,
            signature: Signature(elements.array("signature")?),
        };
        elements.finish()?;
        Ok(order)
    }
}

/// What is signed. Unambiguous: all but the office code has a fixed length.
fn signed_bytes(target: &WipeTarget, issued_millis: i64, takes_in: bool) -> Vec<u8> {
    [
        CONTEXT,
        target.hub.as_bytes(),
        target.office.as_str().as_bytes(),
        target.node.as_bytes(),
        &issued_millis.to_be_bytes(),
        &[u8::from(takes_in)],
    ]
    .concat()
}

/// A node's word that it wiped itself, signed with its key right before that went, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WipeReport {
    /// The node.
    pub node: NodeId,
    /// When the order that it followed was given.
    pub issued_millis: i64,
    /// Changes that it had not sent, and that went with the rest.
    pub unsent: u64,
    /// The node's signature.
    pub signature: Signature,
}

impl WipeReport {
    /// Signs a report.
    pub fn sign(key: &SigningKey, hub: HubId, issued_millis: i64, unsent: u64) -> Self {
        let node = key.verifying_key().node_id();
        Self { node, issued_millis, unsent, signature: key.sign(&reported_bytes(hub, node, issued_millis, unsent)) }
    }

    /// Checks that the node with this key says so to this hub.
    ///
    /// # Errors
    /// It does not.
    pub fn verify(&self, key: &VerifyingKey, hub: HubId) -> Result<(), SignatureError> {
        let bytes = reported_bytes(hub, self.node, self.issued_millis, self.unsent);
        key.verify(WHAT_OF_REPORT, &bytes, &self.signature)
    }
}

fn reported_bytes(hub: HubId, node: NodeId, issued_millis: i64, unsent: u64) -> Vec<u8> {
    [CONTEXT_OF_REPORT, hub.as_bytes(), node.as_bytes(), &issued_millis.to_be_bytes(), &unsent.to_be_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_seed(&[seed; 32])
    }

    fn target() -> WipeTarget {
        WipeTarget {
            hub: key(1).verifying_key().hub_id(),
            office: "35.10.01.2001".parse().unwrap(),
            node: key(2).verifying_key().node_id(),
        }
    }

    #[test]
    fn an_order_is_good_for_its_node_alone_and_as_it_was_given() {
        let (hub, target) = (key(1), target());
        let order = WipeOrder::sign(&hub, &target, 5, true);
        assert_eq!(WipeOrder::decode(&order.payload()), Ok(order));
        assert!(order.verify(&hub.verifying_key(), &target).is_ok());
        let elsewhere = |target| order.verify(&hub.verifying_key(), &target).is_err();
        assert!(elsewhere(WipeTarget { node: key(3).verifying_key().node_id(), ..target }));
        assert!(elsewhere(WipeTarget { office: "35.10.01.2002".parse().unwrap(), ..target }));
        assert!(elsewhere(WipeTarget { hub: key(3).verifying_key().hub_id(), ..target }));
        assert!(WipeOrder { takes_in: false, ..order }.verify(&hub.verifying_key(), &target).is_err());
        assert!(WipeOrder { issued_millis: 6, ..order }.verify(&hub.verifying_key(), &target).is_err());
        assert!(
            WipeOrder::sign(&key(2), &target, 5, true).verify(&hub.verifying_key(), &target).is_err(),
            "a stranger"
        );
    }

    #[test]
    fn a_report_is_good_from_its_node_alone() {
        let hub = target().hub;
        let report = WipeReport::sign(&key(2), hub, 5, 7);
        assert!(report.verify(&key(2).verifying_key(), hub).is_ok());
        assert!(report.verify(&key(3).verifying_key(), hub).is_err());
        assert!(WipeReport { unsent: 0, ..report }.verify(&key(2).verifying_key(), hub).is_err());
        assert!(report.verify(&key(2).verifying_key(), key(3).verifying_key().hub_id()).is_err());
    }
}
