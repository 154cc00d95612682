//! The letters of a time: what registers list.

use std::ops::Range;

use rusqlite::params;

use crate::views::list::{COLUMNS, JOINS, read};
use crate::views::rows::ListedTransaction;
use crate::{Reader, StoreError};

fn sql() -> String {
    format!(
        "{COLUMNS} transaction_row r INDEXED BY row_created {JOINS}
         WHERE r.created >= ? AND r.created < ? AND r.number IS NOT NULL ORDER BY r.created, r.document LIMIT ?"
    )
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
        let mut found = statement.query(params![made.start, made.end, limit])?;
        let mut letters = Vec::new();
        while let Some(row) = found.next()? {
            letters.push(read(row)?);
        }
        Ok(letters)
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
        let arrivals = plan(ARRIVALS, [1, 2]);
        assert!(arrivals.starts_with("SEARCH r USING COVERING INDEX row_created"), "{arrivals}");
    }
}
