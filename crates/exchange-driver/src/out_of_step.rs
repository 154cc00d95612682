//! A node that names a place of its feed which is not there: until both are proven equal it is granted nothing, since the hub's store
//! may have gone back to before what the node was told.

use change_log::{EpochId, NodeId};
use replica_store::{HubWork, Reader};

use crate::DriverError;
use crate::hub_commit::HubCommit;

/// The setting that says so: in which life of the hub, and when the node had been admitted last before, if its place had been there
/// in that life.
fn out_of_step_key(node: NodeId) -> String {
    format!("exchange/out_of_step/{node}")
}

/// A node that was told something which is not here, until both are proven equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OutOfStep {
    /// When it was admitted last before, milliseconds since 1970 UTC; nothing where it was never seen in step in this life.
    pub(crate) known_until_millis: Option<i64>,
}

impl OutOfStep {
    /// Nothing where it is not, or was in another life of the hub.
    pub(crate) fn of(store: &Reader, node: NodeId) -> Result<Option<Self>, DriverError> {
        let kept = store.setting(&out_of_step_key(node))?.unwrap_or_default();
        let Some((life, at)) = kept.split_first_chunk::<16>() else { return Ok(None) };
        let at = <[u8; 8]>::try_from(at).ok().map(i64::from_be_bytes);
        Ok((*life == store.epoch().0).then_some(Self { known_until_millis: at }))
    }

    /// What is to be committed to keep it.
    pub(crate) fn keep(self, life: EpochId, node: NodeId) -> HubCommit {
        let mut value = life.0.to_vec();
        if let Some(at) = self.known_until_millis {
            value.extend(at.to_be_bytes());
        }
        HubCommit(HubWork::Compared { recount: None, notes: vec![(out_of_step_key(node), value)] })
    }

    /// What is to be noted where it is no more.
    pub(crate) fn over(node: NodeId) -> (String, Vec<u8>) {
        (out_of_step_key(node), Vec::new())
    }
}
