//! What is held of an office, entry by entry: to compare it with the other side, and to count it anew.

use change_log::{Digest, DocumentId, EntryHash, EpochId, Position};
use office_model::OfficeCode;
use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use crate::entries::entry::{EntryState, place, place_of_log};
use crate::entries::packed::unpack;
use crate::entries::{digest, log};
use crate::file::reader::damaged;
use crate::file::work::Work;
use crate::hub::brought;
use crate::{Reader, Replica, Role, StoreError};

/// An entry as a comparison sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holding {
    /// Its log.
    pub epoch: EpochId,
    /// Its place there.
    pub position: Position,
    /// Its hash in chains and digests.
    pub hash: EntryHash,
    /// Whether the office digest counts it, see [`Reader::office_digest`].
    pub counted: bool,
    /// The gate has not judged it yet.
    pub pending: bool,
}

impl Reader {
    /// Shows every readable entry of an office's documents, as of one moment. Returns the digest of those that count,
    /// and the digest that is kept: they differ when something was lost or damaged. Reads everything of the office.
    ///
    /// # Errors
    ///
    /// When the database cannot be read. A damaged entry is left out instead.
    pub fn survey(&self, office: &OfficeCode, visit: impl FnMut(Holding)) -> Result<(Digest, Digest), StoreError> {
        let snapshot = self.connection.is_autocommit();
        if snapshot {
            self.connection.execute_batch("BEGIN")?;
        }
        let surveyed = digest::find_office(&self.connection, office).and_then(|found| match found {
            None => Ok((Digest::default(), Digest::default())),
            Some(index) => {
                let counted = survey(&self.connection, self.role(), index, visit)?;
                Ok((counted, digest::of_office(&self.connection, index)?))
            }
        });
        if snapshot {
            self.connection.execute_batch("COMMIT")?;
        }
        surveyed
    }
}

impl Replica {
    /// Counts an office's digest anew from its entries. True when it was another: something was lost or damaged.
    ///
    /// # Errors
    ///
    /// When the database cannot be read or the disk refuses.
    pub fn recount(&mut self, office: &OfficeCode) -> Result<bool, StoreError> {
        self.write(|work| match digest::find_office(work.connection, office)? {
            Some(office) => recount(work, office),
            None => Ok(false),
        })
    }
}

pub(crate) fn recount(work: &mut Work<'_>, office: i64) -> Result<bool, StoreError> {
    let counted = survey(work.connection, work.role, office, |_| {})?;
    Ok(work.replace_digest(office, counted)? != counted)
}

fn survey(
    connection: &Connection,
    role: Role,
    office: i64,
    mut visit: impl FnMut(Holding),
) -> Result<Digest, StoreError> {
    let sql = "SELECT e.place, e.prefix, e.state, e.raw, d.id,
                      EXISTS (SELECT 1 FROM refusal r WHERE r.entry = e.place AND r.source = 3)
               FROM entry e CROSS JOIN document d ON d.idx = e.document
               WHERE e.place BETWEEN ? AND ? AND d.office = ? ORDER BY e.place";
    let mut entries = connection.prepare_cached(sql)?;
    let mut counted = Digest::default();
    let mut look = |row: &Row<'_>, epoch: EpochId| -> Result<(), StoreError> {
        let Some(holding) = holding(connection, row, epoch, role)? else { return Ok(()) };
        if holding.counted {
            counted = counted.with(holding.hash);
        }
        visit(holding);
        Ok(())
    };
    for (index, epoch) in logs(connection, office)? {
        let mut rows = entries.query(params![place(index, 0)?, place(index, u64::from(u32::MAX))?, office])?;
        while let Some(row) = rows.next()? {
            look(row, epoch)?;
        }
    }
    // What other offices decided in documents of this one, and what was brought before this one.
    let mut elsewhere = connection.prepare_cached(
        "SELECT e.place, e.prefix, e.state, e.raw, d.id, 0, l.epoch
         FROM (SELECT DISTINCT document FROM brought) b CROSS JOIN document d ON d.idx = b.document
         CROSS JOIN entry e ON e.document = d.idx CROSS JOIN log l ON l.idx = e.place >> 32
         WHERE (d.office = ?1 AND l.office IS NOT NULL AND l.office <> ?1)
            OR (d.office <> ?1 AND EXISTS (SELECT 1 FROM brought o WHERE o.document = d.idx AND o.office = ?1))
         ORDER BY e.place",
    )?;
    let mut rows = elsewhere.query([office])?;
    while let Some(row) = rows.next()? {
        look(row, EpochId(row.get(6)?))?;
    }
    Ok(counted)
}

/// The entry of a row, if it can be read.
fn holding(connection: &Connection, row: &Row<'_>, epoch: EpochId, role: Role) -> Result<Option<Holding>, StoreError> {
    let packed = row.get_ref(3)?.as_blob().map_err(|_| damaged("the bytes of an entry"))?;
    let Ok((_, change)) = unpack(connection, packed, epoch, row.get(1)?) else { return Ok(None) };
    let state = EntryState::from_number(row.get(2)?)?;
    let refused_by_hub: bool = row.get(5)?;
    let counted = match role {
        Role::Hub => state == EntryState::Accepted,
        Role::Node => !refused_by_hub,
    };
    let hash = EntryHash::of(DocumentId(Uuid::from_bytes(row.get(4)?)), change);
    let position = place_of_log(row.get(0)?).1;
    Ok(Some(Holding { epoch, position, hash, counted, pending: state == EntryState::Pending }))
}

/// The logs that can hold entries of an office: its own, those met in its feed, and what this replica wrote itself.
fn logs(connection: &Connection, office: i64) -> Result<Vec<(i64, EpochId)>, StoreError> {
    let sql = "SELECT idx, epoch FROM log WHERE office = ? OR office IS NULL OR own ORDER BY idx";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([office], |row| Ok((row.get(0)?, EpochId(row.get(1)?))))?;
    rows.map(|row| row.map_err(StoreError::from)).collect()
}

impl Replica {
    /// Test hook: an entry vanishes, as from a disk that lost pages or a database put together from two backups, and
    /// the office is counted anew. False when it is not held.
    ///
    /// # Errors
    ///
    /// When the disk refuses.
    #[doc(hidden)]
    pub fn lose_entry(&mut self, epoch: EpochId, position: Position) -> Result<bool, StoreError> {
        self.write(|work| {
            let log = log::get(work.connection, epoch)?;
            let place = place(log.index, position)?;
            let Some(stored) = crate::entries::entry::at(work.connection, place)? else { return Ok(false) };
            work.connection.execute("DELETE FROM refusal WHERE entry = ?", [place])?;
            work.connection.execute("DELETE FROM entry WHERE place = ?", [place])?;
            for office in brought::audiences(work.connection, &stored)? {
                recount(work, office)?;
            }
            Ok(true)
        })
    }

    /// Test hook: the digest kept for an office is another one.
    ///
    /// # Errors
    ///
    /// When the disk refuses.
    #[doc(hidden)]
    pub fn skew_digest(&mut self, office: &OfficeCode) -> Result<(), StoreError> {
        self.write(|work| {
            let index = digest::office_index(work.connection, office)?;
            work.digest_with(index, EntryHash([1; 32]))
        })
    }
}
