//! The letters of a time: what registers list.

use std::ops::Range;

use rusqlite::Params;

use crate::views::list::{COLUMNS, JOINS, read};
use crate::views::rows::ListedTransaction;
use crate::{Reader, StoreError};

fn by_number() -> String {
    format!(
        "{COLUMNS} transaction_row r INDEXED BY row_numbered {JOINS}
         WHERE r.numbered >= ?1 AND r.numbered < ?2 ORDER BY r.numbered, r.document LIMIT ?3"
    )
}

fn by_signature() -> String {
    format!(
        "{COLUMNS} transaction_row r INDEXED BY row_signed {JOINS}
         WHERE r.signed >= ?1 AND r.signed < ?2 AND r.number IS NOT NULL ORDER BY r.signed, r.document LIMIT ?3"
    )
}

impl Reader {
    /// The transactions that got their letter number in a time (as rows tell it, milliseconds since 1970 UTC), the first
    /// numbered first; at most `count_max`.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn letters_numbered(&self, time: &Range<i64>, count_max: usize) -> Result<Vec<ListedTransaction>, StoreError> {
        self.letters(&by_number(), (time.start, time.end, i64::try_from(count_max).unwrap_or(i64::MAX)))
    }

    /// The transactions with a letter number that were first signed in a time, the first signed first; at most `count_max`.
    /// Those that were withdrawn since are among them.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn letters_signed(&self, time: &Range<i64>, count_max: usize) -> Result<Vec<ListedTransaction>, StoreError> {
        self.letters(&by_signature(), (time.start, time.end, i64::try_from(count_max).unwrap_or(i64::MAX)))
    }

    fn letters(&self, sql: &str, values: impl Params) -> Result<Vec<ListedTransaction>, StoreError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut found = statement.query(values)?;
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
    fn a_time_is_looked_up_in_the_indexes() {
        for (sql, by) in [(super::by_number(), "numbered"), (super::by_signature(), "signed")] {
            let steps = plan(&sql, [1, 2, 3]);
            let search = format!("SEARCH r USING INDEX row_{by} ({by}>? AND {by}<?)");
            assert!(steps.starts_with(&search) && !steps.contains("TEMP B-TREE"), "{steps}");
        }
        let arrivals = plan(ARRIVALS, [1, 2]);
        assert!(arrivals.starts_with("SEARCH r USING COVERING INDEX row_created"), "{arrivals}");
    }
}
