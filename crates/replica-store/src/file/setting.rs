//! Small values that shells keep with a replica: bytes by key.

use rusqlite::{Connection, OptionalExtension as _, params};

use crate::{Reader, Replica, StoreError};

impl Reader {
    /// The value of a key.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn setting(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        get(&self.connection, key)
    }

    /// The keys that begin so, in order. Their values are not read.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn setting_keys(&self, beginning: &str) -> Result<Vec<String>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT key FROM setting WHERE key >= ? ORDER BY key")?;
        let mut rows = statement.query([beginning])?;
        let mut keys = Vec::new();
        while let Some(row) = rows.next()? {
            let key: String = row.get(0)?;
            if !key.starts_with(beginning) {
                break;
            }
            keys.push(key);
        }
        Ok(keys)
    }
}

impl Replica {
    /// Sets the value of a key.
    ///
    /// # Errors
    ///
    /// When the disk refuses.
    pub fn set_setting(&mut self, key: &str, value: &[u8]) -> Result<(), StoreError> {
        self.write(|work| put(work.connection, key, value))
    }

    /// Takes a key out, and says what its value was.
    ///
    /// # Errors
    ///
    /// When the disk refuses.
    pub fn take_setting(&mut self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.write(|work| {
            let value = get(work.connection, key)?;
            work.connection.prepare_cached("DELETE FROM setting WHERE key = ?")?.execute([key])?;
            Ok(value)
        })
    }
}

pub(crate) fn get(connection: &Connection, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT value FROM setting WHERE key = ?")?;
    Ok(statement.query_row([key], |row| row.get(0)).optional()?)
}

pub(crate) fn put(connection: &Connection, key: &str, value: &[u8]) -> Result<(), StoreError> {
    let sql = "INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)";
    connection.prepare_cached(sql)?.execute(params![key, value])?;
    Ok(())
}
