//! The order in which changes became visible on this node: the change feed of its local API.
//!
//! Places tell no such order: what was parked, or came late, stands among what was told long ago. So each change is
//! numbered in the commit that makes it visible. One that is visible no more (its log was forked, or what it
//! builds on was) is told of again, as withdrawn.

use change_log::{ChangeHash, DocumentId, EpochId};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use uuid::Uuid;

use crate::entries::entry;
use crate::entries::log::signed;
use crate::{Reader, StoreError};

/// One change as the feed tells of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ToldChange {
    /// From 1, ascending; numbers of changes that are visible no more are missing.
    pub number: u64,
    /// Its document; nothing where the disk lost it.
    pub document: Option<DocumentId>,
    /// The change; nothing where the disk lost it.
    pub hash: Option<ChangeHash>,
    /// The log it stands in; nothing for one that is withdrawn or that the disk lost.
    pub epoch: Option<EpochId>,
    /// It was told of before and is visible no more.
    pub withdrawn: bool,
}

struct Run {
    number: i64,
    /// `None`: one change that is visible no more.
    place: Option<i64>,
    count: i64,
}

impl Run {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self { number: row.get(0)?, place: row.get(1)?, count: row.get(2)? })
    }
}

fn last(connection: &Connection) -> Result<Option<Run>, StoreError> {
    let sql = "SELECT number, place, count FROM change_run ORDER BY number DESC LIMIT 1";
    Ok(connection.prepare_cached(sql)?.query_row([], Run::read).optional()?)
}

/// The run that tells of a place, with the run's first place.
fn with_place(connection: &Connection, place: i64) -> Result<Option<(Run, i64)>, StoreError> {
    let sql = "SELECT number, place, count FROM change_run WHERE place <= ? ORDER BY place DESC LIMIT 1";
    let run = connection.prepare_cached(sql)?.query_row([place], Run::read).optional()?;
    Ok(run.and_then(|run| run.place.filter(|first| place < first + run.count).map(|first| (run, first))))
}

fn insert(connection: &Connection, number: i64, place: i64, count: i64) -> Result<(), StoreError> {
    let sql = "INSERT INTO change_run (number, place, count) VALUES (?, ?, ?)";
    connection.prepare_cached(sql)?.execute([number, place, count])?;
    Ok(())
}

/// Numbers a change that became visible, unless it is numbered already.
pub(crate) fn tell(connection: &Connection, place: i64) -> Result<(), StoreError> {
    if with_place(connection, place)?.is_some() {
        return Ok(());
    }
    match last(connection)? {
        Some(Run { number, place: Some(first), count }) if first + count == place => {
            connection.prepare_cached("UPDATE change_run SET count = count + 1 WHERE number = ?")?.execute([number])?;
            Ok(())
        }
        last => insert(connection, last.map_or(1, |last| last.number + last.count), place, 1),
    }
}

/// Tells that a change is visible no more, if it was told of.
pub(crate) fn withdraw(
    connection: &Connection,
    place: i64,
    document: DocumentId,
    hash: ChangeHash,
) -> Result<(), StoreError> {
    let Some((run, first)) = with_place(connection, place)? else { return Ok(()) };
    let next = last(connection)?.map_or(1, |last| last.number + last.count);
    connection.prepare_cached("DELETE FROM change_run WHERE number = ?")?.execute([run.number])?;
    let before = place - first;
    if before > 0 {
        insert(connection, run.number, first, before)?;
    }
    if before + 1 < run.count {
        insert(connection, run.number + before + 1, place + 1, run.count - before - 1)?;
    }
    let sql = "INSERT INTO change_run (number, count, document, hash) VALUES (?, 1, ?, ?)";
    connection.prepare_cached(sql)?.execute(params![next, document.as_bytes(), hash.0])?;
    Ok(())
}

impl Reader {
    /// The number of the last change told of; 0 before the first.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn last_change(&self) -> Result<u64, StoreError> {
        Ok(last(&self.connection)?.map_or(0, |last| (last.number + last.count - 1).unsigned_abs()))
    }

    /// What became visible here, in that order, above a number: at most `count_max` changes.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn changes_after(&self, number: u64, count_max: usize) -> Result<Vec<ToldChange>, StoreError> {
        let after = signed(number);
        let sql = "SELECT number, place, count, document, hash FROM change_run WHERE number >=
                   coalesce((SELECT max(number) FROM change_run WHERE number <= ?1), 0) ORDER BY number";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([after])?;
        let mut told = Vec::new();
        while let Some(row) = rows.next()? {
            let run = Run::read(row)?;
            for number in (after + 1).max(run.number)..run.number + run.count {
                if told.len() >= count_max {
                    return Ok(told);
                }
                told.push(match run.place {
                    Some(first) => self.told(number, first + number - run.number)?,
                    None => ToldChange {
                        number: number.unsigned_abs(),
                        document: Some(DocumentId(Uuid::from_bytes(row.get(3)?))),
                        hash: Some(ChangeHash(row.get(4)?)),
                        epoch: None,
                        withdrawn: true,
                    },
                });
            }
        }
        Ok(told)
    }

    /// Whether this replica told of a change under that number: else the number is of a database that was here
    /// before a backup was put back. What the disk lost is believed.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn has_told(&self, number: u64, is_it: impl Fn(ChangeHash) -> bool) -> Result<bool, StoreError> {
        let Some(before) = number.checked_sub(1) else { return Ok(true) };
        if number > self.last_change()? {
            return Ok(false);
        }
        if let Some(told) = self.changes_after(before, 1)?.first().filter(|told| told.number == number) {
            return Ok(told.hash.is_none_or(&is_it));
        }
        let sql = "SELECT hash FROM change_run WHERE number > ? AND place IS NULL";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([signed(number)])?;
        while let Some(row) = rows.next()? {
            if is_it(ChangeHash(row.get(0)?)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn told(&self, number: i64, place: i64) -> Result<ToldChange, StoreError> {
        let stored = match entry::at(&self.connection, place) {
            // One lost entry must not end the feed.
            Err(StoreError::Damaged(_)) => None,
            stored => stored?,
        };
        Ok(ToldChange {
            number: number.unsigned_abs(),
            document: stored.as_ref().map(|stored| stored.id),
            hash: stored.as_ref().map(|stored| stored.hash),
            epoch: stored.map(|stored| stored.epoch),
            withdrawn: false,
        })
    }
}
