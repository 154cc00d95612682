//! Attached files on their way here. Of two who send the same file the later one goes on: the earlier one mostly is what a
//! cut link left behind.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use change_log::BlobHash;
use replica_store::{BlobFolder, PartError};

/// All of them.
pub(crate) struct Uploads {
    folder: BlobFolder,
    turns: Mutex<BTreeMap<BlobHash, Arc<Mutex<u64>>>>,
}

/// One that is being sent.
pub(super) struct Upload {
    folder: BlobFolder,
    hash: BlobHash,
    turns: Arc<Mutex<u64>>,
    turn: u64,
}

/// Why bytes were not taken.
pub(super) enum NotTaken {
    /// Somebody else sends it now.
    Overtaken,
    /// The folder refused.
    Part(PartError),
}

impl Uploads {
    pub(super) const fn of(folder: BlobFolder) -> Self {
        Self { folder, turns: Mutex::new(BTreeMap::new()) }
    }

    pub(super) const fn folder(&self) -> &BlobFolder {
        &self.folder
    }

    /// Begins to take a file; whoever sends it already is overtaken.
    pub(super) fn begin(&self, hash: BlobHash) -> Upload {
        let mut all = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        // Those that nobody sends any more.
        all.retain(|_, turns| Arc::strong_count(turns) > 1);
        let turns = Arc::clone(all.entry(hash).or_default());
        drop(all);
        let mut last = turns.lock().unwrap_or_else(PoisonError::into_inner);
        *last += 1;
        let turn = *last;
        drop(last);
        Upload { folder: self.folder.clone(), hash, turns, turn }
    }
}

impl Upload {
    /// Does something with the part, unless somebody else sends the file now. Blocks.
    pub(super) fn with<T>(
        &self,
        act: impl FnOnce(&BlobFolder, BlobHash) -> Result<T, PartError>,
    ) -> Result<T, NotTaken> {
        let last = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        if *last != self.turn {
            return Err(NotTaken::Overtaken);
        }
        act(&self.folder, self.hash).map_err(NotTaken::Part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_later_one_goes_on_and_the_earlier_one_writes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let uploads = Uploads::of(BlobFolder::of(dir.path()));
        let hash = BlobHash::of(b"abcd");
        let first = uploads.begin(hash);
        assert!(first.with(|folder, hash| folder.add(hash, 0, b"ab")).is_ok());
        let second = uploads.begin(hash);
        assert!(matches!(first.with(|folder, hash| folder.add(hash, 2, b"xx")), Err(NotTaken::Overtaken)));
        assert!(second.with(|folder, hash| folder.add(hash, 2, b"cd")).is_ok());
        assert!(second.with(BlobFolder::close).is_ok_and(|size| size == 4));
    }
}
