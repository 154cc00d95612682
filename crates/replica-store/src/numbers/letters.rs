//! The letters of a time: what registers list.

use std::ops::Range;

use rusqlite::{Rows, params};

use crate::views::list::{COLUMNS, JOINS, read};
use crate::views::rows::ListedTransaction;
use crate::{Reader, StoreError};

/// By less clocks differ that are right.
const AHEAD_MILLIS: i64 = 24 * 3_600_000;

fn sql() -> String {
    format!(
        "{COLUMNS} transaction_row r INDEXED BY row_created {JOINS}
         WHERE r.created >= ? AND r.created < ? AND r.number IS NOT NULL ORDER BY r.created, r.document LIMIT ?"
    )
}

fn sql_ahead() -> String {
    format!(
        "{COLUMNS} transaction_row r INDEXED BY row_created {JOINS}
         WHERE r.created >= ? AND r.changed < r.created - ? AND r.number IS NOT NULL
         ORDER BY r.created, r.document LIMIT ?"
    )
}

fn all(mut found: Rows<'_>) -> Result<Vec<ListedTransaction>, StoreError> {
    let mut letters = Vec::new();
    while let Some(row) = found.next()? {
        letters.push(read(row)?);
    }
    Ok(letters)
}

impl ListedTransaction {
    /// Whether the clock that made it was ahead by days: it was changed since, and before it says it was made.
    pub const fn is_made_ahead(&self) -> bool {
        self.changed_millis < self.created_millis.saturating_sub(AHEAD_MILLIS)
    }
}

impl Reader {
    /// The transactions with a letter number that were made in a time (as rows tell it, milliseconds since 1970 UTC), the
    /// first made first; at most `count_max`.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn letters_made(&self, made: &Range<i64>, count_max: usize) -> Result<Vec<ListedTransaction>, StoreError> {
        let mut statement = self.connection.prepare_cached(&sql())?;
        let limit = i64::try_from(count_max).unwrap_or(i64::MAX);
        all(statement.query(params![made.start, made.end, limit])?)
    }

    /// The transactions with a letter number that say they were made at `since_millis` or later, and were changed more than a
    /// day before they say they were made: the clock that made them was ahead. The first made first; at most `count_max`.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn letters_made_ahead(
        &self,
        since_millis: i64,
        count_max: usize,
    ) -> Result<Vec<ListedTransaction>, StoreError> {
        let mut statement = self.connection.prepare_cached(&sql_ahead())?;
        let limit = i64::try_from(count_max).unwrap_or(i64::MAX);
        all(statement.query(params![since_millis, AHEAD_MILLIS, limit])?)
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use crate::file::migrations;
    use crate::views::list::ARRIVALS;

    /// What SQLite means to do, step by step.
    fn plan(sql: &str, values: impl rusqlite::Params) -> String {
        let mut connection = Connection::open_in_memory().unwrap();
        migrations::run(&mut connection).unwrap();
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let steps = statement.query_map(values, |row| row.get::<_, String>(3)).unwrap();
        steps.map(Result::unwrap).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_time_is_looked_up_in_the_index_and_comes_out_in_its_order() {
        let letters = plan(&super::sql(), [1, 2, 3]);
        assert!(letters.starts_with("SEARCH r USING INDEX row_created (created>? AND created<?)"), "{letters}");
        assert!(!letters.contains("TEMP B-TREE"), "{letters}");
        let ahead = plan(&super::sql_ahead(), [1, 2, 3]);
        assert!(ahead.starts_with("SEARCH r USING INDEX row_created (created>?)"), "{ahead}");
        let arrivals = plan(ARRIVALS, [1, 2]);
        assert!(arrivals.starts_with("SEARCH r USING COVERING INDEX row_created"), "{arrivals}");
    }
}
