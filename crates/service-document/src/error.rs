//! Why a document could not be made, read or changed.

use office_model::{AnswerError, Bilingual, OfficeCode, StepError};

/// What went wrong with one document. Nothing was changed by a call that returns one of these.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// The changes do not make a document: damaged or incomplete.
    #[error("the stored changes do not make a record: {0}. The log is untouched; run `verify` to see what is damaged")]
    Unreadable(String),
    /// A whole document of another kind: a block of letter numbers, something that was published.
    #[error("that document is no record")]
    NoTransaction,
    /// So many changes that others build on are not there.
    #[error("{0} changes that others build on are missing. Exchange with the hub first, then try again")]
    Missing(usize),
    /// Beyond a limit of one change or one document.
    #[error("too large: {0}. Nothing was saved; shorten the values")]
    TooLarge(String),
    /// One more change would make its history larger than so many bytes, which no hub takes.
    #[error(
        "the history of this record is full: {0} bytes. Nothing was saved; make it again, and cancel the old one where that still goes"
    )]
    Full(usize),
    /// No value can stand at that path.
    #[error("no value can be set at `{0}`. Nothing was saved; check the path")]
    Path(String),
    /// A value that cannot stand there.
    #[error("the value given for `{0}` is not of the kind that stands there. Nothing was saved")]
    Value(String),
    /// The rules of the service do not allow this step.
    #[error("{0}. Nothing was saved")]
    Step(#[from] StepError),
    /// The answer lacks what it needs.
    #[error("{0}. Nothing was saved")]
    Answer(#[from] AnswerError),
    /// No record is referred there.
    #[error(
        "a record cannot be referred to {0}: it goes to a sub-district, working unit or health facility, not to its own office or a village. Nothing was saved"
    )]
    NoReferralTo(OfficeCode),
    /// An answer to what was never asked.
    #[error("this record was not referred to {0}, so there is nothing to answer. Nothing was saved")]
    NotReferred(OfficeCode),
    /// An edit of the status.
    #[error("`{0}` changes by a step, not by an edit. Nothing was saved")]
    StatusByStep(String),
    /// Two people moved the record apart and nobody decided yet.
    #[error(
        "Two people moved this record to different states. Nothing was saved; settle it first, under Differences (`{0}`)."
    )]
    StatusDiverged(String),
    /// A status of a newer version.
    #[error("the record is `{0}`, a state this version does not know. Nothing was saved; update the program")]
    UnknownStatus(String),
    /// A settling where there is one value only.
    #[error("`{0}` has one value only, there is nothing to settle. Perhaps somebody settled it already")]
    NothingToSettle(String),
    /// Automerge refused what should have been possible: a defect of ours.
    #[error("internal: {0}. Nothing was saved; please report this")]
    Internal(String),
}

impl DocumentError {
    /// A word for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "unreadable",
            Self::NoTransaction => "no_transaction",
            Self::Missing(_) => "missing_changes",
            Self::TooLarge(_) => "too_large",
            Self::Full(_) => "record_full",
            Self::Path(_) => "path",
            Self::Value(_) => "value",
            Self::Step(error) => error.code(),
            Self::Answer(error) => error.code(),
            Self::NoReferralTo(_) => "no_referral_to",
            Self::NotReferred(_) => "not_referred",
            Self::StatusByStep(_) => "status_by_step",
            Self::StatusDiverged(_) => "status_diverged",
            Self::UnknownStatus(_) => "unknown_status",
            Self::NothingToSettle(_) => "nothing_to_settle",
            Self::Internal(_) => "internal",
        }
    }

    /// What people read.
    pub fn text(&self) -> Bilingual {
        let id = match self {
            Self::Unreadable(_) => {
                "Data tersimpan berkas ini rusak atau tidak lengkap. Log tidak berubah; jalankan `verify`.".to_owned()
            }
            Self::NoTransaction => "Dokumen itu bukan berkas layanan.".to_owned(),
            Self::Missing(count) => {
                format!("{count} perubahan yang mendasarinya belum ada. Sinkronkan dengan pusat dahulu.")
            }
            Self::TooLarge(_) => "Isian terlalu besar. Tidak ada yang disimpan; pendekkan isinya.".to_owned(),
            Self::Full(_) => "Riwayat berkas ini penuh. Tidak ada yang disimpan; buat ulang berkasnya, dan batalkan yang lama bila masih \
                 bisa."
                .to_owned(),
            Self::Path(path) => format!("`{path}` tidak dapat diisi. Tidak ada yang disimpan; periksa nama isiannya."),
            Self::Value(path) => format!("Nilai untuk `{path}` tidak sesuai jenisnya. Tidak ada yang disimpan."),
            Self::Step(error) => return error.text(),
            Self::Answer(error) => return error.text(),
            Self::NoReferralTo(office) => format!(
                "Berkas tidak dapat dirujuk ke {office}: rujukan hanya ke kecamatan, satuan kerja, atau fasilitas kesehatan. Tidak ada yang disimpan."
            ),
            Self::NotReferred(office) => {
                format!("Berkas ini tidak dirujuk ke {office}, jadi tidak ada yang dijawab. Tidak ada yang disimpan.")
            }
            Self::StatusByStep(path) => {
                format!("`{path}` diubah dengan langkah, bukan dengan suntingan. Tidak ada yang disimpan.")
            }
            Self::StatusDiverged(path) => format!(
                "Dua petugas memberi status berbeda pada berkas ini. Tidak ada yang disimpan; putuskan dahulu di Perbedaan (`{path}`)."
            ),
            Self::UnknownStatus(status) => {
                format!("Status `{status}` belum dikenal versi ini. Tidak ada yang disimpan; perbarui program.")
            }
            Self::NothingToSettle(path) => {
                format!("`{path}` hanya punya satu nilai, tidak ada yang perlu diputuskan. Mungkin sudah diputuskan.")
            }
            Self::Internal(_) => "Kesalahan program. Tidak ada yang disimpan; mohon laporkan.".to_owned(),
        };
        Bilingual::new(id, self.to_string())
    }
}

impl From<automerge::AutomergeError> for DocumentError {
    fn from(error: automerge::AutomergeError) -> Self {
        Self::Internal(error.to_string())
    }
}
