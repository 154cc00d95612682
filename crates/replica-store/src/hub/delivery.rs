//! What is to be told elsewhere, kept until it was taken or given up.

use rusqlite::{Connection, Row, params};

use crate::{Reader, Replica, StoreError};

/// So long one that is delivered or given up is kept.
pub const DELIVERY_DAYS: i64 = 30;
const DAY_MILLIS: i64 = 24 * 3_600_000;

/// Something new to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelivery {
    /// By which way: a word.
    pub channel: String,
    /// Its id, by which the receiver tells repetitions.
    pub event: String,
    /// The very bytes.
    pub body: Vec<u8>,
}

/// Something to tell, and how far that came. Times in milliseconds since 1970 UTC, hub clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its number in this database.
    pub index: i64,
    /// By which way.
    pub channel: String,
    /// Its id.
    pub event: String,
    /// The very bytes.
    pub body: Vec<u8>,
    /// When it came up.
    pub made_millis: i64,
    /// Tries so far.
    pub tries: u64,
    /// When it is tried next; nothing when it was delivered or given up.
    pub due_millis: Option<i64>,
    /// When it was taken.
    pub delivered_millis: Option<i64>,
    /// Why the last try failed.
    pub error: Option<String>,
}

/// How a try went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tried {
    /// It was taken.
    Delivered,
    /// It was not, and is tried again then.
    Again {
        /// When: milliseconds since 1970 UTC.
        due_millis: i64,
        /// Why.
        error: String,
    },
    /// It was not, and never will be.
    GivenUp {
        /// Why.
        error: String,
    },
}

const SELECT: &str = "SELECT idx, channel, event, body, made, tries, due, delivered, error FROM delivery";

impl Reader {
    /// What is due by then by one channel, the oldest first: at most `count`. The end of something (an event that ends with
    /// `_ended`) is not due while word that it began (`_begun`) still waits.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn due_deliveries(&self, channel: &str, now_millis: i64, count: usize) -> Result<Vec<Delivery>, StoreError> {
        let sql = format!(
            "{SELECT} AS later WHERE channel = ? AND due <= ? AND NOT (event LIKE '%\\_ended' ESCAPE '\\' AND EXISTS (
                 SELECT 1 FROM delivery AS first WHERE first.channel = later.channel AND first.due IS NOT NULL
                 AND first.event = substr(later.event, 1, length(later.event) - 6) || '_begun'))
             ORDER BY due, idx LIMIT ?"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map(params![channel, now_millis, i64::try_from(count).unwrap_or(i64::MAX)], read)?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }

    /// What was not delivered: what waits for its next try, then what was given up, the newest first of each; at most `count`.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn undelivered(&self, count: usize) -> Result<Vec<Delivery>, StoreError> {
        let sql = format!("{SELECT} WHERE delivered IS NULL ORDER BY due IS NULL, idx DESC LIMIT ?");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map([i64::try_from(count).unwrap_or(i64::MAX)], read)?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }

    /// How many wait for their next try, and how many were given up.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn undelivered_counts(&self) -> Result<(u64, u64), StoreError> {
        let sql = "SELECT count(due), count(*) - count(due) FROM delivery WHERE delivered IS NULL";
        let counts: (i64, i64) =
            self.connection.prepare_cached(sql)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok((counts.0.unsigned_abs(), counts.1.unsigned_abs()))
    }
}

impl Replica {
    /// Notes how a try went.
    ///
    /// # Errors
    ///
    /// When the disk refuses.
    pub fn note_delivery(&mut self, index: i64, tried: &Tried, now_millis: i64) -> Result<(), StoreError> {
        let (due, delivered, error) = match tried {
            Tried::Delivered => (None, Some(now_millis), None),
            Tried::Again { due_millis, error } => (Some(*due_millis), None, Some(error)),
            Tried::GivenUp { error } => (None, None, Some(error)),
        };
        self.write(|work| {
            let sql = "UPDATE delivery SET tries = tries + 1, due = ?, delivered = ?, error = ? WHERE idx = ?";
            work.connection.prepare_cached(sql)?.execute(params![due, delivered, error, index])?;
            Ok(())
        })
    }
}

/// Something new to tell, due at once. What is told under an id already is not told again.
pub(crate) fn insert(connection: &Connection, new: &NewDelivery, now_millis: i64) -> Result<(), StoreError> {
    let sql = "INSERT INTO delivery (channel, event, body, made, due) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";
    connection.prepare_cached(sql)?.execute(params![new.channel, new.event, new.body, now_millis, now_millis])?;
    Ok(())
}

/// Lets go of what was delivered or given up long ago.
pub(crate) fn forget(connection: &Connection, now_millis: i64) -> Result<(), StoreError> {
    let old = now_millis.saturating_sub(DELIVERY_DAYS * DAY_MILLIS);
    connection.prepare_cached("DELETE FROM delivery WHERE due IS NULL AND made < ?")?.execute([old])?;
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<Delivery> {
    Ok(Delivery {
        index: row.get(0)?,
        channel: row.get(1)?,
        event: row.get(2)?,
        body: row.get(3)?,
        made_millis: row.get(4)?,
        tries: row.get::<_, i64>(5)?.unsigned_abs(),
        due_millis: row.get(6)?,
        delivered_millis: row.get(7)?,
        error: row.get(8)?,
    })
}
