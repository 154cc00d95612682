//! A loaded transaction: make it, load it, edit it, look at it.

use std::fmt;

use automerge::transaction::{CommitOptions, Transactable, Transaction};
use automerge::{ActorId, Automerge, Change, ObjType, ROOT, ReadDoc};
use change_log::ChangeHash;
use office_model::{FieldPath, Serial, Status};
use serde_json::Value;

use crate::error::DocumentError;
use crate::layout::{CATALOGUE, FIELDS, KIND, KIND_TRANSACTION, NUMBER, OFFICE, SERIALS, SERVICE, STATUS, STEPS};
use crate::limits::{CHANGE_BYTES_MAX, DOCUMENT_BYTES_MAX, OPERATIONS_MAX};
use crate::path::Names;
use crate::reading::Reading;
use crate::row::{DocumentRow, TransactionRow};
use crate::{Authored, NewTransaction, Stamp, path, quiet, row, writing};

/// A loaded document. About 20 KB: load on demand, drop after use.
///
/// Its root: `kind`, `office`, `service`, `catalogue` (fixed for life), `status`, `number`, `fields` (the form),
/// `steps` (a list of `from`, `to`, `why`, `under`, `seal`) and `attachment/HASH` for each attached file. Who and when of each step and edit stand in the change that holds it.
pub struct TransactionDocument {
    pub(crate) automerge: Automerge,
    /// Bytes of all its raw changes.
    bytes: usize,
    /// Made anew with every change, which also proves that the document still is a transaction.
    row: TransactionRow,
    names: Names,
}

impl TransactionDocument {
    /// Makes a new transaction: its first change, which is also the whole document.
    ///
    /// # Errors
    ///
    /// When the values are beyond the limits of a change or of a kind no document holds.
    pub fn create(new: &NewTransaction, stamp: &Stamp) -> Result<(Self, Authored), DocumentError> {
        let committed = commit(&Automerge::new(), 0, stamp, |transaction| {
            transaction.put(ROOT, KIND, KIND_TRANSACTION)?;
            transaction.put(ROOT, OFFICE, new.office.as_str())?;
            transaction.put(ROOT, SERVICE, new.service.as_str())?;
            transaction.put(ROOT, CATALOGUE, i64::from(new.catalogue_version))?;
            transaction.put(ROOT, STATUS, Status::FIRST.as_str())?;
            if let Some(number) = &new.number {
                transaction.put(ROOT, NUMBER, number.as_str())?;
            }
            if let Some(serials) = &new.serials {
                let list = transaction.put_object(ROOT, SERIALS, ObjType::List)?;
                for (index, serial) in serials.iter().enumerate() {
                    transaction.insert(&list, index, serial.to_string())?;
                }
            }
            let fields = transaction.put_object(ROOT, FIELDS, ObjType::Map)?;
            writing::fill_map(transaction, &fields, &new.fields, 1)?;
            transaction.put_object(ROOT, STEPS, ObjType::List)?;
            Ok(())
        })?;
        let (automerge, bytes, authored) =
            committed.ok_or_else(|| DocumentError::Internal("the first change is empty".to_owned()))?;
        Ok((Self::of(automerge, bytes)?, authored))
    }

    /// Loads a document from changes that stand in our own log, in any order.
    ///
    /// # Errors
    ///
    /// When bytes are damaged, a change is missing, or they do not make a transaction.
    pub fn load<'a>(raw_changes: impl IntoIterator<Item = &'a [u8]>) -> Result<Self, DocumentError> {
        let raw_changes: Vec<&[u8]> = raw_changes.into_iter().collect();
        quiet::caught(|| Self::load_unguarded(&raw_changes))
            .unwrap_or_else(|| Err(DocumentError::Unreadable("the library gave up on them".to_owned())))
    }

    pub(crate) fn load_unguarded(raw_changes: &[&[u8]]) -> Result<Self, DocumentError> {
        Self::of(apply(raw_changes)?, raw_changes.iter().map(|raw| raw.len()).sum())
    }

    /// Reads the document once, which proves that it is a transaction.
    fn of(automerge: Automerge, bytes: usize) -> Result<Self, DocumentError> {
        let reading = Reading::of(&automerge, None)?;
        let DocumentRow::Transaction(row) = row::of_reading(&automerge, &reading)? else {
            return Err(DocumentError::NoTransaction);
        };
        Ok(Self { automerge, bytes, row, names: Names::of(&reading.root) })
    }

    /// How paths name places in it.
    pub(crate) const fn names(&self) -> Names {
        self.names
    }

    /// Sets the values at these paths and touches nothing else; null takes a value away, a group merges into the
    /// group that is there. `None` when everything was so already.
    ///
    /// # Errors
    ///
    /// When a path leads nowhere, names the status (that takes a step), or a limit is passed.
    pub fn edit(&mut self, edits: &[(FieldPath, Value)], stamp: &Stamp) -> Result<Option<Authored>, DocumentError> {
        for (path, value) in edits {
            let place = self.names.place(path);
            if path::is_status(&place) {
                return Err(DocumentError::StatusByStep(path.to_string()));
            }
            if path::is_number(&place) && !matches!(value, Value::Null | Value::String(_)) {
                return Err(DocumentError::Value(path.to_string()));
            }
        }
        self.set_all(edits, stamp)
    }

    pub(crate) fn set_all(
        &mut self,
        edits: &[(FieldPath, Value)],
        stamp: &Stamp,
    ) -> Result<Option<Authored>, DocumentError> {
        let names = self.names;
        self.commit(stamp, |transaction| {
            edits.iter().try_for_each(|(path, value)| writing::set(transaction, &names.place(path), value))
        })
    }

    /// Gives it a letter number: `number`, as it is printed, made of `serial`. One that it had stays among its serials.
    ///
    /// # Errors
    ///
    /// When a limit is passed.
    pub fn give_number(&mut self, serial: &Serial, number: &str, stamp: &Stamp) -> Result<Authored, DocumentError> {
        let given = self.commit(stamp, |transaction| {
            transaction.put(ROOT, NUMBER, number)?;
            writing::push_serial(transaction, serial)
        })?;
        given.ok_or_else(|| DocumentError::Internal("a number made no change".to_owned()))
    }

    /// One change with what `write` does. On an error the document is as before.
    pub(crate) fn commit(
        &mut self,
        stamp: &Stamp,
        write: impl FnOnce(&mut Transaction<'_>) -> Result<(), DocumentError>,
    ) -> Result<Option<Authored>, DocumentError> {
        let Some((next, bytes, authored)) = commit(&self.automerge, self.bytes, stamp, write)? else {
            return Ok(None);
        };
        *self = Self::of(next, bytes)?;
        Ok(Some(authored))
    }

    /// What lists and search need. Equal documents give equal rows.
    pub const fn row(&self) -> &TransactionRow {
        &self.row
    }

    /// The whole value, fields of newer versions included.
    pub fn to_json(&self) -> Value {
        // It was read whole when the row was made, so it cannot nest too deep here.
        Reading::of(&self.automerge, None).map_or(Value::Null, |reading| Value::Object(reading.root))
    }

    /// The whole value as it stood at `heads`; nothing when this document has no such changes.
    pub fn to_json_at(&self, heads: &[ChangeHash]) -> Option<Value> {
        let heads: Vec<automerge::ChangeHash> = heads.iter().map(|hash| automerge::ChangeHash(hash.0)).collect();
        if heads.is_empty() || !heads.iter().all(|hash| self.automerge.get_change_by_hash(hash).is_some()) {
            return None;
        }
        Reading::of(&self.automerge, Some(&heads)).ok().map(|reading| Value::Object(reading.root))
    }

    /// An Automerge file, readable by every Automerge implementation.
    pub fn save(&self) -> Vec<u8> {
        self.automerge.save()
    }

    /// The changes nothing builds on yet, ascending.
    pub fn heads(&self) -> Vec<ChangeHash> {
        let mut heads: Vec<ChangeHash> = self.automerge.get_heads().iter().map(|hash| ChangeHash(hash.0)).collect();
        heads.sort_unstable();
        heads
    }
}

impl fmt::Debug for TransactionDocument {
    /// Without the values: they are personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TransactionDocument({} bytes, heads {:?})", self.bytes, self.heads())
    }
}

/// The library's document that these raw changes make.
pub(crate) fn apply(raw_changes: &[&[u8]]) -> Result<Automerge, DocumentError> {
    let unreadable = |error: &dyn fmt::Display| DocumentError::Unreadable(error.to_string());
    let mut changes = Vec::with_capacity(raw_changes.len());
    for raw in raw_changes {
        changes.push(Change::from_bytes(raw.to_vec()).map_err(|error| unreadable(&error))?);
    }
    let mut automerge = Automerge::new();
    automerge.apply_changes(changes).map_err(|error| unreadable(&error))?;
    match automerge.get_missing_deps(&[]).len() {
        0 => Ok(automerge),
        missing => Err(DocumentError::Missing(missing)),
    }
}

/// The document that `write` makes of `before` (whose changes have `bytes` bytes), the bytes of its changes, and the
/// new change.
pub(crate) fn commit(
    before: &Automerge,
    bytes: usize,
    stamp: &Stamp,
    write: impl FnOnce(&mut Transaction<'_>) -> Result<(), DocumentError>,
) -> Result<Option<(Automerge, usize, Authored)>, DocumentError> {
    let mut next = before.clone();
    next.set_actor(ActorId::from(stamp.epoch.as_bytes().as_slice()));
    let mut transaction = next.transaction();
    write(&mut transaction)?;
    if transaction.pending_ops() > OPERATIONS_MAX {
        return Err(DocumentError::TooLarge(format!("more than {OPERATIONS_MAX} values at once")));
    }
    if transaction.pending_ops() == 0 {
        return Ok(None);
    }
    let options = CommitOptions::default().with_message(stamp.message()).with_time(stamp.millis);
    if transaction.commit_with(options).0.is_none() {
        return Ok(None);
    }
    let change =
        next.get_last_local_change().ok_or_else(|| DocumentError::Internal("no change was made".to_owned()))?;
    let raw = change.raw_bytes().to_vec();
    if raw.len() > CHANGE_BYTES_MAX {
        return Err(DocumentError::TooLarge(format!("{} bytes, {CHANGE_BYTES_MAX} allowed", raw.len())));
    }
    let bytes = bytes + raw.len();
    if bytes > DOCUMENT_BYTES_MAX {
        return Err(DocumentError::Full(DOCUMENT_BYTES_MAX));
    }
    let authored = Authored { hash: ChangeHash(change.hash().0), raw };
    Ok(Some((next, bytes, authored)))
}
