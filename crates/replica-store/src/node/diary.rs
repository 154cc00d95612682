//! A node's diary of its contacts with the hub, the last ones only.

use rusqlite::params;

use crate::entries::log::signed;
use crate::{Reader, Replica, StoreError};

/// So many contacts are kept.
pub const CONTACTS_MAX: u64 = 10_000;

/// One try to reach the hub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// When it began: device clock, milliseconds since 1970 UTC.
    pub at_millis: i64,
    /// A word for how it ended, such as `proven`, `cut`, `unreachable`.
    pub outcome: String,
    /// Bytes sent.
    pub bytes_up: u64,
    /// Bytes received.
    pub bytes_down: u64,
    /// How long it took, in milliseconds.
    pub duration_millis: u64,
    /// Frames that arrived whole, both ways.
    pub frames: u64,
    /// The link's speed in bytes a second, where it could be measured.
    pub bytes_per_second: Option<u64>,
}

impl Replica {
    /// Adds a contact; the oldest go when there are more than [`CONTACTS_MAX`].
    ///
    /// # Errors
    ///
    /// When the disk refuses.
    pub fn note_contact(&mut self, contact: &Contact) -> Result<(), StoreError> {
        self.write(|work| {
            let sql = "INSERT INTO contact (at, outcome, bytes_up, bytes_down, duration, frames, speed)
                       VALUES (?, ?, ?, ?, ?, ?, ?)";
            let index = work.connection.prepare_cached(sql)?.insert(params![
                contact.at_millis,
                contact.outcome,
                signed(contact.bytes_up),
                signed(contact.bytes_down),
                signed(contact.duration_millis),
                signed(contact.frames),
                contact.bytes_per_second.map(signed)
            ])?;
            let mut statement = work.connection.prepare_cached("DELETE FROM contact WHERE idx <= ?")?;
            statement.execute([index - signed(CONTACTS_MAX)])?;
            Ok(())
        })
    }
}

impl Reader {
    /// The last contacts, the latest first.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn contacts(&self, count_max: usize) -> Result<Vec<Contact>, StoreError> {
        let sql = "SELECT at, outcome, bytes_up, bytes_down, duration, frames, speed FROM contact
                   ORDER BY idx DESC LIMIT ?";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([signed(count_max as u64)], |row| {
            Ok(Contact {
                at_millis: row.get(0)?,
                outcome: row.get(1)?,
                bytes_up: row.get::<_, i64>(2)?.unsigned_abs(),
                bytes_down: row.get::<_, i64>(3)?.unsigned_abs(),
                duration_millis: row.get::<_, i64>(4)?.unsigned_abs(),
                frames: row.get::<_, i64>(5)?.unsigned_abs(),
                bytes_per_second: row.get::<_, Option<i64>>(6)?.map(i64::unsigned_abs),
            })
        })?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }
}
