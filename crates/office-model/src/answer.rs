//! What an office says to a record that was referred to it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::bilingual::Bilingual;
use crate::status::Status;

/// An answer. It moves no record: what follows from it is a step that the village takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// It agrees, or takes the matter on.
    Disetujui,
    /// It has done its part.
    Selesai,
    /// Something is missing or wrong; the village mends it.
    Dikembalikan,
    /// It does not agree.
    Ditolak,
}

/// The text given is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not an answer: one of disetujui, selesai, dikembalikan, ditolak expected")]
pub struct ParseAnswerError(String);

/// An answer that may not be given so. The record is unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// It needs a reason and none was given.
    #[error("A reason is needed to answer {}: say in a few words what the village should know", .0.label().en)]
    ReasonMissing(Answer),
    /// The reason is longer than 500 characters.
    #[error("The reason is longer than 500 characters: shorten it")]
    ReasonTooLong,
}

impl Answer {
    /// Every answer.
    pub const ALL: [Self; 4] = [Self::Disetujui, Self::Selesai, Self::Dikembalikan, Self::Ditolak];

    /// The word records store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Disetujui => "disetujui",
            Self::Selesai => "selesai",
            Self::Dikembalikan => "dikembalikan",
            Self::Ditolak => "ditolak",
        }
    }

    /// What people read.
    pub fn label(self) -> Bilingual {
        match self {
            Self::Disetujui => Bilingual::new("Disetujui", "Approved"),
            Self::Selesai => Bilingual::new("Selesai ditangani", "Done"),
            Self::Dikembalikan => Bilingual::new("Dikembalikan", "Returned"),
            Self::Ditolak => Bilingual::new("Ditolak", "Refused"),
        }
    }

    /// Whether it has to say why.
    pub const fn needs_reason(self) -> bool {
        matches!(self, Self::Dikembalikan | Self::Ditolak)
    }

    /// Checks the reason that goes with it.
    ///
    /// # Errors
    ///
    /// When a due reason is missing, or it is too long.
    pub fn check(self, reason: Option<&str>) -> Result<(), AnswerError> {
        let reason = reason.map(str::trim).unwrap_or_default();
        if reason.is_empty() && self.needs_reason() {
            return Err(AnswerError::ReasonMissing(self));
        }
        if reason.chars().count() > Status::MAX_REASON {
            return Err(AnswerError::ReasonTooLong);
        }
        Ok(())
    }
}

impl AnswerError {
    /// A word for programs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::ReasonMissing(_) => "reason_missing",
            Self::ReasonTooLong => "reason_too_long",
        }
    }

    /// What people read.
    pub fn text(self) -> Bilingual {
        let id = match self {
            Self::ReasonMissing(answer) => {
                format!("Alasan wajib diisi untuk jawaban {}; desa akan membacanya.", answer.label().id)
            }
            Self::ReasonTooLong => "Alasan lebih dari 500 karakter; persingkat.".to_owned(),
        };
        Bilingual::new(id, format!("{self}."))
    }
}

impl FromStr for Answer {
    type Err = ParseAnswerError;

    fn from_str(text: &str) -> Result<Self, ParseAnswerError> {
        let found = Self::ALL.into_iter().find(|answer| answer.as_str() == text);
        found.ok_or_else(|| ParseAnswerError(text.chars().take(32).collect()))
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_again_and_bad_news_needs_a_reason() {
        for answer in Answer::ALL {
            assert_eq!(answer.as_str().parse(), Ok(answer));
            assert_eq!(serde_json::to_value(answer).unwrap(), answer.as_str());
            assert_eq!(answer.check(Some("  ")).is_err(), answer.needs_reason(), "{answer}");
            assert_eq!(answer.check(Some("surat kurang")), Ok(()));
            let long = "x".repeat(Status::MAX_REASON + 1);
            assert_eq!(answer.check(Some(&long)), Err(AnswerError::ReasonTooLong));
        }
        assert!("ya".parse::<Answer>().is_err());
    }
}
