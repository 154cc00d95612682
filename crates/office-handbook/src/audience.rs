//! For which offices something is published.

use std::fmt;
use std::str::FromStr;

use office_model::{Office, OfficeCode, OfficeKind, Roster};
use serde::{Deserialize, Serialize};

/// Offices of a roster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Audience {
    /// Every office.
    Everyone,
    /// The sub-district office with this code and all villages in it.
    District(OfficeCode),
    /// One office.
    Office(OfficeCode),
}

/// The text given names no offices.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" names no offices: everyone, district/CODE or the code of an office expected")]
pub struct ParseAudienceError(String);

impl Audience {
    /// Whether it is for this office.
    pub fn includes(self, office: &Office) -> bool {
        match self {
            Self::Everyone => true,
            Self::District(code) => office.district.as_ref().is_some_and(|district| district.code == code),
            Self::Office(code) => office.code == code,
        }
    }

    /// The offices of a roster that it is for, by code.
    pub fn of(self, roster: &Roster) -> impl Iterator<Item = &Office> {
        roster.iter().filter(move |office| self.includes(office))
    }
}

impl fmt::Display for Audience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everyone => f.pad("everyone"),
            Self::District(code) => write!(f, "district/{code}"),
            Self::Office(code) => write!(f, "{code}"),
        }
    }
}

impl FromStr for Audience {
    type Err = ParseAudienceError;

    fn from_str(text: &str) -> Result<Self, ParseAudienceError> {
        let unknown = || ParseAudienceError(text.chars().take(40).collect());
        let code = |text: &str| text.parse::<OfficeCode>().map_err(|_| unknown());
        match (text, text.strip_prefix("district/")) {
            ("everyone", _) => Ok(Self::Everyone),
            (_, Some(district)) => {
                let code = code(district)?;
                if code.kind() == OfficeKind::SubDistrict { Ok(Self::District(code)) } else { Err(unknown()) }
            }
            _ => code(text).map(Self::Office),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_names_the_offices_of_the_roster_that_are_meant() {
        let roster = Roster::banyuwangi();
        let count = |text: &str| text.parse::<Audience>().unwrap().of(roster).count();
        assert_eq!(count("everyone"), roster.len());
        assert_eq!(count("35.10.01.2001"), 1);
        let district = "35.10.01".parse().unwrap();
        assert_eq!(count("district/35.10.01"), 1 + roster.villages_of(district).count());
        assert_eq!(count("35.10.01"), 1, "the sub-district office alone");
        for text in ["everyone", "district/35.10.01", "35.10.01.2001"] {
            assert_eq!(text.parse::<Audience>().unwrap().to_string(), text);
        }
        for text in ["", "all", "district/35.10.01.2001", "district/"] {
            assert!(text.parse::<Audience>().is_err(), "{text}");
        }
    }
}
