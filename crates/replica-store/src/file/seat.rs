//! Where the files of a replica came to lie. A folder that was copied away and put back on the same machine holds an older head
//! file beside an older database, and both agree: only where they lie tells that they are not those that were used last.
//!
//! `replica.seat` is an empty file. The head file keeps when it, the database and the head file themselves came to be, as the file
//! system tells it, and at a node when anything about `replica.seat` changed last. A copy in place of them came to be later; one
//! over them changes it. Each opening of a node renews it, so that what copies only files that differ copies this one, too. A hub sees
//! nothing of a copy that is written over its files.

use std::fs::{Metadata, OpenOptions};
use std::path::Path;
use std::time::UNIX_EPOCH;

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

use crate::Role;
use crate::file::head_file;
use crate::file::reader::database;

const NAME: &str = "replica.seat";
/// Times are as fine as the coarsest of the usual file systems keeps them.
const FINEST_NANOS: u128 = 10_000_000;

/// Of which files a folder is, in 16 characters without spaces.
///
/// # Errors
///
/// When the file of the seat cannot be made, or one of the files cannot be looked at.
pub(crate) fn of(dir: &Path, role: Role) -> std::io::Result<String> {
    let seat = OpenOptions::new().create(true).truncate(false).write(true).open(dir.join(NAME))?.metadata()?;
    // What runs servers sets owners anew at each start, and another life of a hub keeps offices waiting for numbers.
    let changed = if role == Role::Node { changed(&seat) } else { 0 };
    let mut hash = Sha256::new().chain_update(changed.to_be_bytes());
    let others = [database(dir), dir.join(head_file::NAME)].into_iter().map(std::fs::metadata);
    for file in std::iter::once(Ok(seat)).chain(others) {
        hash.update(born(&file?).to_be_bytes());
    }
    Ok(HEXLOWER.encode(hash.finalize().get(..8).unwrap_or_default()))
}

/// Dates `replica.seat` anew.
///
/// # Errors
///
/// When it cannot be written.
pub(crate) fn renew(dir: &Path) -> std::io::Result<()> {
    let seat = OpenOptions::new().create(true).truncate(false).write(true).open(dir.join(NAME))?;
    seat.set_len(1)?;
    seat.set_len(0)
}

/// When a file came to be; 0 where the file system does not say.
fn born(file: &Metadata) -> u128 {
    let since = file.created().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    since.map_or(0, |since| since.as_nanos() / FINEST_NANOS)
}

/// When anything of a file changed last, which no copy can choose; 0 where the system has no such time.
#[cfg(unix)]
fn changed(file: &Metadata) -> i128 {
    use std::os::unix::fs::MetadataExt as _;

    let nanos = i128::from(file.ctime()) * 1_000_000_000 + i128::from(file.ctime_nsec());
    nanos.div_euclid(FINEST_NANOS.cast_signed())
}

#[cfg(not(unix))]
fn changed(_: &Metadata) -> i128 {
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for name in ["replica.db", "replica.head"] {
            std::fs::write(dir.path().join(name), "1").unwrap();
        }
        dir
    }

    /// Until the file system would date a change differently.
    fn wait(dir: &Path) {
        let probe = || {
            let path = dir.join("probe");
            std::fs::write(&path, "").unwrap();
            let changed = changed(&std::fs::metadata(&path).unwrap());
            std::fs::remove_file(&path).unwrap();
            changed
        };
        let before = probe();
        while probe() == before {
            std::thread::yield_now();
        }
    }

    #[test]
    fn files_that_are_written_keep_their_seat_and_copies_have_another() {
        let dir = folder();
        let seats = || [Role::Node, Role::Hub].map(|role| of(dir.path(), role).unwrap());
        let before = seats();
        wait(dir.path());
        for name in ["replica.db", "replica.head"] {
            std::fs::write(dir.path().join(name), "2").unwrap();
        }
        assert_eq!(seats(), before);
        std::fs::write(dir.path().join(NAME), "").unwrap();
        let over = seats();
        assert_ne!(over[0], before[0], "written over");
        assert_eq!(over[1], before[1], "or only given to somebody: a hub goes by when its files came to be");
        for name in ["replica.db", "replica.head"] {
            wait(dir.path());
            let before = seats();
            let path = dir.path().join(name);
            std::fs::copy(&path, dir.path().join("copy")).unwrap();
            std::fs::rename(dir.path().join("copy"), &path).unwrap();
            let after = seats();
            assert!(after[0] != before[0] && after[1] != before[1], "{name} is another file");
        }
    }
}
