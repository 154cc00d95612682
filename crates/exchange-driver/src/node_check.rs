//! Whether the hub still holds what it refused: digests leave that out on both sides, so a comparison is asked for now
//! and then though they are equal.

use change_log::{ChainHash, Digest, EntryHash, EpochId};
use office_model::OfficeCode;
use replica_store::{Reader, Replica, codes};
use sync_exchange::{Next, Repair};
use sync_protocol::{ComparisonState, Verdict};

use crate::node_call::{NodeCall, notes};
use crate::node_repair::NodeRepair;
use crate::{DriverError, NodeIdentity};

const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;

/// What a check is about: the day, and what is refused. Another value than that of the last check means that one is due;
/// nothing refused, nothing to check.
fn occasion(
    store: &Reader,
    office: &OfficeCode,
    digest: Digest,
    now_millis: i64,
) -> Result<Option<[u8; 32]>, DriverError> {
    let refused = store.refused_by_hub(office)?;
    if refused.is_empty() {
        return Ok(None);
    }
    let mut day = [0; 32];
    day.iter_mut().zip((now_millis / DAY_MILLIS).to_be_bytes()).for_each(|(to, from)| *to = from);
    let mut chain = ChainHash::of_log(EpochId([0; 16])).after(EntryHash(day));
    for refused in &refused {
        let mut place = [0; 32];
        let bytes = refused.epoch.0.into_iter().chain(refused.position.to_be_bytes());
        place.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
        chain = chain.after(EntryHash(place));
    }
    // It waits for others: whatever is new may be what it waited for.
    if refused.iter().any(|refused| refused.code == codes::MISSING) {
        chain = chain.after(EntryHash(digest.sum));
    }
    Ok(Some(chain.0))
}

impl NodeRepair {
    /// Whether a check is under way, or due.
    pub(crate) fn is_to_check(
        &self,
        store: &Reader,
        identity: &NodeIdentity,
        now_millis: i64,
    ) -> Result<bool, DriverError> {
        if self.note.is_under_way() {
            return Ok(self.note.checks);
        }
        let digest = store.office_digest(&identity.office)?;
        let occasion = occasion(store, &identity.office, digest, now_millis)?;
        let last = store.setting(notes::CHECKED)?.unwrap_or_default();
        Ok(occasion.is_some_and(|occasion| occasion.as_slice() != last))
    }
}

impl NodeCall {
    /// Both sides are equal: begins a check, goes on with it, or ends it. True while it goes on.
    pub(crate) fn check(&self, replica: &mut Replica, verdict: &Verdict, now_millis: i64) -> Result<bool, DriverError> {
        let office = &self.identity.office;
        let Some(salt) = verdict.salt.filter(|_| self.repair.checks) else {
            replica.set_setting(notes::REPAIR, &[])?;
            return Ok(false);
        };
        if !self.repair.note.checks {
            let refused = replica.refused_by_hub(office)?.len() as u64;
            let note = Repair::check(now_millis, (self.counter, salt), refused);
            replica.set_setting(notes::REPAIR, &note.to_bytes())?;
            return Ok(true);
        }
        let mut note = self.repair.note.clone();
        let next = note.ended(&self.repair.round(self.counter, salt));
        let state = self.repair.comparison.as_ref().map(|comparison| comparison.state);
        let is_whole = matches!(state, Some(ComparisonState::Found { .. })) && note.wanted.is_empty();
        if !is_whole && next == Next::Again {
            replica.set_setting(notes::REPAIR, &note.to_bytes())?;
            return Ok(true);
        }
        // When the hub has no time, the next exchange begins again.
        let later = matches!(state, Some(ComparisonState::Later { .. }));
        if let Some(occasion) = occasion(replica, office, verdict.digest, now_millis)?.filter(|_| !later) {
            replica.set_setting(notes::CHECKED, &occasion)?;
        }
        replica.set_setting(notes::REPAIR, &[])?;
        Ok(false)
    }
}
