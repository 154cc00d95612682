//! A copy of the database while it is in use, and of the attached files beside it. Copying the database's files by hand
//! would part it from its WAL.

use std::path::Path;
use std::time::Duration;

use change_log::BlobHash;
use rusqlite::Connection;
use rusqlite::backup::Backup;

use crate::{BlobFolder, Reader, Replica, StoreError};

/// What became of the attached files in a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FilesKept {
    /// So many are whole in the backup.
    pub kept: u64,
    /// So many are not here, or damaged here, and not in the backup from before either.
    pub missing: u64,
}

/// The folder of attached files that belongs to a backup: beside it, one for all backups there. A file of the same
/// content is in it once.
pub fn files_beside(backup: &Path) -> BlobFolder {
    let folder = backup.parent().filter(|folder| !folder.as_os_str().is_empty());
    BlobFolder::of(folder.unwrap_or(Path::new(".")))
}

/// Where the moment of the last backup stands: milliseconds since 1970 UTC, as decimal digits.
const LAST: &str = "backup/last";

impl Replica {
    /// Notes that a backup of this replica's records is made now: in the copy, too. `now_millis`: milliseconds since 1970 UTC.
    ///
    /// # Errors
    ///
    /// When the disk refuses.
    pub fn note_backup(&mut self, now_millis: i64) -> Result<(), StoreError> {
        self.set_setting(LAST, now_millis.to_string().as_bytes())
    }

    /// The backup that was noted did not come to be: `before` is the last one again.
    ///
    /// # Errors
    ///
    /// When the disk refuses.
    pub fn take_back_backup(&mut self, before: Option<i64>) -> Result<(), StoreError> {
        self.set_setting(LAST, before.map(|at| at.to_string()).unwrap_or_default().as_bytes())
    }
}

impl Reader {
    /// When the last backup was noted: milliseconds since 1970 UTC by this machine's clock.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn last_backup_millis(&self) -> Result<Option<i64>, StoreError> {
        let noted = self.setting(LAST)?;
        Ok(noted.and_then(|digits| std::str::from_utf8(&digits).ok()?.parse().ok()))
    }

    /// Writes a copy of the database to a new file. It holds the state of one moment. Whoever opens it in the place of
    /// a replica begins a new epoch: it has no head file.
    ///
    /// # Errors
    ///
    /// [`StoreError::TargetExists`] when there is a file of that name; when a disk refuses. A half-written copy is
    /// removed.
    pub fn backup(&self, to: &Path) -> Result<(), StoreError> {
        if to.exists() {
            return Err(StoreError::TargetExists(to.to_owned()));
        }
        // Else SQLite begins anew whenever somebody wrote meanwhile: at a busy hub it would never end.
        let copied = self.at_one_moment(|reader| reader.copy_to(to)).and_then(|copied| copied);
        if copied.is_err() {
            // The first error is the one that tells.
            let _ = std::fs::remove_file(to);
        }
        copied
    }

    /// Copies the attached files that a backup does not have yet into its folder, each checked against its hash. What
    /// `recheck` says yes to is read there again though it was there.
    ///
    /// # Errors
    ///
    /// When the database cannot be read or a disk refuses; the files that were copied stay.
    pub fn back_up_files(&self, to: &BlobFolder, recheck: impl Fn(BlobHash) -> bool) -> Result<FilesKept, StoreError> {
        let (from, mut done) = (self.blob_folder(), FilesKept::default());
        for (hash, _) in self.blobs()? {
            match to.take_over(&from, hash, recheck(hash)) {
                Ok(true) => done.kept += 1,
                Ok(false) => done.missing += 1,
                Err(error) => return Err(StoreError::Files(to.dir().to_owned(), error)),
            }
        }
        Ok(done)
    }

    /// Puts back the attached files that records name and a backup has; how many were not here. In a hub that is opened
    /// here [`crate::Replica::take_up_files`] comes next.
    ///
    /// # Errors
    ///
    /// When the database cannot be read or a disk refuses; the files that were put back stay.
    pub fn put_files_back(&self, from: &BlobFolder) -> Result<u64, StoreError> {
        let (folder, mut back) = (self.blob_folder(), 0);
        for hash in self.files_named()? {
            let put = || Ok(folder.size(hash)?.is_none() && folder.take_over(from, hash, false)?);
            back += u64::from(put().map_err(|error| StoreError::Files(folder.dir().to_owned(), error))?);
        }
        Ok(back)
    }

    fn copy_to(&self, to: &Path) -> Result<(), StoreError> {
        let mut target = Connection::open(to)?;
        Backup::new(&self.connection, &mut target)?.run_to_completion(4096, Duration::ZERO, None)?;
        // One file, without a WAL beside it that could be forgotten.
        target.pragma_update(None, "journal_mode", "DELETE")?;
        let sound: String = target.query_row("PRAGMA quick_check", [], |row| row.get(0))?;
        if sound != "ok" {
            return Err(StoreError::Damaged("the copy did not pass its check".to_owned()));
        }
        drop(target);
        std::fs::OpenOptions::new().write(true).open(to)?.sync_all()?;
        Ok(())
    }
}
