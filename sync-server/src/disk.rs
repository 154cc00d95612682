//! The disk of the data folder: what is left of it, what the hub takes, whether it takes more.

use std::io::Write as _;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Written and taken away to see whether the disk takes anything.
const PROBE: &str = "probe";
/// Whoever asks at the same time would find the file gone, and blame the disk.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Writes a few bytes through to the disk and takes them away again.
///
/// # Errors
///
/// What the operating system says.
pub(crate) fn probe(dir: &Path) -> std::io::Result<()> {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let path = dir.join(PROBE);
    let mut file = std::fs::File::create(&path)?;
    file.write_all(&[0; 512])?;
    file.sync_all()?;
    std::fs::remove_file(&path)
}

/// Bytes that this user may still write there; nothing when the file system does not say.
pub(crate) fn free_bytes(dir: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(dir).ok()?;
    Some(found.f_bavail.saturating_mul(found.f_frsize))
}

/// Bytes of the database and of its log that is not merged yet.
pub(crate) fn database_bytes(dir: &Path) -> (u64, u64) {
    let bytes = |name: &str| std::fs::metadata(dir.join(name)).map_or(0, |file| file.len());
    (bytes("replica.db"), bytes("replica.db-wal"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_that_takes_bytes_is_left_as_it_was_and_one_that_does_not_says_so() {
        let dir = tempfile::tempdir().unwrap();
        probe(dir.path()).unwrap();
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
        assert!(free_bytes(dir.path()).is_some_and(|bytes| bytes > 0));
        // Asked by several at once, such as /readyz and the look at alarms.
        std::thread::scope(|scope| {
            let asked: Vec<_> = (0..4).map(|_| scope.spawn(|| (0..20).all(|_| probe(dir.path()).is_ok()))).collect();
            assert!(asked.into_iter().all(|one| one.join().unwrap()));
        });
        // A folder in its place: no file can be written.
        std::fs::create_dir(dir.path().join(PROBE)).unwrap();
        assert!(probe(dir.path()).is_err());
        assert!(probe(&dir.path().join("nowhere")).is_err());
    }
}
