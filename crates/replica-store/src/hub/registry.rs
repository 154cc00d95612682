//! The hub's registry of nodes: who they are, and when they were last heard of.

use change_log::{Digest, NodeId};
use office_model::OfficeCode;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::entries::log::signed;
use crate::file::reader::{damaged, parse_office};
use crate::{Reader, Replica, StoreError};

/// One enrolled node. Times are milliseconds since 1970 UTC by the hub's clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its id.
    pub id: NodeId,
    /// The office it writes for.
    pub office: OfficeCode,
    /// Its Ed25519 public key.
    pub public_key: [u8; 32],
    /// When it was admitted.
    pub enrolled_millis: i64,
    /// When it was revoked, if it was.
    pub revoked_millis: Option<i64>,
    /// When it last spoke with the hub.
    pub last_contact_millis: Option<i64>,
    /// Exchanges so far.
    pub exchanges: u64,
    /// The program version it last said.
    pub version: Option<String>,
    /// Hub clock minus its clock in milliseconds, at the last contact.
    pub clock_offset_millis: Option<i64>,
    /// What it said at the last contact of its last backup; nothing when it did not say.
    pub backup: Option<LastBackup>,
    /// When it was last proven equal with the hub, and the digest both had.
    pub proven: Option<(i64, Digest)>,
}

/// The last backup that was made of a node's records at its office.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LastBackup {
    /// None was ever made.
    Never,
    /// It was so many whole days old when this was said.
    Days(u8),
}

impl LastBackup {
    /// As the column has it.
    fn number(self) -> i64 {
        match self {
            Self::Never => -1,
            Self::Days(days) => days.into(),
        }
    }

    fn of_number(number: i64) -> Self {
        u8::try_from(number).map_or(Self::Never, Self::Days)
    }
}

/// What one contact told of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeContact {
    /// When: milliseconds since 1970 UTC by the hub's clock.
    pub at_millis: i64,
    /// Its program version.
    pub version: String,
    /// Hub clock minus its clock in milliseconds.
    pub clock_offset_millis: Option<i64>,
    /// Its last backup, where it said so.
    pub backup: Option<LastBackup>,
}

const SELECT: &str = "SELECT id, office, public_key, enrolled, revoked, last_contact, exchanges, version, clock_offset,
                      proven, proven_count, proven_sum, backup_days FROM node";

impl Reader {
    /// One node.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn registered_node(&self, id: NodeId) -> Result<Option<Node>, StoreError> {
        let mut statement = self.connection.prepare_cached(&format!("{SELECT} WHERE id = ?"))?;
        statement.query_row([id.0], |row| Ok(read(row))).optional()?.transpose()
    }

    /// All nodes, by office.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn registered_nodes(&self) -> Result<Vec<Node>, StoreError> {
        let mut statement = self.connection.prepare_cached(&format!("{SELECT} ORDER BY office, enrolled, id"))?;
        let rows = statement.query_map([], |row| Ok(read(row)))?;
        rows.map(|row| row?).collect()
    }
}

impl Replica {
    /// Admits a node, or the same node again. [`Replica::redeem_code`] does it for a code.
    ///
    /// # Errors
    ///
    /// When a node of that id has another key or office, or the disk refuses.
    pub fn register_node(
        &mut self,
        id: NodeId,
        office: OfficeCode,
        public_key: [u8; 32],
        now_millis: i64,
    ) -> Result<(), StoreError> {
        self.write(|work| {
            insert(work.connection, id, office, public_key, now_millis)?;
            work.mark(&id.0);
            Ok(())
        })
    }

    /// Shuts a node out from now on. Revoking it again keeps the first time.
    ///
    /// # Errors
    ///
    /// [`StoreError::NoNode`] when it is not enrolled.
    pub fn revoke_node(&mut self, id: NodeId, now_millis: i64) -> Result<(), StoreError> {
        self.write(|work| {
            work.mark(&id.0);
            changed(
                work.connection.execute(
                    "UPDATE node SET revoked = coalesce(revoked, ?) WHERE id = ?",
                    params![now_millis, id.0],
                )?,
            )
        })
    }
}

/// Notes that a node spoke with the hub. False when it is not enrolled.
pub(crate) fn contact(connection: &Connection, id: NodeId, contact: &NodeContact) -> Result<bool, StoreError> {
    let sql =
        "UPDATE node SET last_contact = ?, exchanges = exchanges + 1, version = ?, clock_offset = ?, backup_days = ?
               WHERE id = ?";
    let mut statement = connection.prepare_cached(sql)?;
    let values = params![
        contact.at_millis,
        contact.version,
        contact.clock_offset_millis,
        contact.backup.map(LastBackup::number),
        id.0
    ];
    Ok(statement.execute(values)? == 1)
}

/// Notes that a node and the hub were found equal. False when it is not enrolled.
pub(crate) fn proven(connection: &Connection, id: NodeId, at_millis: i64, digest: Digest) -> Result<bool, StoreError> {
    let sql = "UPDATE node SET proven = max(coalesce(proven, ?1), ?1), proven_count = ?2, proven_sum = ?3
               WHERE id = ?4";
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.execute(params![at_millis, signed(digest.count), digest.sum, id.0])? == 1)
}

pub(crate) fn insert(
    connection: &Connection,
    id: NodeId,
    office: OfficeCode,
    public_key: [u8; 32],
    now_millis: i64,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO node (id, office, public_key, enrolled) VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT (id) DO UPDATE SET id = id WHERE office = ?2 AND public_key = ?3";
    changed(connection.execute(sql, params![id.0, office.as_str(), public_key, now_millis])?)
}

fn changed(rows: usize) -> Result<(), StoreError> {
    if rows == 1 { Ok(()) } else { Err(StoreError::NoNode) }
}

fn read(row: &Row<'_>) -> Result<Node, StoreError> {
    let proven: Option<i64> = row.get(9)?;
    let count: Option<i64> = row.get(10)?;
    let sum: Option<[u8; 32]> = row.get(11)?;
    let proven = match (proven, count, sum) {
        (None, ..) => None,
        (Some(at), Some(count), Some(sum)) => Some((at, Digest { count: count.unsigned_abs(), sum })),
        _ => return Err(damaged("a node's proof")),
    };
    Ok(Node {
        id: NodeId(row.get(0)?),
        office: parse_office(&row.get::<_, String>(1)?)?,
        public_key: row.get(2)?,
        enrolled_millis: row.get(3)?,
        revoked_millis: row.get(4)?,
        last_contact_millis: row.get(5)?,
        exchanges: row.get::<_, i64>(6)?.unsigned_abs(),
        version: row.get(7)?,
        clock_offset_millis: row.get(8)?,
        backup: row.get::<_, Option<i64>>(12)?.map(LastBackup::of_number),
        proven,
    })
}
