//! Refusals: why an entry is kept out of its document, and who has been told.

use change_log::{ChangeHash, DocumentId, EntryHash, EpochId, Position};
use office_model::OfficeCode;
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::entries::entry::{self, EntryState, place, place_of_log};
use crate::entries::log::{self, LogRow, signed};
use crate::file::work::Work;
use crate::hub::brought;
use crate::{Reader, Replica, Role, StoreError};

/// A change the hub keeps out, as the node is told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Numbered per log from 1, in the order given. Numbers of refusals taken back are missing.
    pub number: u64,
    /// The entry.
    pub position: Position,
    /// The rule, as [`service_document::RefusalCode`] words it, or one of the [`codes`] of the store.
    pub code: String,
    /// The figures behind it. Never personal data.
    pub detail: String,
}

/// An entry that a node holds and the hub does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedByHub {
    /// Its log.
    pub epoch: EpochId,
    /// Its place there.
    pub position: Position,
    /// The rule that the hub named.
    pub code: String,
}

/// An entry that is kept, but is no part of its document here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantined {
    /// Its log.
    pub epoch: EpochId,
    /// Its place there.
    pub position: Position,
    /// The document it was meant for.
    pub document: DocumentId,
    /// Its change hash.
    pub hash: ChangeHash,
    /// What it is to this replica. `Accepted`: visible here, but the hub refused it.
    pub state: EntryState,
    /// Whose judgement it is.
    pub source: RefusalSource,
    /// The rule.
    pub code: String,
    /// The figures behind it.
    pub detail: String,
    /// When, in milliseconds since 1970 UTC, where known.
    pub at_millis: Option<i64>,
}

/// Who refused an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RefusalSource {
    /// A rule in front of the log: such an entry is not judged again.
    Door,
    /// The gate.
    Gate,
    /// The hub, which told this node.
    Hub,
}

/// The words of the store's own rules.
pub mod codes {
    /// The document belongs to another office than the node that sent the change.
    pub const SCOPE: &str = "scope";
    /// The same change stands in the log already.
    pub const DUPLICATE: &str = "duplicate";
    /// A change it builds on is not here. It is accepted by itself once that one arrives.
    pub const MISSING: &str = "missing";
    /// Another entry holds its place: the log was forked by a copy or a restored backup.
    pub const FORK: &str = "fork";
}

impl RefusalSource {
    const fn number(self) -> i64 {
        match self {
            Self::Door => 1,
            Self::Gate => 2,
            Self::Hub => 3,
        }
    }

    const fn from_number(number: i64) -> Self {
        match number {
            1 => Self::Door,
            2 => Self::Gate,
            _ => Self::Hub,
        }
    }
}

/// Why an entry is kept out.
pub(crate) struct Reason<'a> {
    pub(crate) source: RefusalSource,
    pub(crate) code: &'a str,
    pub(crate) detail: &'a str,
    pub(crate) at: Option<i64>,
}

/// Notes a refusal. At the hub it gets the next number of its log, unless the same was said already.
pub(crate) fn note(work: &Work<'_>, place: i64, reason: &Reason<'_>) -> Result<(), StoreError> {
    let known: Option<String> = work
        .connection
        .prepare_cached("SELECT code FROM refusal WHERE entry = ?")?
        .query_row([place], |row| row.get(0))
        .optional()?;
    if known.as_deref() == Some(reason.code) {
        return Ok(());
    }
    let number = match work.role {
        Role::Hub => {
            let sql = "UPDATE log SET refusals = refusals + 1 WHERE idx = ? RETURNING refusals";
            work.connection.prepare_cached(sql)?.query_row([place_of_log(place).0], |row| row.get(0))?
        }
        Role::Node => 0,
    };
    put(work.connection, place, number, reason)
}

fn put(connection: &Connection, place: i64, number: i64, reason: &Reason<'_>) -> Result<(), StoreError> {
    let sql = "INSERT OR REPLACE INTO refusal (entry, number, source, code, detail, at) VALUES (?, ?, ?, ?, ?, ?)";
    connection.prepare_cached(sql)?.execute(params![
        place,
        number,
        reason.source.number(),
        reason.code,
        reason.detail,
        reason.at
    ])?;
    Ok(())
}

/// Takes a refusal back. Says whose it was, if there was one.
pub(crate) fn take_back(connection: &Connection, place: i64) -> Result<Option<RefusalSource>, StoreError> {
    let mut statement = connection.prepare_cached("DELETE FROM refusal WHERE entry = ? RETURNING source")?;
    let source: Option<i64> = statement.query_row([place], |row| row.get(0)).optional()?;
    Ok(source.map(RefusalSource::from_number))
}

/// Whether the hub refused an entry (as a node knows it).
pub(crate) fn by_hub(connection: &Connection, place: i64) -> Result<bool, StoreError> {
    let mut statement = connection.prepare_cached("SELECT 1 FROM refusal WHERE entry = ? AND source = 3")?;
    Ok(statement.exists([place])?)
}

/// The hub accepted what it had refused: the entry counts again (node).
pub(crate) fn forgive(work: &mut Work<'_>, place: i64, office: i64, hash: EntryHash) -> Result<(), StoreError> {
    if by_hub(work.connection, place)? {
        take_back(work.connection, place)?;
        work.digest_with(office, hash)?;
    }
    Ok(())
}

impl Reader {
    /// The refusals of a log with a higher number than `number`, in order.
    ///
    /// # Errors
    ///
    /// When the log is unknown or the database cannot be read.
    pub fn refusals_after(&self, epoch: EpochId, number: u64) -> Result<Vec<Refusal>, StoreError> {
        let log = log::get(&self.connection, epoch)?;
        let sql = "SELECT number, entry, code, detail FROM refusal
                   WHERE entry BETWEEN ? AND ? AND number > ? ORDER BY number";
        let mut statement = self.connection.prepare_cached(sql)?;
        let range = (place(log.index, 0)?, place(log.index, u64::from(u32::MAX))?);
        let rows = statement.query_map(params![range.0, range.1, signed(number)], |row| {
            Ok(Refusal {
                number: row.get::<_, i64>(0)?.unsigned_abs(),
                position: place_of_log(row.get(1)?).1,
                code: row.get(2)?,
                detail: row.get(3)?,
            })
        })?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }

    /// What this node holds of an office and was told is refused, in the order of its places; but not where the hub
    /// has another entry at the place.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn refused_by_hub(&self, office: &OfficeCode) -> Result<Vec<RefusedByHub>, StoreError> {
        let sql = "SELECT l.epoch, r.entry, r.code FROM refusal r JOIN entry e ON e.place = r.entry
                   JOIN document d ON d.idx = e.document JOIN office o ON o.idx = d.office
                   JOIN log l ON l.idx = r.entry >> 32
                   WHERE r.source = 3 AND r.code <> ? AND o.code = ? ORDER BY r.entry";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map(params![codes::FORK, office.as_str()], |row| {
            let position = place_of_log(row.get(1)?).1;
            Ok(RefusedByHub { epoch: EpochId(row.get(0)?), position, code: row.get(2)? })
        })?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }

    /// What is kept out of its document, or refused by the hub, newest entries first.
    ///
    /// # Errors
    ///
    /// When the database cannot be read or an entry is damaged.
    pub fn quarantine(&self, count_max: usize) -> Result<Vec<Quarantined>, StoreError> {
        let sql = "SELECT entry, source, code, detail, at FROM refusal ORDER BY entry DESC LIMIT ?";
        self.quarantined(sql, [signed(count_max as u64)])
    }

    /// The same of one office.
    ///
    /// # Errors
    ///
    /// When the database cannot be read or an entry is damaged.
    pub fn quarantine_of(&self, office: &OfficeCode, count_max: usize) -> Result<Vec<Quarantined>, StoreError> {
        let sql = "SELECT r.entry, r.source, r.code, r.detail, r.at FROM refusal r JOIN entry e ON e.place = r.entry
                   JOIN document d ON d.idx = e.document JOIN office o ON o.idx = d.office
                   WHERE o.code = ? ORDER BY r.entry DESC LIMIT ?";
        self.quarantined(sql, params![office.as_str(), signed(count_max as u64)])
    }

    fn quarantined(&self, sql: &str, values: impl rusqlite::Params) -> Result<Vec<Quarantined>, StoreError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(values)?;
        let mut list = Vec::new();
        while let Some(row) = rows.next()? {
            let place: i64 = row.get(0)?;
            let Some(stored) = entry::at(&self.connection, place)? else { continue };
            let (log, position) = place_of_log(place);
            list.push(Quarantined {
                epoch: log::epoch_of(&self.connection, log)?,
                position,
                document: stored.id,
                hash: stored.hash,
                state: stored.state,
                source: RefusalSource::from_number(row.get(1)?),
                code: row.get(2)?,
                detail: row.get(3)?,
                at_millis: row.get(4)?,
            });
        }
        Ok(list)
    }
}

fn mark(work: &mut Work<'_>, log: &LogRow, refusals: &[Refusal]) -> Result<u64, StoreError> {
    let mut counted = 0;
    for refusal in refusals {
        let place = place(log.index, refusal.position)?;
        let Some(stored) = entry::at(work.connection, place)? else { continue };
        if !by_hub(work.connection, place)? {
            counted += 1;
            work.digest_without(stored.office, stored.entry_hash())?;
        }
        let source = RefusalSource::Hub;
        let reason = Reason { source, code: &refusal.code, detail: &refusal.detail, at: None };
        put(work.connection, place, signed(refusal.number), &reason)?;
    }
    Ok(counted)
}

impl Replica {
    /// Notes that the hub does not count entries of any log that this node holds (node): a comparison found it. As
    /// [`Replica::apply_refusals`], but what was told of our own log so far stays. Says how many counted until now.
    ///
    /// # Errors
    ///
    /// When the log is unknown or the disk refuses.
    pub fn mark_refused(&mut self, epoch: EpochId, refusals: &[Refusal]) -> Result<u64, StoreError> {
        self.write(|work| {
            let log = log::get(work.connection, epoch)?;
            mark(work, &log, refusals)
        })
    }

    /// Notes what the hub refused of our log (node). The entries stay visible here, are marked, and leave the digest.
    ///
    /// # Errors
    ///
    /// When the log is unknown or the disk refuses.
    pub fn apply_refusals(&mut self, epoch: EpochId, refusals: &[Refusal]) -> Result<(), StoreError> {
        self.write(|work| {
            let log = log::get(work.connection, epoch)?;
            mark(work, &log, refusals)?;
            let last = refusals.iter().map(|refusal| refusal.number).max().unwrap_or(0);
            let sql = "UPDATE log SET refusals = max(refusals, ?) WHERE idx = ?";
            work.connection.prepare_cached(sql)?.execute(params![signed(last), log.index])?;
            work.mark(&last.to_be_bytes());
            Ok(())
        })
    }

    /// Has the gate judge again what it refused: of one document, or all. Says how many entries will be.
    ///
    /// # Errors
    ///
    /// When the disk refuses.
    pub fn retry_quarantined(&mut self, document: Option<DocumentId>) -> Result<u64, StoreError> {
        self.write(|work| {
            let only = match document {
                Some(id) => match crate::documents::document::find(work.connection, id)? {
                    Some((index, _)) => Some(index),
                    None => return Err(StoreError::NoDocument(id)),
                },
                None => None,
            };
            let guests = match work.role {
                Role::Hub => format!("AND NOT {}", brought::WAITS),
                Role::Node => String::new(),
            };
            let sql = format!(
                "UPDATE entry SET state = 0 WHERE state >= 2 AND (?1 IS NULL OR document = ?1)
                 AND place IN (SELECT entry FROM refusal WHERE source = 2) {guests}"
            );
            Ok(work.connection.prepare_cached(&sql)?.execute([only])? as u64)
        })
    }
}
