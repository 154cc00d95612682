//! Long values of changes, kept beside the entries that have them: each once.

use change_log::CHANGE_BYTES_MAX;
use rusqlite::{Connection, params};
use sha2::{Digest as _, Sha256};

use crate::StoreError;
use crate::entries::packed::damaged;

/// Keeps a value, and says what it is found by. Where it is kept already, but damaged, it is put right, and with it
/// every entry that has it.
pub(crate) fn keep(connection: &Connection, bytes: &[u8]) -> Result<[u8; 32], StoreError> {
    let hash: [u8; 32] = Sha256::digest(bytes).into();
    let sql = "INSERT INTO long_value (hash, bytes) VALUES (?1, ?2)
               ON CONFLICT (hash) DO UPDATE SET bytes = ?2 WHERE bytes <> ?2";
    connection.prepare_cached(sql)?.execute(params![hash, bytes])?;
    Ok(hash)
}

/// A value with what stands before it and after it. Whether it is the right one the hash of the whole change tells.
pub(crate) fn between(
    connection: &Connection,
    before: &[u8],
    hash: [u8; 32],
    after: &[u8],
) -> Result<Vec<u8>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT bytes FROM long_value WHERE hash = ?")?;
    let mut rows = statement.query([hash])?;
    let row = rows.next()?.ok_or_else(damaged)?;
    let bytes = row.get_ref(0)?.as_blob().map_err(|_| damaged())?;
    if bytes.len() > CHANGE_BYTES_MAX {
        return Err(damaged());
    }
    Ok([before, bytes, after].concat())
}
