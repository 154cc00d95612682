//! Forms that were saved: one that is sent twice is one record, though the program was killed in between.

use replica_store::{Reader, Replica, StoreError};

/// Where they are kept, by the id of their draft: the record each became, the last one saved at the end.
const KEY: &str = "desk/saved";
/// So many are remembered: a form that is sent again is sent soon.
const REMEMBERED: usize = 64;

/// The record that the form of this draft became.
///
/// # Errors
///
/// When the database cannot be read.
pub(super) fn of(reader: &Reader, draft: &str) -> Result<Option<String>, StoreError> {
    Ok(all(reader)?.into_iter().find(|(known, _)| known == draft).map(|(_, record)| record))
}

/// Notes a form that is saved, in the commit that saves it.
///
/// # Errors
///
/// When the disk refuses.
pub(super) fn note(replica: &mut Replica, draft: &str, record: &str) -> Result<(), StoreError> {
    let mut all = all(replica)?;
    let too_many = (all.len() + 1).saturating_sub(REMEMBERED);
    all.drain(..too_many);
    all.push((draft.to_owned(), record.to_owned()));
    replica.set_setting(KEY, &serde_json::to_vec(&all).unwrap_or_default())
}

fn all(reader: &Reader) -> Result<Vec<(String, String)>, StoreError> {
    let bytes = reader.setting(KEY)?.unwrap_or_default();
    // What cannot be read is of no form that is still open.
    Ok(serde_json::from_slice(&bytes).unwrap_or_default())
}
