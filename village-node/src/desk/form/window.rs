//! The windows in which a form is open. A draft that was changed in another one since this one saw it is not written over
//! unseen.

use data_encoding::HEXLOWER;
use desk_kit::Form;
use replica_store::{Draft, Reader, StoreError};
use sha2::{Digest as _, Sha256};

use super::Kept;

/// The field that names the window: each page that is made is one.
pub(in crate::desk) const WINDOW: &str = "jendela";
/// The field with the version of the draft that the window saw last.
pub(in crate::desk) const VERSION: &str = "versi";
/// The field that says that what stands here is to stand, whatever another window kept.
const MINE: &str = "paksa";

/// What a window that sends a form has seen of its draft.
pub(in crate::desk) struct Seen {
    window: String,
    version: String,
    is_mine: bool,
}

impl Seen {
    pub(in crate::desk) fn of(form: &Form) -> Self {
        Self {
            window: form.get(WINDOW).to_owned(),
            version: form.get(VERSION).to_owned(),
            is_mine: !form.get(MINE).is_empty(),
        }
    }

    /// When another window changed this clerk's draft to something else than `form` since it was seen here; nothing where none
    /// did, and of a page that does not say which window it is.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub(in crate::desk) fn changed_elsewhere(
        &self,
        reader: &Reader,
        (id, clerk): ([u8; 16], &str),
        form: &Kept,
    ) -> Result<Option<i64>, StoreError> {
        if self.window.is_empty() || self.is_mine {
            return Ok(None);
        }
        let Some(draft) = reader.draft(id)?.filter(|draft| draft.clerk == clerk) else { return Ok(None) };
        let Some(known) = Kept::of_json(&draft.form) else { return Ok(None) };
        // The last word of this very window may have been kept though its answer was lost.
        let is_seen =
            known.window == self.window || version(&draft) == self.version || known.content() == form.content();
        Ok((!is_seen).then_some(draft.changed_millis))
    }
}

/// The version of a draft, as a window says that it saw it.
pub(in crate::desk) fn version(draft: &Draft) -> String {
    let hash: [u8; 32] = Sha256::digest(&draft.form).into();
    HEXLOWER.encode(hash.get(..8).unwrap_or_default())
}

/// The version of a draft; empty where there is none.
///
/// # Errors
///
/// When the database cannot be read.
pub(in crate::desk) fn version_of(reader: &Reader, draft: [u8; 16]) -> Result<String, StoreError> {
    Ok(reader.draft(draft)?.as_ref().map(version).unwrap_or_default())
}
