//! Logs: where each stands, and its chain at any position.

use change_log::{ChainHash, EntryHash, EpochId, NodeId, Position};
use office_model::OfficeCode;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::entries::entry::{self, place, place_of_log};
use crate::file::reader::parse_office;
use crate::node::received;
use crate::{Reader, Replica, StoreError};

/// Chain values are kept every so many positions.
pub(crate) const MARK_EVERY: Position = 1024;

/// Where one log stands here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogState {
    /// Its epoch.
    pub epoch: EpochId,
    /// The office it was written for; nothing for a log only met in a feed.
    pub office: Option<OfficeCode>,
    /// The node that wrote it; nothing for the hub's own, or one only met in a feed.
    pub node: Option<NodeId>,
    /// Written by this replica, and by nobody else.
    pub own: bool,
    /// It was own until a copy of this folder wrote on in it.
    pub forked: bool,
    /// Every entry from 1 to here is held. Of a log only met in a feed, single later ones may be held as well.
    pub position: Position,
    /// The chain at that position.
    pub chain: ChainHash,
    /// The hub holds everything up to here (own logs of a node).
    pub acknowledged: Position,
    /// The signed head kept here signs everything up to here (hub); 0 without one.
    pub signed: Position,
    /// The receipt kept here is for everything up to here (node); 0 without one.
    pub receipted: Position,
    /// The number of the last refusal given (hub) or told (node).
    pub refusals: u64,
}

/// A head of a log that its node signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedHead {
    /// The log's last position then.
    pub position: Position,
    /// The chain there.
    pub chain: ChainHash,
    /// What was signed and its signature, kept as it is.
    pub bytes: Vec<u8>,
}

/// A log as the writing side uses it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LogRow {
    pub(crate) index: i64,
    pub(crate) epoch: EpochId,
    pub(crate) office: Option<i64>,
    pub(crate) own: bool,
    pub(crate) position: Position,
    pub(crate) chain: ChainHash,
    pub(crate) acknowledged: Position,
    pub(crate) signed: Position,
}

impl LogRow {
    /// Whether the hub itself wrote it, in this life or in another one (hub).
    pub(crate) const fn is_of_hub(&self) -> bool {
        self.own || self.office.is_none()
    }

    /// Takes the log one entry further. The caller saves it.
    pub(crate) fn advance(&mut self, connection: &Connection, entry: EntryHash) -> Result<(), StoreError> {
        self.position += 1;
        self.chain = self.chain.after(entry);
        if self.position.is_multiple_of(MARK_EVERY) {
            put_mark(connection, owner(self.index), self.position, self.chain)?;
        }
        Ok(())
    }

    /// Keeps a signed head, once the log leads exactly there.
    pub(crate) fn keep_head(&self, connection: &Connection, head: &SignedHead) -> Result<(), StoreError> {
        if (head.position, head.chain) == (self.position, self.chain) && head.position > self.signed {
            let mut statement = connection.prepare_cached("UPDATE log SET head = ?, signed = ? WHERE idx = ?")?;
            statement.execute(params![head.bytes, signed(head.position), self.index])?;
        }
        Ok(())
    }

    /// Whether the disk lost entries of it. Counts all of them.
    pub(crate) fn has_holes(&self, connection: &Connection) -> Result<bool, StoreError> {
        let sql = "SELECT count(*) FROM entry WHERE place BETWEEN ? AND ?";
        let range = [place(self.index, 1)?, place(self.index, self.position)?];
        let held: i64 = connection.prepare_cached(sql)?.query_row(range, |row| row.get(0))?;
        Ok(held.unsigned_abs() < self.position)
    }

    pub(crate) fn save(&self, connection: &Connection) -> Result<(), StoreError> {
        let mut statement = connection.prepare_cached("UPDATE log SET position = ?, chain = ? WHERE idx = ?")?;
        statement.execute(params![signed(self.position), self.chain.0, self.index])?;
        Ok(())
    }
}

/// The key of a log's chain marks.
pub(crate) const fn owner(log: i64) -> i64 {
    2 * log
}

/// SQLite has signed integers only; positions stay far below the limit.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(crate) fn put_mark(
    connection: &Connection,
    owner: i64,
    position: Position,
    chain: ChainHash,
) -> Result<(), StoreError> {
    let sql = "INSERT OR REPLACE INTO chain_mark (owner, position, chain) VALUES (?, ?, ?)";
    connection.prepare_cached(sql)?.execute(params![owner, signed(position), chain.0])?;
    Ok(())
}

/// The last mark at or below a position.
pub(crate) fn mark_below(
    connection: &Connection,
    owner: i64,
    position: Position,
) -> Result<Option<(Position, ChainHash)>, StoreError> {
    let sql = "SELECT position, chain FROM chain_mark WHERE owner = ? AND position <= ? ORDER BY position DESC LIMIT 1";
    let mut statement = connection.prepare_cached(sql)?;
    let found = statement.query_row(params![owner, signed(position)], |row| {
        Ok((row.get::<_, i64>(0)?.unsigned_abs(), ChainHash(row.get(1)?)))
    });
    Ok(found.optional()?)
}

pub(crate) fn find(connection: &Connection, epoch: EpochId) -> Result<Option<LogRow>, StoreError> {
    let sql = "SELECT idx, epoch, office, own, position, chain, acknowledged, signed FROM log WHERE epoch = ?";
    Ok(connection.prepare_cached(sql)?.query_row([epoch.0], read_row).optional()?)
}

pub(crate) fn get(connection: &Connection, epoch: EpochId) -> Result<LogRow, StoreError> {
    find(connection, epoch)?.ok_or(StoreError::NoLog(epoch))
}

pub(crate) fn epoch_of(connection: &Connection, index: i64) -> Result<EpochId, StoreError> {
    let mut statement = connection.prepare_cached("SELECT epoch FROM log WHERE idx = ?")?;
    Ok(EpochId(statement.query_row([index], |row| row.get(0))?))
}

fn read_row(row: &Row<'_>) -> rusqlite::Result<LogRow> {
    Ok(LogRow {
        index: row.get(0)?,
        epoch: EpochId(row.get(1)?),
        office: row.get(2)?,
        own: row.get(3)?,
        position: row.get::<_, i64>(4)?.unsigned_abs(),
        chain: ChainHash(row.get(5)?),
        acknowledged: row.get::<_, i64>(6)?.unsigned_abs(),
        signed: row.get::<_, i64>(7)?.unsigned_abs(),
    })
}

pub(crate) fn insert_own(
    connection: &Connection,
    epoch: EpochId,
    office: Option<i64>,
    node: Option<NodeId>,
) -> Result<(), StoreError> {
    insert(connection, epoch, office, node, true)
}

/// A node's log becomes known (hub).
pub(crate) fn insert_of_node(
    connection: &Connection,
    epoch: EpochId,
    office: i64,
    node: NodeId,
) -> Result<(), StoreError> {
    insert(connection, epoch, Some(office), Some(node), false)
}

fn insert(
    connection: &Connection,
    epoch: EpochId,
    office: Option<i64>,
    node: Option<NodeId>,
    own: bool,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO log (epoch, office, node, own, position, chain) VALUES (?, ?, ?, ?, 0, ?)";
    let start = ChainHash::of_log(epoch);
    connection.prepare_cached(sql)?.execute(params![epoch.0, office, node.map(|node| node.0), own, start.0])?;
    Ok(())
}

/// The node that writes a log comes for the first time since another one gave the log back.
pub(crate) fn set_node(connection: &Connection, log: i64, node: NodeId) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached("UPDATE log SET node = ? WHERE idx = ? AND node IS NULL")?;
    statement.execute(params![node.0, log])?;
    Ok(())
}

/// A log that was given back turns out to be another office's (hub).
pub(crate) fn set_office(connection: &Connection, log: i64, office: i64) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached("UPDATE log SET office = ? WHERE idx = ?")?;
    statement.execute(params![office, log])?;
    Ok(())
}

/// A log that another node than its own gives back to the hub. Without an office it is of a life that the hub forgot.
pub(crate) fn insert_returned(
    connection: &Connection,
    epoch: EpochId,
    office: Option<i64>,
) -> Result<LogRow, StoreError> {
    insert(connection, epoch, office, None, false)?;
    get(connection, epoch)
}

/// The log of an epoch, noted as somebody else's if it is new.
pub(crate) fn find_or_note(connection: &Connection, epoch: EpochId) -> Result<LogRow, StoreError> {
    if let Some(log) = find(connection, epoch)? {
        return Ok(log);
    }
    insert(connection, epoch, None, None, false)?;
    get(connection, epoch)
}

const STATE: &str = "SELECT l.epoch, o.code, l.node, l.own, l.position, l.chain, l.acknowledged, l.signed,
                            l.receipted, l.refusals, l.forked
                     FROM log l LEFT JOIN office o ON o.idx = l.office";

impl Reader {
    /// All logs something is held of, oldest first.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn logs(&self) -> Result<Vec<LogState>, StoreError> {
        let mut statement = self.connection.prepare_cached(&format!("{STATE} ORDER BY l.idx"))?;
        let rows = statement.query_map([], |row| Ok(read_state(row)))?;
        rows.map(|row| row?).collect()
    }

    /// One log.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn log(&self, epoch: EpochId) -> Result<Option<LogState>, StoreError> {
        let mut statement = self.connection.prepare_cached(&format!("{STATE} WHERE l.epoch = ?"))?;
        statement.query_row([epoch.0], |row| Ok(read_state(row))).optional()?.transpose()
    }

    /// The last signed head that came with a log (hub), as the bytes that were given.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn signed_head(&self, epoch: EpochId) -> Result<Option<Vec<u8>>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT head FROM log WHERE epoch = ?")?;
        Ok(statement.query_row([epoch.0], |row| row.get(0)).optional()?.flatten())
    }

    /// The hub's last receipt for a log (node), as the bytes that were given.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn receipt(&self, epoch: EpochId) -> Result<Option<Vec<u8>>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT receipt FROM log WHERE epoch = ?")?;
        Ok(statement.query_row([epoch.0], |row| row.get(0)).optional()?.flatten())
    }

    /// The chain of a log at a position up to which it is held without gaps; `None` beyond, or for an unknown log.
    ///
    /// # Errors
    ///
    /// When the database cannot be read or an entry is damaged.
    pub fn log_chain_at(&self, epoch: EpochId, position: Position) -> Result<Option<ChainHash>, StoreError> {
        let Some(log) = find(&self.connection, epoch)? else { return Ok(None) };
        if position > log.position {
            return Ok(None);
        }
        chain_at(&self.connection, &log, position).map(Some)
    }
}

/// The chain of a log at a position that is held.
pub(crate) fn chain_at(connection: &Connection, log: &LogRow, position: Position) -> Result<ChainHash, StoreError> {
    if position == log.position {
        return Ok(log.chain);
    }
    let start = (0, ChainHash::of_log(log.epoch));
    let (from, mut chain) = mark_below(connection, owner(log.index), position)?.unwrap_or(start);
    let range = place(log.index, from + 1)?..=place(log.index, position)?;
    let mut reached = from;
    entry::for_each(connection, range, |stored| {
        reached += 1;
        if place_of_log(stored.place).1 != reached {
            return Err(StoreError::NotHeld { epoch: log.epoch, position: reached });
        }
        chain = chain.after(stored.entry_hash());
        Ok(true)
    })?;
    if reached == position { Ok(chain) } else { Err(StoreError::NotHeld { epoch: log.epoch, position: reached + 1 }) }
}

fn read_state(row: &Row<'_>) -> Result<LogState, StoreError> {
    let office: Option<String> = row.get(1)?;
    let node: Option<[u8; 8]> = row.get(2)?;
    Ok(LogState {
        epoch: EpochId(row.get(0)?),
        office: office.map(|code| parse_office(&code)).transpose()?,
        node: node.map(NodeId),
        own: row.get(3)?,
        position: row.get::<_, i64>(4)?.unsigned_abs(),
        chain: ChainHash(row.get(5)?),
        acknowledged: row.get::<_, i64>(6)?.unsigned_abs(),
        signed: row.get::<_, i64>(7)?.unsigned_abs(),
        receipted: row.get::<_, i64>(8)?.unsigned_abs(),
        refusals: row.get::<_, i64>(9)?.unsigned_abs(),
        forked: row.get(10)?,
    })
}

impl Replica {
    /// Notes that a copy of this folder wrote on in one of our logs (node): it is no longer ours alone, and nothing of
    /// it is sent any more. What only we hold of it goes with [`Replica::give_way`] and comes back with
    /// [`Replica::record_anew`].
    ///
    /// # Errors
    ///
    /// When it is the log of the present epoch (a new one must begin first), or the disk refuses.
    pub fn mark_forked(&mut self, epoch: EpochId) -> Result<(), StoreError> {
        if epoch == self.epoch() {
            return Err(StoreError::Misuse("the log of the present epoch cannot be given up"));
        }
        self.write(|work| {
            let mut statement = work.connection.prepare_cached("UPDATE log SET own = 0, forked = 1 WHERE epoch = ?")?;
            statement.execute([epoch.0])?;
            work.mark(&epoch.0);
            Ok(())
        })
    }

    /// Notes that the hub durably holds our log up to `position`, with its receipt (node). Never goes back.
    ///
    /// # Errors
    ///
    /// [`StoreError::Receipt`] when our log has another chain there, or does not reach so far.
    pub fn store_receipt(
        &mut self,
        epoch: EpochId,
        position: Position,
        chain: ChainHash,
        receipt: &[u8],
    ) -> Result<(), StoreError> {
        if self.log_chain_at(epoch, position)? != Some(chain) {
            return Err(StoreError::Receipt { epoch, position });
        }
        self.write(|work| {
            let sql = "UPDATE log SET acknowledged = max(acknowledged, ?1),
                       receipt = iif(receipted <= ?1, ?2, receipt), receipted = max(receipted, ?1) WHERE epoch = ?3";
            work.connection.prepare_cached(sql)?.execute(params![signed(position), receipt, epoch.0])?;
            work.mark(&chain.0);
            Ok(())
        })
    }

    /// Notes that the hub holds our log up to `position`, without a receipt. Never goes back.
    ///
    /// # Errors
    ///
    /// When our log does not reach so far.
    pub fn acknowledge(&mut self, epoch: EpochId, position: Position) -> Result<(), StoreError> {
        let log = get(&self.connection, epoch)?;
        if position > log.position {
            return Err(StoreError::Receipt { epoch, position });
        }
        if position <= log.acknowledged {
            return Ok(());
        }
        self.write(|work| {
            let mut statement = work.connection.prepare_cached("UPDATE log SET acknowledged = ? WHERE epoch = ?")?;
            statement.execute(params![signed(position), epoch.0])?;
            work.mark(&position.to_be_bytes());
            Ok(())
        })
    }

    /// The hub lost what it had acknowledged (it was restored from a backup): our log counts as unsent above `position`.
    ///
    /// # Errors
    ///
    /// When the log is unknown or the disk refuses.
    pub fn rewind_acknowledged(&mut self, epoch: EpochId, position: Position) -> Result<(), StoreError> {
        if position >= get(&self.connection, epoch)?.acknowledged {
            return Ok(());
        }
        self.write(|work| {
            // What it refused it will number anew.
            let sql = "UPDATE log SET acknowledged = ?, refusals = 0 WHERE epoch = ?";
            work.connection.prepare_cached(sql)?.execute(params![signed(position), epoch.0])?;
            received::forget_above(work.connection, epoch, position)?;
            work.mark(&position.to_be_bytes());
            Ok(())
        })
    }
}
