//! Statistics: how many transactions there are by office, service and status, and on each day.

use std::collections::BTreeMap;

use office_model::{OfficeCode, ServiceId};
use rusqlite::params_from_iter;
use rusqlite::types::Value;

use crate::file::reader::{damaged, parse_office};
use crate::{ListFilter, Reader, StoreError};

/// A day has so many milliseconds,
const DAY_MILLIS: i64 = 86_400_000;
/// and begins so many before midnight in UTC: WIB.
const WIB_MILLIS: i64 = 7 * 3_600_000;
/// With so many rows in a time the table is walked: looking each up by the index of times would cost more.
const MANY: u32 = 100_000;

/// So many transactions are alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// Of this office,
    pub office: OfficeCode,
    /// of this service,
    pub service: ServiceId,
    /// with this status word.
    pub status: String,
    /// How many.
    pub count: u64,
}

/// What was counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tallies {
    /// By office, service and status.
    pub kinds: Vec<Tally>,
    /// By the day on which they were made in WIB, by the device's clock: days since 1970.
    pub days: BTreeMap<i64, u64>,
}

impl Reader {
    /// Counts the transactions of a list. Costs a walk over their rows, at most over all (about 0.5 s a million), and memory
    /// for each kind and each day, however many there are.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn tally(&self, filter: &ListFilter) -> Result<Tallies, StoreError> {
        let Some((condition, values)) = self.condition_of(filter)? else { return Ok(Tallies::default()) };
        let table = self.walked(filter)?;
        let sql = format!("SELECT r.office, r.service, r.status, r.created FROM {table} {condition}");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(values))?;
        let mut kinds: BTreeMap<(i64, i64, i64), u64> = BTreeMap::new();
        let mut days: BTreeMap<i64, u64> = BTreeMap::new();
        while let Some(row) = rows.next()? {
            *kinds.entry((row.get(0)?, row.get(1)?, row.get(2)?)).or_default() += 1;
            let created: i64 = row.get(3)?;
            *days.entry(created.saturating_add(WIB_MILLIS).div_euclid(DAY_MILLIS)).or_default() += 1;
        }
        let (offices, words) = (self.texts("SELECT idx, code FROM office")?, self.texts("SELECT idx, text FROM word")?);
        let text = |of: &BTreeMap<i64, String>, index| of.get(&index).cloned().ok_or_else(|| damaged("a row's word"));
        let kinds = kinds.into_iter().map(|((office, service, status), count)| {
            let service = text(&words, service)?.parse().map_err(|_| damaged("a service id"))?;
            let office = parse_office(&text(&offices, office)?)?;
            Ok(Tally { office, service, status: text(&words, status)?, count })
        });
        Ok(Tallies { kinds: kinds.collect::<Result<_, StoreError>>()?, days })
    }

    /// The table by the index that leaves least to walk over.
    fn walked(&self, filter: &ListFilter) -> Result<&'static str, StoreError> {
        if filter.office.is_some() {
            return Ok("transaction_row r INDEXED BY row_office");
        }
        let Some(made) = &filter.made else { return Ok("transaction_row r NOT INDEXED") };
        let sql = format!(
            "SELECT 1 FROM transaction_row INDEXED BY row_created WHERE created >= ? AND created < ? LIMIT 1 OFFSET {MANY}"
        );
        let are_many = self.connection.prepare_cached(&sql)?.exists([made.start, made.end])?;
        Ok(if are_many { "transaction_row r NOT INDEXED" } else { "transaction_row r INDEXED BY row_created" })
    }

    fn condition_of(&self, filter: &ListFilter) -> Result<Option<(String, Vec<Value>)>, StoreError> {
        let Some((wheres, values)) = self.conditions(filter)? else { return Ok(None) };
        Ok(Some((crate::views::list::condition(&wheres), values)))
    }

    fn texts(&self, sql: &str) -> Result<BTreeMap<i64, String>, StoreError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }
}
