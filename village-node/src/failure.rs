//! Why something was not done: whose fault it is, what happened to the data, what to do next. In both languages.

use std::fmt;

use office_model::{Bilingual, Fault, Problem};
use replica_store::{OpenError, ProblemKind, Role, StoreError, system_words};
use serde::{Deserialize, Serialize};
use service_document::DocumentError;

/// The code of a failure that comes of somebody's role: others may.
pub(crate) const NOT_FOR_ROLE: &str = "role";
/// The code of a failure of somebody who was signed out, or locked out, before what they asked for was done.
pub(crate) const SIGNED_OUT: &str = "signed_out";
/// The code of a failure of a token that opens nothing, or nothing any more.
pub(crate) const NO_TOKEN: &str = "token";
/// The code of a failure after which a new epoch has to begin.
const FOLDER_COPIED: &str = "folder_copied";

/// What failed, as people and programs read it. Never holds personal data beyond what the caller typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub struct Failure {
    /// Whose fault.
    pub blame: Blame,
    /// A word for programs.
    pub code: String,
    /// What people read.
    pub text: Bilingual,
    /// What is wrong with single fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Problem>,
}

/// Of a record with more wrong values than this the first ones are listed: nobody reads on.
const PROBLEMS_MAX: usize = 100;

/// Whose fault a failure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Blame {
    /// What was asked for cannot be done.
    Input,
    /// There is no such thing here.
    NotFound,
    /// The folder is not in the state for it.
    State,
    /// Disk, database, operating system.
    Machine,
    /// The link to the hub.
    Link,
    /// The hub said no.
    Hub,
}

impl Blame {
    /// The exit code of a command that fails so.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Input | Self::NotFound => 2,
            Self::State => 3,
            Self::Machine => 4,
            Self::Link => 5,
            Self::Hub => 6,
        }
    }
}

impl Failure {
    /// A failure with its two texts.
    pub fn new(blame: Blame, code: &str, id: impl Into<String>, en: impl Into<String>) -> Self {
        Self { blame, code: code.to_owned(), text: Bilingual::new(id, en), problems: Vec::new() }
    }

    /// What was asked for cannot be done.
    pub fn input(code: &str, id: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(Blame::Input, code, id, en)
    }

    /// The machine refused.
    pub fn machine(code: &str, id: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(Blame::Machine, code, id, en)
    }

    /// The values of a record are not right.
    pub fn values(mut problems: Vec<Problem>) -> Self {
        let count = problems.len();
        problems.truncate(PROBLEMS_MAX);
        let mut failure = Self::input(
            "invalid",
            format!("{count} isian belum benar. Tidak ada yang disimpan; perbaiki lalu coba lagi."),
            match count {
                1 => "1 value is not right. Nothing was saved; correct it and try again.".to_owned(),
                _ => format!("{count} values are not right. Nothing was saved; correct them and try again."),
            },
        );
        failure.problems = problems;
        failure
    }

    /// There is no such transaction.
    pub fn no_transaction(id: impl fmt::Display) -> Self {
        Self::new(
            Blame::NotFound,
            "no_transaction",
            format!("Berkas {id} tidak ada di komputer ini. Periksa id-nya, atau sinkronkan dahulu."),
            format!("There is no transaction {id} on this machine. Check the id, or sync first."),
        )
    }

    /// A file could not be read or written.
    pub fn file(path: &std::path::Path, error: &std::io::Error) -> Self {
        let (path, Bilingual { id, en }) = (path.display(), system_words(error));
        Self::machine(
            "file",
            format!("Berkas {path} tidak dapat dibaca atau ditulis: {id}. Data yang sudah tersimpan aman. ({error})"),
            format!("The file {path} could not be read or written: {en}. What was saved before is safe. ({error})"),
        )
    }

    /// The program is at fault. `error`: for whoever looks into it.
    pub(crate) fn internal(error: &dyn fmt::Display) -> Self {
        Self::machine(
            "internal",
            format!("Kesalahan program. Yang sudah tersimpan aman; mohon laporkan. ({error})"),
            format!("Internal fault. What was saved is safe; please report this. ({error})"),
        )
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text.id)?;
        write!(f, "{}", self.text.en)?;
        for problem in &self.problems {
            write!(f, "\n  {}: {} / {}", problem.path, problem.text.id, problem.text.en)?;
        }
        Ok(())
    }
}

impl From<DocumentError> for Failure {
    fn from(error: DocumentError) -> Self {
        let blame = match error {
            DocumentError::Unreadable(_) | DocumentError::Internal(_) => Blame::Machine,
            DocumentError::Missing(_)
            | DocumentError::Full(_)
            | DocumentError::UnknownStatus(_)
            | DocumentError::StatusDiverged(_) => Blame::State,
            _ => Blame::Input,
        };
        Self { blame, code: error.code().to_owned(), text: error.text(), problems: Vec::new() }
    }
}

impl Failure {
    /// Whether what was wanted is done once a new epoch has begun.
    pub(crate) fn wants_new_epoch(&self) -> bool {
        self.code == FOLDER_COPIED
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Document(error) => error.into(),
            StoreError::NoDocument(id) => Self::no_transaction(id),
            StoreError::EpochSpent => Self::new(
                Blame::State,
                FOLDER_COPIED,
                "Folder data ini pernah disalin atau dipulihkan. Tidak ada yang disimpan; jalankan `village-node sync`.",
                "This data folder was copied or restored. Nothing was saved; run `village-node sync`.",
            ),
            StoreError::TargetExists(_) => {
                Self::input("target_exists", "Berkas tujuan sudah ada; pilih nama lain.", error.to_string())
            }
            StoreError::Files(folder, error) => {
                let (folder, Bilingual { id, en }) = (folder.display(), system_words(&error));
                Self::machine(
                    "files",
                    format!(
                        "Lampiran tidak dapat disalin di {folder}: {id}. Yang sudah tersalin tetap ada; periksa ruang disk \
                         atau flashdisk, lalu coba lagi. ({error})"
                    ),
                    format!(
                        "Attached files could not be copied in {folder}: {en}. What was copied stays; check the room on the \
                         disk or the stick, then try again. ({error})"
                    ),
                )
            }
            StoreError::Gate(_) => Self::machine(
                "gate",
                format!(
                    "Pemeriksaan data dari pusat tidak dapat dijalankan. Data aman dan diperiksa lagi nanti; mulai ulang \
                     komputer ini bila sering terjadi. ({error})"
                ),
                format!(
                    "What the hub sent cannot be judged. Data is safe and judged again later; restart this machine if it \
                     happens often. ({error})"
                ),
            ),
            error if error.is_damage() => damaged(&error.to_string()),
            error => {
                let Bilingual { id, en } = error.words();
                Self::machine(
                    "store",
                    format!("Penyimpanan di komputer ini menolak: {id}. ({error})"),
                    format!("The store on this machine refused: {en}. ({error})"),
                )
            }
        }
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        if error.is_damage() {
            return damaged(&error.to_string());
        }
        let (code, id) = match &error {
            OpenError::InUse(dir) => {
                ("in_use", format!("Folder {} sedang dipakai program lain. Tidak ada yang berubah.", dir.display()))
            }
            OpenError::Exists(_) => ("exists", "Folder ini sudah berisi data. Tidak ada yang berubah.".to_owned()),
            OpenError::Missing(_) => return not_enrolled(),
            OpenError::NotOurs(_) => {
                ("not_ours", "Basis data di folder ini bukan milik program ini. Dibiarkan apa adanya.".to_owned())
            }
            OpenError::Newer { .. } => {
                ("newer", "Data ditulis oleh versi yang lebih baru. Perbarui program ini.".to_owned())
            }
            OpenError::Store(error) => {
                let Bilingual { id, en } = error.words();
                return Self::new(
                    Blame::State,
                    "store",
                    format!("Folder data tidak dapat dibuka: {id}. Tidak ada yang hilang karenanya. ({error})"),
                    format!("The data folder could not be opened: {en}. Nothing was lost by this. ({error})"),
                );
            }
        };
        Self::new(Blame::State, code, id, format!("{error}."))
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::input("value", fault.text.id, fault.text.en)
    }
}

/// The code of a failure that comes of a damaged database.
pub(crate) const DAMAGED: &str = "damaged";

fn damaged(error: &str) -> Failure {
    let advice = exchange_driver::advice(ProblemKind::File, Role::Node);
    Failure::machine(DAMAGED, format!("{} ({error})", advice.id), format!("{} ({error})", advice.en))
}

/// The folder holds no node yet.
pub(crate) fn not_enrolled() -> Failure {
    Failure::new(
        Blame::State,
        "not_enrolled",
        "Komputer ini belum terdaftar pada kantor mana pun. Minta kode dari operator pusat, lalu jalankan \
         `village-node enrol --hub URL --code KODE`.",
        "This machine has not joined an office yet. Ask the hub's operator for a code, then run \
         `village-node enrol --hub URL --code CODE`.",
    )
}
