//! The trial of a set of changes: applied to a scratch document, saved, loaded, compared, rendered, thrown away.

use automerge::{Automerge, Change, ReadDoc};
use change_log::ChangeHash;

use crate::belonging::Belonging;
use crate::error::DocumentError;
use crate::layout::{FIELDS, KIND, OFFICE, SERVICE, STEPS};
use crate::path::Segment;
use crate::plain;
use crate::quiet;
use crate::reading::Reading;
use crate::refusal::{Refusal, RefusalCode};
use crate::row::{self, DocumentRow};

/// What no change may put in doubt: with two concurrent values one could not say whose record it is.
const SETTLED_FOR_LIFE: [&str; 5] = [KIND, OFFICE, SERVICE, FIELDS, STEPS];

/// The row of the document these changes make, if the whole of it works. Never panics.
pub(crate) fn run(belonging: Belonging, raws: &[&[u8]], heads: &[ChangeHash]) -> Result<DocumentRow, Refusal> {
    if let Some(row) = plain::row(raws) {
        return belonging.check(row);
    }
    by_library(belonging, raws, heads)
}

/// The same, whatever the changes look like.
pub(crate) fn by_library(belonging: Belonging, raws: &[&[u8]], heads: &[ChangeHash]) -> Result<DocumentRow, Refusal> {
    quiet::caught(|| unguarded(belonging, raws, heads))
        .unwrap_or_else(|| Err(Refusal::new(RefusalCode::Unsafe, "the library gave up on it")))
}

fn unguarded(belonging: Belonging, raws: &[&[u8]], heads: &[ChangeHash]) -> Result<DocumentRow, Refusal> {
    let not_safe = |detail: &str| Refusal::new(RefusalCode::Unsafe, detail);
    let mut changes = Vec::with_capacity(raws.len());
    for raw in raws {
        // The library's own words are left out of details: they may quote values.
        changes.push(Change::from_bytes(raw.to_vec()).map_err(|_| not_safe("it cannot be decoded"))?);
    }
    let mut document = Automerge::new();
    document.apply_changes(changes).map_err(|_| not_safe("it cannot be applied"))?;
    if !has_heads(&document, heads) {
        return Err(not_safe("applied, it is not where it should be"));
    }
    let saved = document.save_nocompress();
    let loaded = Automerge::load(&saved).map_err(|_| not_safe("saved, it cannot be loaded"))?;
    if !has_heads(&loaded, heads) {
        return Err(not_safe("saved and loaded, it is another document"));
    }
    let reading = Reading::of(&document, None).map_err(|error| shape(&error))?;
    let again = Reading::of(&loaded, None).map_err(|error| shape(&error))?;
    if reading.root != again.root || reading.contested.len() != again.contested.len() {
        return Err(not_safe("saved and loaded, it reads differently"));
    }
    for contested in &reading.contested {
        if let [Segment::Key(key)] = contested.segments.as_slice()
            && SETTLED_FOR_LIFE.contains(&key.as_str())
        {
            let code = if key == OFFICE { RefusalCode::Office } else { RefusalCode::Shape };
            return Err(Refusal::new(code, format!("`{key}` has several values")));
        }
    }
    belonging.check(row::of_reading(&document, &reading).map_err(|error| shape(&error))?)
}

/// Our own words about the form of a document: they name keys of the layout and figures, never values.
fn shape(error: &DocumentError) -> Refusal {
    let detail = match error {
        DocumentError::Unreadable(detail) | DocumentError::TooLarge(detail) => detail.clone(),
        _ => "it cannot be read".to_owned(),
    };
    Refusal::new(RefusalCode::Shape, detail)
}

fn has_heads(document: &Automerge, heads: &[ChangeHash]) -> bool {
    let mut found: Vec<ChangeHash> = document.get_heads().iter().map(|hash| ChangeHash(hash.0)).collect();
    found.sort_unstable();
    found == heads && document.get_missing_deps(&[]).is_empty()
}
