//! Files of forms that are not finished. They lie in the database: with the draft they are kept, become a record's, or go,
//! each with one commit.

use change_log::BlobHash;
use rusqlite::{OptionalExtension as _, params};
use service_document::AttachedFile;

use crate::file::reader::damaged;
use crate::{Reader, Replica, StoreError};

impl Reader {
    /// The files of a draft, in the order in which they came.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn draft_files(&self, draft: [u8; 16]) -> Result<Vec<AttachedFile>, StoreError> {
        let sql = "SELECT hash, said FROM draft_file WHERE draft = ? ORDER BY idx";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([draft], |row| Ok((BlobHash(row.get(0)?), row.get::<_, String>(1)?)))?;
        rows.map(|row| {
            let (hash, said) = row?;
            AttachedFile::from_text(hash, &said).ok_or_else(|| damaged("a file of a draft"))
        })
        .collect()
    }

    /// The bytes of a draft's file; nothing where it has no such file.
    ///
    /// # Errors
    ///
    /// When the database cannot be read, or they are not the bytes that came.
    pub fn draft_file(&self, draft: [u8; 16], hash: BlobHash) -> Result<Option<Vec<u8>>, StoreError> {
        let sql = "SELECT content FROM draft_file WHERE draft = ? AND hash = ?";
        let mut statement = self.connection.prepare_cached(sql)?;
        let bytes: Option<Vec<u8>> = statement.query_row(params![draft, hash.0], |row| row.get(0)).optional()?;
        match bytes {
            Some(bytes) if BlobHash::of(&bytes) != hash => Err(damaged("a file of a draft")),
            bytes => Ok(bytes),
        }
    }
}

impl Replica {
    /// Keeps a file with a draft; where the draft has it already, it is said to be what `file` says from now on. When this
    /// returns it survives a power cut.
    ///
    /// # Errors
    ///
    /// When the disk refuses.
    pub fn put_draft_file(&mut self, draft: [u8; 16], file: &AttachedFile, bytes: &[u8]) -> Result<(), StoreError> {
        self.write(|work| {
            let sql = "INSERT INTO draft_file (draft, hash, said, content) VALUES (?1, ?2, ?3, ?4)
                       ON CONFLICT (draft, hash) DO UPDATE SET said = ?3";
            work.connection.prepare_cached(sql)?.execute(params![draft, file.hash.0, file.text(), bytes])?;
            Ok(())
        })
    }

    /// Takes a file from a draft; it is no error when it has none like it.
    ///
    /// # Errors
    ///
    /// When the disk refuses.
    pub fn drop_draft_file(&mut self, draft: [u8; 16], hash: BlobHash) -> Result<(), StoreError> {
        self.write(|work| {
            let sql = "DELETE FROM draft_file WHERE draft = ? AND hash = ?";
            work.connection.prepare_cached(sql)?.execute(params![draft, hash.0])?;
            Ok(())
        })
    }
}
