//! How much there is of everything, cheaply.

use change_log::DocumentId;
use office_model::OfficeCode;

use crate::entries::digest;
use crate::views::list::IS_DIVERGENT;
use crate::{Reader, StoreError};

/// Figures for a status page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Transactions in lists.
    pub transactions: u64,
    /// Entries of own logs that the hub has not acknowledged (node).
    pub unsent: u64,
    /// Entries the gate has not judged yet.
    pub pending: u64,
    /// Entries kept out of their documents.
    pub quarantined: u64,
    /// Own entries that the hub refused (node).
    pub refused_by_hub: u64,
    /// Transactions with something that people must decide.
    pub divergent: u64,
    /// Entries that lost their place to a fork.
    pub set_aside: u64,
    /// Of these, done again as records of a later epoch.
    pub recorded_anew: u64,
}

impl Reader {
    /// Figures of the whole replica. Costs a scan of an index for the transactions (about 20 ms a million).
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn counts(&self) -> Result<Counts, StoreError> {
        let count = |sql: &str| -> Result<u64, StoreError> {
            let mut statement = self.connection.prepare_cached(sql)?;
            Ok(statement.query_row([], |row| row.get::<_, i64>(0))?.unsigned_abs())
        };
        Ok(Counts {
            transactions: count("SELECT count(*) FROM transaction_row")?,
            unsent: count("SELECT coalesce(sum(position - acknowledged), 0) FROM log WHERE own")?,
            pending: count("SELECT count(*) FROM entry WHERE state = 0")?,
            quarantined: count("SELECT count(*) FROM entry WHERE state >= 2")?,
            refused_by_hub: count("SELECT count(*) FROM refusal WHERE source = 3")?,
            divergent: count(&format!("SELECT count(*) FROM transaction_row r WHERE {IS_DIVERGENT}"))?,
            set_aside: count("SELECT count(*) FROM aside")?,
            recorded_anew: count("SELECT count(*) FROM aside WHERE anew = 1")?,
        })
    }

    /// What hardly costs anything, however large the replica: entries that are not sent, and documents of which the hub
    /// refused own entries.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn unsent_and_refused(&self) -> Result<(u64, u64), StoreError> {
        let sql = "SELECT (SELECT coalesce(sum(position - acknowledged), 0) FROM log WHERE own),
                          (SELECT count(DISTINCT e.document) FROM refusal r JOIN entry e ON e.place = r.entry
                            WHERE r.source = 3)";
        let mut statement = self.connection.prepare_cached(sql)?;
        let counts: (i64, i64) = statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok((counts.0.unsigned_abs(), counts.1.unsigned_abs()))
    }

    /// Whether the hub has not acknowledged all that this replica wrote of a document.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn is_unsent(&self, document: DocumentId) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM document d CROSS JOIN entry e ON e.document = d.idx CROSS JOIN log l ON l.idx = e.place >> 32
                   WHERE d.id = ? AND l.own AND (e.place & 4294967295) > l.acknowledged LIMIT 1";
        Ok(self.connection.prepare_cached(sql)?.exists([document.0.into_bytes()])?)
    }

    /// Transactions of one office.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn transactions_of(&self, office: &OfficeCode) -> Result<u64, StoreError> {
        let Some(index) = digest::find_office(&self.connection, office)? else { return Ok(0) };
        let mut statement = self.connection.prepare_cached("SELECT count(*) FROM transaction_row WHERE office = ?")?;
        Ok(statement.query_row([index], |row| row.get::<_, i64>(0))?.unsigned_abs())
    }
}
