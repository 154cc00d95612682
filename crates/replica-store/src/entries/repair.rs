//! Entries whose bytes were damaged on the disk, put right with bytes that another replica still has.

use change_log::{ChainHash, Entry};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::admission::ingest::door;
use crate::entries::entry::{self, place, place_of_log};
use crate::entries::log::{self, LogRow, MARK_EVERY, mark_below, owner};
use crate::entries::packed::{pack, prefix_of, unpack};
use crate::{Replica, StoreError};

impl Replica {
    /// Puts a damaged entry right. True when it was damaged and is whole now; false when there was nothing to do, or
    /// the bytes given are not those that stood there (the chain tells).
    ///
    /// # Errors
    ///
    /// When the database cannot be read or written.
    pub fn repair(&mut self, entry: &Entry) -> Result<bool, StoreError> {
        let Some(log) = log::find(&self.connection, entry.epoch)? else { return Ok(false) };
        let repaired = self.write(|work| {
            let repaired = heal(work.connection, place(log.index, entry.position)?, entry)?;
            if repaired && !fits_chain(work.connection, &log, entry)? {
                return Err(StoreError::Damaged("the bytes given".to_owned()));
            }
            Ok(repaired)
        });
        match repaired {
            Err(StoreError::Damaged(_)) => Ok(false),
            done => done,
        }
    }
}

/// Puts an entry right that is damaged and, as far as can be seen, was this one.
pub(crate) fn heal(connection: &Connection, place: i64, entry: &Entry) -> Result<bool, StoreError> {
    let sql = "SELECT e.prefix, e.raw, d.id FROM entry e JOIN document d ON d.idx = e.document WHERE e.place = ?";
    let found: Option<(i64, Vec<u8>, [u8; 16])> = connection
        .prepare_cached(sql)?
        .query_row([place], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((prefix, raw, document)) = found else { return Ok(false) };
    let same = prefix == prefix_of(entry.hash) && document == *entry.document.as_bytes();
    if !same || unpack(connection, &raw, entry.epoch, prefix).is_ok() || door(entry).is_err() {
        return Ok(false);
    }
    let packed = pack(connection, &entry.raw, entry.epoch)?;
    let mut statement = connection.prepare_cached("UPDATE entry SET raw = ? WHERE place = ?")?;
    statement.execute(params![packed, place])?;
    Ok(true)
}

/// Whether the log leads, over this entry, to the next chain value that is known.
fn fits_chain(connection: &Connection, log: &LogRow, entry: &Entry) -> Result<bool, StoreError> {
    // Of a log with gaps only the entry itself is known.
    Ok(entry.position > log.position || leads_on(connection, log, entry)? == Some(true))
}

/// Whether the log leads over this entry, which stands in it, to the next chain value that is known. `None` while other
/// entries around it are missing or damaged.
pub(crate) fn leads_on(connection: &Connection, log: &LogRow, entry: &Entry) -> Result<Option<bool>, StoreError> {
    let (from, mut chain) =
        mark_below(connection, owner(log.index), entry.position - 1)?.unwrap_or((0, ChainHash::of_log(log.epoch)));
    let next = entry.position.next_multiple_of(MARK_EVERY);
    let (to, expected) = match mark_below(connection, owner(log.index), next)? {
        Some((to, expected)) if to == next => (to, expected),
        _ => (log.position, log.chain),
    };
    let mut reached = from;
    let walked = entry::for_each(connection, place(log.index, from + 1)?..=place(log.index, to)?, |stored| {
        chain = chain.after(stored.entry_hash());
        reached += 1;
        Ok(place_of_log(stored.place).1 == reached && reached < to)
    });
    match walked {
        Err(StoreError::Damaged(_)) => Ok(None),
        Err(error) => Err(error),
        Ok(()) => Ok((reached == to).then_some(chain == expected)),
    }
}
