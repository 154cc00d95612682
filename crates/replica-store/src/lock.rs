//! The lock file: one process a data folder.

use std::fs::{File, OpenOptions};
use std::path::Path;

use crate::OpenError;

/// Held while a replica is open; let go by the operating system even after a crash.
#[derive(Debug)]
pub(crate) struct LockFile {
    _file: File,
}

impl LockFile {
    /// Takes the lock of a folder.
    pub(crate) fn take(dir: &Path) -> Result<Self, OpenError> {
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(dir.join("replica.lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(std::fs::TryLockError::WouldBlock) => Err(OpenError::InUse(dir.to_owned())),
            Err(std::fs::TryLockError::Error(error)) => Err(error.into()),
        }
    }
}
