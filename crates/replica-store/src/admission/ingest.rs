//! Ingest at the hub: what nodes send goes into their logs before anything is judged.

use change_log::{ChainHash, DocumentId, Entry, EntryHash, EpochId, Position, RawChange, RawChangeError};
use rusqlite::params;
use service_document::{RefusalCode, is_answer};

use crate::StoreError;
use crate::admission::refusal::{Reason, RefusalSource, codes, note};
use crate::documents::document;
use crate::entries::entry::{self, EntryState, NewBytes, place};
use crate::entries::log::{self, LogRow, SignedHead};
use crate::entries::{aside, digest};
use crate::file::work::Work;
use crate::hub::brought;

/// Entries of one log, in order.
#[derive(Debug, Clone)]
pub struct IngestBatch {
    /// The log.
    pub epoch: EpochId,
    /// Gap-free and ascending. What is held already is skipped.
    pub entries: Vec<Entry>,
    /// The signed head they lead to: kept when they do.
    pub signed_head: Option<SignedHead>,
}

/// What became of one batch. Everything it reports is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IngestOutcome {
    /// All of it is in the log, which now ends here.
    Appended {
        /// The log's last position.
        position: Position,
        /// The chain there.
        chain: ChainHash,
    },
    /// The batch goes on above the log's end; what came before the gap was taken.
    Gap {
        /// The position wanted next.
        expected: Position,
    },
    /// Another entry is held at this position. It and those after it are kept aside; see [`crate::Reader::set_aside`].
    Fork {
        /// The first position that differs.
        position: Position,
    },
    /// No such log: nothing of the batch was taken.
    UnknownLog,
}

/// Why an entry cannot be part of a document, whatever the gate would say.
pub(crate) struct DoorRefusal {
    pub(crate) code: &'static str,
    pub(crate) detail: String,
    /// The bytes are a change with the hash they claim.
    pub(crate) change: bool,
}

impl DoorRefusal {
    fn new(code: RefusalCode, detail: String, change: bool) -> Self {
        Self { code: code.as_str(), detail, change }
    }
}

/// The rules in front of a log. `Ok`: whether the change begins its document.
pub(crate) fn door(entry: &Entry) -> Result<bool, DoorRefusal> {
    let change = RawChange::parse(&entry.raw).map_err(|error| match error {
        RawChangeError::TooLong => DoorRefusal::new(RefusalCode::TooLarge, error.to_string(), false),
        _ => DoorRefusal::new(RefusalCode::Malformed, error.to_string(), false),
    })?;
    if change.hash != entry.hash {
        return Err(DoorRefusal::new(RefusalCode::Hash, format!("its bytes hash to {}", change.hash), false));
    }
    if change.actor != entry.epoch {
        return Err(DoorRefusal::new(RefusalCode::Actor, format!("made by {}", change.actor), true));
    }
    let begins = change.dependencies.is_empty();
    if begins && entry.document != DocumentId::derive(entry.epoch, entry.position, change.millis) {
        let detail = "the document's id does not derive from its first change".to_owned();
        return Err(DoorRefusal::new(RefusalCode::Identity, detail, true));
    }
    Ok(begins)
}

/// Appends a batch to its log.
pub(crate) fn ingest_batch(work: &mut Work<'_>, batch: &IngestBatch) -> Result<IngestOutcome, StoreError> {
    let Some(mut log) = log::find(work.connection, batch.epoch)? else { return Ok(IngestOutcome::UnknownLog) };
    let Some(office) = log.office.filter(|_| !log.own) else { return Ok(IngestOutcome::UnknownLog) };
    let before = log.position;
    // Given back by other nodes, above what the log's own node sent.
    let returned = holds_above(work, &log)?;
    let mut outcome = None;
    for (index, entry) in batch.entries.iter().enumerate() {
        if entry.epoch != batch.epoch || entry.position > log.position + 1 || entry.position == 0 {
            outcome = Some(IngestOutcome::Gap { expected: log.position + 1 });
            break;
        }
        let next = entry.position == log.position + 1;
        if next && !(returned && entry::is_at(work.connection, place(log.index, entry.position)?)?) {
            append(work, &mut log, office, entry)?;
        } else if next && is_held(work, &log, entry)? {
            log.advance(work.connection, entry.entry_hash())?;
        } else if next || !is_held(work, &log, entry)? {
            aside::keep_sent(work.connection, batch.epoch, batch.entries.iter().skip(index))?;
            outcome = Some(IngestOutcome::Fork { position: entry.position });
            break;
        }
    }
    if log.position > before {
        log.save(work.connection)?;
        work.mark(&log.chain.0);
    }
    if let Some(outcome) = outcome {
        return Ok(outcome);
    }
    if let Some(head) = &batch.signed_head {
        log.keep_head(work.connection, head)?;
    }
    Ok(IngestOutcome::Appended { position: log.position, chain: log.chain })
}

fn is_held(work: &Work<'_>, log: &LogRow, entry: &Entry) -> Result<bool, StoreError> {
    let held = entry::at(work.connection, place(log.index, entry.position)?)?;
    Ok(held.is_some_and(|held| held.hash == entry.hash && held.id == entry.document))
}

fn holds_above(work: &Work<'_>, log: &LogRow) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM entry WHERE place BETWEEN ? AND ? LIMIT 1";
    let range = (place(log.index, log.position + 1)?, place(log.index, u64::from(u32::MAX))?);
    Ok(work.connection.prepare_cached(sql)?.exists(params![range.0, range.1])?)
}

/// Puts an entry at the end of its log. The caller saves the log.
pub(crate) fn append(work: &mut Work<'_>, log: &mut LogRow, office: i64, entry: &Entry) -> Result<(), StoreError> {
    put(work, place(log.index, entry.position)?, office, entry)?;
    log.advance(work.connection, EntryHash::of(entry.document, entry.hash))
}

/// Puts an entry at its free place, pending or, if a rule in front keeps it out, refused.
pub(crate) fn put(work: &mut Work<'_>, place: i64, office: i64, entry: &Entry) -> Result<(), StoreError> {
    let mut checked = door(entry);
    let begins = *checked.as_ref().unwrap_or(&false);
    let mut say = Say::Own;
    let document = match document::find(work.connection, entry.document)? {
        None => document::insert(work.connection, entry.document, office)?,
        Some((document, owner)) if owner == office => document,
        // Somebody named the document before its maker sent it. Only the maker's place makes this id.
        Some((document, _)) if begins && !has_accepted(work, document)? => {
            disown(work, document, office)?;
            document::set_office(work.connection, document, office)?;
            document
        }
        // Whoever named it first need not be its maker: it is seen when that one calls.
        Some((document, _)) if !has_accepted(work, document)? => {
            say = Say::NotYet;
            document
        }
        Some((document, owner)) => {
            say = say_of(work, document, (owner, office), &entry.raw)?;
            document
        }
    };
    if say == Say::None && checked.is_ok() {
        checked = Err(DoorRefusal { code: codes::SCOPE, detail: ELSEWHERE.to_owned(), change: true });
    }
    if checked.is_ok() && entry::find(work.connection, entry.hash)?.is_some() {
        let detail = "the change stands at an earlier place already".to_owned();
        checked = Err(DoorRefusal { code: codes::DUPLICATE, detail, change: true });
    }
    let (state, change) = match &checked {
        Ok(_) if say == Say::NotYet => (EntryState::Parked, true),
        Ok(_) => (EntryState::Pending, true),
        Err(refusal) => (EntryState::Refused, refusal.change),
    };
    entry::insert(work.connection, place, document, state, NewBytes::of(entry, change))?;
    if state == EntryState::Parked {
        wait(work, place)?;
    }
    if let Err(refusal) = checked {
        let source = RefusalSource::Door;
        note(work, place, &Reason { source, code: refusal.code, detail: &refusal.detail, at: None })?;
    }
    Ok(())
}

fn has_accepted(work: &Work<'_>, document: i64) -> Result<bool, StoreError> {
    let mut statement = work.connection.prepare_cached("SELECT 1 FROM entry WHERE document = ? AND state = 1")?;
    Ok(statement.exists([document])?)
}

/// What an office has to say in a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Say {
    /// It is its own, or was brought before it.
    Own,
    /// It may be brought before it: the step or the referral that does may be on its way from another machine.
    NotYet,
    /// Nothing.
    None,
}

const ELSEWHERE: &str = "the document belongs to another office";

/// What the office of a log has to say in a document that another office owns, with a change.
fn say_of(work: &Work<'_>, document: i64, (owner, office): (i64, i64), raw: &[u8]) -> Result<Say, StoreError> {
    if brought::is_before(work.connection, document, office)? {
        return Ok(Say::Own);
    }
    let (owner, office) = (digest::office_code(work.connection, owner)?, digest::office_code(work.connection, office)?);
    let may_come = owner.district() == Some(office) || (!office.is_village() && is_answer(raw, office));
    Ok(if may_come { Say::NotYet } else { Say::None })
}

/// A decision about a document, or an answer, that was not brought before its office yet: it is judged when it was.
fn wait(work: &Work<'_>, place: i64) -> Result<(), StoreError> {
    let detail = "the document was not brought before this office yet";
    note(work, place, &Reason { source: RefusalSource::Gate, code: codes::MISSING, detail, at: None })
}

/// The document turned out to be this office's: what waits in it came from nodes that have no say there, or not yet.
pub(crate) fn disown(work: &Work<'_>, document: i64, owner: i64) -> Result<(), StoreError> {
    for stored in entry::of_document(work.connection, document)? {
        let waits = matches!(stored.state, EntryState::Pending | EntryState::Parked);
        let Some(office) = stored.log_office.filter(|_| waits) else { continue };
        if office == owner {
            entry::set_state(work.connection, stored.place, EntryState::Pending)?;
            continue;
        }
        if say_of(work, document, (owner, office), &stored.raw)? == Say::NotYet {
            entry::set_state(work.connection, stored.place, EntryState::Parked)?;
            wait(work, stored.place)?;
            continue;
        }
        entry::set_state(work.connection, stored.place, EntryState::Refused)?;
        let reason = Reason { source: RefusalSource::Door, code: codes::SCOPE, detail: ELSEWHERE, at: None };
        note(work, stored.place, &reason)?;
    }
    Ok(())
}
