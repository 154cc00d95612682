//! The two languages of the pages.

use office_model::Bilingual;

use super::texts::{EN, ID, Texts};

/// What the pages of an account are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Language {
    #[default]
    Indonesian,
    English,
}

impl Language {
    /// The code that HTML and the accounts know it by.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Indonesian => "id",
            Self::English => "en",
        }
    }

    /// The language of a code; Indonesian for one that is not known.
    pub(crate) fn of_code(code: &str) -> Self {
        if code == "en" { Self::English } else { Self::Indonesian }
    }

    /// The other one.
    pub(crate) const fn other(self) -> Self {
        match self {
            Self::Indonesian => Self::English,
            Self::English => Self::Indonesian,
        }
    }

    /// The fixed texts of the pages.
    pub(crate) const fn texts(self) -> &'static Texts {
        match self {
            Self::Indonesian => &ID,
            Self::English => &EN,
        }
    }

    /// A text that comes in both.
    pub(crate) fn say(self, text: &Bilingual) -> &str {
        match self {
            Self::Indonesian => &text.id,
            Self::English => &text.en,
        }
    }
}
