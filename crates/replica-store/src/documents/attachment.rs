//! Which record has which files; and which of them are not everywhere yet.

use change_log::{BlobHash, DocumentId, EpochId};
use office_model::OfficeCode;
use rusqlite::{Connection, OptionalExtension as _, params};
use service_document::AttachedFile;

use crate::documents::document;
use crate::entries::digest;
use crate::file::reader::damaged;
use crate::{Reader, StoreError};

const UNSENT: &str = "SELECT count(*) FROM blob b WHERE b.at_hub IS NULL
                      AND EXISTS (SELECT 1 FROM attachment a WHERE a.hash = b.hash)";

/// A file that records name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlobWanted {
    /// Its content.
    pub hash: BlobHash,
    /// Bytes.
    pub size: u64,
}

/// How many files still have a way to go, and their bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AttachmentsToMove {
    /// Files that are here and not known to be at the hub.
    pub to_send: u64,
    /// Their bytes.
    pub to_send_bytes: u64,
    /// Files that are not here.
    pub to_fetch: u64,
    /// Their bytes.
    pub to_fetch_bytes: u64,
}

pub(crate) fn put(
    connection: &Connection,
    document: i64,
    office: i64,
    files: &[AttachedFile],
) -> Result<(), StoreError> {
    let held = of_document(connection, document)?;
    if held == files {
        return Ok(());
    }
    remove(connection, document)?;
    let sql = "INSERT INTO attachment (document, hash, office, said, size) VALUES (?, ?, ?, ?, ?)";
    let mut statement = connection.prepare_cached(sql)?;
    for file in files {
        statement.execute(params![
            document,
            file.hash.0,
            office,
            file.text(),
            crate::entries::log::signed(file.size)
        ])?;
    }
    Ok(())
}

pub(crate) fn remove(connection: &Connection, document: i64) -> Result<(), StoreError> {
    connection.prepare_cached("DELETE FROM attachment WHERE document = ?")?.execute([document])?;
    Ok(())
}

/// The files of a record, by hash.
pub(crate) fn of_document(connection: &Connection, document: i64) -> Result<Vec<AttachedFile>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT hash, said FROM attachment WHERE document = ? ORDER BY hash")?;
    let mut found = statement.query([document])?;
    let mut files = Vec::new();
    while let Some(row) = found.next()? {
        let said: String = row.get(1)?;
        let file = AttachedFile::from_text(BlobHash(row.get(0)?), &said);
        files.push(file.ok_or_else(|| damaged("what a record says of a file"))?);
    }
    Ok(files)
}

/// Not more than these are named at once.
const SOME: i64 = 64;

impl Reader {
    /// How large the records of an office say a file is, in bytes; `None` when none of them has it. Where they do not
    /// agree, the largest.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn attached_size(&self, office: &OfficeCode, hash: BlobHash) -> Result<Option<u64>, StoreError> {
        let Some(office) = digest::find_office(&self.connection, office)? else { return Ok(None) };
        let sql = "SELECT max(size) FROM attachment WHERE hash = ?1
                   AND (office = ?2 OR document IN (SELECT document FROM brought WHERE office = ?2))";
        let size: Option<i64> =
            self.connection.prepare_cached(sql)?.query_row(params![hash.0, office], |row| row.get(0))?;
        Ok(size.map(i64::unsigned_abs))
    }

    /// A record that has a file, and what it says of it. `None` when none does.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn attached(&self, hash: BlobHash) -> Result<Option<(DocumentId, AttachedFile)>, StoreError> {
        let sql = "SELECT d.id, a.said FROM attachment a JOIN document d ON d.idx = a.document
                   WHERE a.hash = ? ORDER BY a.document LIMIT 1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let found: Option<([u8; 16], String)> =
            statement.query_row([hash.0], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let Some((id, said)) = found else { return Ok(None) };
        let file = AttachedFile::from_text(hash, &said).ok_or_else(|| damaged("what a record says of a file"))?;
        Ok(Some((DocumentId(uuid::Uuid::from_bytes(id)), file)))
    }

    /// The files of a record, by hash.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn attachments(&self, id: DocumentId) -> Result<Vec<AttachedFile>, StoreError> {
        match document::find(&self.connection, id)? {
            Some((index, _)) => of_document(&self.connection, index),
            None => Ok(Vec::new()),
        }
    }

    /// Some files that records name, are here, and of which the hub in this life of it did not say that it has them;
    /// the first that came first.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn blobs_to_send(&self, hub_epoch: Option<EpochId>) -> Result<Vec<BlobWanted>, StoreError> {
        let sql = "SELECT b.hash, b.size FROM blob b WHERE b.at_hub IS NOT coalesce(?, b.at_hub, x'00')
                   AND EXISTS (SELECT 1 FROM attachment a WHERE a.hash = b.hash) ORDER BY b.millis LIMIT ?";
        self.wanted(sql, params![hub_epoch.map(|epoch| epoch.0), SOME])
    }

    /// Some files that records name and that are not here; those of the records that came last first.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn blobs_to_fetch(&self) -> Result<Vec<BlobWanted>, StoreError> {
        let sql = "SELECT a.hash, max(a.size) FROM attachment a LEFT JOIN blob b ON b.hash = a.hash
                   WHERE b.hash IS NULL GROUP BY a.hash ORDER BY max(a.document) DESC LIMIT ?";
        self.wanted(sql, params![SOME])
    }

    fn wanted(&self, sql: &str, values: impl rusqlite::Params) -> Result<Vec<BlobWanted>, StoreError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let found = statement.query_map(values, |row| {
            Ok(BlobWanted { hash: BlobHash(row.get(0)?), size: row.get::<_, i64>(1)?.unsigned_abs() })
        })?;
        found.map(|one| one.map_err(StoreError::from)).collect()
    }

    /// How many files that records name are here and never went to a hub: quick, however many there are in all.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn files_unsent(&self) -> Result<u64, StoreError> {
        let count = self.connection.prepare_cached(UNSENT)?.query_row([], |row| row.get::<_, i64>(0))?;
        Ok(count.unsigned_abs())
    }

    /// What still has a way to go at a node.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn attachments_to_move(&self, hub_epoch: Option<EpochId>) -> Result<AttachmentsToMove, StoreError> {
        let mut both = self.connection.prepare_cached(
            "SELECT count(*), coalesce(sum(size), 0) FROM (
               SELECT b.size FROM blob b WHERE b.at_hub IS NOT coalesce(?, b.at_hub, x'00')
               AND EXISTS (SELECT 1 FROM attachment a WHERE a.hash = b.hash))",
        )?;
        let count =
            |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get::<_, i64>(1)?.unsigned_abs()));
        let (to_send, to_send_bytes) = both.query_row([hub_epoch.map(|epoch| epoch.0)], count)?;
        let mut missing = self.connection.prepare_cached(
            "SELECT count(*), coalesce(sum(size), 0) FROM (
               SELECT max(a.size) AS size FROM attachment a LEFT JOIN blob b ON b.hash = a.hash
               WHERE b.hash IS NULL GROUP BY a.hash)",
        )?;
        let (to_fetch, to_fetch_bytes) = missing.query_row([], count)?;
        Ok(AttachmentsToMove { to_send, to_send_bytes, to_fetch, to_fetch_bytes })
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;
    use crate::file::migrations;

    #[test]
    fn unsent_files_are_counted_without_a_look_at_the_others() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrations::run(&mut connection).unwrap();
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {UNSENT}")).unwrap();
        let plan = statement.query_map([], |row| row.get::<_, String>(3)).unwrap();
        let plan: Vec<String> = plan.map(Result::unwrap).collect();
        assert!(plan.iter().any(|line| line.contains("SCAN b USING INDEX blob_unsent")), "{plan:?}");
        assert!(!plan.iter().any(|line| line.contains("SCAN a")), "{plan:?}");
    }
}
