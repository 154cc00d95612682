//! Letter numbers that machines may still issue, by one rule for pages and commands.

use std::collections::BTreeMap;

use change_log::EpochId;
use chrono::Datelike as _;
use office_model::OfficeCode;
use office_model::calendar::wib_date;
use replica_store::{LeaseState, Reader};

use crate::Failure;

/// Whether a machine that may call, last heard in the epoch `heard`, issues from a block: in an epoch of before nobody does any
/// more. One that was never heard is in the epoch that its block names.
pub(crate) fn issues_from(state: &LeaseState, heard: Option<EpochId>) -> bool {
    heard.is_none_or(|epoch| state.lease.epoch == epoch)
}

/// How many numbers of a block its machine may still issue.
pub(crate) fn numbers_left(state: &LeaseState, heard: Option<EpochId>) -> u32 {
    if issues_from(state, heard) { state.left() } else { 0 }
}

/// How many numbers of this year the machines of each office may still issue, together. Offices whose machines have blocks of
/// this year and none left stand with 0; those that were never granted any, or have no machine that may call, are missing.
///
/// # Errors
///
/// When the database cannot be read.
pub(crate) fn numbers_left_of_offices(reader: &Reader, now_millis: i64) -> Result<BTreeMap<OfficeCode, u32>, Failure> {
    let year = wib_date(now_millis).unwrap_or_default().year();
    let mut heard = BTreeMap::new();
    for node in reader.registered_nodes()?.into_iter().filter(|node| node.revoked_millis.is_none()) {
        heard.insert(node.id, reader.calls(node.id, 1)?.pop().map(|call| call.epoch));
    }
    let mut left: BTreeMap<OfficeCode, u32> = BTreeMap::new();
    for state in reader.leases_of_year(year)? {
        if let Some(epoch) = heard.get(&state.lease.node) {
            let of_office = left.entry(state.lease.office).or_default();
            *of_office = of_office.saturating_add(numbers_left(&state, *epoch));
        }
    }
    Ok(left)
}
