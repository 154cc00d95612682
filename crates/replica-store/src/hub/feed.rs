//! The hub's feeds: for each audience the ordered, gap-free, hash-chained list of accepted entries.
//!
//! The audience of an office's feed is the office's code. A feed keeps, for life, the hub epoch it was begun in: its
//! chain starts from it, also after the hub was restored and writes in a later epoch itself.

use change_log::{ChainHash, Entry, EntryHash, EpochId, Position};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::entries::entry::{self, STRIDE, place_of_log};
use crate::entries::log;
use crate::entries::log::{MARK_EVERY, mark_below, put_mark, signed};
use crate::file::reader::damaged;
use crate::{Reader, StoreError};

/// How far a feed goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedHead {
    /// The hub epoch the feed was begun in.
    pub hub_epoch: EpochId,
    /// Entries in it.
    pub position: Position,
    /// The chain at that position.
    pub chain: ChainHash,
}

/// A stretch of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedSlice {
    /// Entries with their place in the feed, without gaps.
    pub items: Vec<(Position, Entry)>,
    /// Where the feed ends at the same moment; `None` when it has not begun.
    pub head: Option<FeedHead>,
}

/// A stretch of a feed in which nothing stands but entries of one log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedRepeat {
    /// Their positions in the log, in the feed's order.
    pub log_positions: Vec<Position>,
    /// The feed position of the last one.
    pub position: Position,
    /// The feed's chain there.
    pub chain: ChainHash,
}

/// A feed as the writing side uses it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FeedState {
    index: i64,
    epoch: EpochId,
    position: Position,
    pub(crate) chain: ChainHash,
    /// The last one, which goes on while the next entry is its log's next.
    run: Option<Run>,
}

/// Items whose feed and log positions both go on by one.
#[derive(Debug, Clone, Copy)]
struct Run {
    key: i64,
    entry: i64,
    count: i64,
}

impl Run {
    fn save(&self, connection: &Connection) -> Result<(), StoreError> {
        let sql = "INSERT OR REPLACE INTO feed_run (key, entry, count) VALUES (?, ?, ?)";
        connection.prepare_cached(sql)?.execute(params![self.key, self.entry, self.count])?;
        Ok(())
    }
}

impl FeedState {
    /// Puts an entry at the end. The caller saves the feed.
    pub(crate) fn append(
        &mut self,
        connection: &Connection,
        place: i64,
        entry: EntryHash,
    ) -> Result<Position, StoreError> {
        self.position += 1;
        self.chain = self.chain.after(entry);
        let key = entry::place(self.index, self.position)?;
        match &mut self.run {
            Some(run) if run.entry + run.count == place => run.count += 1,
            run => {
                if let Some(ended) = run.replace(Run { key, entry: place, count: 1 }) {
                    ended.save(connection)?;
                }
            }
        }
        if self.position.is_multiple_of(MARK_EVERY) {
            put_mark(connection, owner(self.index), self.position, self.chain)?;
        }
        Ok(self.position)
    }

    pub(crate) fn save(&self, connection: &Connection) -> Result<(), StoreError> {
        let mut statement = connection.prepare_cached("UPDATE feed SET position = ?, chain = ? WHERE idx = ?")?;
        statement.execute(params![signed(self.position), self.chain.0, self.index])?;
        self.run.map_or(Ok(()), |run| run.save(connection))
    }
}

const fn owner(feed: i64) -> i64 {
    2 * feed + 1
}

/// The feed of an office, begun in `epoch` if there is none.
pub(crate) fn of_office(connection: &Connection, office: i64, epoch: EpochId) -> Result<FeedState, StoreError> {
    let code = crate::entries::digest::office_code(connection, office)?;
    if let Some(feed) = find(connection, code.as_str())? {
        let run = run_at(connection, entry::place(feed.index, feed.position)?)?;
        return Ok(FeedState { run, ..feed });
    }
    let chain = ChainHash::of_feed(epoch, code.as_str());
    let sql = "INSERT INTO feed (audience, epoch, position, chain) VALUES (?, ?, 0, ?)";
    let index = connection.prepare_cached(sql)?.insert(params![code.as_str(), epoch.0, chain.0])?;
    Ok(FeedState { index, epoch, position: 0, chain, run: None })
}

fn find(connection: &Connection, audience: &str) -> Result<Option<FeedState>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT idx, epoch, position, chain FROM feed WHERE audience = ?")?;
    let found = statement.query_row([audience], |row| {
        Ok(FeedState {
            index: row.get(0)?,
            epoch: EpochId(row.get(1)?),
            position: row.get::<_, i64>(2)?.unsigned_abs(),
            chain: ChainHash(row.get(3)?),
            run: None,
        })
    });
    Ok(found.optional()?)
}

/// Calls `visit` with feed position and place of each item above `after`, in order, until it says false.
pub(crate) fn for_each_item(
    connection: &Connection,
    feed: i64,
    after: Position,
    mut visit: impl FnMut(Position, i64) -> Result<bool, StoreError>,
) -> Result<(), StoreError> {
    let next = entry::place(feed, after + 1)?;
    let first = run_at(connection, next)?.map_or(next, |run| run.key);
    let sql = "SELECT key, entry, count FROM feed_run WHERE key >= ? AND key < ? ORDER BY key";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![first, (feed + 1).saturating_mul(STRIDE)])?;
    while let Some(row) = rows.next()? {
        let run = Run { key: row.get(0)?, entry: row.get(1)?, count: row.get(2)? };
        let skip = (next - run.key).max(0);
        for step in skip..run.count {
            if !visit(place_of_log(run.key + step).1, run.entry + step)? {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Whether the feed of an office has this entry. Looks through all its runs.
pub(crate) fn names(connection: &Connection, office: i64, place: i64) -> Result<bool, StoreError> {
    let code = crate::entries::digest::office_code(connection, office)?;
    let Some(feed) = find(connection, code.as_str())? else { return Ok(false) };
    let sql = "SELECT 1 FROM feed_run WHERE key >= ?1 AND key < ?2 AND entry <= ?3 AND entry + count > ?3";
    let range = (feed.index.saturating_mul(STRIDE), (feed.index + 1).saturating_mul(STRIDE));
    Ok(connection.prepare_cached(sql)?.exists(params![range.0, range.1, place])?)
}

/// Whether any entry stands in a feed twice.
pub(crate) fn repeats(connection: &Connection, feed: i64) -> Result<bool, StoreError> {
    let sql = "SELECT entry, count FROM feed_run WHERE key >= ? AND key < ? ORDER BY entry";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![feed.saturating_mul(STRIDE), (feed + 1).saturating_mul(STRIDE)])?;
    let mut end = i64::MIN;
    while let Some(row) = rows.next()? {
        let (entry, count): (i64, i64) = (row.get(0)?, row.get(1)?);
        if entry < end {
            return Ok(true);
        }
        end = entry.saturating_add(count);
    }
    Ok(false)
}

/// The run that holds the item of this key.
fn run_at(connection: &Connection, key: i64) -> Result<Option<Run>, StoreError> {
    let sql = "SELECT key, entry, count FROM feed_run WHERE key <= ? ORDER BY key DESC LIMIT 1";
    let mut statement = connection.prepare_cached(sql)?;
    let run = statement.query_row([key], |row| Ok(Run { key: row.get(0)?, entry: row.get(1)?, count: row.get(2)? }));
    Ok(run.optional()?.filter(|run| run.key + run.count > key))
}

/// Index, audience and head of every feed.
pub(crate) fn all(connection: &Connection) -> Result<Vec<(i64, String, FeedHead)>, StoreError> {
    let mut statement =
        connection.prepare("SELECT idx, audience, epoch, position, chain FROM feed ORDER BY audience")?;
    let rows = statement.query_map([], |row| {
        let position = row.get::<_, i64>(3)?.unsigned_abs();
        let head = FeedHead { hub_epoch: EpochId(row.get(2)?), position, chain: ChainHash(row.get(4)?) };
        Ok((row.get(0)?, row.get(1)?, head))
    })?;
    rows.map(|row| row.map_err(StoreError::from)).collect()
}

impl Reader {
    /// Where a feed ends; `None` when nothing was ever in it.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn feed_head(&self, audience: &str) -> Result<Option<FeedHead>, StoreError> {
        let feed = find(&self.connection, audience)?;
        Ok(feed.map(|feed| FeedHead { hub_epoch: feed.epoch, position: feed.position, chain: feed.chain }))
    }

    /// The chain of a feed at a position; `None` beyond its end.
    ///
    /// # Errors
    ///
    /// When the database cannot be read or an entry is damaged.
    pub fn feed_chain_at(&self, audience: &str, position: Position) -> Result<Option<ChainHash>, StoreError> {
        let Some(feed) = find(&self.connection, audience)? else { return Ok(None) };
        if position > feed.position {
            return Ok(None);
        }
        if position == feed.position {
            return Ok(Some(feed.chain));
        }
        let start = (0, ChainHash::of_feed(feed.epoch, audience));
        let (mut at, mut chain) = mark_below(&self.connection, owner(feed.index), position)?.unwrap_or(start);
        if at == position {
            return Ok(Some(chain));
        }
        for_each_item(&self.connection, feed.index, at, |item, place| {
            let stored = entry::at(&self.connection, place)?.ok_or_else(|| damaged("a feed names a missing entry"))?;
            chain = chain.after(stored.entry_hash());
            at = item;
            Ok(at < position)
        })?;
        Ok(Some(chain))
    }

    /// Entries of a feed above `after`: at most `count_max` and, but for the first one, `bytes_max` raw bytes.
    ///
    /// # Errors
    ///
    /// When the database cannot be read or an entry is damaged.
    pub fn feed_items(
        &self,
        audience: &str,
        after: Position,
        count_max: usize,
        bytes_max: usize,
    ) -> Result<FeedSlice, StoreError> {
        let Some(feed) = find(&self.connection, audience)? else {
            return Ok(FeedSlice { items: Vec::new(), head: None });
        };
        let mut items = Vec::new();
        let mut bytes = 0;
        for_each_item(&self.connection, feed.index, after, |position, place| {
            if items.len() >= count_max {
                return Ok(false);
            }
            let stored = entry::at(&self.connection, place)?.ok_or_else(|| damaged("a feed names a missing entry"))?;
            bytes += stored.raw.len();
            if bytes > bytes_max && !items.is_empty() {
                return Ok(false);
            }
            items.push((position, stored.into_entry()));
            Ok(true)
        })?;
        Ok(FeedSlice {
            items,
            head: Some(FeedHead { hub_epoch: feed.epoch, position: feed.position, chain: feed.chain }),
        })
    }

    /// The stretch right above `after` of entries of one log, none above `log_end` there: to name them, none of them has to
    /// be read. `None` when there is none that ends where the chain is known, or the disk lost one of them.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn feed_repeat(
        &self,
        audience: &str,
        after: Position,
        epoch: EpochId,
        log_end: Position,
    ) -> Result<Option<FeedRepeat>, StoreError> {
        let connection = &self.connection;
        let Some((feed, log)) = find(connection, audience)?.zip(log::find(connection, epoch)?) else { return Ok(None) };
        let mut places = Vec::new();
        for_each_item(connection, feed.index, after, |item, place| {
            let (index, position) = place_of_log(place);
            let repeats = item <= feed.position && index == log.index && position <= log_end;
            if repeats {
                places.push(place);
            }
            Ok(repeats && (places.len() as u64) < MARK_EVERY)
        })?;
        let mut position = after + places.len() as u64;
        let chain = if position == feed.position {
            Some(feed.chain)
        } else {
            position -= position % MARK_EVERY;
            let mark = mark_below(connection, owner(feed.index), position)?;
            mark.filter(|(marked, _)| *marked == position).map(|(_, chain)| chain)
        };
        let Some(chain) = chain.filter(|_| position > after) else { return Ok(None) };
        places.truncate(usize::try_from(position - after).unwrap_or(usize::MAX));
        if !entry::all_at(connection, &places)? {
            return Ok(None);
        }
        let log_positions = places.into_iter().map(|place| place_of_log(place).1).collect();
        Ok(Some(FeedRepeat { log_positions, position, chain }))
    }

    /// All feeds with their heads, by audience.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn feeds(&self) -> Result<Vec<(String, FeedHead)>, StoreError> {
        Ok(all(&self.connection)?.into_iter().map(|(_, audience, head)| (audience, head)).collect())
    }
}
