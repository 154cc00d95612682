//! Sex as civil registration records it.

use serde::{Deserialize, Serialize};

/// L (laki-laki) or P (perempuan).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Sex {
    /// Laki-laki.
    #[serde(rename = "L")]
    Male,
    /// Perempuan.
    #[serde(rename = "P")]
    Female,
}

impl Sex {
    /// The letter records store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Male => "L",
            Self::Female => "P",
        }
    }

    /// The sex of this letter.
    pub fn from_letter(letter: &str) -> Option<Self> {
        [Self::Male, Self::Female].into_iter().find(|sex| sex.as_str() == letter)
    }
}
