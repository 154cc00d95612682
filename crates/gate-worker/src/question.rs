//! What the child is asked about one document.

use change_log::DocumentId;
use office_model::OfficeCode;
use service_document::{Candidate, Verdict, judge};

/// One document with changes to judge, inside a frame's bytes.
#[derive(Debug)]
pub struct Question<'a> {
    /// The document.
    pub document: DocumentId,
    /// The office it belongs to.
    pub office: OfficeCode,
    /// Raw changes that are visible in it.
    pub accepted: Vec<&'a [u8]>,
    /// Changes that want to be.
    pub candidates: Vec<Candidate<'a>>,
}

impl Question<'_> {
    /// The gate's answer.
    pub fn judge(&self) -> Verdict {
        judge(self.document, &self.office, &self.accepted, &self.candidates)
    }
}
