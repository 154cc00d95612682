//! Sizes of paper.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What is printed on: letters upright, registers across.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Paper {
    /// 215 x 330 mm, on which Indonesian offices write (folio).
    #[default]
    F4,
    /// 210 x 297 mm (ISO 216).
    A4,
}

/// The text given is no size of paper.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no size of paper: f4 or a4 expected")]
pub struct ParsePaperError(String);

/// A length in points, the unit of PDF.
pub(crate) const fn mm(millimetres: f32) -> f32 {
    millimetres * 72.0 / 25.4
}

impl Paper {
    /// Both.
    pub const ALL: [Self; 2] = [Self::F4, Self::A4];

    /// Width and height in points.
    pub(crate) const fn size(self) -> (f32, f32) {
        match self {
            Self::F4 => (mm(215.0), mm(330.0)),
            Self::A4 => (mm(210.0), mm(297.0)),
        }
    }

    /// Width and height in points, lying on its side.
    pub(crate) const fn landscape(self) -> (f32, f32) {
        let (width, height) = self.size();
        (height, width)
    }

    /// The word that commands take.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::F4 => "f4",
            Self::A4 => "a4",
        }
    }
}

impl fmt::Display for Paper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Paper {
    type Err = ParsePaperError;

    fn from_str(text: &str) -> Result<Self, ParsePaperError> {
        Self::ALL
            .into_iter()
            .find(|paper| paper.as_str().eq_ignore_ascii_case(text))
            .ok_or_else(|| ParsePaperError(text.chars().take(16).collect()))
    }
}
