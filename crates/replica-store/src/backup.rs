//! A copy of the database while it is in use. Copying the files by hand would part it from its WAL.

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::backup::Backup;

use crate::{Reader, StoreError};

impl Reader {
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
