//! Forms that were saved: one that is sent twice is one record, though the program was killed in between. What is typed
//! into a form again after it was saved is another one. A form that is sent again comes within the time that the store keeps
//! requests for.

use data_encoding::HEXLOWER;
use replica_store::{Asked, Reader, Replica, RequestKey, StoreError};
use service_document::AttachedFile;
use sha2::{Digest as _, Sha256};

use crate::Failure;
use crate::action::attachments;
use crate::desk::form::{Kept, drafts};
use crate::desk::frame::word::Word;

/// Who asks, as the store knows requests that are done once: no application's name has such a sign.
const DESK: &str = "/desk";

/// A form that was sent: of which draft it is, and what stands in it.
pub(in crate::desk) struct Sent {
    draft: [u8; 16],
    /// What stands in it, as a hash.
    content: [u8; 32],
}

impl Sent {
    pub(in crate::desk) fn new(draft: [u8; 16], form: &Kept) -> Self {
        Self { draft, content: Sha256::digest(form.content()).into() }
    }

    /// The record that this very form became.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub(in crate::desk) fn record(&self, reader: &Reader) -> Result<Option<String>, StoreError> {
        Ok(match reader.asked(&self.key())? {
            Asked::Before(record) => Some(record),
            Asked::Never | Asked::Otherwise => None,
        })
    }

    /// The record that some form of this draft became.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub(in crate::desk) fn became(&self, reader: &Reader) -> Result<Option<String>, StoreError> {
        became(reader, self.draft)
    }

    /// This very form, by which it is known when it comes again.
    fn key(&self) -> RequestKey {
        let key = format!("{} {}", HEXLOWER.encode(&self.draft), HEXLOWER.encode(&self.content));
        RequestKey { application: DESK.to_owned(), key, body: self.content }
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

    /// Puts these files of the draft where those of records lie. `is_again`: only what is gone since they were.
    ///
    /// # Errors
    ///
    /// When the disk refuses, or does not give them back as they came.
    pub(in crate::desk) fn place(
        &self,
        reader: &Reader,
        files: &[AttachedFile],
        is_again: bool,
    ) -> Result<(), Failure> {
        attachments::place_those_of_draft(reader, self.draft, files, is_again)
    }

    /// Notes what it became, in the commit that saves it; the draft of the clerk goes with that.
    ///
    /// # Errors
    ///
    /// When the disk refuses.
    pub(in crate::desk) fn note(
        &self,
        replica: &mut Replica,
        (record, clerk): (&str, &str),
        now_millis: i64,
    ) -> Result<(), StoreError> {
        replica.keep_answer(&self.key(), record, now_millis)?;
        let any = any_of(self.draft);
        if replica.asked(&any)? == Asked::Never {
            replica.keep_answer(&any, record, now_millis)?;
        }
        drafts::drop_own(replica, self.draft, clerk)
    }
}

/// The record that some form of this draft became: a word of its page that comes late is not to bring the draft back, nor to
/// make a second record of it.
///
/// # Errors
///
/// When the database cannot be read.
pub(in crate::desk) fn became(reader: &Reader, draft: [u8; 16]) -> Result<Option<String>, StoreError> {
    Ok(match reader.asked(&any_of(draft))? {
        Asked::Before(record) => Some(record),
        Asked::Never | Asked::Otherwise => None,
    })
}

/// What is said where a form of the draft `before` was kept as `now`.
///
/// # Errors
///
/// When the database cannot be read.
pub(in crate::desk) fn apart(reader: &Reader, before: Option<[u8; 16]>, now: [u8; 16]) -> Result<Word, StoreError> {
    let Some(before) = before.filter(|before| *before != now) else { return Ok(Word::Nothing) };
    Ok(match became(reader, before)? {
        Some(record) => Word::SavedBefore(record),
        None if reader.draft(before)?.is_some() => Word::DraftApart(HEXLOWER.encode(&before)),
        None => Word::Nothing,
    })
}

/// Some form of a draft.
fn any_of(draft: [u8; 16]) -> RequestKey {
    RequestKey { application: DESK.to_owned(), key: HEXLOWER.encode(&draft), body: [0; 32] }
}
