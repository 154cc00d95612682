//! The gate in front of documents, as the store calls it.

use change_log::{ChangeHash, DocumentId, EpochId};
use office_model::OfficeCode;
use service_document::{Belonging, Candidate, Verdict, judge};

/// One document with changes to judge. Owns its bytes, so that it can go to another thread or process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// The document.
    pub document: DocumentId,
    /// What it must be to the office it is kept for.
    pub belonging: Belonging,
    /// Raw changes that are visible in it.
    pub accepted: Vec<Vec<u8>>,
    /// Raw changes that want to be.
    pub candidates: Vec<CaseCandidate>,
    /// Places of the candidates and how many changes were visible: to see whether the verdict still fits.
    pub(crate) index: i64,
}

/// A change that waits for judgement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseCandidate {
    /// Its log.
    pub epoch: EpochId,
    /// Its change hash.
    pub hash: ChangeHash,
    /// Its raw bytes.
    pub raw: Vec<u8>,
    /// The office it was made at, where that is one that the document was brought before: it may decide or answer, and
    /// change nothing else.
    pub guest: Option<OfficeCode>,
    pub(crate) place: i64,
}

impl Case {
    /// Judges the case right here.
    pub fn judge(&self) -> Verdict {
        let accepted: Vec<&[u8]> = self.accepted.iter().map(Vec::as_slice).collect();
        let candidates: Vec<Candidate<'_>> = self
            .candidates
            .iter()
            .map(|candidate| Candidate {
                epoch: candidate.epoch,
                hash: candidate.hash,
                raw: &candidate.raw,
                guest: candidate.guest,
            })
            .collect();
        judge(self.document, self.belonging, &accepted, &candidates)
    }
}

/// The gate itself could not be run. No change is to blame for it: everything stays pending.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the gate cannot be run: {0}; what arrived is stored, stays pending and is judged later")]
pub struct GateError(pub String);

/// Judges cases: right here, or in a child process with a memory limit.
pub trait Gate {
    /// One verdict for each case, in their order, with one judgement for each candidate.
    ///
    /// # Errors
    ///
    /// When the gate cannot be run. A change that the gate cannot cope with is no error, but refused.
    fn judge_all(&mut self, cases: &[Case]) -> Result<Vec<Verdict>, GateError>;
}

/// Judges on the calling thread.
#[derive(Debug, Clone, Copy, Default)]
pub struct DirectGate;

impl Gate for DirectGate {
    fn judge_all(&mut self, cases: &[Case]) -> Result<Vec<Verdict>, GateError> {
        Ok(cases.iter().map(Case::judge).collect())
    }
}

impl<F: FnMut(&Case) -> Verdict> Gate for F {
    fn judge_all(&mut self, cases: &[Case]) -> Result<Vec<Verdict>, GateError> {
        Ok(cases.iter().map(self).collect())
    }
}
