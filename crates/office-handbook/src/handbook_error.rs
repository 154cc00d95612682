//! What is wrong with something that was to be published, or was.

use office_model::Bilingual;

/// Why a version says nothing that an office could work by. It was not published; one that was stays without effect.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HandbookError {
    /// It is not of its topic's form.
    #[error("it cannot be read: {0}")]
    Unreadable(String),
    /// A text that must be there is not.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A text has too many characters.
    #[error("{field} is longer than {max} characters")]
    TooLong {
        /// Which.
        field: &'static str,
        /// Characters allowed.
        max: usize,
    },
    /// Its last day is before its first.
    #[error("its last day is before its first")]
    Days,
}

impl HandbookError {
    /// What people read.
    pub fn text(&self) -> Bilingual {
        let id = match self {
            Self::Unreadable(why) => format!("Isinya tidak dapat dibaca: {why}."),
            Self::Missing(field) => format!("Isian {field} belum diisi."),
            Self::TooLong { field, max } => format!("Isian {field} lebih dari {max} karakter; persingkat."),
            Self::Days => "Hari terakhir lebih awal daripada hari pertama.".to_owned(),
        };
        Bilingual::new(id, format!("{self}."))
    }
}
