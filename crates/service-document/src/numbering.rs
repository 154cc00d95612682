//! When a record got its letter number, as registers have it: told from its serials, without the document's history.

use automerge::{Automerge, ChangeMetadata, ROOT, ReadDoc};

use crate::error::DocumentError;
use crate::layout::SERIALS;
use crate::row;

/// When the last serial was given, by the hub's clock as far as it was known: milliseconds since 1970 UTC. A serial is as old as
/// the change that holds it.
pub(crate) fn last_millis(document: &Automerge, metas: &[ChangeMetadata<'_>]) -> Result<Option<i64>, DocumentError> {
    let Some((_, serials)) = document.get(ROOT, SERIALS)? else { return Ok(None) };
    let holders = document.list_range(&serials, ..).filter_map(|item| row::holder(metas, &item.id()));
    Ok(holders.map(|meta| row::at_millis(meta.timestamp, meta.message.as_deref().unwrap_or_default())).max())
}
