//! What an exchange changes at the hub: many calls' changes, one durable commit.

use change_log::{EpochId, NodeId};
use replica_store::{Gate, HubDone, HubWork, Reader, Replica};

use crate::DriverError;

/// Documents judged in one commit.
const DOCUMENTS_PER_COMMIT: usize = 1000;

/// One step of one exchange, to be made durable.
#[derive(Debug)]
pub struct HubCommit(pub(crate) HubWork);

/// What became of a step. Everything it reports is durable.
#[derive(Debug)]
pub struct CommitOutcome(pub(crate) HubDone);

/// The setting that holds the last counter of a node for an epoch.
pub(crate) fn counter_key(node: NodeId, epoch: EpochId) -> String {
    format!("exchange/counter/{node}/{epoch}")
}

/// The setting that holds the life of the hub in which a node, writing in this epoch, showed to have got what it was told.
pub(crate) fn told_key(node: NodeId, epoch: EpochId) -> String {
    format!("exchange/told/{node}/{epoch}")
}

/// The setting that says of a node that the place it named in its feed was not there: in which life of the hub, and when it had been
/// admitted last before, if the place had been there in that life.
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

/// Commits the steps of many exchanges, one list an exchange, in one transaction. A step that is refused ends the list
/// it stands in and no other.
///
/// # Errors
/// When the disk refuses: no step may be taken as done then.
pub fn commit_all(replica: &mut Replica, calls: Vec<Vec<HubCommit>>) -> Result<Vec<Vec<CommitOutcome>>, DriverError> {
    let calls: Vec<Vec<HubWork>> =
        calls.into_iter().map(|steps| steps.into_iter().map(|HubCommit(work)| work).collect()).collect();
    let done = replica.hub_commit(&calls)?;
    Ok(done.into_iter().map(|outcomes| outcomes.into_iter().map(CommitOutcome).collect()).collect())
}

/// Judges what is pending, one commit's worth; returns how many entries still wait.
///
/// # Errors
/// When the disk refuses: everything stays pending then.
pub fn judge(replica: &mut Replica, gate: &mut dyn Gate, now_millis: i64) -> Result<u64, DriverError> {
    let report = replica.judge_pending(gate, now_millis, DOCUMENTS_PER_COMMIT)?;
    if report.documents == 0 { Ok(0) } else { Ok(replica.pending()?) }
}
