//! Citizens of earlier records, to be served again.

use std::collections::BTreeSet;

use change_log::DocumentId;
use rusqlite::params;
use uuid::Uuid;

use crate::views::search;
use crate::{Reader, StoreError};

/// So many found records are looked at, the latest first: more than an office makes in years, and read in about a tenth of a
/// second. Only what hardly anybody asks for, such as the id of a service, has more without naming `count` persons.
const ROWS_MAX: i64 = 50_000;

/// A row is read for two columns alone, without the words that a list needs.
pub(crate) const FOUND: &str = "SELECT r.document, r.name, r.nik
     FROM search f CROSS JOIN transaction_row r ON r.document = f.rowid
     WHERE f.search MATCH ? AND r.nik IS NOT NULL ORDER BY f.rowid DESC LIMIT ?";

impl Reader {
    /// The latest record of each person whose own name or NIK begins with the words typed; `count` at most, and behind them
    /// those with marks above letters, which the search does not know. A person is told from others by the NIK. Nobody is
    /// found by the NIK or name of somebody else in the record, such as a father: their data would stand for his.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn citizens(&self, typed: &str, count: usize) -> Result<Vec<DocumentId>, StoreError> {
        let Some(query) = search::query(typed) else { return Ok(Vec::new()) };
        match self.persons(&query, &search::words(&typed.to_lowercase()), count) {
            Err(StoreError::Database(error)) if search::is_phrase(&error) => Ok(Vec::new()),
            found => found,
        }
    }

    fn persons(&self, query: &str, typed: &[String], count: usize) -> Result<Vec<DocumentId>, StoreError> {
        let mut statement = self.connection.prepare_cached(FOUND)?;
        let mut rows = statement.query(params![query, ROWS_MAX])?;
        let (mut seen, mut seen_beside) = (BTreeSet::new(), BTreeSet::new());
        let (mut own, mut beside): (Vec<i64>, Vec<(i64, String)>) = (Vec::new(), Vec::new());
        while own.len() < count
            && let Some(row) = rows.next()?
        {
            let (document, name, nik): (i64, Option<String>, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            if is_called(typed, name.as_deref().unwrap_or_default(), &nik) {
                if seen.insert(nik) {
                    own.push(document);
                }
            } else if may_be_called(name.as_deref().unwrap_or_default(), typed)
                && beside.len() < count
                && seen_beside.insert(nik.clone())
            {
                beside.push((document, nik));
            }
        }
        let beside = beside.into_iter().filter(|(_, nik)| !seen.contains(nik)).map(|(document, _)| document);
        let found: Vec<i64> = own.into_iter().chain(beside).take(count).collect();
        let mut statement = self.connection.prepare_cached("SELECT id FROM document WHERE idx = ?")?;
        let id = |document: i64| Ok(DocumentId(Uuid::from_bytes(statement.query_row([document], |row| row.get(0))?)));
        found.into_iter().map(id).collect()
    }
}

/// Whether each word begins a word of the name or the NIK, as people type them: without the marks above letters, which the
/// search does not know, it may be taken for somebody else's name.
fn is_called(typed: &[String], name: &str, nik: &str) -> bool {
    let name = name.to_lowercase();
    let words = || name.split(|c: char| !c.is_alphanumeric()).chain([nik]);
    typed.iter().all(|typed| words().any(|word| word.starts_with(typed.as_str())))
}

/// Whether letters with marks stand between a name and words that were typed without them.
fn may_be_called(name: &str, typed: &[String]) -> bool {
    let is_number = |word: &String| word.chars().all(|letter| letter.is_ascii_digit());
    !name.is_ascii() && !typed.iter().any(is_number)
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;
    use crate::file::migrations;

    #[test]
    fn found_records_come_in_the_order_of_the_search_without_sorting() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrations::run(&mut connection).unwrap();
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {FOUND}")).unwrap();
        let steps = statement.query_map(params!["\"siti\"*", 1], |row| row.get::<_, String>(3)).unwrap();
        let plan = steps.map(Result::unwrap).collect::<Vec<_>>().join("\n");
        assert!(plan.contains("SEARCH r USING INTEGER PRIMARY KEY") && !plan.contains("TEMP B-TREE"), "{plan}");
    }

    #[test]
    fn a_person_is_called_by_the_beginnings_of_words() {
        let typed = |text: &str| search::words(&text.to_lowercase());
        for text in ["siti", "Aminah si", "s a", "3510", "siti 351001"] {
            assert!(is_called(&typed(text), "Siti Aminah", "3510014107900001"), "{text}");
        }
        for text in ["budi", "siti budi", "minah", "0001"] {
            assert!(!is_called(&typed(text), "Siti Aminah", "3510014107900001"), "{text}");
        }
    }
}
