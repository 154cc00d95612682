//! Forms that were saved: one that is sent twice is one record, though the program was killed in between. What is typed
//! into a form again after it was saved is another one.

use data_encoding::HEXLOWER;
use replica_store::{Reader, Replica, StoreError};
use serde::{Deserialize, Serialize};
use service_document::AttachedFile;
use sha2::{Digest as _, Sha256};

use crate::Failure;
use crate::action::attachments;
use crate::desk::form::{Kept, drafts};

/// Where they are kept, the last one saved at the end.
const KEY: &str = "desk/saved";
/// So many are remembered: a form that is sent again is sent soon.
const REMEMBERED: usize = 64;

/// A form that was sent: of which draft it is, and what stands in it.
pub(in crate::desk) struct Sent {
    draft: [u8; 16],
    content: String,
}

/// A form that was saved.
#[derive(Serialize, Deserialize)]
struct Saved {
    draft: String,
    /// What stood in it, as a hash.
    content: String,
    record: String,
}

impl Sent {
    pub(in crate::desk) fn new(draft: [u8; 16], form: &Kept) -> Self {
        Self { draft, content: HEXLOWER.encode(&Sha256::digest(form.to_json())) }
    }

    /// The record that this very form became.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub(in crate::desk) fn record(&self, reader: &Reader) -> Result<Option<String>, StoreError> {
        let draft = HEXLOWER.encode(&self.draft);
        let is_this = |saved: &Saved| saved.draft == draft && saved.content == self.content;
        Ok(all(reader)?.into_iter().find(is_this).map(|saved| saved.record))
    }

    /// The files of the clerk's draft.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub(in crate::desk) fn files(&self, reader: &Reader, clerk: &str) -> Result<Vec<AttachedFile>, StoreError> {
        let is_own = reader.draft(self.draft)?.is_some_and(|draft| draft.clerk == clerk);
        if is_own { reader.draft_files(self.draft) } else { Ok(Vec::new()) }
    }

    /// Puts these files of the draft where those of records lie.
    ///
    /// # Errors
    ///
    /// When the disk refuses, or does not give them back as they came.
    pub(in crate::desk) fn place(&self, reader: &Reader, files: &[AttachedFile]) -> Result<(), Failure> {
        attachments::place_those_of_draft(reader, self.draft, files)
    }

    /// Notes what it became, in the commit that saves it; the draft of the clerk goes with that.
    ///
    /// # Errors
    ///
    /// When the disk refuses.
    pub(in crate::desk) fn note(&self, replica: &mut Replica, record: &str, clerk: &str) -> Result<(), StoreError> {
        let mut all = all(replica)?;
        let too_many = (all.len() + 1).saturating_sub(REMEMBERED);
        all.drain(..too_many);
        let (draft, content) = (HEXLOWER.encode(&self.draft), self.content.clone());
        all.push(Saved { draft, content, record: record.to_owned() });
        replica.set_setting(KEY, &serde_json::to_vec(&all).unwrap_or_default())?;
        drafts::drop_own(replica, self.draft, clerk)
    }
}

/// Whether some form of this draft was saved: a word of its page that comes late is not to bring the draft back.
///
/// # Errors
///
/// When the database cannot be read.
pub(in crate::desk) fn is_over(reader: &Reader, draft: [u8; 16]) -> Result<bool, StoreError> {
    let draft = HEXLOWER.encode(&draft);
    Ok(all(reader)?.iter().any(|saved| saved.draft == draft))
}

fn all(reader: &Reader) -> Result<Vec<Saved>, StoreError> {
    let bytes = reader.setting(KEY)?.unwrap_or_default();
    // What cannot be read is of no form that is still open.
    Ok(serde_json::from_slice(&bytes).unwrap_or_default())
}
