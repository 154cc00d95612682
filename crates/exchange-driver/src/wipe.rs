//! Wiping machines that were shut out: the order as the hub keeps it and gives it.

use change_log::NodeId;
use replica_store::{Reader, Replica, StoreError};
use sync_protocol::{FaultCode, WipeOrder, WipeTarget};

use crate::{DriverError, HubCall, HubIdentity, HubStep};

/// The setting that keeps the order to a node; nothing in it: it was taken back.
fn order_key(node: NodeId) -> String {
    format!("wipe/order/{node}")
}

/// The order that a node gets when it calls next, if there is one.
///
/// # Errors
/// When the store cannot be read, or what it keeps is no order.
pub fn wipe_order(store: &Reader, node: NodeId) -> Result<Option<WipeOrder>, DriverError> {
    match store.setting(&order_key(node))?.filter(|kept| !kept.is_empty()) {
        Some(kept) => Ok(Some(WipeOrder::decode(&kept)?)),
        None => Ok(None),
    }
}

/// Orders a node to wipe itself, in place of an order of before. Only a node that was shut out is ever given its order.
///
/// # Errors
/// [`StoreError::NoNode`] when it is not enrolled; when the disk refuses.
pub fn order_wipe(
    replica: &mut Replica,
    identity: &HubIdentity,
    node: NodeId,
    takes_in: bool,
    now_millis: i64,
) -> Result<WipeOrder, DriverError> {
    let known = replica.registered_node(node)?.ok_or(StoreError::NoNode)?;
    let target = WipeTarget { hub: identity.hub, office: known.office, node };
    let order = WipeOrder::sign(&identity.key, &target, now_millis, takes_in);
    replica.set_setting(&order_key(node), &order.payload())?;
    Ok(order)
}

/// Takes an order back: the machine was found. A node that has it already wiped itself.
///
/// # Errors
/// When the disk refuses.
pub fn take_back_wipe(replica: &mut Replica, node: NodeId) -> Result<(), DriverError> {
    Ok(replica.set_setting(&order_key(node), &[])?)
}

/// Carries the order to a node from one store of the hub into another, such as the backup that replaces it.
///
/// # Errors
/// When either store refuses.
pub fn carry_wipe(from: &Reader, to: &mut Replica, node: NodeId) -> Result<(), DriverError> {
    if let Some(kept) = from.setting(&order_key(node))? {
        to.set_setting(&order_key(node), &kept)?;
    }
    Ok(())
}

impl HubCall {
    /// A node that was shut out hears that and nothing else, but for the order to wipe itself.
    pub(crate) fn shut_out(
        &mut self,
        store: &Reader,
        node: NodeId,
        steps: &mut Vec<HubStep>,
    ) -> Result<(), DriverError> {
        if let Some(order) = wipe_order(store, node)? {
            steps.push(HubStep::Send(order.encode()));
        }
        self.refuse(FaultCode::Revoked, steps);
        Ok(())
    }

    /// The last words to a node from which the hub took in what it still held.
    pub(crate) fn farewell(&mut self, order: WipeOrder) -> Vec<u8> {
        let mut steps = vec![HubStep::Send(order.encode())];
        self.refuse(FaultCode::Revoked, &mut steps);
        let sent = steps.into_iter().filter_map(|step| match step {
            HubStep::Send(bytes) => Some(bytes),
            HubStep::Commit(_) => None,
        });
        sent.flatten().collect()
    }
}
