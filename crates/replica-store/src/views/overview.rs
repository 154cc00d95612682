//! Figures of all offices at once, each by an index: what a page over a whole regency needs.

use std::collections::BTreeMap;
use std::ops::Range;

use office_model::{OfficeCode, ServiceId};

use crate::file::reader::{damaged, parse_office};
use crate::{Reader, StoreError};

/// Figures of one office.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OfficeCounts {
    /// Transactions in lists.
    pub transactions: u64,
    /// Of these, with something that people must decide.
    pub divergent: u64,
    /// Entries kept out of their documents.
    pub quarantined: u64,
}

/// One of them.
type Figure = fn(&mut OfficeCounts) -> &mut u64;

const TRANSACTIONS: &str = "SELECT o.code, c.count FROM
    (SELECT office, count(*) AS count FROM transaction_row INDEXED BY row_office GROUP BY office) c
    JOIN office o ON o.idx = c.office";
const DIVERGENT: &str = "SELECT o.code, count(*) FROM transaction_row r INDEXED BY row_divergent
    JOIN office o ON o.idx = r.office WHERE (r.divergences > 0 OR r.two_papers > 0) GROUP BY o.code";
const QUARANTINED: &str = "SELECT o.code, count(*) FROM entry e INDEXED BY entry_quarantined
    JOIN document d ON d.idx = e.document JOIN office o ON o.idx = d.office WHERE e.state >= 2 GROUP BY o.code";

const MADE_BY: &str = "SELECT o.code, w.text, c.count FROM
    (SELECT office, service, count(*) AS count FROM transaction_row INDEXED BY row_created
     WHERE created >= ? AND created < ? GROUP BY office, service) c
    JOIN office o ON o.idx = c.office JOIN word w ON w.idx = c.service ORDER BY o.code, w.text";

impl Reader {
    /// How many transactions of each service each office made in a time (as rows tell it, milliseconds since 1970 UTC), by
    /// office and service. Costs a look at each row of that time.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn made_by(&self, time: &Range<i64>) -> Result<Vec<(OfficeCode, ServiceId, u64)>, StoreError> {
        let mut statement = self.connection.prepare_cached(MADE_BY)?;
        let mut rows = statement.query([time.start, time.end])?;
        let mut made = Vec::new();
        while let Some(row) = rows.next()? {
            let office = parse_office(&row.get::<_, String>(0)?)?;
            let service = row.get::<_, String>(1)?.parse().map_err(|_| damaged("a service id"))?;
            made.push((office, service, row.get::<_, i64>(2)?.unsigned_abs()));
        }
        Ok(made)
    }

    /// Figures of every office that has any. Costs a scan of an index for the transactions (about 20 ms a million).
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn office_counts(&self) -> Result<BTreeMap<OfficeCode, OfficeCounts>, StoreError> {
        let mut offices: BTreeMap<OfficeCode, OfficeCounts> = BTreeMap::new();
        let figures: [(&str, Figure); 3] = [
            (TRANSACTIONS, |counts| &mut counts.transactions),
            (DIVERGENT, |counts| &mut counts.divergent),
            (QUARANTINED, |counts| &mut counts.quarantined),
        ];
        for (sql, figure) in figures {
            let mut statement = self.connection.prepare_cached(sql)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let office = parse_office(&row.get::<_, String>(0)?)?;
                *figure(offices.entry(office).or_default()) = row.get::<_, i64>(1)?.unsigned_abs();
            }
        }
        Ok(offices)
    }

    /// How many transactions were made in each of these times (as rows tell it, milliseconds since 1970 UTC). Costs a scan
    /// of their part of an index.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn made_in(&self, times: &[Range<i64>]) -> Result<Vec<u64>, StoreError> {
        let sql = "SELECT count(*) FROM transaction_row INDEXED BY row_created WHERE created >= ? AND created < ?";
        let mut statement = self.connection.prepare_cached(sql)?;
        let count = |time: &Range<i64>| -> Result<u64, StoreError> {
            let count: i64 = statement.query_row([time.start, time.end], |row| row.get(0))?;
            Ok(count.unsigned_abs())
        };
        times.iter().map(count).collect()
    }
}
