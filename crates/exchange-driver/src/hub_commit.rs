//! What an exchange changes at the hub: many calls' changes, one durable commit.

use change_log::{Digest, EpochId, NodeId, Position};
use office_model::OfficeCode;
use replica_store::{Gate, IngestBatch, IngestOutcome, NodeContact, Replica, StoreError};

use crate::DriverError;

/// Documents judged in one commit.
const DOCUMENTS_PER_COMMIT: usize = 1000;

/// One step of one exchange, to be made durable.
#[derive(Debug)]
pub struct HubCommit(pub(crate) Step);

#[derive(Debug)]
pub(crate) enum Step {
    /// A hello was found good.
    Admit { node: NodeId, office: OfficeCode, epoch: EpochId, counter: u64, contact: NodeContact },
    /// A batch arrived.
    Ingest(IngestBatch),
    /// The two sides were found equal.
    Proven { node: NodeId, at_millis: i64, digest: Digest },
}

/// What became of a step. Everything it reports is durable.
#[derive(Debug)]
pub struct CommitOutcome(pub(crate) Done);

#[derive(Debug)]
pub(crate) enum Done {
    Admitted { position: Position },
    Taken,
    EpochTaken,
    Ingested(IngestOutcome),
    Noted,
}

/// The setting that holds the last counter of a node for an epoch.
pub(crate) fn counter_key(node: NodeId, epoch: EpochId) -> String {
    format!("exchange/counter/{node}/{epoch}")
}

/// Commits the steps of many exchanges: all batches together in one transaction.
///
/// # Errors
/// When the disk refuses: no step may be taken as done then.
pub fn commit_all(replica: &mut Replica, commits: Vec<HubCommit>) -> Result<Vec<CommitOutcome>, DriverError> {
    let mut outcomes = Vec::with_capacity(commits.len());
    let mut batches = Vec::new();
    let mut waiting = Vec::new();
    for (index, commit) in commits.into_iter().enumerate() {
        let done = match commit.0 {
            Step::Admit { node, office, epoch, counter, contact } => {
                admit(replica, node, office, epoch, counter, &contact)?
            }
            Step::Ingest(batch) => {
                batches.push(batch);
                waiting.push(index);
                Done::Noted
            }
            Step::Proven { node, at_millis, digest } => {
                replica.node_proven(node, at_millis, digest)?;
                Done::Noted
            }
        };
        outcomes.push(CommitOutcome(done));
    }
    if !batches.is_empty() {
        for (index, outcome) in waiting.into_iter().zip(replica.ingest(&batches)?) {
            if let Some(place) = outcomes.get_mut(index) {
                place.0 = Done::Ingested(outcome);
            }
        }
    }
    Ok(outcomes)
}

fn admit(
    replica: &mut Replica,
    node: NodeId,
    office: OfficeCode,
    epoch: EpochId,
    counter: u64,
    contact: &NodeContact,
) -> Result<Done, DriverError> {
    match replica.register_log(epoch, office, node) {
        Ok(()) => {}
        // A node may bring back what another one of its office wrote: the hub may have lost it.
        Err(StoreError::EpochTaken(_)) if replica.log(epoch)?.is_some_and(|log| log.office == Some(office)) => {}
        Err(StoreError::EpochTaken(_)) => return Ok(Done::EpochTaken),
        Err(error) => return Err(error.into()),
    }
    let key = counter_key(node, epoch);
    let last = replica.setting(&key)?.and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_be_bytes);
    if counter <= last {
        return Ok(Done::Taken);
    }
    replica.set_setting(&key, &counter.to_be_bytes())?;
    replica.node_contact(node, contact)?;
    Ok(Done::Admitted { position: replica.log(epoch)?.map_or(0, |log| log.position) })
}

/// Judges what is pending, one commit's worth; returns how many entries still wait.
///
/// # Errors
/// When the disk refuses: everything stays pending then.
pub fn judge(replica: &mut Replica, gate: &mut dyn Gate, now_millis: i64) -> Result<u64, DriverError> {
    let report = replica.judge_pending(gate, now_millis, DOCUMENTS_PER_COMMIT)?;
    if report.documents == 0 { Ok(0) } else { Ok(replica.pending()?) }
}
