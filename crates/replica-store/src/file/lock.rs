//! The lock file: one process a data folder.

use std::fs::{File, OpenOptions};
use std::path::Path;

use crate::OpenError;

/// Held while a replica is open; let go by the operating system even after a crash.
#[derive(Debug)]
pub(crate) struct LockFile {
    file: File,
}

impl LockFile {
    /// Takes the lock of a folder.
    pub(crate) fn take(dir: &Path) -> Result<Self, OpenError> {
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(dir.join("replica.lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { file }),
            Err(std::fs::TryLockError::WouldBlock) => Err(OpenError::InUse(dir.to_owned())),
            Err(std::fs::TryLockError::Error(error)) => Err(error.into()),
        }
    }
}

impl Drop for LockFile {
    /// Closing alone is not enough: a child process that is just being started holds a copy of the open file until its program is loaded.
    fn drop(&mut self) {
        // A file system that cannot unlock lets go at the close, as it would have without this.
        let _ = self.file.unlock();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_free_at_once_though_a_child_that_is_being_started_holds_a_copy_of_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let lock = LockFile::take(dir.path()).unwrap();
        let copy = lock.file.try_clone().unwrap();
        assert!(matches!(LockFile::take(dir.path()), Err(OpenError::InUse(_))));
        drop(lock);
        LockFile::take(dir.path()).unwrap();
        drop(copy);
    }
}
