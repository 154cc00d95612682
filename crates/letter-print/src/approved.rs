//! What the camat approved.

use chrono::NaiveDate;

use crate::signer::Signer;

/// That the camat approved a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approved {
    /// On which day, in WIB.
    pub day: NaiveDate,
    /// Who did; without a name where nobody said.
    pub camat: Signer,
}
