//! The two languages of the pages.

use office_model::Bilingual;

/// What the pages of an account are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// Bahasa Indonesia, the first language of all pages.
    #[default]
    Indonesian,
    /// English.
    English,
}

impl Language {
    /// The code that HTML and the accounts know it by.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Indonesian => "id",
            Self::English => "en",
        }
    }

    /// The language of a code; Indonesian for one that is not known.
    pub fn of_code(code: &str) -> Self {
        if code == "en" { Self::English } else { Self::Indonesian }
    }

    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Indonesian => Self::English,
            Self::English => Self::Indonesian,
        }
    }

    /// A text that comes in both.
    pub fn say(self, text: &Bilingual) -> &str {
        self.pick(&text.id, &text.en)
    }

    /// The one of two that is in this language.
    pub const fn pick<T: Copy>(self, indonesian: T, english: T) -> T {
        match self {
            Self::Indonesian => indonesian,
            Self::English => english,
        }
    }
}
