//! The steps that sign a letter: told from the list of steps, without the document's history.

use automerge::{Automerge, ChangeHash, ChangeMetadata, ROOT, ReadDoc, Value as Stored, ValueRef};
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

/// A step that signs, and the change that holds it.
pub(crate) struct SigningStep {
    /// The change.
    pub(crate) change: ChangeHash,
    /// What it was made on top of.
    pub(crate) after: Vec<ChangeHash>,
    /// When, by the hub's clock as far as it was known: milliseconds since 1970 UTC.
    pub(crate) millis: i64,
    /// Whether the camat was waited for.
    pub(crate) is_of_camat: bool,
}

/// The steps that sign, in the order of the list.
pub(crate) fn steps(document: &Automerge, metas: &[ChangeMetadata<'_>]) -> Result<Vec<SigningStep>, DocumentError> {
    let Some((_, list)) = document.get(ROOT, STEPS)? else { return Ok(Vec::new()) };
    let mut steps = Vec::new();
    for item in document.list_range(&list, ..) {
        if !matches!(item.value, ValueRef::Object(_)) {
            continue;
        }
        let step = item.id();
        let word = |key: &str| match document.get(&step, key) {
            Ok(Some((Stored::Scalar(word), _))) => Ok(word.as_str().map(str::to_owned)),
            Ok(_) => Ok(None),
            Err(error) => Err(error),
        };
        let from = word(STEP_FROM)?;
        if signs(from.as_deref(), word(STEP_TO)?.as_deref())
            && let Some(meta) = row::holder(metas, &step)
        {
            steps.push(SigningStep {
                change: meta.hash,
                after: meta.deps.clone(),
                millis: row::at_millis(meta.timestamp, meta.message.as_deref().unwrap_or_default()),
                is_of_camat: from.is_some_and(|from| from == Status::MenungguCamat.as_str()),
            });
        }
    }
    Ok(steps)
}
