//! When a letter was signed, as lists and registers have it: told from the steps, without the document's history.

use automerge::{Automerge, ChangeMetadata, ObjId, ROOT, ReadDoc, Value as Stored, ValueRef};
use office_model::Status;
use serde_json::Value;

use crate::error::DocumentError;
use crate::layout::{STEP_TO, STEPS};
use crate::row;

/// Whether a step with this target signs.
pub(crate) fn signs(to: &Value) -> bool {
    to.as_str().is_some_and(is_signature)
}

fn is_signature(to: &str) -> bool {
    to == Status::Ditandatangani.as_str()
}

/// When the first step that signs was taken, by the hub's clock as far as it was known: milliseconds since 1970 UTC. A step is
/// as old as the change that holds it.
pub(crate) fn first_millis(document: &Automerge, metas: &[ChangeMetadata<'_>]) -> Result<Option<i64>, DocumentError> {
    let Some((_, steps)) = document.get(ROOT, STEPS)? else { return Ok(None) };
    let mut first = None;
    for item in document.list_range(&steps, ..) {
        if !matches!(item.value, ValueRef::Object(_)) {
            continue;
        }
        let step = item.id();
        let is_signing = match document.get(&step, STEP_TO)? {
            Some((Stored::Scalar(to), _)) => to.as_str().is_some_and(is_signature),
            _ => false,
        };
        if is_signing && let Some(meta) = holder(metas, &step) {
            let millis = row::at_millis(meta.timestamp, meta.message.as_deref().unwrap_or_default());
            first = Some(first.map_or(millis, |earlier: i64| earlier.min(millis)));
        }
    }
    Ok(first)
}

/// The change that made an object.
fn holder<'a, 'm>(metas: &'a [ChangeMetadata<'m>], object: &ObjId) -> Option<&'a ChangeMetadata<'m>> {
    let ObjId::Id(number, actor, _) = object else { return None };
    metas.iter().find(|meta| *meta.actor == *actor && (meta.start_op..=meta.max_op).contains(number))
}
