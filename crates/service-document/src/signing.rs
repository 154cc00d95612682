//! When a letter was signed, as lists and registers have it: told from the steps, without the document's history.

use automerge::{Automerge, ChangeMetadata, ROOT, ReadDoc, Value as Stored, ValueRef};
use office_model::{Approval, Status};

use crate::error::DocumentError;
use crate::layout::{STEP_FROM, STEP_TO, STEPS};
use crate::row;

/// Whether a step signs: it leads to a signature from where one is given. Settling between two states mostly does not.
pub(crate) fn signs(from: Option<&str>, to: Option<&str>) -> bool {
    let signed = Status::Ditandatangani;
    let from = from.and_then(|word| word.parse::<Status>().ok());
    to == Some(signed.as_str()) && from.is_some_and(|from| from.may_become(signed, Approval::Conditional))
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
        let word = |key: &str| match document.get(&step, key) {
            Ok(Some((Stored::Scalar(word), _))) => Ok(word.as_str().map(str::to_owned)),
            Ok(_) => Ok(None),
            Err(error) => Err(error),
        };
        if signs(word(STEP_FROM)?.as_deref(), word(STEP_TO)?.as_deref()) {
            first = [first, row::set_millis(metas, &step)].into_iter().flatten().min();
        }
    }
    Ok(first)
}
