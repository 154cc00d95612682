//! Why a document could not be made, read or changed.

/// What went wrong with one document. Nothing was changed by a call that returns one of these.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// The changes do not make a document: damaged, incomplete, or another kind.
    #[error(
        "the stored changes do not make a transaction: {0}; the log is untouched, run `verify` to see what is damaged"
    )]
    Unreadable(String),
    /// A change it builds on is not there.
    #[error(
        "{0} changes that others build on are missing; they are in the log of another machine, exchange with the hub first"
    )]
    Missing(usize),
    /// Beyond a limit of one change or one document.
    #[error("the change is too large: {0}; nothing was saved, shorten the values")]
    TooLarge(String),
    /// No value can stand at that path.
    #[error("no value can be set at `{0}`; nothing was saved, check the path")]
    Path(String),
    /// A value no field can hold.
    #[error(
        "the value given for `{0}` cannot be stored (text, whole number, yes/no, or a group of these); nothing was saved"
    )]
    Value(String),
    /// The rules of the service do not allow this step.
    #[error("{0}; nothing was saved")]
    Step(String),
    /// Automerge refused what should have been possible: a defect of ours.
    #[error("internal: {0}; nothing was saved, please report this")]
    Internal(String),
}

impl From<automerge::AutomergeError> for DocumentError {
    fn from(error: automerge::AutomergeError) -> Self {
        Self::Internal(error.to_string())
    }
}
