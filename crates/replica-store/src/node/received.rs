//! When the hub was first known to hold an own log up to where.

use change_log::{EpochId, Position};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::entries::log::{self, signed};
use crate::{Reader, Replica, StoreError};

impl Reader {
    /// When this node learned that the hub holds its log up to `position` or further: by the hub's clock, milliseconds since
    /// 1970 UTC. Nothing where the hub does not, or it was not noted then.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn received_at(&self, epoch: EpochId, position: Position) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT r.at FROM received r JOIN log l ON l.idx = r.log
                   WHERE l.epoch = ? AND r.position >= ? ORDER BY r.position LIMIT 1";
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.query_row(params![epoch.0, signed(position)], |row| row.get(0)).optional()?.flatten())
    }
}

impl Replica {
    /// Notes the time for everything that the hub acknowledged since this was called last.
    ///
    /// # Errors
    ///
    /// When the disk refuses.
    pub fn note_received(&mut self, at_millis: i64) -> Result<(), StoreError> {
        let sql = "SELECT idx, acknowledged FROM log l WHERE own = 1 AND acknowledged > 0
                   AND NOT EXISTS (SELECT 1 FROM received WHERE log = l.idx AND position >= l.acknowledged)";
        let risen: Vec<(i64, i64)> = {
            let mut statement = self.connection.prepare_cached(sql)?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect::<Result<_, _>>()?
        };
        if risen.is_empty() {
            return Ok(());
        }
        self.write(|work| {
            let mut statement =
                work.connection.prepare_cached("INSERT INTO received (log, position, at) VALUES (?, ?, ?)")?;
            for (log, position) in &risen {
                statement.execute(params![log, position, at_millis])?;
            }
            Ok(())
        })
    }
}

/// The hub lost what it had above a position: it will receive that anew.
pub(crate) fn forget_above(connection: &Connection, epoch: EpochId, position: Position) -> Result<(), StoreError> {
    let log = log::get(connection, epoch)?;
    let sql = "DELETE FROM received WHERE log = ? AND position > ?";
    connection.prepare_cached(sql)?.execute(params![log.index, signed(position)])?;
    Ok(())
}
