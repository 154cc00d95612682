//! List rows: one a transaction, made from its accepted changes.

use change_log::DocumentId;
use office_model::{OfficeCode, ServiceId};
use rusqlite::{Connection, OptionalExtension as _, params};
use service_document::{DocumentRow, Lease, TransactionRow};

use crate::StoreError;
use crate::documents::{attachment, publication, referral};
use crate::entries::digest;
use crate::numbers::{issued, lease};
use crate::views::search;

/// One line of a list.
#[derive(Clone, PartialEq, Eq)]
pub struct ListedTransaction {
    /// The document.
    pub document: DocumentId,
    /// The office it belongs to.
    pub office: OfficeCode,
    /// The service.
    pub service: ServiceId,
    /// Version of the catalogue it was made under.
    pub catalogue: u32,
    /// The status word.
    pub status: String,
    /// Letter number, if it has one.
    pub number: Option<String>,
    /// Name of the person it is about.
    pub name: Option<String>,
    /// NIK of that person.
    pub nik: Option<String>,
    /// When it was made: by the hub's clock as far as it was known; milliseconds since 1970 UTC.
    pub created_millis: i64,
    /// Who made it (clerk id).
    pub created_by: String,
    /// When it was last changed, told likewise.
    pub changed_millis: i64,
    /// Who changed it (clerk id).
    pub changed_by: String,
    /// Changes so far.
    pub changes: u32,
    /// Steps taken so far.
    pub steps: u32,
    /// Fields that wait for a person to settle them.
    pub divergences: u32,
    /// When its letter was first signed, told likewise; nothing where it never was.
    pub signed_millis: Option<i64>,
    /// Whether two different papers of it are signed, on machines that were apart.
    pub two_papers: bool,
    /// When it got its letter number, never after that; nothing without one.
    pub numbered_millis: Option<i64>,
}

impl std::fmt::Debug for ListedTransaction {
    /// Without name and NIK.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ListedTransaction")
            .field("document", &self.document)
            .field("status", &self.status)
            .field("changes", &self.changes)
            .field("divergences", &self.divergences)
            .finish_non_exhaustive()
    }
}

/// Words that come again and again are kept once.
pub(crate) fn word(connection: &Connection, text: &str) -> Result<i64, StoreError> {
    let mut statement = connection.prepare_cached("SELECT idx FROM word WHERE text = ?")?;
    if let Some(index) = statement.query_row([text], |row| row.get(0)).optional()? {
        return Ok(index);
    }
    Ok(connection.prepare_cached("INSERT INTO word (text) VALUES (?)")?.insert([text])?)
}

/// What is listed of a document, made new or replaced.
pub(crate) fn put(connection: &Connection, document: i64, row: &DocumentRow) -> Result<(), StoreError> {
    match row {
        DocumentRow::Transaction(row) => put_transaction(connection, document, row),
        DocumentRow::Lease(lease) => put_lease(connection, document, lease),
        DocumentRow::Publication(said) => publication::put(connection, document, said),
    }
}

/// A lease, made new or replaced.
pub(crate) fn put_lease(connection: &Connection, document: i64, lease: &Lease) -> Result<(), StoreError> {
    lease::put(connection, document, lease)
}

/// The row of a transaction, its place in the search and its serials, made new or replaced.
pub(crate) fn put_transaction(connection: &Connection, document: i64, row: &TransactionRow) -> Result<(), StoreError> {
    let office = digest::office_index(connection, &row.office)?;
    issued::put(connection, document, office, &row.serials)?;
    attachment::put(connection, document, office, &row.attached)?;
    referral::put(connection, document, &row.referrals)?;
    let sql = "INSERT OR REPLACE INTO transaction_row (document, office, service, catalogue, status, number, name, nik,
               created, created_by, changed, changed_by, changes, steps, divergences, signed, numbered, two_papers)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    connection.prepare_cached(sql)?.execute(params![
        document,
        office,
        word(connection, row.service.as_str())?,
        row.catalogue,
        word(connection, &row.status)?,
        row.number,
        row.name,
        row.nik,
        row.created_millis,
        word(connection, &row.created_by)?,
        row.changed_millis,
        word(connection, &row.changed_by)?,
        row.changes,
        row.steps,
        row.divergences,
        row.signed_millis,
        row.numbered_millis,
        row.two_papers
    ])?;
    search::put(connection, document, row)
}

/// How many changes the row of a document counts; `None` without one.
pub(crate) fn changes(connection: &Connection, document: i64) -> Result<Option<u32>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT changes FROM transaction_row WHERE document = ?")?;
    Ok(statement.query_row([document], |row| row.get(0)).optional()?)
}

pub(crate) fn remove(connection: &Connection, document: i64) -> Result<(), StoreError> {
    connection.prepare_cached("DELETE FROM transaction_row WHERE document = ?")?.execute([document])?;
    issued::remove(connection, document)?;
    attachment::remove(connection, document)?;
    referral::remove(connection, document)?;
    lease::remove(connection, document)?;
    publication::remove(connection, document)?;
    search::remove(connection, document)
}

/// Whether what is listed and found of a document is what its changes say.
pub(crate) fn fits(
    connection: &Connection,
    document: i64,
    listed: Option<&ListedTransaction>,
    row: Option<&DocumentRow>,
) -> Result<bool, StoreError> {
    let leased = lease::of_document(connection, document)?;
    let published = match row {
        Some(DocumentRow::Publication(said)) => Some(said),
        _ => None,
    };
    if !publication::fits(connection, document, published)? {
        return Ok(false);
    }
    let row = match row {
        Some(DocumentRow::Lease(lease)) => return Ok(listed.is_none() && leased.as_ref() == Some(lease)),
        Some(DocumentRow::Transaction(row)) => Some(row),
        Some(DocumentRow::Publication(_)) | None => None,
    };
    let held = issued::of_document(connection, document)?;
    let mut serials = row.map_or_else(Vec::new, |row| row.serials.clone());
    serials.sort();
    serials.dedup();
    let attached = row.map_or(&[][..], |row| row.attached.as_slice());
    if referral::of_document(connection, document)? != row.map_or(&[][..], |row| row.referrals.as_slice()) {
        return Ok(false);
    }
    if leased.is_some() || held != serials || attachment::of_document(connection, document)? != attached {
        return Ok(false);
    }
    let (Some(listed), Some(row)) = (listed, row) else { return Ok(listed.is_none() && row.is_none()) };
    let made = ListedTransaction {
        document: listed.document,
        office: row.office,
        service: row.service,
        catalogue: row.catalogue,
        status: row.status.clone(),
        number: row.number.clone(),
        name: row.name.clone(),
        nik: row.nik.clone(),
        created_millis: row.created_millis,
        created_by: row.created_by.clone(),
        changed_millis: row.changed_millis,
        changed_by: row.changed_by.clone(),
        changes: row.changes,
        steps: row.steps,
        divergences: row.divergences,
        signed_millis: row.signed_millis,
        two_papers: row.two_papers,
        numbered_millis: row.numbered_millis,
    };
    Ok(made == *listed && search::finds(connection, document, row)?)
}
