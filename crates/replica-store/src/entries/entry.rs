//! Entries: putting them in, reading them back at their place.

use std::ops::RangeInclusive;

use change_log::{ChangeHash, DocumentId, Entry, EntryHash, EpochId, Position, RawChange};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use uuid::Uuid;

use crate::entries::log;
use crate::entries::packed::{pack, pack_opaque, prefix_of, unpack};
use crate::file::reader::damaged;
use crate::{Reader, StoreError};

/// A place is `log index * STRIDE + position`.
pub(crate) const STRIDE: i64 = 1 << 32;

/// Whether an entry is part of its document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryState {
    /// The gate has not judged it yet.
    Pending,
    /// Part of the document.
    Accepted,
    /// Kept, but no part of the document.
    Refused,
    /// A change it builds on is not here yet.
    Parked,
}

impl EntryState {
    pub(crate) const fn number(self) -> i64 {
        match self {
            Self::Pending => 0,
            Self::Accepted => 1,
            Self::Refused => 2,
            Self::Parked => 3,
        }
    }

    pub(crate) fn from_number(number: i64) -> Result<Self, StoreError> {
        match number {
            0 => Ok(Self::Pending),
            1 => Ok(Self::Accepted),
            2 => Ok(Self::Refused),
            3 => Ok(Self::Parked),
            _ => Err(damaged("the state of an entry")),
        }
    }
}

/// What a codec needs of an entry that is held already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryMeta {
    /// Its document.
    pub document: DocumentId,
    /// Its change hash.
    pub hash: ChangeHash,
    /// Sequence number of the change in its document and epoch; 0 for bytes that are no change.
    pub seq: u64,
    /// Number of its last operation; 0 for bytes that are no change.
    pub max_op: u64,
}

/// One row of the table, unpacked.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub(crate) place: i64,
    pub(crate) epoch: EpochId,
    pub(crate) document: i64,
    pub(crate) id: DocumentId,
    pub(crate) office: i64,
    /// The office that its log belongs to; unknown of a log met in a feed, and of the hub's own.
    pub(crate) log_office: Option<i64>,
    pub(crate) state: EntryState,
    pub(crate) hash: ChangeHash,
    pub(crate) raw: Vec<u8>,
}

impl Stored {
    /// Whether another office than the document's made it, as the hub sees it.
    pub(crate) fn is_of_guest(&self) -> bool {
        self.log_office.is_some_and(|office| office != self.office)
    }

    pub(crate) fn entry_hash(&self) -> EntryHash {
        EntryHash::of(self.id, self.hash)
    }

    pub(crate) fn into_entry(self) -> Entry {
        Entry {
            epoch: self.epoch,
            position: place_of_log(self.place).1,
            document: self.id,
            hash: self.hash,
            raw: self.raw,
        }
    }
}

/// The place of a position in a log.
pub(crate) fn place(log: i64, position: Position) -> Result<i64, StoreError> {
    let position = i64::try_from(position).ok().filter(|position| *position < STRIDE);
    position
        .zip(log.checked_mul(STRIDE))
        .map(|(position, base)| base + position)
        .ok_or(StoreError::Misuse("a log holds at most 2^32 entries"))
}

/// Log index and position of a place.
pub(crate) const fn place_of_log(place: i64) -> (i64, Position) {
    (place.div_euclid(STRIDE), place.rem_euclid(STRIDE).unsigned_abs())
}

/// The bytes of a new entry.
#[derive(Clone, Copy)]
pub(crate) struct NewBytes<'a> {
    pub(crate) epoch: EpochId,
    pub(crate) hash: ChangeHash,
    pub(crate) raw: &'a [u8],
    /// They are the change they claim to be.
    pub(crate) change: bool,
}

impl<'a> NewBytes<'a> {
    pub(crate) fn of(entry: &'a Entry, change: bool) -> Self {
        Self { epoch: entry.epoch, hash: entry.hash, raw: &entry.raw, change }
    }
}

pub(crate) fn insert(
    connection: &Connection,
    place: i64,
    document: i64,
    state: EntryState,
    bytes: NewBytes<'_>,
) -> Result<(), StoreError> {
    let NewBytes { epoch, hash, raw, change } = bytes;
    let packed = if change { pack(connection, raw, epoch)? } else { pack_opaque(hash, raw) };
    let sql = "INSERT INTO entry (place, document, prefix, state, raw) VALUES (?, ?, ?, ?, ?)";
    connection.prepare_cached(sql)?.execute(params![place, document, prefix_of(hash), state.number(), packed])?;
    Ok(())
}

pub(crate) fn set_state(connection: &Connection, place: i64, state: EntryState) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached("UPDATE entry SET state = ? WHERE place = ?")?;
    statement.execute(params![state.number(), place])?;
    Ok(())
}

const COLUMNS: &str = "SELECT e.place, e.document, d.id, d.office, e.state, e.prefix, e.raw, l.epoch, l.office
                       FROM entry e CROSS JOIN document d ON d.idx = e.document
                       CROSS JOIN log l ON l.idx = e.place >> 32";

fn read(connection: &Connection, row: &Row<'_>) -> Result<Stored, StoreError> {
    let packed = row.get_ref(6)?.as_blob().map_err(|_| damaged("the bytes of an entry"))?;
    let epoch = EpochId(row.get(7)?);
    let (raw, hash) = unpack(connection, packed, epoch, row.get(5)?)?;
    Ok(Stored {
        place: row.get(0)?,
        epoch,
        document: row.get(1)?,
        id: DocumentId(Uuid::from_bytes(row.get(2)?)),
        office: row.get(3)?,
        log_office: row.get(8)?,
        state: EntryState::from_number(row.get(4)?)?,
        hash,
        raw,
    })
}

pub(crate) fn at(connection: &Connection, place: i64) -> Result<Option<Stored>, StoreError> {
    let mut statement = connection.prepare_cached(&format!("{COLUMNS} WHERE e.place = ?"))?;
    statement.query_row([place], |row| Ok(read(connection, row))).optional()?.transpose()
}

/// Whether anything stands at a place.
pub(crate) fn is_at(connection: &Connection, place: i64) -> Result<bool, StoreError> {
    Ok(connection.prepare_cached("SELECT 1 FROM entry WHERE place = ?")?.exists([place])?)
}

/// Whether something stands at each of these places, which ascend. Reads none of it.
pub(crate) fn all_at(connection: &Connection, places: &[i64]) -> Result<bool, StoreError> {
    let mut statement = connection.prepare_cached("SELECT count(*) FROM entry WHERE place BETWEEN ? AND ?")?;
    for run in places.chunk_by(|one, next| one + 1 == *next) {
        let held: i64 = statement.query_row(params![run.first(), run.last()], |row| row.get(0))?;
        if held.unsigned_abs() != run.len() as u64 {
            return Ok(false);
        }
    }
    Ok(true)
}

/// All entries of a document, by place.
pub(crate) fn of_document(connection: &Connection, document: i64) -> Result<Vec<Stored>, StoreError> {
    let mut all = Vec::new();
    for_each_of_document(connection, document, |stored| {
        all.push(stored);
        Ok(())
    })?;
    Ok(all)
}

/// Calls `visit` for the entries of a document, by place.
pub(crate) fn for_each_of_document(
    connection: &Connection,
    document: i64,
    mut visit: impl FnMut(Stored) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(&format!("{COLUMNS} WHERE e.document = ? ORDER BY e.place"))?;
    let mut rows = statement.query([document])?;
    while let Some(row) = rows.next()? {
        visit(read(connection, row)?)?;
    }
    Ok(())
}

/// Calls `visit` for the entries of a range of places, in order, until it says false.
pub(crate) fn for_each(
    connection: &Connection,
    range: RangeInclusive<i64>,
    mut visit: impl FnMut(Stored) -> Result<bool, StoreError>,
) -> Result<(), StoreError> {
    let sql = format!("{COLUMNS} WHERE e.place BETWEEN ? AND ? ORDER BY e.place");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params![range.start(), range.end()])?;
    while let Some(row) = rows.next()? {
        if !visit(read(connection, row)?)? {
            break;
        }
    }
    Ok(())
}

/// The place of a change by its hash.
pub(crate) fn find(connection: &Connection, hash: ChangeHash) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT e.place, e.raw, l.epoch FROM entry e CROSS JOIN log l ON l.idx = e.place >> 32
               WHERE e.prefix = ? ORDER BY e.place";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([prefix_of(hash)])?;
    while let Some(row) = rows.next()? {
        let packed = row.get_ref(1)?.as_blob().map_err(|_| damaged("the bytes of an entry"))?;
        let epoch = EpochId(row.get(2)?);
        if unpack(connection, packed, epoch, prefix_of(hash)).is_ok_and(|(_, stored)| stored == hash) {
            return Ok(Some(row.get(0)?));
        }
    }
    Ok(None)
}

impl Reader {
    /// Entries of a log above `after`, in order, up to the first gap: at most `count_max` entries and, but for the
    /// first one, at most `bytes_max` raw bytes.
    ///
    /// # Errors
    ///
    /// When the database cannot be read or an entry is damaged.
    pub fn entries(
        &self,
        epoch: EpochId,
        after: Position,
        count_max: usize,
        bytes_max: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        let Some(log) = log::find(&self.connection, epoch)? else { return Ok(Vec::new()) };
        let mut entries = Vec::new();
        let mut bytes = 0;
        if count_max == 0 {
            return Ok(entries);
        }
        for_each(&self.connection, place(log.index, after + 1)?..=place(log.index, u64::from(u32::MAX))?, |stored| {
            let expected = after + 1 + entries.len() as u64;
            bytes += stored.raw.len();
            if place_of_log(stored.place).1 != expected || (bytes > bytes_max && !entries.is_empty()) {
                return Ok(false);
            }
            entries.push(stored.into_entry());
            Ok(entries.len() < count_max)
        })?;
        Ok(entries)
    }

    /// One entry, if it is held.
    ///
    /// # Errors
    ///
    /// When the database cannot be read or the entry is damaged.
    pub fn entry(&self, epoch: EpochId, position: Position) -> Result<Option<Entry>, StoreError> {
        let Some(log) = log::find(&self.connection, epoch)? else { return Ok(None) };
        Ok(at(&self.connection, place(log.index, position)?)?.map(Stored::into_entry))
    }

    /// What a codec needs to know of an entry; `None` when it is not held.
    ///
    /// # Errors
    ///
    /// When the database cannot be read or the entry is damaged.
    pub fn entry_meta(&self, epoch: EpochId, position: Position) -> Result<Option<EntryMeta>, StoreError> {
        let Some(entry) = self.entry(epoch, position)? else { return Ok(None) };
        let (seq, max_op) = RawChange::parse(&entry.raw).map_or((0, 0), |change| (change.sequence, change.max_op()));
        Ok(Some(EntryMeta { document: entry.document, hash: entry.hash, seq, max_op }))
    }

    /// Whether an entry is accepted, pending or quarantined; `None` when it is not held.
    ///
    /// # Errors
    ///
    /// When the database cannot be read or the entry is damaged.
    pub fn entry_state(&self, epoch: EpochId, position: Position) -> Result<Option<EntryState>, StoreError> {
        let Some(log) = log::find(&self.connection, epoch)? else { return Ok(None) };
        Ok(at(&self.connection, place(log.index, position)?)?.map(|stored| stored.state))
    }

    /// Where a change stands.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn place_of(&self, hash: ChangeHash) -> Result<Option<(EpochId, Position)>, StoreError> {
        let Some(place) = find(&self.connection, hash)? else { return Ok(None) };
        let (log, position) = place_of_log(place);
        Ok(Some((log::epoch_of(&self.connection, log)?, position)))
    }

    /// All entries held of a document, each with its place.
    ///
    /// # Errors
    ///
    /// When the database cannot be read or an entry is damaged.
    pub fn document_entries(&self, document: DocumentId) -> Result<Vec<(Entry, EntryState)>, StoreError> {
        let Some((index, _)) = crate::documents::document::find(&self.connection, document)? else {
            return Ok(Vec::new());
        };
        of_document(&self.connection, index)?
            .into_iter()
            .map(|stored| {
                let state = stored.state;
                Ok((stored.into_entry(), state))
            })
            .collect()
    }
}
