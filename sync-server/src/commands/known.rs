//! Refuses what no office or service of this regency is called: an empty list would look like an answer.

use office_model::{Catalogue, OfficeCode, ServiceId};
use replica_store::Reader;

use crate::{Failure, init};

/// Refuses offices that are not in the roster.
pub(super) fn offices<'a>(reader: &Reader, codes: impl IntoIterator<Item = &'a OfficeCode>) -> Result<(), Failure> {
    let roster = init::roster(reader)?;
    match codes.into_iter().find(|code| roster.get(**code).is_none()) {
        Some(code) => Err(Failure::input(
            format!("office {code} is not in this hub's roster"),
            "check the code: sync-server offices lists them all",
        )),
        None => Ok(()),
    }
}

/// Refuses a service that no catalogue has that this program knows. Records stay with the catalogue that they were begun
/// under, which may have services that are offered no more.
pub(super) fn service(id: Option<&ServiceId>) -> Result<(), Failure> {
    let mut versions = (1..=Catalogue::current().version()).filter_map(Catalogue::of_version);
    match id {
        Some(id) if !versions.any(|catalogue| catalogue.service(id).is_some()) => Err(Failure::input(
            format!("there is no service {id}"),
            "check the code: sync-server handbook show catalogue",
        )),
        _ => Ok(()),
    }
}
