//! The other branch of a fork: entries whose place another entry holds. Kept, never part of anything.

use change_log::{ChangeHash, DocumentId, Entry, EpochId};
use rusqlite::{Connection, params};
use uuid::Uuid;

use crate::entries::log::signed;
use crate::{Reader, StoreError};

/// More entries of one log are not kept aside at ingest: whoever sends a fork of that size still has it, and is told.
const INGEST_MAX: i64 = 10_000;

/// Keeps what a node sent of one log for places that other entries hold, up to a limit.
pub(crate) fn keep_sent<'a>(
    connection: &Connection,
    epoch: EpochId,
    entries: impl IntoIterator<Item = &'a Entry>,
) -> Result<(), StoreError> {
    // Counted once: while it is, nobody else's work is committed.
    let mut statement = connection.prepare_cached("SELECT count(*) FROM aside WHERE epoch = ?")?;
    let kept: i64 = statement.query_row([epoch.0], |row| row.get(0))?;
    let room = usize::try_from(INGEST_MAX.saturating_sub(kept)).unwrap_or(0);
    entries.into_iter().filter(|entry| entry.epoch == epoch).take(room).try_for_each(|entry| keep(connection, entry))
}

/// Keeps an entry of our own.
pub(crate) fn keep(connection: &Connection, entry: &Entry) -> Result<(), StoreError> {
    let sql = "INSERT OR IGNORE INTO aside (epoch, position, document, hash, raw) VALUES (?, ?, ?, ?, ?)";
    connection.prepare_cached(sql)?.execute(params![
        entry.epoch.0,
        signed(entry.position),
        entry.document.as_bytes(),
        entry.hash.0,
        entry.raw
    ])?;
    Ok(())
}

impl Reader {
    /// Entries of forked logs that lost their place to another entry, with their bytes.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn set_aside(&self) -> Result<Vec<Entry>, StoreError> {
        let sql = "SELECT epoch, position, document, hash, raw FROM aside ORDER BY epoch, position, hash";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([], |row| {
            Ok(Entry {
                epoch: EpochId(row.get(0)?),
                position: row.get::<_, i64>(1)?.unsigned_abs(),
                document: DocumentId(Uuid::from_bytes(row.get(2)?)),
                hash: ChangeHash(row.get(3)?),
                raw: row.get(4)?,
            })
        })?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }
}
