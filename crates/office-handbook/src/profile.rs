//! An office as it describes itself.

use letter_print::{Signer, Signers};
use office_model::{Chain, ParseChainError};
use serde::{Deserialize, Serialize};

use crate::{HandbookError, Letterhead};

/// Longest line of a letterhead, in characters; what is longer is cut.
pub const LINE_MAX: usize = 120;

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
    /// The profile that a form says. `get`: what stands in a field of the form; empty where there is none. What the form
    /// has no field for is as before.
    ///
    /// # Errors
    ///
    /// When a part of the chain is none.
    pub fn of_form<'a>(get: impl Fn(&str) -> &'a str, before: &Self) -> Result<Self, HandbookError> {
        let line = |name: &str| get(name).trim().chars().take(LINE_MAX).collect::<String>();
        let signer = |who: &str| Signer {
            name: line(&format!("{who}_name")),
            nip: line(&format!("{who}_nip")),
            title: line(&format!("{who}_title")),
        };
        let letterhead = Letterhead {
            address: line("address"),
            postal_code: line("postal_code"),
            phone: line("phone"),
            signers: Signers { kepala: signer("head"), an_sekretaris: signer("secretary"), ub: signer("other") },
        };
        let unreadable = |error: ParseChainError| HandbookError::Unreadable(error.to_string());
        let checker = match get("checker") {
            "" => before.chain.checker,
            word => word.parse().map_err(unreadable)?,
        };
        let approver = match get("approver") {
            "" => before.chain.approver,
            word => word.parse().map_err(unreadable)?,
        };
        Ok(Self { letterhead, chain: Chain { checker, approver } })
    }

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
    fn a_form_says_all_but_what_it_has_no_field_for() {
        let before =
            Profile { chain: Chain { checker: Checker::Nobody, approver: Approver::Head }, ..Profile::default() };
        let long = "x".repeat(200);
        let get = |name: &str| match name {
            "address" => " Jl. Raya 1 ",
            "head_name" => "Wayan",
            "other_title" => &long,
            "approver" => "anyone",
            _ => "",
        };
        let said = Profile::of_form(get, &before).unwrap();
        assert_eq!((said.letterhead.address.as_str(), said.chain.checker), ("Jl. Raya 1", Checker::Nobody));
        assert_eq!((said.letterhead.signers.kepala.name.as_str(), said.chain.approver), ("Wayan", Approver::Anyone));
        assert_eq!(said.letterhead.signers.ub.title.len(), LINE_MAX);
        assert!(Profile::of_form(|name| if name == "checker" { "raja" } else { "" }, &before).is_err());
    }

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
