//! An office as it describes itself.

use office_model::Chain;
use serde::{Deserialize, Serialize};

use crate::{HandbookError, Letterhead};

/// What all machines of an office share: what stands on its paper, and through whose hands its records go. The office
/// itself publishes it, or the hub for it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
    /// On its paper.
    pub letterhead: Letterhead,
    /// Inside the office.
    pub chain: Chain,
}

impl Profile {
    /// What is published.
    pub fn to_body(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// What was published. Parts that a newer program knows are left out of account.
    ///
    /// # Errors
    ///
    /// When it is no profile.
    pub fn of_body(body: &str) -> Result<Self, HandbookError> {
        serde_json::from_str(body).map_err(|error| HandbookError::Unreadable(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use office_model::{Approver, Checker};

    use super::*;

    #[test]
    fn a_profile_is_written_and_read_in_the_form_that_stands_in_documents() {
        let mut profile = Profile::default();
        profile.letterhead.address = "Jl. Raya 1".to_owned();
        profile.letterhead.signers.kepala.name = "Wayan".to_owned();
        profile.chain = Chain { checker: Checker::Secretary, approver: Approver::Head };
        let body = profile.to_body();
        assert_eq!(
            body,
            "{\"letterhead\":{\"address\":\"Jl. Raya 1\",\"postal_code\":\"\",\"phone\":\"\",\"signers\":{\
             \"kepala\":{\"name\":\"Wayan\",\"title\":\"\",\"nip\":\"\"},\
             \"an_sekretaris\":{\"name\":\"\",\"title\":\"\",\"nip\":\"\"},\
             \"ub\":{\"name\":\"\",\"title\":\"\",\"nip\":\"\"}}},\
             \"chain\":{\"checker\":\"secretary\",\"approver\":\"head\"}}"
        );
        assert_eq!(Profile::of_body(&body), Ok(profile));
        assert_eq!(
            Profile::of_body("{\"chain\":{\"approver\":\"head\"},\"logo\":1}").unwrap().chain.approver,
            Approver::Head
        );
        assert!(matches!(Profile::of_body("7"), Err(HandbookError::Unreadable(_))));
    }
}
