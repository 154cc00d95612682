//! What can go wrong with a replica, whose fault it is, and what happened to the data.

use std::path::PathBuf;

use change_log::{DocumentId, EpochId, Position};
use office_model::{Bilingual, OfficeCode};
use service_document::DocumentError;

use crate::admission::gate::GateError;
use crate::system_words;

/// Why a replica could not be created or opened. Nothing in its folder was changed.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process (or another handle in this one) has the folder.
    #[error("{0} is in use by another program; nothing was changed, stop that program first")]
    InUse(PathBuf),
    /// There is a database already.
    #[error("{0} already holds a replica; nothing was changed, choose an empty folder")]
    Exists(PathBuf),
    /// There is no database.
    #[error("{0} holds no replica; check the data folder, or enrol (node) or init (hub) first")]
    Missing(PathBuf),
    /// Another program's database.
    #[error("{0} is not a replica of Smart Kampung Sync; it was left alone, check the data folder")]
    NotOurs(PathBuf),
    /// Written by a newer version.
    #[error(
        "{path} was written by a newer version (format {found}, this program knows {known}); it was left alone, install the newer version"
    )]
    Newer {
        /// The database file.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// The newest format this program knows.
        known: u32,
    },
    /// The disk or the database.
    #[error("the data folder could not be opened: {0}; nothing was lost by this, check the disk")]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for OpenError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<std::io::Error> for OpenError {
    fn from(error: std::io::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Why the store refused. A call that returns one of these changed nothing, but for [`StoreError::Head`].
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused: disk full, locked, damaged.
    #[error("the database refused: {0}; nothing was saved by this step")]
    Database(#[from] rusqlite::Error),
    /// A file beside the database.
    #[error("a file of the data folder could not be written: {0}")]
    File(#[from] std::io::Error),
    /// A file in a folder of attached files.
    #[error("{0}: an attached file could not be copied: {1}; those that were copied stay")]
    Files(PathBuf, std::io::Error),
    /// The head file could not be written after a commit. The one error after which the step itself is saved.
    #[error(
        "this step is saved, but the head file beside the database could not be written: {0}; check the disk and start the program again"
    )]
    Head(std::io::Error),
    /// A write failed in a way that leaves the file's state unknown.
    #[error("an earlier write failed ({0}); what was saved before is safe, start the program again to check the files")]
    Broken(String),
    /// A document could not be made or read.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// The gate could not be run.
    #[error(transparent)]
    Gate(#[from] GateError),
    /// No such document here.
    #[error("no transaction {0} here; check the id, or exchange with the hub first")]
    NoDocument(DocumentId),
    /// No such log here.
    #[error("no log of epoch {0} here")]
    NoLog(EpochId),
    /// No such node in the registry.
    #[error("no such node is enrolled here")]
    NoNode,
    /// A position beyond what is held.
    #[error("position {position} of log {epoch} is not held here")]
    NotHeld {
        /// The log.
        epoch: EpochId,
        /// The position asked for.
        position: Position,
    },
    /// Stored bytes that are not what was stored.
    #[error("stored data is damaged: {0}; run `verify`, it names what to fetch again")]
    Damaged(String),
    /// A transaction of another office than this node's.
    #[error("this machine records for office {own}, not for {other}; nothing was saved")]
    Office {
        /// The node's office.
        own: OfficeCode,
        /// The office asked for.
        other: OfficeCode,
    },
    /// A feed batch that does not fit the cursor it claims to lead to.
    #[error("a batch of feed {0} does not lead to the place it claims; it was not applied")]
    FeedChain(String),
    /// A receipt that does not fit our log.
    #[error("a receipt for position {position} does not fit the log of epoch {epoch}; it was not stored")]
    Receipt {
        /// The log.
        epoch: EpochId,
        /// The position it claims.
        position: Position,
    },
    /// Somebody else wrote in our epoch: a copy of this folder is in use, or an older state was put back.
    #[error("this data folder was copied or restored; nothing was saved, a new epoch must begin first")]
    EpochSpent,
    /// The epoch is not new.
    #[error("epoch {0} already has a log here; a new epoch needs a new random id")]
    EpochTaken(EpochId),
    /// Called on the wrong side.
    #[error("internal: {0}")]
    Misuse(&'static str),
    /// The target of a backup is there already.
    #[error("{0} already exists; nothing was written, choose another file name")]
    TargetExists(PathBuf),
}

impl StoreError {
    /// Whether it says that stored bytes are not what was stored.
    pub fn is_damage(&self) -> bool {
        use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
        match self {
            Self::Database(error) => {
                matches!(error.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase))
                    || matches!(
                        error,
                        rusqlite::Error::FromSqlConversionFailure(..) | rusqlite::Error::InvalidColumnType(..)
                    )
            }
            Self::Damaged(_) => true,
            _ => false,
        }
    }

    /// What the store says, in words that people know and without a full stop. What programs and whoever is asked for help
    /// need besides is in the error itself.
    pub fn words(&self) -> Bilingual {
        match self {
            Self::Database(error) => database_words(error),
            Self::File(error) | Self::Files(_, error) => system_words(error),
            Self::Head(error) => {
                let Bilingual { id, en } = system_words(error);
                Bilingual::new(
                    format!("langkah ini tersimpan, tetapi catatan di samping basis data tidak dapat ditulis: {id}"),
                    format!("this step is saved, but the note beside the database could not be written: {en}"),
                )
            }
            Self::Broken(_) => Bilingual::new(
                "penulisan sebelumnya gagal, mulai ulang program ini agar berkasnya diperiksa",
                "an earlier write failed, start this program again to have its files checked",
            ),
            Self::Document(error) => error.text(),
            Self::Office { own, other } => Bilingual::new(
                format!("komputer ini mencatat untuk kantor {own}, bukan untuk {other}"),
                format!("this machine records for office {own}, not for {other}"),
            ),
            _ => Bilingual::new(
                "ada kesalahan program, mohon laporkan",
                "there is a fault in the program, please report it",
            ),
        }
    }
}

fn database_words(error: &rusqlite::Error) -> Bilingual {
    use rusqlite::ErrorCode::{
        CannotOpen, DatabaseBusy, DatabaseLocked, DiskFull, FileLockingProtocolFailed, OutOfMemory, PermissionDenied,
        ReadOnly, SystemIoFailure,
    };
    let (id, en) = match error.sqlite_error_code() {
        Some(DiskFull) => ("disk penuh, kosongkan dahulu ruangnya", "the disk is full, make room on it first"),
        Some(ReadOnly | PermissionDenied | CannotOpen) => (
            "berkas basis data tidak boleh dibuka atau ditulisi, periksa hak akses folder data",
            "the database file must not be opened or written to, look at the access rights of the data folder",
        ),
        Some(SystemIoFailure) => (
            "disk tidak dapat dibaca atau ditulisi dengan baik, periksa disk dan sisa ruangnya",
            "the disk cannot be read or written well, check it and the room on it",
        ),
        Some(DatabaseBusy | DatabaseLocked | FileLockingProtocolFailed) => {
            ("basis data sedang dipakai program lain, coba lagi", "another program is using the database, try again")
        }
        Some(OutOfMemory) => ("memori komputer ini penuh", "this machine is out of memory"),
        _ => ("basis data menolak, mohon laporkan", "the database refused, please report it"),
    };
    Bilingual::new(id, en)
}

impl OpenError {
    /// Whether the database is there and cannot be opened because it is damaged.
    pub fn is_damage(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_damage())
    }
}
