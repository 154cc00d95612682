//! What is known of a difference between a node and the hub, for people to see.

use change_log::NodeId;
use replica_store::{Reader, StoreError};
use sync_exchange::Repair;

use crate::node_call::notes;

/// Both sides sent all they have and still differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Difference {
    /// When it was seen first (node) or last (hub): milliseconds since 1970 UTC.
    pub at_millis: i64,
    /// Entries that only the node counts, as far as is known.
    pub only_node: u64,
    /// Entries that only the hub counts.
    pub only_hub: u64,
}

/// The difference that this node has with the hub; `None` when none is known.
///
/// # Errors
/// When the store cannot be read.
pub fn difference(node: &Reader) -> Result<Option<Difference>, StoreError> {
    let repair = Repair::from_bytes(&node.setting(notes::REPAIR)?.unwrap_or_default());
    Ok((repair.is_under_way() && !repair.checks).then_some(Difference {
        at_millis: repair.since_millis,
        only_node: repair.only_node,
        only_hub: repair.only_hub,
    }))
}

/// The difference that a node had with this hub when they were last compared, unless it is proven equal since.
///
/// # Errors
/// When the store cannot be read.
pub fn node_difference(hub: &Reader, node: NodeId) -> Result<Option<Difference>, StoreError> {
    let Some(bytes) = hub.setting(&difference_key(node))? else { return Ok(None) };
    let Some([at, only_node, only_hub]) = numbers(&bytes) else { return Ok(None) };
    Ok(Some(Difference { at_millis: at.cast_signed(), only_node, only_hub }))
}

impl Difference {
    pub(crate) fn to_bytes(self) -> Vec<u8> {
        [self.at_millis.cast_unsigned(), self.only_node, self.only_hub].into_iter().flat_map(u64::to_be_bytes).collect()
    }
}

fn numbers(bytes: &[u8]) -> Option<[u64; 3]> {
    let (chunks, rest) = bytes.as_chunks::<8>();
    let [first, second, third] = chunks else { return None };
    rest.is_empty().then(|| [first, second, third].map(|chunk| u64::from_be_bytes(*chunk)))
}

/// The hub's setting for it.
pub(crate) fn difference_key(node: NodeId) -> String {
    format!("exchange/difference/{node}")
}
