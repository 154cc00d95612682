//! When a node was last proven equal with the hub.

use change_log::Digest;
use office_model::OfficeCode;
use rusqlite::{OptionalExtension as _, params};

use crate::entries::log::signed;
use crate::{Reader, Replica, StoreError};

/// Both sides had this digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proof {
    /// When: milliseconds since 1970 UTC, by the hub's clock.
    pub at_millis: i64,
    /// The digest.
    pub digest: Digest,
}

impl Replica {
    /// Notes that the hub had the same digest of an office as this node.
    ///
    /// # Errors
    ///
    /// When the disk refuses.
    pub fn proven(&mut self, office: &OfficeCode, at_millis: i64, digest: Digest) -> Result<(), StoreError> {
        self.write(|work| {
            let sql = "INSERT INTO proof (office, at, count, sum) VALUES (?1, ?2, ?3, ?4)
                       ON CONFLICT (office) DO UPDATE SET at = ?2, count = ?3, sum = ?4";
            let mut statement = work.connection.prepare_cached(sql)?;
            statement.execute(params![office.as_str(), at_millis, signed(digest.count), digest.sum])?;
            Ok(())
        })
    }
}

impl Reader {
    /// The last proof of an office.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn last_proof(&self, office: &OfficeCode) -> Result<Option<Proof>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT at, count, sum FROM proof WHERE office = ?")?;
        let found = statement.query_row([office.as_str()], |row| {
            let digest = Digest { count: row.get::<_, i64>(1)?.unsigned_abs(), sum: row.get(2)? };
            Ok(Proof { at_millis: row.get(0)?, digest })
        });
        Ok(found.optional()?)
    }
}
