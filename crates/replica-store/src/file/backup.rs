//! A copy of the database while it is in use, and of the attached files beside it. Copying the database's files by hand
//! would part it from its WAL.

use std::path::{Path, PathBuf};
use std::time::Duration;

use change_log::BlobHash;
use rusqlite::Connection;
use rusqlite::backup::Backup;

use crate::file::setting;
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
    /// [`Reader::backup`], and notes when it was made: in the copy before that has its name, and here once it has. `now_millis`:
    /// milliseconds since 1970 UTC. False where a full disk keeps it from being noted here: the copy is whole all the same.
    ///
    /// # Errors
    ///
    /// As [`Reader::backup`]; nothing is noted then.
    pub fn backup_noted(&mut self, to: &Path, now_millis: i64) -> Result<bool, StoreError> {
        self.copy(to, &[(LAST, now_millis.to_string().as_bytes())])?;
        Ok(self.set_setting(LAST, now_millis.to_string().as_bytes()).is_ok())
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
    /// a replica begins a new epoch: it has no head file. A file of that name is a whole copy, checked and on the disk; what a
    /// killed program leaves ends in `.part`, and the next backup of that name takes its place.
    ///
    /// # Errors
    ///
    /// [`StoreError::TargetExists`] when there is a file of that name; when a disk refuses. A half-written copy is
    /// removed.
    pub fn backup(&self, to: &Path) -> Result<(), StoreError> {
        self.copy(to, &[])
    }

    /// [`Reader::backup`], with settings that the copy alone has: what a shell keeps beside its database, and takes out again when
    /// the copy is put back ([`Replica::take_setting`]).
    ///
    /// # Errors
    ///
    /// As [`Reader::backup`].
    pub fn backup_with(&self, to: &Path, settings: &[(&str, &[u8])]) -> Result<(), StoreError> {
        self.copy(to, settings)
    }

    fn copy(&self, to: &Path, settings: &[(&str, &[u8])]) -> Result<(), StoreError> {
        if to.exists() {
            return Err(StoreError::TargetExists(to.to_owned()));
        }
        let part = part_of(to);
        remove_part(&part)?;
        // Else SQLite begins anew whenever somebody wrote meanwhile: at a busy hub it would never end.
        let copied = self.at_one_moment(|reader| reader.copy_to(&part, settings)).and_then(|copied| copied);
        let named = copied.and_then(|()| Ok(give_name(&part, to)?));
        if named.is_err() {
            // The first error is the one that tells.
            let _ = remove_part(&part);
        }
        named
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

    fn copy_to(&self, to: &Path, settings: &[(&str, &[u8])]) -> Result<(), StoreError> {
        let mut target = Connection::open(to)?;
        Backup::new(&self.connection, &mut target)?.run_to_completion(4096, Duration::ZERO, None)?;
        for (key, value) in settings {
            setting::put(&target, key, value)?;
        }
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

/// A copy that is not whole yet.
fn part_of(to: &Path) -> PathBuf {
    with_ending(to, ".part")
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Removes what a killed program left of a copy.
fn remove_part(part: &Path) -> std::io::Result<()> {
    for left in ["", "-journal", "-wal", "-shm"].map(|ending| with_ending(part, ending)) {
        match std::fs::remove_file(left) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

fn give_name(part: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::rename(part, to)?;
    // The name as well outlives a power cut.
    if cfg!(unix) {
        let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}
