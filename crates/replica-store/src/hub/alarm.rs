//! The hub's alarms: what is wrong, since when, and when it was over.

use rusqlite::{Connection, Row, params};

use crate::hub::delivery::{self, NewDelivery};
use crate::{Reader, Replica, StoreError};

/// So long an alarm that is over is kept.
pub const ALARM_DAYS: i64 = 400;
const DAY_MILLIS: i64 = 24 * 3_600_000;

/// One incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    /// What: a word.
    pub kind: String,
    /// Of which office: its code; nothing for the hub itself.
    pub subject: String,
    /// When it was noticed: milliseconds since 1970 UTC, hub clock.
    pub began_millis: i64,
    /// When it was over; nothing while it goes on.
    pub ended_millis: Option<i64>,
    /// What is known of it, for people. Never personal data.
    pub detail: String,
}

/// An incident began or ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AlarmChange {
    /// It goes on from now.
    Begun {
        /// What.
        kind: String,
        /// Of which office.
        subject: String,
        /// What is known of it.
        detail: String,
    },
    /// It is over.
    Ended {
        /// What.
        kind: String,
        /// Of which office.
        subject: String,
    },
}

const SELECT: &str = "SELECT kind, subject, began, ended, detail FROM alarm";

impl Reader {
    /// Alarms that go on, the oldest first.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn open_alarms(&self) -> Result<Vec<Alarm>, StoreError> {
        let mut statement =
            self.connection.prepare_cached(&format!("{SELECT} WHERE ended IS NULL ORDER BY began, idx"))?;
        let rows = statement.query_map([], read)?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }

    /// Alarms that are over, the last to end first: at most `count`.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn past_alarms(&self, count: usize) -> Result<Vec<Alarm>, StoreError> {
        let sql = format!("{SELECT} WHERE ended IS NOT NULL ORDER BY ended DESC, idx DESC LIMIT ?");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map([i64::try_from(count).unwrap_or(i64::MAX)], read)?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }
}

impl Replica {
    /// Keeps what began and ended, with what is to be told of it: both or neither. An incident that goes on does not begin
    /// again, and one that is over does not end.
    ///
    /// # Errors
    ///
    /// When the disk refuses.
    pub fn change_alarms(
        &mut self,
        changes: &[AlarmChange],
        told: &[NewDelivery],
        now_millis: i64,
    ) -> Result<(), StoreError> {
        self.write(|work| {
            for change in changes {
                apply(work.connection, change, now_millis)?;
            }
            for new in told {
                delivery::insert(work.connection, new, now_millis)?;
            }
            let old = now_millis.saturating_sub(ALARM_DAYS * DAY_MILLIS);
            work.connection.prepare_cached("DELETE FROM alarm WHERE ended < ?")?.execute([old])?;
            delivery::forget(work.connection, now_millis)
        })
    }
}

fn apply(connection: &Connection, change: &AlarmChange, now_millis: i64) -> Result<(), StoreError> {
    match change {
        AlarmChange::Begun { kind, subject, detail } => {
            let sql = "INSERT INTO alarm (kind, subject, began, detail) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING";
            connection.prepare_cached(sql)?.execute(params![kind, subject, now_millis, detail])?;
        }
        AlarmChange::Ended { kind, subject } => {
            let sql = "UPDATE alarm SET ended = ? WHERE kind = ? AND subject = ? AND ended IS NULL";
            connection.prepare_cached(sql)?.execute(params![now_millis, kind, subject])?;
        }
    }
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<Alarm> {
    Ok(Alarm {
        kind: row.get(0)?,
        subject: row.get(1)?,
        began_millis: row.get(2)?,
        ended_millis: row.get(3)?,
        detail: row.get(4)?,
    })
}
