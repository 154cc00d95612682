//! The hub's diary of the nodes that call: the last calls one by one, and each day in short for much longer.

use std::collections::BTreeMap;

use change_log::{EpochId, NodeId, Position};
use office_model::calendar;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::entries::log::signed;
use crate::{Reader, StoreError};

/// So long calls are kept one by one.
pub const CALL_DAYS: i64 = 30;
/// So long days are kept in short.
pub const DAYS_KEPT: i64 = 400;
/// Quiet calls are one row up to this length,
const ROW_MILLIS_MAX: i64 = 3_600_000;
/// when they follow each other within this.
const FOLLOWS_MILLIS: i64 = 10 * 60_000;
const DAY_MILLIS: i64 = 24 * 3_600_000;

/// One exchange of a node, or several quiet ones right after each other. Times by the hub's clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeCall {
    /// Who called.
    pub node: NodeId,
    /// When it began: milliseconds since 1970 UTC.
    pub at_millis: i64,
    /// A word for how it ended: `proven`, `waited`, `again`, `differs`, `cut`, or `refused` and why.
    pub outcome: String,
    /// How long it took, in milliseconds.
    pub duration_millis: u64,
    /// Bytes that came from the node.
    pub bytes_up: u64,
    /// Bytes that went to it.
    pub bytes_down: u64,
    /// Changes that it brought.
    pub changes: u64,
    /// Exchanges that this stands for.
    pub exchanges: u64,
    /// The log it called about.
    pub epoch: EpochId,
    /// Where it said that this log ends.
    pub claimed: Position,
}

/// A day of a node in short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CallDay {
    /// Days since 1970 in WIB.
    pub day: i64,
    /// Exchanges.
    pub exchanges: u64,
    /// Of these, cut.
    pub cuts: u64,
    /// Of these, refused.
    pub refused: u64,
    /// Changes that they brought.
    pub changes: u64,
    /// Bytes from the node.
    pub bytes_up: u64,
    /// Bytes to it.
    pub bytes_down: u64,
    /// Bit n: the node was heard in the hour that begins n hours after midnight in WIB.
    pub hours: u32,
}

impl NodeCall {
    /// Nothing was brought and nothing was wrong.
    fn is_quiet(&self) -> bool {
        self.changes == 0 && matches!(self.outcome.as_str(), "proven" | "waited")
    }

    fn end_millis(&self) -> i64 {
        self.at_millis.saturating_add(signed(self.duration_millis))
    }

    /// Whether this one and the one that followed are told together.
    fn joins(&self, next: &Self) -> bool {
        self.is_quiet()
            && next.is_quiet()
            && self.epoch == next.epoch
            && self.claimed == next.claimed
            && next.at_millis.saturating_sub(self.end_millis()) <= FOLLOWS_MILLIS
            && next.end_millis().saturating_sub(self.at_millis) <= ROW_MILLIS_MAX
    }
}

/// The day in WIB, and the hour of it.
fn day_and_hour(millis: i64) -> (i64, u32) {
    let local = millis.saturating_add(i64::from(calendar::WIB_SECONDS) * 1000);
    let hour = local.rem_euclid(DAY_MILLIS) / 3_600_000;
    (local.div_euclid(DAY_MILLIS), u32::try_from(hour).unwrap_or_default())
}

const SELECT: &str =
    "SELECT node, at, outcome, duration, bytes_up, bytes_down, changes, exchanges, epoch, claimed FROM call";

/// Notes a call.
pub(crate) fn note(connection: &Connection, call: &NodeCall) -> Result<(), StoreError> {
    let last = "SELECT idx, at, outcome, duration, changes, epoch, claimed FROM call WHERE node = ? ORDER BY at DESC, idx DESC LIMIT 1";
    let last: Option<(i64, NodeCall)> = connection
        .prepare_cached(last)?
        .query_row([call.node.0], |row| {
            let before = NodeCall {
                at_millis: row.get(1)?,
                outcome: row.get(2)?,
                duration_millis: count(row, 3)?,
                changes: count(row, 4)?,
                epoch: EpochId(row.get(5)?),
                claimed: count(row, 6)?,
                ..call.clone()
            };
            Ok((row.get(0)?, before))
        })
        .optional()?;
    match last {
        Some((index, before)) if before.joins(call) => lengthen(connection, index, &before, call)?,
        _ => insert(connection, call)?,
    }
    note_day(connection, call)
}

/// Tells a quiet call together with the one before it.
fn lengthen(connection: &Connection, index: i64, before: &NodeCall, call: &NodeCall) -> Result<(), StoreError> {
    let sql = "UPDATE call SET outcome = ?, duration = ?, bytes_up = bytes_up + ?, bytes_down = bytes_down + ?,
               exchanges = exchanges + ? WHERE idx = ?";
    connection.prepare_cached(sql)?.execute(params![
        call.outcome,
        call.end_millis().saturating_sub(before.at_millis),
        signed(call.bytes_up),
        signed(call.bytes_down),
        signed(call.exchanges),
        index
    ])?;
    Ok(())
}

/// A call of its own. Those of the node that are too old go.
fn insert(connection: &Connection, call: &NodeCall) -> Result<(), StoreError> {
    let sql = "INSERT INTO call (node, at, outcome, duration, bytes_up, bytes_down, changes, exchanges, epoch, claimed)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    connection.prepare_cached(sql)?.execute(params![
        call.node.0,
        call.at_millis,
        call.outcome,
        signed(call.duration_millis),
        signed(call.bytes_up),
        signed(call.bytes_down),
        signed(call.changes),
        signed(call.exchanges),
        call.epoch.0,
        signed(call.claimed)
    ])?;
    let old = params![call.node.0, call.at_millis.saturating_sub(CALL_DAYS * DAY_MILLIS)];
    connection.prepare_cached("DELETE FROM call WHERE node = ? AND at < ?")?.execute(old)?;
    Ok(())
}

fn note_day(connection: &Connection, call: &NodeCall) -> Result<(), StoreError> {
    let (day, hour) = day_and_hour(call.at_millis);
    let was_cut = call.outcome == "cut";
    let sql = "INSERT INTO call_day (node, day, exchanges, cuts, refused, changes, bytes_up, bytes_down, hours)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
               ON CONFLICT (node, day) DO UPDATE SET exchanges = exchanges + ?3, cuts = cuts + ?4,
               refused = refused + ?5, changes = changes + ?6, bytes_up = bytes_up + ?7, bytes_down = bytes_down + ?8,
               hours = hours | ?9";
    connection.prepare_cached(sql)?.execute(params![
        call.node.0,
        day,
        signed(call.exchanges),
        was_cut,
        call.outcome.starts_with("refused"),
        signed(call.changes),
        signed(call.bytes_up),
        signed(call.bytes_down),
        1_i64 << hour
    ])?;
    let old = params![call.node.0, day.saturating_sub(DAYS_KEPT)];
    connection.prepare_cached("DELETE FROM call_day WHERE node = ? AND day < ?")?.execute(old)?;
    Ok(())
}

fn count(row: &Row<'_>, index: usize) -> rusqlite::Result<u64> {
    Ok(row.get::<_, i64>(index)?.unsigned_abs())
}

fn read(row: &Row<'_>) -> rusqlite::Result<NodeCall> {
    Ok(NodeCall {
        node: NodeId(row.get(0)?),
        at_millis: row.get(1)?,
        outcome: row.get(2)?,
        duration_millis: count(row, 3)?,
        bytes_up: count(row, 4)?,
        bytes_down: count(row, 5)?,
        changes: count(row, 6)?,
        exchanges: count(row, 7)?,
        epoch: EpochId(row.get(8)?),
        claimed: count(row, 9)?,
    })
}

impl Reader {
    /// The last calls of a node, the latest first.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn calls(&self, node: NodeId, count_max: usize) -> Result<Vec<NodeCall>, StoreError> {
        let sql = format!("{SELECT} WHERE node = ? ORDER BY at DESC, idx DESC LIMIT ?");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map(params![node.0, signed(count_max as u64)], read)?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }

    /// The days of all nodes from one on, in order. `day`: days since 1970 in WIB.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn call_days(&self, day: i64) -> Result<BTreeMap<NodeId, Vec<CallDay>>, StoreError> {
        let sql = "SELECT node, day, exchanges, cuts, refused, changes, bytes_up, bytes_down, hours FROM call_day
                   WHERE day >= ? ORDER BY node, day";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([day], |row| {
            let read = CallDay {
                day: row.get(1)?,
                exchanges: count(row, 2)?,
                cuts: count(row, 3)?,
                refused: count(row, 4)?,
                changes: count(row, 5)?,
                bytes_up: count(row, 6)?,
                bytes_down: count(row, 7)?,
                hours: row.get(8)?,
            };
            Ok((NodeId(row.get(0)?), read))
        })?;
        let mut days: BTreeMap<NodeId, Vec<CallDay>> = BTreeMap::new();
        for row in rows {
            let (node, day) = row?;
            days.entry(node).or_default().push(day);
        }
        Ok(days)
    }

    /// Entries of a node's last call that the node says it has and the hub has not; nothing when it never called, or its
    /// log is not here.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn claimed_beyond(&self, call: &NodeCall) -> Result<Option<u64>, StoreError> {
        Ok(self.log(call.epoch)?.map(|log| call.claimed.saturating_sub(log.position)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(at_millis: i64, outcome: &str, changes: u64) -> NodeCall {
        NodeCall {
            node: NodeId([1; 8]),
            at_millis,
            outcome: outcome.to_owned(),
            duration_millis: 240_000,
            bytes_up: 100,
            bytes_down: 50,
            changes,
            exchanges: 1,
            epoch: EpochId([1; 16]),
            claimed: 7,
        }
    }

    #[test]
    fn quiet_calls_right_after_each_other_are_one() {
        let first = call(0, "waited", 0);
        assert!(first.joins(&call(240_000, "proven", 0)));
        assert!(!first.joins(&call(240_000, "cut", 0)) && !first.joins(&call(240_000, "proven", 1)));
        assert!(!first.joins(&call(240_000 + FOLLOWS_MILLIS + 1, "waited", 0)), "silence lies between them");
        assert!(!first.joins(&NodeCall { claimed: 8, ..call(240_000, "waited", 0) }));
        assert!(!first.joins(&call(ROW_MILLIS_MAX, "waited", 0)), "a row is an hour at most");
    }

    #[test]
    fn days_and_hours_are_those_of_java() {
        assert_eq!(day_and_hour(0), (0, 7));
        assert_eq!(day_and_hour(17 * 3_600_000 - 1), (0, 23));
        assert_eq!(day_and_hour(17 * 3_600_000), (1, 0));
        assert_eq!(day_and_hour(-8 * 3_600_000), (-1, 23));
    }
}
