//! An exchange that waits at the hub until there is something new, as the node lives it.

use change_log::Digest;
use office_model::OfficeCode;
use replica_store::{LogState, Reader};

use crate::node_call::lacks_receipt;
use crate::{DriverError, NodeCall};

/// Whether the hub may hold its verdict back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Waiting {
    /// It was not asked to, or has begun to say the rest.
    No,
    /// It may, from its welcome on.
    Asked,
}

/// Whether there is nothing to say: all of the log is acknowledged under a receipt, and what is held was proven equal before. Only then
/// may the hub keep its verdict back; who has news wants to hear what becomes of it.
pub(crate) fn has_no_news(
    store: &Reader,
    office: &OfficeCode,
    log: &LogState,
    held: Digest,
) -> Result<bool, DriverError> {
    let is_proven = store.last_proof(office)?.is_some_and(|proof| proof.digest == held);
    let all_sent = log.epoch == store.epoch() && log.acknowledged == log.position && !lacks_receipt(log);
    Ok(is_proven && all_sent)
}

impl NodeCall {
    /// Whether the hub holds its verdict back, as it may: silence means that there is nothing new. Without any loss the
    /// call can be given up then.
    pub const fn is_waiting(&self) -> bool {
        matches!(self.waiting, Waiting::Asked) && self.welcome.is_some()
    }
}
