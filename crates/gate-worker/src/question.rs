//! What the child is asked about one document.

use change_log::DocumentId;
use service_document::{Belonging, Candidate, Verdict, judge};

/// One document with changes to judge, inside a frame's bytes.
#[derive(Debug)]
pub struct Question<'a> {
    /// The document.
    pub document: DocumentId,
    /// What it must be to an office.
    pub belonging: Belonging,
    /// Raw changes that are visible in it.
    pub accepted: Vec<&'a [u8]>,
    /// Changes that want to be.
    pub candidates: Vec<Candidate<'a>>,
}

impl Question<'_> {
    /// The gate's answer.
    pub fn judge(&self) -> Verdict {
        judge(self.document, self.belonging, &self.accepted, &self.candidates)
    }
}
