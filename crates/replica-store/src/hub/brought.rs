//! Documents brought before another office than their own, such as a letter that waits for the camat (hub).
//!
//! Such an office is one more audience of the document: from then on all that is accepted in it, from its first change,
//! stands in that office's feed and digest as well, and what that office writes in it is taken as its decision.

use office_model::OfficeCode;
use rusqlite::{Connection, params};

use crate::StoreError;
use crate::entries::digest;
use crate::entries::entry::{self, EntryState, Stored};
use crate::file::work::Work;

/// Of an entry: it was made at an office that its document was not brought before, and waits until it is.
pub(crate) const WAITS: &str = "EXISTS (SELECT 1 FROM log l JOIN document d ON d.idx = entry.document
     WHERE l.idx = entry.place >> 32 AND l.office IS NOT NULL AND l.office <> d.office
       AND NOT EXISTS (SELECT 1 FROM brought b WHERE b.document = entry.document AND b.office = l.office))";

/// The offices that a document was brought before, without its own.
pub(crate) fn offices(connection: &Connection, document: i64) -> Result<Vec<i64>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT office FROM brought WHERE document = ? ORDER BY office")?;
    let rows = statement.query_map([document], |row| row.get(0))?;
    rows.map(|row| row.map_err(StoreError::from)).collect()
}

/// Whether a document was brought before an office.
pub(crate) fn is_before(connection: &Connection, document: i64, office: i64) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM brought WHERE document = ? AND office = ?";
    Ok(connection.prepare_cached(sql)?.exists(params![document, office])?)
}

/// Whose entries of a document count for: its own office, and those it was brought before.
pub(crate) fn audiences(connection: &Connection, stored: &Stored) -> Result<Vec<i64>, StoreError> {
    let mut all = offices(connection, stored.document)?;
    all.push(stored.office);
    Ok(all)
}

/// Brings a document before an office, if it was not yet: all that is accepted in it goes into the feed and the digest of
/// that office, and what came from there meanwhile is to be judged. Says whether it was not yet.
pub(crate) fn bring(work: &mut Work<'_>, document: i64, office: &OfficeCode) -> Result<bool, StoreError> {
    let connection = work.connection;
    let office = digest::office_index(connection, office)?;
    let sql = "INSERT OR IGNORE INTO brought (document, office) VALUES (?, ?)";
    if connection.prepare_cached(sql)?.execute(params![document, office])? == 0 {
        return Ok(false);
    }
    for stored in in_order(connection, document)? {
        work.feed(office)?.append(connection, stored.place, stored.entry_hash())?;
        work.digest_with(office, stored.entry_hash())?;
    }
    let sql = "UPDATE entry SET state = 0 WHERE document = ? AND state = 3
               AND place >> 32 IN (SELECT idx FROM log WHERE office = ?)";
    connection.prepare_cached(sql)?.execute(params![document, office])?;
    Ok(true)
}

/// What is accepted in a document, each entry behind those it builds on.
fn in_order(connection: &Connection, document: i64) -> Result<Vec<Stored>, StoreError> {
    let mut all = entry::of_document(connection, document)?;
    all.retain(|stored| stored.state == EntryState::Accepted);
    all.sort_by_cached_key(|stored| {
        (change_log::RawChange::parse(&stored.raw).map_or(0, |change| change.start_op), stored.place)
    });
    Ok(all)
}
