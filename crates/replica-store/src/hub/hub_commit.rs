//! What callers change at the hub: the work of many callers, one durable commit.

use change_log::{Digest, Entry, EpochId, NodeId, Position};
use office_model::OfficeCode;
use rusqlite::ErrorCode;
use service_document::Lease;

use crate::admission::ingest::ingest_batch;
use crate::entries::{digest, holdings, log};
use crate::file::setting;
use crate::file::work::Work;
use crate::hub::{call, claiming, registry, returning};
use crate::numbers::lease;
use crate::{IngestBatch, IngestOutcome, NodeCall, NodeContact, Replica, Returned, SignedHead, StoreError};

/// One piece of work of one caller.
#[derive(Debug, Clone)]
pub enum HubWork {
    /// A node calls.
    Admit(Admission),
    /// Entries of its log arrived.
    Ingest(IngestBatch),
    /// A node gave entries back.
    Return {
        /// Its office.
        office: OfficeCode,
        /// The entries, of any log, in any order.
        entries: Vec<Entry>,
    },
    /// A node and the hub were compared.
    Compared {
        /// Counted anew: the digest kept for it was not that of its entries.
        recount: Option<OfficeCode>,
        /// What to remember of it: settings and their values.
        notes: Vec<(String, Vec<u8>)>,
    },
    /// Blocks of letter numbers, for a node that needs them. One that overlaps with another is left out.
    Grant(Vec<Lease>),
    /// A node and the hub were found equal. The time never goes back.
    Proven {
        /// The node.
        node: NodeId,
        /// When: milliseconds since 1970 UTC by the hub's clock.
        at_millis: i64,
        /// What both had.
        digest: Digest,
    },
    /// An exchange of a node ended: a line of the diary.
    Called(NodeCall),
}

/// A node that calls about a log.
#[derive(Debug, Clone)]
pub struct Admission {
    /// The node.
    pub node: NodeId,
    /// Its office.
    pub office: OfficeCode,
    /// The log, made known if it is not. Any node of its office may bring it: the hub may have lost it.
    pub epoch: EpochId,
    /// The setting that keeps the highest number this caller has used.
    pub counter_key: String,
    /// Must be above that number.
    pub counter: u64,
    /// Where it says that the log ends: kept when the log here ends there, too.
    pub head: SignedHead,
    /// Noted in the registry.
    pub contact: NodeContact,
    /// A setting to be kept with it, and its value.
    pub setting: Option<Box<(String, Vec<u8>)>>,
}

/// What became of a piece of work. Everything it reports is durable.
#[derive(Debug)]
pub enum HubDone {
    /// The log is held up to here.
    Admitted {
        /// The log's last position.
        position: Position,
    },
    /// Not admitted: the number was used before. Nothing was changed.
    CounterUsed,
    /// Not admitted: the log is another office's, or the hub's own. Nothing was changed.
    EpochTaken,
    /// No such node is enrolled. Nothing was changed.
    NoNode,
    /// The batch was looked at.
    Ingested(IngestOutcome),
    /// The returned entries were looked at: one outcome each.
    Returned(Vec<Returned>),
    /// The proof or the comparison is noted.
    Noted,
    /// Stored data that this work touches is damaged. Nothing of this work was done, the others' stands.
    Failed(StoreError),
    /// Work of the same caller before it was not done, so this was not looked at.
    Skipped,
}

impl HubDone {
    const fn is_refused(&self) -> bool {
        matches!(self, Self::CounterUsed | Self::EpochTaken | Self::NoNode | Self::Failed(_) | Self::Skipped)
    }
}

impl Replica {
    /// Does the work of many callers, each caller's in order, with one commit: durable when this returns. What is not
    /// admitted or fails ends that caller's work and no other's.
    ///
    /// Entries that a rule in front keeps out are in the log like all others (its chain counts them), but refused.
    ///
    /// # Errors
    ///
    /// When the disk refuses: no work of any caller was done then.
    pub fn hub_commit(&mut self, callers: &[Vec<HubWork>]) -> Result<Vec<Vec<HubDone>>, StoreError> {
        self.write(|work| callers.iter().map(|pieces| of_caller(work, pieces)).collect())
    }
}

fn of_caller(work: &mut Work<'_>, pieces: &[HubWork]) -> Result<Vec<HubDone>, StoreError> {
    let mut all_done: Vec<HubDone> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        let stopped = all_done.last().is_some_and(HubDone::is_refused);
        all_done.push(if stopped { HubDone::Skipped } else { apart(work, piece)? });
    }
    Ok(all_done)
}

/// One piece by itself, so that what fails in it leaves nothing behind.
fn apart(work: &mut Work<'_>, piece: &HubWork) -> Result<HubDone, StoreError> {
    let done = work.apart(is_of_the_piece, |work| perform(work, piece))?;
    Ok(done.unwrap_or_else(HubDone::Failed))
}

fn perform(work: &mut Work<'_>, piece: &HubWork) -> Result<HubDone, StoreError> {
    match piece {
        HubWork::Admit(admission) => admit(work, admission),
        HubWork::Ingest(batch) => ingest_batch(work, batch).map(HubDone::Ingested),
        HubWork::Return { office, entries } => returning::take_returned(work, office, entries).map(HubDone::Returned),
        HubWork::Compared { recount, notes } => {
            if let Some(office) = recount {
                holdings::recount(work, digest::office_index(work.connection, office)?)?;
            }
            for (key, value) in notes {
                setting::put(work.connection, key, value)?;
            }
            Ok(HubDone::Noted)
        }
        HubWork::Grant(leases) => {
            for granted in leases {
                lease::grant(work, granted)?;
            }
            Ok(HubDone::Noted)
        }
        HubWork::Proven { node, at_millis, digest } => {
            let known = registry::proven(work.connection, *node, *at_millis, *digest)?;
            Ok(if known { HubDone::Noted } else { HubDone::NoNode })
        }
        HubWork::Called(made) => {
            call::note(work.connection, made)?;
            Ok(HubDone::Noted)
        }
    }
}

fn admit(work: &mut Work<'_>, admission: &Admission) -> Result<HubDone, StoreError> {
    let log = log::find(work.connection, admission.epoch)?;
    let office = digest::office_index(work.connection, &admission.office)?;
    let others = log.filter(|log| log.office != Some(office));
    if let Some(log) = &others
        && !claiming::may_be_claimed(work, log)?
    {
        return Ok(HubDone::EpochTaken);
    }
    let last = setting::get(work.connection, &admission.counter_key)?.and_then(|bytes| bytes.try_into().ok());
    if admission.counter <= last.map_or(0, u64::from_be_bytes) {
        return Ok(HubDone::CounterUsed);
    }
    if !registry::contact(work.connection, admission.node, &admission.contact)? {
        return Ok(HubDone::NoNode);
    }
    if let Some(log) = others {
        claiming::claim(work, &log, office)?;
    }
    setting::put(work.connection, &admission.counter_key, &admission.counter.to_be_bytes())?;
    if let Some((key, value)) = admission.setting.as_deref() {
        setting::put(work.connection, key, value)?;
    }
    if let Some(log) = log {
        log::set_node(work.connection, log.index, admission.node)?;
        log.keep_head(work.connection, &admission.head)?;
        return Ok(HubDone::Admitted { position: log.position });
    }
    log::insert_of_node(work.connection, admission.epoch, office, admission.node)?;
    work.mark(&admission.epoch.0);
    Ok(HubDone::Admitted { position: 0 })
}

/// Whether others' work may go on after an error: SQLite took back nothing but the statement that failed.
fn is_of_the_piece(error: &StoreError) -> bool {
    match error {
        StoreError::Database(error) => error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation),
        _ => true,
    }
}
