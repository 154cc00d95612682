//! The audit trail of this machine: who did what when, without values.

use rusqlite::params;

use crate::{Reader, Replica, StoreError};

/// One act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditItem {
    /// Milliseconds since 1970 UTC by this machine's clock.
    pub at_millis: i64,
    /// Who: a clerk id, or what was typed as one.
    pub clerk: String,
    /// What: a word.
    pub act: String,
    /// About what: an id, never a value.
    pub subject: String,
}

impl Reader {
    /// The latest acts, the last first: at most `count`.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn audit(&self, count: usize) -> Result<Vec<AuditItem>, StoreError> {
        let sql = "SELECT at, clerk, act, subject FROM audit ORDER BY idx DESC LIMIT ?";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([i64::try_from(count).unwrap_or(i64::MAX)], |row| {
            Ok(AuditItem { at_millis: row.get(0)?, clerk: row.get(1)?, act: row.get(2)?, subject: row.get(3)? })
        })?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }
}

impl Replica {
    /// Notes an act.
    ///
    /// # Errors
    ///
    /// When the disk refuses.
    pub fn note_act(&mut self, item: &AuditItem) -> Result<(), StoreError> {
        self.write(|work| {
            let sql = "INSERT INTO audit (at, clerk, act, subject) VALUES (?, ?, ?, ?)";
            work.connection.prepare_cached(sql)?.execute(params![
                item.at_millis,
                item.clerk,
                item.act,
                item.subject
            ])?;
            Ok(())
        })
    }
}
