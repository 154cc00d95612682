//! A person who works in an office.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::fault::{Fault, FaultCode};
use crate::office_code::OfficeCode;
use crate::person_name::PersonName;
use crate::role::Role;

/// Someone with an account in an office.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clerk {
    /// Unique in the office.
    pub id: ClerkId,
    /// Name, as printed.
    pub name: PersonName,
    /// The office.
    pub office: OfficeCode,
    /// What they may do.
    pub role: Role,
    /// Title as printed below a signature: `Kepala Desa`, `Plt. Lurah`.
    pub title: String,
    /// How they may sign letters, if at all.
    pub signs: Option<SignsAs>,
}

/// In what capacity someone signs. The words are those of the catalogue's field `penandatangan`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignsAs {
    /// As the head.
    Kepala,
    /// As the secretary, on behalf of the head (a.n.).
    AnSekretaris,
    /// As another official, for the secretary on behalf of the head (u.b.).
    Ub,
}

/// The login name of a clerk, unique in an office: 2 to 32 small letters, digits, `.`, `-` and `_`, the first a letter.
///
/// Histories store it, so it is no NIK and need not be a name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClerkId(String);

impl ClerkId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ClerkId {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let sign =
            |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit() || matches!(letter, b'.' | b'-' | b'_');
        if (2..=32).contains(&text.len())
            && text.starts_with(|first: char| first.is_ascii_lowercase())
            && text.bytes().all(sign)
        {
            return Ok(Self(text.to_owned()));
        }
        Err(Fault::new(
            FaultCode::ClerkIdForm,
            "Nama pengguna terdiri dari 2 sampai 32 huruf kecil, angka, dan tanda . - _ serta diawali huruf.",
            "A user name has 2 to 32 small letters, digits and the signs . - _ and begins with a letter.",
        ))
    }
}

impl TryFrom<String> for ClerkId {
    type Error = Fault;

    fn try_from(text: String) -> Result<Self, Fault> {
        text.parse()
    }
}

impl From<ClerkId> for String {
    fn from(id: ClerkId) -> Self {
        id.0
    }
}

impl fmt::Display for ClerkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for ClerkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClerkId({})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_plain_words() {
        for text in ["siti", "siti.aminah", "op-2", "x1", &"a".repeat(32)] {
            assert_eq!(text.parse::<ClerkId>().unwrap().to_string(), text);
        }
        for text in ["", "a", "Siti", "2siti", "siti aminah", ".siti", "sití", &"a".repeat(33)] {
            assert_eq!(text.parse::<ClerkId>().unwrap_err().code, FaultCode::ClerkIdForm, "{text}");
        }
    }

    #[test]
    fn a_clerk_is_shown_without_the_name() {
        let clerk = Clerk {
            id: "siti".parse().unwrap(),
            name: "Siti Aminah".parse().unwrap(),
            office: "35.10.01.2001".parse().unwrap(),
            role: Role::Petugas,
            title: "Kaur Umum".into(),
            signs: None,
        };
        assert!(!format!("{clerk:?}").contains("Aminah"));
    }
}
