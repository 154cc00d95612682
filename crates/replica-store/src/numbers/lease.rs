//! Leases: which blocks of letter numbers the documents here grant, and how far they are used.

use change_log::{DocumentId, EpochId, NodeId};
use office_model::OfficeCode;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use service_document::{Authored, Lease, Stamp};
use uuid::Uuid;

use crate::documents::{authoring, document};
use crate::entries::digest;
use crate::file::reader::{damaged, parse_office};
use crate::file::work::Work;
use crate::views::rows;
use crate::{Reader, StoreError};

/// The clerk that stands in the changes of the hub itself.
const HUB_CLERK: &str = "hub";

/// A lease and how far it is used, as far as this replica knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaseState {
    /// The lease's document.
    pub document: DocumentId,
    /// The lease.
    pub lease: Lease,
    /// The lowest serial that is not given out: one above the last when it is used up.
    pub next: u32,
}

impl LeaseState {
    /// How many numbers are left.
    pub const fn left(&self) -> u32 {
        (self.lease.last + 1).saturating_sub(self.next)
    }

    /// How many were given out, gaps included.
    pub const fn used(&self) -> u32 {
        self.next.saturating_sub(self.lease.first)
    }
}

pub(crate) fn put(connection: &Connection, document: i64, lease: &Lease) -> Result<(), StoreError> {
    let sql =
        "INSERT OR REPLACE INTO lease (document, office, node, epoch, series, year, first, last, template, granted,
               signature) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    connection.prepare_cached(sql)?.execute(params![
        document,
        digest::office_index(connection, &lease.office)?,
        lease.node.0,
        lease.epoch.0,
        lease.series.as_str(),
        lease.year,
        lease.first,
        lease.last,
        lease.template.to_string(),
        lease.granted_millis,
        lease.signature
    ])?;
    Ok(())
}

pub(crate) fn remove(connection: &Connection, document: i64) -> Result<(), StoreError> {
    connection.prepare_cached("DELETE FROM lease WHERE document = ?")?.execute([document])?;
    Ok(())
}

const SELECT: &str = "SELECT d.id, o.code, l.node, l.epoch, l.series, l.year, l.first, l.last, l.template, l.granted,
                      l.signature, u.next,
                      (SELECT max(i.serial) FROM issued i WHERE i.office = l.office AND i.series = l.series
                       AND i.year = l.year AND i.serial BETWEEN l.first AND l.last)
                      FROM lease l JOIN document d ON d.idx = l.document JOIN office o ON o.idx = l.office
                      LEFT JOIN lease_use u ON u.lease = d.id";

fn read(row: &Row<'_>) -> Result<LeaseState, StoreError> {
    let unreadable = || damaged("a lease");
    let lease = Lease {
        office: parse_office(&row.get::<_, String>(1)?)?,
        node: NodeId(row.get(2)?),
        epoch: EpochId(row.get(3)?),
        series: row.get::<_, String>(4)?.parse().map_err(|_| unreadable())?,
        year: row.get(5)?,
        first: row.get(6)?,
        last: row.get(7)?,
        template: row.get::<_, String>(8)?.parse().map_err(|_| unreadable())?,
        granted_millis: row.get(9)?,
        signature: row.get(10)?,
    };
    let (used, issued): (Option<u32>, Option<u32>) = (row.get(11)?, row.get(12)?);
    let next = used.unwrap_or(0).max(issued.map_or(0, |serial| serial + 1)).max(lease.first);
    Ok(LeaseState { document: DocumentId(Uuid::from_bytes(row.get(0)?)), lease, next })
}

fn read_all(
    connection: &Connection,
    condition: &str,
    values: impl rusqlite::Params,
) -> Result<Vec<LeaseState>, StoreError> {
    let sql = format!("{SELECT} {condition} ORDER BY o.code, l.series, l.year, l.first, d.id");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut found = statement.query(values)?;
    let mut leases = Vec::new();
    while let Some(row) = found.next()? {
        leases.push(read(row)?);
    }
    Ok(leases)
}

/// The lease of one document.
pub(crate) fn of_document(connection: &Connection, document: i64) -> Result<Option<Lease>, StoreError> {
    Ok(read_all(connection, "WHERE l.document = ?", [document])?.pop().map(|state| state.lease))
}

/// What one node may issue from in one epoch.
pub(crate) fn of_life(connection: &Connection, node: NodeId, epoch: EpochId) -> Result<Vec<LeaseState>, StoreError> {
    read_all(connection, "WHERE l.epoch = ? AND l.node = ?", params![epoch.0, node.0])
}

/// Keeps how far a lease is used. It never goes back.
pub(crate) fn note_use(connection: &Connection, state: &LeaseState) -> Result<(), StoreError> {
    let sql = "INSERT INTO lease_use (lease, next) VALUES (?1, ?2)
               ON CONFLICT (lease) DO UPDATE SET next = max(next, ?2)";
    connection.prepare_cached(sql)?.execute(params![state.document.as_bytes(), state.next])?;
    Ok(())
}

impl Reader {
    /// All leases of an office, by series, year and serial.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn leases(&self, office: &OfficeCode) -> Result<Vec<LeaseState>, StoreError> {
        match digest::find_office(&self.connection, office)? {
            Some(office) => read_all(&self.connection, "WHERE l.office = ?", [office]),
            None => Ok(Vec::new()),
        }
    }

    /// The node that lived in this epoch, and its office, where numbers were granted to it then.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn lease_holder(&self, epoch: EpochId) -> Result<Option<(NodeId, OfficeCode)>, StoreError> {
        let sql = "SELECT l.node, o.code FROM lease l JOIN office o ON o.idx = l.office WHERE l.epoch = ? LIMIT 1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut found = statement.query([epoch.0])?;
        match found.next()? {
            Some(row) => Ok(Some((NodeId(row.get(0)?), parse_office(&row.get::<_, String>(1)?)?))),
            None => Ok(None),
        }
    }

    /// The leases of an office for this year and later ones, by series, year and serial.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn leases_since(&self, office: &OfficeCode, year: i32) -> Result<Vec<LeaseState>, StoreError> {
        match digest::find_office(&self.connection, office)? {
            Some(office) => read_all(&self.connection, "WHERE l.office = ? AND l.year >= ?", params![office, year]),
            None => Ok(Vec::new()),
        }
    }

    /// The leases of a year of all offices, by office.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn leases_of_year(&self, year: i32) -> Result<Vec<LeaseState>, StoreError> {
        read_all(&self.connection, "WHERE l.year = ?", [year])
    }

    /// All leases, by office.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn all_leases(&self) -> Result<Vec<LeaseState>, StoreError> {
        read_all(&self.connection, "", [])
    }

    /// Whether this node knows of another machine that was granted numbers of its office.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn has_other_machines(&self) -> Result<bool, StoreError> {
        let Some((node, office)) = self.node().zip(self.office()) else { return Ok(false) };
        let Some(office) = digest::find_office(&self.connection, &office)? else { return Ok(false) };
        let sql = "SELECT 1 FROM lease WHERE office = ? AND node <> ? LIMIT 1";
        Ok(self.connection.prepare_cached(sql)?.exists(params![office, node.0])?)
    }

    /// What this node may issue from in its present epoch; nothing while a new one is due.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn own_leases(&self) -> Result<Vec<LeaseState>, StoreError> {
        match self.node().filter(|_| !self.epoch_spent()) {
            Some(node) => of_life(&self.connection, node, self.epoch()),
            None => Ok(Vec::new()),
        }
    }
}

/// Writes a lease into the hub's own log, unless it overlaps with one that is there. Says whether it did.
pub(crate) fn grant(work: &mut Work<'_>, lease: &Lease) -> Result<bool, StoreError> {
    let office = digest::office_index(work.connection, &lease.office)?;
    let sql = "SELECT 1 FROM lease WHERE office = ? AND series = ? AND year = ? AND first <= ? AND last >= ?";
    let overlapping = params![office, lease.series.as_str(), lease.year, lease.last, lease.first];
    let taken: Option<i64> =
        work.connection.prepare_cached(sql)?.query_row(overlapping, |row| row.get(0)).optional()?;
    if taken.is_some() {
        return Ok(false);
    }
    let mut log = authoring::own_log(work)?;
    let millis = lease.granted_millis;
    let stamp = Stamp { epoch: work.epoch, millis, hub_offset_millis: None, clerk: HUB_CLERK.to_owned() };
    let authored: Authored = lease.author(&stamp)?;
    let id = DocumentId::derive(work.epoch, log.position + 1, millis);
    let index = document::insert(work.connection, id, office)?;
    authoring::append(work, &mut log, (id, index, office), &authored)?;
    rows::put_lease(work.connection, index, lease)?;
    authoring::close(work, &log)?;
    Ok(true)
}
