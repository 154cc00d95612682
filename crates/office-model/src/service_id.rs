//! The id of a service of the catalogue.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A sector letter and two digits: `G01`. It keeps its meaning through all versions of the catalogue.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ServiceId([u8; 3]);

/// The text given is not a service id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a service id: one capital letter and two digits expected, such as G01")]
pub struct ParseServiceIdError(String);

impl ServiceId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The letter of its sector.
    pub fn sector_letter(&self) -> char {
        char::from(self.0[0])
    }
}

impl FromStr for ServiceId {
    type Err = ParseServiceIdError;

    fn from_str(text: &str) -> Result<Self, ParseServiceIdError> {
        match text.as_bytes() {
            [letter @ b'A'..=b'Z', tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => Ok(Self([*letter, *tens, *ones])),
            _ => Err(ParseServiceIdError(text.chars().take(32).collect())),
        }
    }
}

impl TryFrom<String> for ServiceId {
    type Error = ParseServiceIdError;

    fn try_from(text: String) -> Result<Self, ParseServiceIdError> {
        text.parse()
    }
}

impl From<ServiceId> for String {
    fn from(id: ServiceId) -> Self {
        id.as_str().to_owned()
    }
}

impl fmt::Display for ServiceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for ServiceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServiceId({})", self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_and_two_digits_and_nothing_else() {
        let id: ServiceId = "G01".parse().unwrap();
        assert_eq!((id.as_str(), id.sector_letter()), ("G01", 'G'));
        for text in ["", "g01", "G1", "G001", "01G", "G0１", " G01"] {
            assert!(text.parse::<ServiceId>().is_err(), "{text}");
        }
    }
}
