//! The reading side of a replica: a connection and what never changes about the file.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use change_log::{EpochId, HubId, NodeId};
use office_model::OfficeCode;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Row};

use crate::file::migrations;
use crate::{OpenError, StoreError};

/// Which side a replica is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// `village-node`.
    Node,
    /// `sync-server`.
    Hub,
}

impl Role {
    pub(crate) const fn number(self) -> i64 {
        match self {
            Self::Node => 1,
            Self::Hub => 2,
        }
    }
}

/// Reads one replica. [`crate::Replica`] is one too; [`crate::Replica::reader`] gives more of them for other threads.
pub struct Reader {
    pub(crate) connection: Connection,
    pub(crate) identity: Identity,
    pub(crate) dir: PathBuf,
}

/// The row `replica`.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    pub(crate) role: Role,
    pub(crate) office: Option<OfficeCode>,
    pub(crate) hub: HubId,
    pub(crate) node: Option<NodeId>,
    pub(crate) machine: String,
    pub(crate) epoch: EpochId,
    pub(crate) spent: bool,
    pub(crate) commits: u64,
    pub(crate) chain: [u8; 32],
    pub(crate) chain_before: [u8; 32],
}

impl Reader {
    pub(crate) fn new(connection: Connection, dir: &Path) -> Result<Self, StoreError> {
        let identity = Identity::load(&connection)?;
        Ok(Self { connection, identity, dir: dir.to_owned() })
    }

    /// Opens a folder for reading only, whether or not another process writes it. It sees what is committed when a
    /// call begins.
    ///
    /// # Errors
    ///
    /// When there is no replica, it is newer or not ours, or it cannot be read.
    pub fn open(dir: &Path) -> Result<Self, OpenError> {
        let path = database(dir);
        if std::fs::metadata(&path).map_or(0, |data| data.len()) == 0 {
            return Err(OpenError::Missing(dir.to_owned()));
        }
        let connection = read_only(&path)?;
        migrations::check(&connection, &path)?;
        Ok(Self::new(connection, dir)?)
    }

    /// Whether an older program wrote it last, and none has opened it for writing since: its lists cannot be read.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn is_older(&self) -> Result<bool, OpenError> {
        migrations::is_older(&self.connection)
    }

    /// A further reader of the same folder, for another thread. It sees what is committed when a call begins.
    ///
    /// # Errors
    ///
    /// When the database cannot be opened a second time.
    pub fn reader(&self) -> Result<Self, StoreError> {
        Self::new(read_only(&database(&self.dir))?, &self.dir)
    }

    /// Has all that is read within see the database as of one moment, however much is written meanwhile. Writers wait for
    /// nothing; only the WAL grows until it is over.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn at_one_moment<T>(&self, act: impl FnOnce(&Self) -> T) -> Result<T, StoreError> {
        // A moment within another is the same one.
        let begins = self.connection.is_autocommit();
        if begins {
            self.connection.execute_batch("BEGIN")?;
            // The moment is that of the first reading.
            self.connection.query_row("SELECT count(*) FROM replica", [], |_| Ok(()))?;
        }
        let done = act(self);
        if begins {
            self.connection.execute_batch("COMMIT")?;
        }
        Ok(done)
    }

    /// Node or hub.
    pub const fn role(&self) -> Role {
        self.identity.role
    }

    /// The office of a node; nothing for the hub.
    pub const fn office(&self) -> Option<OfficeCode> {
        self.identity.office
    }

    /// The hub this replica belongs to, or is.
    pub const fn hub(&self) -> HubId {
        self.identity.hub
    }

    /// The node; nothing for the hub.
    pub const fn node(&self) -> Option<NodeId> {
        self.identity.node
    }

    /// The epoch as it was when this reader was opened; of a [`crate::Replica`], always the current one.
    pub const fn epoch(&self) -> EpochId {
        self.identity.epoch
    }

    /// Whether a new epoch must begin before the next record: this folder was found to be a copy.
    pub const fn epoch_spent(&self) -> bool {
        self.identity.spent
    }

    /// The data folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reader({:?}, {:?}, {:?})", self.identity.role, self.identity.office, self.identity.epoch)
    }
}

fn read_only(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// The database file of a folder.
pub(crate) fn database(dir: &Path) -> PathBuf {
    dir.join("replica.db")
}

impl Identity {
    pub(crate) fn load(connection: &Connection) -> Result<Self, StoreError> {
        let sql = "SELECT role, office, hub, node, machine, epoch, spent, commits, chain, chain_before FROM replica";
        let loaded = connection.query_row(sql, [], |row| Ok(Self::read(row))).optional()?;
        loaded.unwrap_or_else(|| Err(damaged("its own identity is missing")))
    }

    fn read(row: &Row<'_>) -> Result<Self, StoreError> {
        let office: Option<String> = row.get(1)?;
        let node: Option<[u8; 8]> = row.get(3)?;
        Ok(Self {
            role: if row.get::<_, i64>(0)? == Role::Hub.number() { Role::Hub } else { Role::Node },
            office: office.map(|code| parse_office(&code)).transpose()?,
            hub: HubId(row.get(2)?),
            node: node.map(NodeId),
            machine: row.get(4)?,
            epoch: EpochId(row.get(5)?),
            spent: row.get(6)?,
            commits: row.get::<_, i64>(7)?.unsigned_abs(),
            chain: row.get(8)?,
            chain_before: row.get(9)?,
        })
    }
}

/// An office code out of the database.
pub(crate) fn parse_office(code: &str) -> Result<OfficeCode, StoreError> {
    code.parse().map_err(|_| damaged("an office code"))
}

/// Stored data that is not what was stored.
pub(crate) fn damaged(what: &str) -> StoreError {
    StoreError::Damaged(what.to_owned())
}
