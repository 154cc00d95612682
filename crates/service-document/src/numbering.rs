//! When a record got its letter number, as registers have it: told from its serials, without the document's history.

use automerge::{Automerge, ChangeMetadata, ROOT, ReadDoc, Value as Stored};

use crate::error::DocumentError;
use crate::layout::{NUMBER, SERIALS};
use crate::row;

/// When the serial of the number that stands was given, by the hub's clock as far as it was known: milliseconds since 1970 UTC.
/// A serial is as old as the change that holds it. Of several it is the one that came with this number; the last of all where
/// none did.
pub(crate) fn given_millis(document: &Automerge, metas: &[ChangeMetadata<'_>]) -> Result<Option<i64>, DocumentError> {
    let Some((_, serials)) = document.get(ROOT, SERIALS)? else { return Ok(None) };
    let text = |value: Stored<'_>| value.as_str().map(str::to_owned);
    let standing = document.get(ROOT, NUMBER)?.and_then(|(value, _)| text(value));
    let (mut of_it, mut last) = (None, None);
    for item in document.list_range(&serials, ..) {
        let Some(meta) = row::holder(metas, &item.id()) else { continue };
        let millis = row::at_millis(meta.timestamp, meta.message.as_deref().unwrap_or_default());
        last = last.max(Some(millis));
        let then = document.get_at(ROOT, NUMBER, &[meta.hash])?.and_then(|(value, _)| text(value));
        if then == standing {
            of_it = of_it.max(Some(millis));
        }
    }
    Ok(of_it.or(last))
}
