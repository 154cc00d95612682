//! What an exchange changes at the hub: many calls' changes, one durable commit.

use change_log::{EpochId, NodeId};
use replica_store::{Gate, HubDone, HubWork, Replica};

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
