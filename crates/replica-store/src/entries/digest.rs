//! Offices and the digest of what is held of each.

use change_log::Digest;
use office_model::OfficeCode;
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::{Reader, StoreError};

impl Reader {
    /// Count and sum over the entries of an office's documents: at the hub those accepted, at a node all it holds but
    /// those the hub refused. Equal digests on both sides prove equal holdings.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn office_digest(&self, office: &OfficeCode) -> Result<Digest, StoreError> {
        let found = find_office(&self.connection, office)?;
        found.map_or_else(|| Ok(Digest::default()), |index| of_office(&self.connection, index))
    }

    /// Every office something is held of.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn offices(&self) -> Result<Vec<(OfficeCode, Digest)>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT code, count, sum FROM office ORDER BY code")?;
        let rows = statement.query_map([], |row| {
            Ok((row.get::<_, String>(0)?, Digest { count: row.get::<_, i64>(1)?.unsigned_abs(), sum: row.get(2)? }))
        })?;
        rows.map(|row| {
            row.map_err(StoreError::from).and_then(|(code, sum)| Ok((crate::file::reader::parse_office(&code)?, sum)))
        })
        .collect()
    }
}

pub(crate) fn find_office(connection: &Connection, office: &OfficeCode) -> Result<Option<i64>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT idx FROM office WHERE code = ?")?;
    Ok(statement.query_row([office.as_str()], |row| row.get(0)).optional()?)
}

/// The index of an office, which is noted if it is new.
pub(crate) fn office_index(connection: &Connection, office: &OfficeCode) -> Result<i64, StoreError> {
    if let Some(index) = find_office(connection, office)? {
        return Ok(index);
    }
    let mut statement = connection.prepare_cached("INSERT INTO office (code, count, sum) VALUES (?, 0, ?)")?;
    Ok(statement.insert(params![office.as_str(), [0u8; 32]])?)
}

pub(crate) fn office_code(connection: &Connection, office: i64) -> Result<OfficeCode, StoreError> {
    let mut statement = connection.prepare_cached("SELECT code FROM office WHERE idx = ?")?;
    let code: String = statement.query_row([office], |row| row.get(0))?;
    crate::file::reader::parse_office(&code)
}

pub(crate) fn of_office(connection: &Connection, office: i64) -> Result<Digest, StoreError> {
    let mut statement = connection.prepare_cached("SELECT count, sum FROM office WHERE idx = ?")?;
    let digest = statement
        .query_row([office], |row| Ok(Digest { count: row.get::<_, i64>(0)?.unsigned_abs(), sum: row.get(1)? }))?;
    Ok(digest)
}

pub(crate) fn save(connection: &Connection, office: i64, digest: Digest) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached("UPDATE office SET count = ?, sum = ? WHERE idx = ?")?;
    statement.execute(params![i64::try_from(digest.count).unwrap_or(i64::MAX), digest.sum, office])?;
    Ok(())
}
