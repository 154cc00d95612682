//! The register of letter numbers: which record was given which serial.

use change_log::DocumentId;
use office_model::{OfficeCode, Serial, Series, Status};
use rusqlite::{Connection, params};
use uuid::Uuid;

use crate::entries::digest;
use crate::{Reader, StoreError};

/// A serial and a record that was given it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// The serial.
    pub serial: Serial,
    /// The record.
    pub document: DocumentId,
}

pub(crate) fn put(connection: &Connection, document: i64, office: i64, serials: &[Serial]) -> Result<(), StoreError> {
    let held = of_document(connection, document)?;
    if held.is_empty() && serials.is_empty() {
        return Ok(());
    }
    remove(connection, document)?;
    let sql = "INSERT OR IGNORE INTO issued (office, series, year, serial, document) VALUES (?, ?, ?, ?, ?)";
    let mut statement = connection.prepare_cached(sql)?;
    for serial in serials {
        statement.execute(params![office, serial.series.as_str(), serial.year, serial.serial, document])?;
    }
    Ok(())
}

pub(crate) fn remove(connection: &Connection, document: i64) -> Result<(), StoreError> {
    connection.prepare_cached("DELETE FROM issued WHERE document = ?")?.execute([document])?;
    Ok(())
}

/// The serials of a record, ascending.
pub(crate) fn of_document(connection: &Connection, document: i64) -> Result<Vec<Serial>, StoreError> {
    let sql = "SELECT series, year, serial FROM issued WHERE document = ? ORDER BY series, year, serial";
    let mut statement = connection.prepare_cached(sql)?;
    let mut found = statement.query([document])?;
    let mut serials = Vec::new();
    while let Some(row) = found.next()? {
        let series: Option<Series> = row.get::<_, String>(0)?.parse().ok();
        serials.extend(
            series
                .map(|series| Ok::<_, StoreError>(Serial { series, year: row.get(1)?, serial: row.get(2)? }))
                .transpose()?,
        );
    }
    Ok(serials)
}

impl Reader {
    /// What was issued of a series and year, from serial `from` on, ascending; at most `count_max` rows. A serial that
    /// stands in two rows was given twice: by a copied database, before that was noticed.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn issued(
        &self,
        office: &OfficeCode,
        series: &Series,
        year: i32,
        from: u32,
        count_max: usize,
    ) -> Result<Vec<Issued>, StoreError> {
        let Some(office) = digest::find_office(&self.connection, office)? else { return Ok(Vec::new()) };
        let sql = "SELECT i.serial, d.id FROM issued i JOIN document d ON d.idx = i.document
                   WHERE i.office = ? AND i.series = ? AND i.year = ? AND i.serial >= ?
                   ORDER BY i.serial, d.id LIMIT ?";
        let mut statement = self.connection.prepare_cached(sql)?;
        let limit = i64::try_from(count_max).unwrap_or(i64::MAX);
        let mut found = statement.query(params![office, series.as_str(), year, from, limit])?;
        let mut issued = Vec::new();
        while let Some(row) = found.next()? {
            let serial = Serial { series: series.clone(), year, serial: row.get(0)? };
            issued.push(Issued { serial, document: DocumentId(Uuid::from_bytes(row.get(1)?)) });
        }
        Ok(issued)
    }

    /// Other records of its office that were given a serial of this one's; at most `count_max`.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn issued_with(&self, document: DocumentId, count_max: usize) -> Result<Vec<DocumentId>, StoreError> {
        let Some((document, _)) = crate::documents::document::find(&self.connection, document)? else {
            return Ok(Vec::new());
        };
        let sql = "SELECT DISTINCT d.id FROM issued own
                   JOIN issued i ON i.office = own.office AND i.series = own.series AND i.year = own.year
                     AND i.serial = own.serial AND i.document <> own.document
                   JOIN document d ON d.idx = i.document
                   WHERE own.document = ? ORDER BY d.id LIMIT ?";
        let mut statement = self.connection.prepare_cached(sql)?;
        let limit = i64::try_from(count_max).unwrap_or(i64::MAX);
        let found = statement.query_map(params![document, limit], |row| row.get::<_, [u8; 16]>(0))?;
        found.map(|id| Ok(DocumentId(Uuid::from_bytes(id?)))).collect()
    }

    /// The other letters that bear the number of this one, which counts itself: none of them was refused or cancelled. A data
    /// folder was used twice before that was noticed. At most `count_max`.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn numbered_alike(&self, document: DocumentId, count_max: usize) -> Result<Vec<DocumentId>, StoreError> {
        let number_of = |document| -> Result<Option<(String, bool)>, StoreError> {
            let row = self.row(document)?;
            let counts = row.filter(|row| !row.status.parse().is_ok_and(Status::is_withdrawn));
            let Some(number) = counts.and_then(|row| row.number) else { return Ok(None) };
            let place = crate::documents::document::find(&self.connection, document)?;
            let serials = place.map(|(place, _)| of_document(&self.connection, place)).transpose()?;
            Ok(Some((number, serials.is_some_and(|serials| serials.len() == 1))))
        };
        let Some((number, is_only)) = number_of(document)? else { return Ok(Vec::new()) };
        let mut alike = Vec::new();
        for other in self.issued_with(document, count_max)? {
            // Numbers of two services differ in their archive code and are of one serial all the same; where two machines
            // gave one letter several, it bears only one of them.
            if number_of(other)?.is_some_and(|(text, alone)| text == number || (alone && is_only)) {
                alike.push(other);
            }
        }
        Ok(alike)
    }

    /// The series and years of an office of which anything was issued.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn issued_books(&self, office: &OfficeCode) -> Result<Vec<(Series, i32)>, StoreError> {
        let Some(office) = digest::find_office(&self.connection, office)? else { return Ok(Vec::new()) };
        let sql = "SELECT DISTINCT series, year FROM issued WHERE office = ? ORDER BY series, year";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut found = statement.query([office])?;
        let mut books = Vec::new();
        while let Some(row) = found.next()? {
            if let Ok(series) = row.get::<_, String>(0)?.parse() {
                books.push((series, row.get(1)?));
            }
        }
        Ok(books)
    }

    /// Serials that more than one record was given, of all offices here; at most `count_max`.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn issued_twice(&self, count_max: usize) -> Result<Vec<(OfficeCode, Serial)>, StoreError> {
        let sql = "SELECT o.code, i.series, i.year, i.serial FROM issued i JOIN office o ON o.idx = i.office
                   GROUP BY i.office, i.series, i.year, i.serial HAVING count(*) > 1
                   ORDER BY o.code, i.series, i.year, i.serial LIMIT ?";
        let mut statement = self.connection.prepare_cached(sql)?;
        let limit = i64::try_from(count_max).unwrap_or(i64::MAX);
        let mut found = statement.query([limit])?;
        let mut twice = Vec::new();
        while let Some(row) = found.next()? {
            let (office, series) = (row.get::<_, String>(0)?.parse(), row.get::<_, String>(1)?.parse());
            if let (Ok(office), Ok(series)) = (office, series) {
                twice.push((office, Serial { series, year: row.get(2)?, serial: row.get(3)? }));
            }
        }
        Ok(twice)
    }
}
