//! What is wrong with something that was to be published, or was.

use std::fmt;

use office_model::Bilingual;

/// Why a version says nothing that an office could work by. It was not published; one that was stays without effect.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HandbookError {
    /// It is not of its topic's form.
    #[error("it cannot be read: {0}")]
    Unreadable(String),
    /// A text that must be there is not.
    #[error("the {0} is missing")]
    Missing(NoticeField),
    /// A text has too many characters.
    #[error("the {field} is longer than {max} characters")]
    TooLong {
        /// Which.
        field: NoticeField,
        /// Characters allowed.
        max: usize,
    },
    /// A text has signs that are not seen, or turn the reading direction.
    #[error("the {field} has a sign that is not seen or turns the reading direction, {}; type that part anew instead of pasting it", place(.after).1)]
    Unseen {
        /// Which.
        field: NoticeField,
        /// What stands before the first of them; empty at the beginning.
        after: String,
    },
    /// Its last day is over.
    #[error("its last day is over already")]
    Days,
}

/// A text of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeField {
    /// Its one line.
    Title,
    /// Its paragraphs.
    Text,
}

impl NoticeField {
    /// What people call it.
    pub fn label(self) -> Bilingual {
        match self {
            Self::Title => Bilingual::new("judul", "title"),
            Self::Text => Bilingual::new("isi", "text"),
        }
    }
}

impl fmt::Display for NoticeField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.label().en)
    }
}

/// Where an unseen sign stands, in both languages.
fn place(after: &str) -> (String, String) {
    if after.is_empty() {
        return ("di awalnya".to_owned(), "at its beginning".to_owned());
    }
    (format!("sesudah \"{after}\""), format!("after \"{after}\""))
}

impl HandbookError {
    /// What people read.
    pub fn text(&self) -> Bilingual {
        let id = match self {
            Self::Unreadable(why) => format!("Isinya tidak dapat dibaca (kata program: {why})."),
            Self::Missing(field) => format!("Bagian {} belum diisi.", field.label().id),
            Self::TooLong { field, max } => {
                format!("Bagian {} lebih dari {max} karakter; persingkat.", field.label().id)
            }
            Self::Unseen { field, after } => format!(
                "Bagian {} memuat tanda yang tidak terlihat atau membalik arah baca, {}; ketik ulang bagian itu, jangan ditempel.",
                field.label().id,
                place(after).0
            ),
            Self::Days => "Hari terakhirnya sudah lewat.".to_owned(),
        };
        let en = self.to_string();
        let mut letters = en.chars();
        let first = letters.next().map(|letter| letter.to_uppercase().collect::<String>()).unwrap_or_default();
        Bilingual::new(id, format!("{first}{}.", letters.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_in_the_words_of_each_language() {
        let said = |error: HandbookError| error.text();
        let missing = said(HandbookError::Missing(NoticeField::Title));
        assert_eq!((missing.id.as_str(), missing.en.as_str()), ("Bagian judul belum diisi.", "The title is missing."));
        let unseen = said(HandbookError::Unseen { field: NoticeField::Text, after: "Rapat".to_owned() });
        assert!(unseen.id.contains("sesudah \"Rapat\"") && unseen.en.contains("after \"Rapat\""), "{unseen:?}");
        assert!(unseen.en.starts_with("The text has ") && unseen.en.ends_with('.'), "{unseen:?}");
    }
}
