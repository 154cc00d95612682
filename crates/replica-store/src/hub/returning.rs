//! Entries that a node gives back to the hub: after a restore, or where the hub's disk lost them.
//!
//! They come in any order and of any log, so they are not appended like a node's own batches: each goes to its place.
//! What leaves a gap below it is held all the same, and joins the log when the gap closes.

use std::collections::BTreeSet;

use change_log::{Entry, EntryHash};
use office_model::OfficeCode;
use rusqlite::params;
use service_document::plain_row_of;

use crate::StoreError;
use crate::admission::ingest::{append, door, put};
use crate::documents::document;
use crate::entries::entry::{self, EntryState, NewBytes, place};
use crate::entries::log::{self, LogRow};
use crate::entries::{aside, digest, holdings, repair};
use crate::file::rebuild;
use crate::file::work::Work;
use crate::hub::{brought, feed};
use crate::node::cursor;
use crate::views::rows;

/// What became of a returned entry. Everything it reports is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returned {
    /// It was here already.
    Held,
    /// It is at its place now.
    Taken,
    /// Another entry holds its place, or the chain of its log says that it is not the one. It is kept aside.
    Aside,
    /// Its log belongs to another office, and the document does not concern this one. Nothing was kept.
    Foreign,
    /// The hub signed it in its present life and does not know it: its store went back to an older state unseen. Nothing was
    /// kept; once another life began it is taken.
    Forgotten,
}

/// Puts entries of an office back to their places (hub). They pass the rules in front of a log, and are judged like
/// all others.
pub(crate) fn take_returned(
    work: &mut Work<'_>,
    office: &OfficeCode,
    entries: &[Entry],
) -> Result<Vec<Returned>, StoreError> {
    let office = digest::office_index(work.connection, office)?;
    let mut outcomes = Vec::with_capacity(entries.len());
    let mut filled = BTreeSet::new();
    for entry in entries {
        outcomes.push(take(work, office, entry, &mut filled)?);
    }
    for document in &filled {
        // What the gate refused while it was missing may be right.
        let sql = format!(
            "UPDATE entry SET state = 0 WHERE document = ? AND place IN (SELECT entry FROM refusal WHERE source = 2)
             AND NOT {}",
            brought::WAITS
        );
        work.connection.prepare_cached(&sql)?.execute([document])?;
        // While others of its changes are still missing it cannot be shown; the last one that comes back does it.
        let stored = entry::of_document(work.connection, *document)?;
        if let Ok(Some(row)) = rebuild::load(&stored) {
            rows::put(work.connection, *document, &row)?;
        }
    }
    let mut counted = BTreeSet::new();
    for document in &filled {
        counted.extend(brought::offices(work.connection, *document)?);
        counted.insert(document::office_of(work.connection, *document)?);
    }
    counted.extend((!filled.is_empty()).then_some(office));
    for office in counted {
        holdings::recount(work, office)?;
    }
    Ok(outcomes)
}

fn take(work: &mut Work<'_>, office: i64, entry: &Entry, filled: &mut BTreeSet<i64>) -> Result<Returned, StoreError> {
    let mut log = if let Some(log) = log::find(work.connection, entry.epoch)? {
        log
    } else {
        let writer = Some(office).filter(|_| !is_of_hub(work, entry));
        log::insert_returned(work.connection, entry.epoch, writer)?
    };
    // Of another office's log it may fill holes, in documents that concern both.
    let owner = log.office.filter(|owner| !log.own && *owner != office);
    let is_hole = entry.position <= log.position;
    let may_give = if log.is_of_hub() {
        let is_signed = is_hole || is_of_hub(work, entry);
        // Of its present life the hub knows all there is, and of those before the signature.
        if is_signed && !is_hole && entry.epoch == work.epoch {
            return Ok(Returned::Forgotten);
        }
        is_signed
    } else {
        log.office == Some(office) || (is_hole && concerns(work, office, entry)?)
    };
    if !may_give {
        return Ok(Returned::Foreign);
    }
    let at = place(log.index, entry.position)?;
    if repair::heal(work.connection, at, entry)? {
        let document = document::find(work.connection, entry.document)?;
        filled.extend(document.map(|(document, _)| document));
        return Ok(Returned::Taken);
    }
    match entry::at(work.connection, at) {
        Ok(Some(held)) if held.hash == entry.hash && held.id == entry.document => Ok(Returned::Held),
        Ok(None) if entry.position <= log.position => {
            fill(work, &log, (office, owner.unwrap_or(office)), entry, filled)
        }
        Ok(None) if entry.position == log.position + 1 && !log.own => {
            append(work, &mut log, office, entry)?;
            cursor::advance_over_held(work, &mut log)?;
            work.mark(&log.chain.0);
            Ok(Returned::Taken)
        }
        Ok(None) => {
            put(work, at, office, entry)?;
            work.mark(&entry.entry_hash().0);
            Ok(Returned::Taken)
        }
        Ok(Some(_)) | Err(StoreError::Damaged(_)) => {
            aside::keep_sent(work.connection, entry.epoch, [entry])?;
            Ok(Returned::Aside)
        }
        Err(error) => Err(error),
    }
}

/// Whether an office holds what is accepted in the document of an entry.
fn concerns(work: &Work<'_>, office: i64, entry: &Entry) -> Result<bool, StoreError> {
    let Some((document, owner)) = document::find(work.connection, entry.document)? else { return Ok(false) };
    Ok(owner == office || brought::is_before(work.connection, document, office)?)
}

/// Whether it is something that the hub wrote and signed itself.
fn is_of_hub(work: &Work<'_>, entry: &Entry) -> bool {
    door(entry).is_ok() && plain_row_of(&[&entry.raw]).is_some_and(|row| work.is_of_hub(&row))
}

/// Whether the chain of its log has this entry here. While others around it are missing it cannot tell: then whoever wrote the
/// log is believed and nobody else, the office, or the hub by its signature.
fn is_the_one(work: &Work<'_>, log: &LogRow, (office, owner): (i64, i64), entry: &Entry) -> Result<bool, StoreError> {
    if let Some(leads_on) = repair::leads_on(work.connection, log, entry)? {
        return Ok(leads_on);
    }
    Ok(if log.is_of_hub() { is_of_hub(work, entry) } else { office == owner })
}

fn set_aside(work: &Work<'_>, at: i64, entry: &Entry) -> Result<Returned, StoreError> {
    work.connection.prepare_cached("DELETE FROM refusal WHERE entry = ?")?.execute(params![at])?;
    work.connection.prepare_cached("DELETE FROM entry WHERE place = ?")?.execute(params![at])?;
    aside::keep_sent(work.connection, entry.epoch, [entry])?;
    Ok(Returned::Aside)
}

/// Fills a hole in the log of `owner`. What the feed of `office` names there was accepted before it was lost, and is again.
fn fill(
    work: &mut Work<'_>,
    log: &LogRow,
    (office, owner): (i64, i64),
    entry: &Entry,
    filled: &mut BTreeSet<i64>,
) -> Result<Returned, StoreError> {
    let at = place(log.index, entry.position)?;
    let found = document::find(work.connection, entry.document)?;
    // Of the feeds of a document, its own office's has every accepted entry.
    if feed::names(work.connection, found.map_or(office, |(_, owner)| owner), at)? {
        if door(entry).is_err() {
            aside::keep_sent(work.connection, entry.epoch, [entry])?;
            return Ok(Returned::Aside);
        }
        let document = match found {
            Some((document, _)) => document,
            None => document::insert(work.connection, entry.document, office)?,
        };
        entry::insert(work.connection, at, document, EntryState::Accepted, NewBytes::of(entry, true))?;
        // Only the chain can tell that it is the one, and only then others are told of it.
        if !is_the_one(work, log, (office, owner), entry)? {
            return set_aside(work, at, entry);
        }
        // Brought before another office while this one was missing, the document went there without it.
        let connection = work.connection;
        for audience in brought::offices(connection, document)? {
            if !feed::names(connection, audience, at)? {
                work.feed(audience)?.append(connection, at, entry.entry_hash())?;
            }
        }
        filled.insert(document);
    } else {
        put(work, at, owner, entry)?;
        if !is_the_one(work, log, (office, owner), entry)? {
            return set_aside(work, at, entry);
        }
    }
    work.mark(&EntryHash::of(entry.document, entry.hash).0);
    Ok(Returned::Taken)
}
