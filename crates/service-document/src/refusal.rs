//! Why the gate keeps a change out, in a form that is stored, sent and read.

use std::fmt;
use std::str::FromStr;

use office_model::Bilingual;

/// A change that is kept out: quarantined with its bytes, shown on both sides, and can be judged again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Which rule.
    pub code: RefusalCode,
    /// The figures or hashes behind it. Never personal data.
    pub detail: String,
}

impl Refusal {
    pub(crate) fn new(code: RefusalCode, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.detail)
    }
}

/// The rule a change breaks. Its word is stored and sent, so it never changes its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RefusalCode {
    /// More bytes or operations than one change may have.
    TooLarge,
    /// Not a well-formed raw change chunk.
    Malformed,
    /// The bytes do not have the hash they were announced with.
    Hash,
    /// Made under another actor id than the epoch of the log it stands in.
    Actor,
    /// The same epoch made another change with this number: a copied or restored machine went on writing.
    Fork,
    /// Not the next change of its epoch in this document.
    Sequence,
    /// Its operation numbers do not follow the changes it builds on.
    OperationNumbers,
    /// It names an epoch that has no part in the changes it builds on.
    UnknownActor,
    /// It begins a document that has begun already.
    SecondBeginning,
    /// It holds no operation.
    Empty,
    /// The document's changes together would be too large.
    DocumentTooLarge,
    /// Its time is not the one in the id of the document that it begins.
    Identity,
    /// The document belongs to one office for life, and the change says another.
    Office,
    /// An office that the document was brought before may decide or answer, and change nothing else.
    Decision,
    /// With it the document is no transaction any more, or a step or a referral of it is taken back.
    Shape,
    /// The library cannot apply it, or what it makes cannot be saved and loaded again.
    Unsafe,
    /// More changes wait for missing ones than a document may have waiting.
    TooManyParked,
    /// It came among so many bad changes of its document that it was not tried; it can be judged again.
    TooManyBad,
    /// The document's accepted changes cannot be read here: nothing can be judged before they are repaired.
    DocumentUnreadable,
    /// The process that judged its document died of it: aborted, ran out of memory or never came to an end.
    GateDied,
}

impl RefusalCode {
    /// Every code.
    pub const ALL: [Self; 20] = [
        Self::TooLarge,
        Self::Malformed,
        Self::Hash,
        Self::Actor,
        Self::Fork,
        Self::Sequence,
        Self::OperationNumbers,
        Self::UnknownActor,
        Self::SecondBeginning,
        Self::Empty,
        Self::DocumentTooLarge,
        Self::Identity,
        Self::Office,
        Self::Decision,
        Self::Shape,
        Self::Unsafe,
        Self::TooManyParked,
        Self::TooManyBad,
        Self::DocumentUnreadable,
        Self::GateDied,
    ];

    /// The word that is stored and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::Malformed => "malformed",
            Self::Hash => "hash",
            Self::Actor => "actor",
            Self::Fork => "fork",
            Self::Sequence => "sequence",
            Self::OperationNumbers => "operation_numbers",
            Self::UnknownActor => "unknown_actor",
            Self::SecondBeginning => "second_beginning",
            Self::Empty => "empty",
            Self::DocumentTooLarge => "document_too_large",
            Self::Identity => "identity",
            Self::Office => "office",
            Self::Decision => "decision",
            Self::Shape => "shape",
            Self::Unsafe => "unsafe",
            Self::TooManyParked => "too_many_parked",
            Self::TooManyBad => "too_many_bad",
            Self::DocumentUnreadable => "document_unreadable",
            Self::GateDied => "gate_died",
        }
    }

    /// Whether the same bytes may pass when they are judged again, because the reason lies outside of them.
    pub const fn may_pass_later(self) -> bool {
        matches!(self, Self::TooManyParked | Self::TooManyBad | Self::DocumentUnreadable | Self::GateDied)
    }

    /// What people read: what happened and what to do.
    pub fn text(self) -> Bilingual {
        let (id, en) = match self {
            Self::TooLarge | Self::DocumentTooLarge => (
                "Catatan ini terlalu besar. Isinya tetap tersimpan; buat ulang dengan isian yang lebih pendek.",
                "This record is too large. Its content is kept; make it again with shorter values.",
            ),
            Self::Fork => (
                "Ada dua salinan komputer yang sama-sama menulis. Keduanya tersimpan; isi ulang perubahan yang ditolak.",
                "Two copies of one machine went on writing. Both are kept; enter the refused change again.",
            ),
            Self::Office | Self::Identity => (
                "Catatan ini milik kantor lain atau tidak cocok dengan nomornya. Isinya tetap tersimpan; laporkan ke operator.",
                "This record claims another office or does not fit its id. Its content is kept; tell the operator.",
            ),
            Self::Decision => (
                "Kantor di atas desa hanya dapat memutuskan atau menjawab berkas desa, bukan mengubah isinya. Perubahannya tetap tersimpan; minta desa yang mengubah.",
                "An office above the village decides on its records or answers them, and does not change them. The change is kept; ask the village to make it.",
            ),
            Self::TooManyParked | Self::TooManyBad | Self::DocumentUnreadable => (
                "Perubahan lain pada catatan ini belum ada atau rusak. Isinya tetap tersimpan dan diperiksa lagi nanti.",
                "Other changes of this record are missing or damaged here. Its content is kept and judged again later.",
            ),
            Self::GateDied => (
                "Pemeriksaan catatan ini gagal di tengah jalan. Isinya tetap tersimpan; laporkan ke operator, yang dapat memeriksanya lagi.",
                "The check of this record broke down on it. Its content is kept; tell the operator, who can have it judged again.",
            ),
            _ => (
                "Perubahan ini rusak atau tidak sah. Isinya tetap tersimpan; perbarui program lalu isi ulang, atau laporkan ke operator.",
                "This change is damaged or not valid. Its bytes are kept; update the program and enter it again, or tell the operator.",
            ),
        };
        Bilingual::new(id, en)
    }
}

impl fmt::Display for RefusalCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The word is no refusal code; a newer version may have sent it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a refusal code this version knows: update the program")]
pub struct ParseRefusalCodeError(String);

impl FromStr for RefusalCode {
    type Err = ParseRefusalCodeError;

    fn from_str(text: &str) -> Result<Self, ParseRefusalCodeError> {
        Self::ALL
            .into_iter()
            .find(|code| code.as_str() == text)
            .ok_or_else(|| ParseRefusalCodeError(text.chars().take(32).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_own_word() {
        for code in RefusalCode::ALL {
            assert_eq!(code.as_str().parse(), Ok(code));
        }
        assert!("nonsense".parse::<RefusalCode>().is_err());
    }
}
