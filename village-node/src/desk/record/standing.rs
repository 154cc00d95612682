//! Where a record stands on its way to the hub, as its page says it.

use std::collections::BTreeMap;

use change_log::{DocumentId, EpochId, Position};
use office_model::calendar;
use replica_store::{EntryState, Replica};
use service_document::RefusalCode;

use crate::Failure;
use crate::action::now;
use crate::desk::frame::page::Page;
use crate::desk::frame::texts::Texts;
use crate::desk::moments;

/// Where a record stands on its way to the hub.
pub(in crate::desk) enum Standing {
    /// Not all of it is acknowledged.
    Here,
    /// The hub refused something of it: why in words, and the codes.
    Refused(Vec<(String, String)>),
    /// The hub takes nothing of it any more: its history is as large as one may be.
    Full,
    /// Another machine's changes wait for the gate.
    Judged,
    /// The hub has all of it: since when, as words, empty where that was not noted; and when both sides were last proven
    /// equal, empty when something changed since.
    Received { since: String, equal: String },
}

impl Standing {
    /// Of a record.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub(super) fn of(replica: &Replica, id: DocumentId, page: &Page) -> Result<Self, Failure> {
        if replica.is_unsent(id)? {
            return Ok(Self::Here);
        }
        let mut waits = false;
        let mut is_refused = false;
        let office = replica.office().ok_or_else(crate::failure::not_enrolled)?;
        let by_hub = replica.refused_by_hub(&office)?;
        let mut last_own = BTreeMap::new();
        for (entry, state) in replica.document_entries(id)? {
            if replica.log(entry.epoch)?.is_some_and(|log| log.own) {
                let last = last_own.entry(entry.epoch).or_insert(entry.position);
                *last = entry.position.max(*last);
            }
            waits |= state == EntryState::Pending;
            is_refused |= matches!(state, EntryState::Refused | EntryState::Parked)
                || by_hub.iter().any(|one| (one.epoch, one.position) == (entry.epoch, entry.position));
        }
        if is_refused {
            let codes = replica.quarantine(500)?.into_iter().filter(|one| one.document == id).map(|one| one.code);
            let mut codes: Vec<String> = codes.collect();
            codes.dedup();
            return Ok(if codes.iter().any(|code| code == RefusalCode::DocumentTooLarge.as_str()) {
                Standing::Full
            } else {
                let why = |code: String| (desk_kit::refused_because(&code, page.language).to_owned(), code);
                Standing::Refused(codes.into_iter().map(why).collect())
            });
        }
        if waits {
            return Ok(Standing::Judged);
        }
        let equal = if page.bar.equal_now { page.bar.proven.clone() } else { String::new() };
        Ok(Standing::Received { since: since(replica, &last_own, page.t)?, equal })
    }
}

/// Since when the hub has all that was written of a record here, as words; empty where that was not noted.
fn since(replica: &Replica, last_own: &BTreeMap<EpochId, Position>, t: &Texts) -> Result<String, Failure> {
    let mut latest = None;
    for (epoch, position) in last_own {
        let Some(at) = replica.received_at(*epoch, *position)? else { return Ok(String::new()) };
        latest = latest.max(Some(at));
    }
    // As it is kept: by the hub's clock.
    let now = now(replica);
    Ok(latest.map_or_else(String::new, |at| {
        let is_today = calendar::wib_date(at) == calendar::wib_date(now);
        format!("{} {}", if is_today { t.at_time } else { t.on_day }, moments::short(at, now))
    }))
}
