//! Documents: the office each belongs to, and loading one from its accepted changes.

use change_log::DocumentId;
use rusqlite::{Connection, OptionalExtension as _, params};
use service_document::{DocumentError, SignedPaper, TransactionDocument, plain_paper_of};

use crate::entries::entry::{self, EntryState};
use crate::{Reader, StoreError};

/// Index and office index of a document.
pub(crate) fn find(connection: &Connection, id: DocumentId) -> Result<Option<(i64, i64)>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT idx, office FROM document WHERE id = ?")?;
    Ok(statement.query_row([id.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}

/// The office index of a document.
pub(crate) fn office_of(connection: &Connection, document: i64) -> Result<i64, StoreError> {
    let mut statement = connection.prepare_cached("SELECT office FROM document WHERE idx = ?")?;
    Ok(statement.query_row([document], |row| row.get(0))?)
}

pub(crate) fn insert(connection: &Connection, id: DocumentId, office: i64) -> Result<i64, StoreError> {
    let mut statement = connection.prepare_cached("INSERT INTO document (id, office) VALUES (?, ?)")?;
    Ok(statement.insert(params![id.as_bytes(), office])?)
}

pub(crate) fn set_office(connection: &Connection, document: i64, office: i64) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached("UPDATE document SET office = ? WHERE idx = ?")?;
    statement.execute(params![office, document])?;
    Ok(())
}

fn accepted(connection: &Connection, document: i64) -> Result<Vec<Vec<u8>>, StoreError> {
    let entries = entry::of_document(connection, document)?.into_iter();
    Ok(entries.filter(|stored| stored.state == EntryState::Accepted).map(|stored| stored.raw).collect())
}

/// A transaction out of its accepted changes; `None` when it has none, or is a document of another kind.
pub(crate) fn load(connection: &Connection, document: i64) -> Result<Option<TransactionDocument>, StoreError> {
    let accepted = accepted(connection, document)?;
    if accepted.is_empty() {
        return Ok(None);
    }
    match TransactionDocument::load(accepted.iter().map(Vec::as_slice)) {
        // Feeds tell of numbers and publications, too: who asks for one as a record asks for what is not there.
        Err(DocumentError::NoTransaction) => Ok(None),
        loaded => Ok(Some(loaded?)),
    }
}

impl Reader {
    /// One transaction with its history; `None` when nothing of it is accepted here, and for documents of other kinds.
    ///
    /// # Errors
    ///
    /// When the database cannot be read or the document's changes are damaged.
    pub fn document(&self, id: DocumentId) -> Result<Option<TransactionDocument>, StoreError> {
        match find(&self.connection, id)? {
            Some((index, _)) => load(&self.connection, index),
            None => Ok(None),
        }
    }

    /// The paper of a record that was signed once, where nothing in its history went apart: far sooner told than
    /// [`Reader::document`] is loaded. `None`: that must tell it.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn plain_paper(&self, id: DocumentId) -> Result<Option<SignedPaper>, StoreError> {
        let Some((index, _)) = find(&self.connection, id)? else { return Ok(None) };
        let accepted = accepted(&self.connection, index)?;
        Ok(plain_paper_of(&accepted.iter().map(Vec::as_slice).collect::<Vec<_>>()))
    }
}
