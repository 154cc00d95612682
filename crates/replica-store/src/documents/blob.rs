//! Attached files that are whole and on the disk.

use change_log::{BlobHash, EpochId};
use rusqlite::{OptionalExtension as _, params};

use crate::documents::blob_folder::BlobFolder;
use crate::{Reader, Replica, StoreError};

/// What is known of a file that is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlobState {
    /// Bytes.
    pub size: u64,
    /// When it came: device clock, milliseconds since 1970 UTC.
    pub millis: i64,
    /// At a node: the life of the hub that said it has it.
    pub at_hub: Option<EpochId>,
}

impl Reader {
    /// Where the bytes of attached files lie.
    pub fn blob_folder(&self) -> BlobFolder {
        BlobFolder::of(&self.dir)
    }

    /// Whether a file is here, and what is known of it.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn blob(&self, hash: BlobHash) -> Result<Option<BlobState>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT size, millis, at_hub FROM blob WHERE hash = ?")?;
        let read = |row: &rusqlite::Row<'_>| {
            Ok(BlobState {
                size: row.get::<_, i64>(0)?.unsigned_abs(),
                millis: row.get(1)?,
                at_hub: row.get::<_, Option<[u8; 16]>>(2)?.map(EpochId),
            })
        };
        Ok(statement.query_row([hash.0], read).optional()?)
    }

    /// Every file that is said to be here, by hash.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn blobs(&self) -> Result<Vec<(BlobHash, u64)>, StoreError> {
        let mut statement = self.connection.prepare("SELECT hash, size FROM blob ORDER BY hash")?;
        let found = statement.query_map([], |row| Ok((BlobHash(row.get(0)?), row.get::<_, i64>(1)?.unsigned_abs())))?;
        found.map(|one| one.map_err(StoreError::from)).collect()
    }

    /// Every file that a record names, by hash, whether or not it is here.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn files_named(&self) -> Result<Vec<BlobHash>, StoreError> {
        let mut statement = self.connection.prepare("SELECT DISTINCT hash FROM attachment ORDER BY hash")?;
        let found = statement.query_map([], |row| Ok(BlobHash(row.get(0)?)))?;
        found.map(|one| one.map_err(StoreError::from)).collect()
    }
}

impl Replica {
    /// Notes that a file is here. Its bytes are on the disk already: [`BlobFolder::put`] or [`BlobFolder::close`] came
    /// before.
    ///
    /// # Errors
    ///
    /// When the disk refuses.
    pub fn note_blob(&mut self, hash: BlobHash, size: u64, at_millis: i64) -> Result<(), StoreError> {
        self.write(|work| {
            let sql = "INSERT OR IGNORE INTO blob (hash, size, millis) VALUES (?, ?, ?)";
            work.connection.prepare_cached(sql)?.execute(params![
                hash.0,
                crate::entries::log::signed(size),
                at_millis
            ])?;
            Ok(())
        })
    }

    /// Notes that the hub, in this life of it, has these files.
    ///
    /// # Errors
    ///
    /// When the disk refuses.
    pub fn note_at_hub(&mut self, hashes: &[BlobHash], hub_epoch: EpochId) -> Result<(), StoreError> {
        self.write(|work| {
            let mut statement = work.connection.prepare_cached("UPDATE blob SET at_hub = ? WHERE hash = ?")?;
            for hash in hashes {
                statement.execute(params![hub_epoch.0, hash.0])?;
            }
            Ok(())
        })
    }

    /// Notes of every file that a record names and whose bytes are here that it is: the bytes were put back.
    ///
    /// # Errors
    ///
    /// When the disk refuses.
    pub fn take_up_files(&mut self, at_millis: i64) -> Result<(), StoreError> {
        let folder = self.blob_folder();
        for hash in self.files_named()? {
            if let Some(size) = folder.size(hash)? {
                self.note_blob(hash, size, at_millis)?;
            }
        }
        Ok(())
    }

    /// Notes of every file whose bytes are not here that they are not: the database was put back without them.
    pub(crate) fn forget_missing_blobs(&mut self) -> Result<(), StoreError> {
        let folder = self.blob_folder();
        let held = self.blobs()?;
        let missing: Vec<BlobHash> =
            held.into_iter().map(|(hash, _)| hash).filter(|hash| !folder.path(*hash).exists()).collect();
        for hash in missing {
            self.forget_blob(hash)?;
        }
        Ok(())
    }

    /// Notes that a file is not here: its bytes are gone or damaged. It is sent for again.
    ///
    /// # Errors
    ///
    /// When the disk refuses.
    pub fn forget_blob(&mut self, hash: BlobHash) -> Result<(), StoreError> {
        self.write(|work| {
            work.connection.prepare_cached("DELETE FROM blob WHERE hash = ?")?.execute([hash.0])?;
            Ok(())
        })
    }
}
