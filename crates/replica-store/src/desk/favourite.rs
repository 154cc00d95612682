//! The services that a clerk wants at hand.

use rusqlite::params;

use crate::{Reader, Replica, StoreError};

impl Reader {
    /// The ids of a clerk's favourite services, ascending.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn favourites(&self, clerk: &str) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT service FROM favourite WHERE clerk = ? ORDER BY service";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([clerk], |row| row.get(0))?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }
}

impl Replica {
    /// Makes a service a favourite of a clerk, or none any more; it is no error when it is so already.
    ///
    /// # Errors
    ///
    /// When the disk refuses.
    pub fn set_favourite(&mut self, clerk: &str, service: &str, is_favourite: bool) -> Result<(), StoreError> {
        self.write(|work| {
            let sql = if is_favourite {
                "INSERT OR IGNORE INTO favourite (clerk, service) VALUES (?, ?)"
            } else {
                "DELETE FROM favourite WHERE clerk = ? AND service = ?"
            };
            work.connection.prepare_cached(sql)?.execute(params![clerk, service])?;
            Ok(())
        })
    }
}
