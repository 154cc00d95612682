//! A node's place in the hub's feeds, and taking in what they bring.

use change_log::{ChainHash, Entry, EntryHash, EpochId, Position, RawChange};
use office_model::OfficeCode;
use rusqlite::{OptionalExtension as _, params};

use crate::admission::ingest::door;
use crate::admission::refusal::{Reason, RefusalSource, codes, forgive, note, take_back};
use crate::documents::{change_run, document};
use crate::entries::entry::{self, EntryState, NewBytes, Stored, place};
use crate::entries::log::{self, LogRow, signed};
use crate::entries::{aside, digest, repair};
use crate::file::work::Work;
use crate::views::rows;
use crate::{Reader, Replica, StoreError};

/// A node's place in a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedCursor {
    /// The hub epoch the feed was begun in.
    pub hub_epoch: EpochId,
    /// Everything up to here was taken in.
    pub position: Position,
    /// The feed's chain there.
    pub chain: ChainHash,
}

/// One item of a feed as it reaches a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FeedItem {
    /// An entry with its bytes.
    Entry(Entry),
    /// An entry the node holds already: only its place.
    Own {
        /// Its log.
        epoch: EpochId,
        /// Its place there.
        position: Position,
    },
}

/// What a feed batch brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AppliedFeed {
    /// Entries that were not held before; they are pending now.
    pub new: u64,
    /// Entries that were.
    pub held: u64,
    /// Own entries that lost their place to what the hub holds there: this folder was forked. They are kept aside.
    pub set_aside: u64,
}

impl Reader {
    /// The node's place in a feed; `None` before the first batch.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn feed_cursor(&self, audience: &str) -> Result<Option<FeedCursor>, StoreError> {
        let sql = "SELECT epoch, position, chain FROM feed_cursor WHERE audience = ?";
        let found = self.connection.prepare_cached(sql)?.query_row([audience], |row| {
            let position = row.get::<_, i64>(1)?.unsigned_abs();
            Ok(FeedCursor { hub_epoch: EpochId(row.get(0)?), position, chain: ChainHash(row.get(2)?) })
        });
        Ok(found.optional()?)
    }
}

impl Replica {
    /// Takes in a stretch of a feed, right above the cursor, with the new cursor: one commit. The entries are held and
    /// counted at once, and pending until judged. What is held already is fine.
    ///
    /// When the feed brings entries of the epoch this replica writes in that it does not hold, the epoch is marked
    /// spent: somebody else wrote in it, and a new one must begin before the next record.
    ///
    /// # Errors
    ///
    /// [`StoreError::FeedChain`] when the items do not lead from the old cursor to the new one, or name an entry that
    /// is not held: nothing was taken in then.
    pub fn apply_feed(
        &mut self,
        audience: &str,
        items: &[FeedItem],
        cursor: FeedCursor,
    ) -> Result<AppliedFeed, StoreError> {
        let broken = || StoreError::FeedChain(audience.to_owned());
        let office: OfficeCode = audience.parse().map_err(|_| broken())?;
        let from = self.feed_cursor(audience)?;
        if from.is_some_and(|from| from.hub_epoch != cursor.hub_epoch) {
            return Err(broken());
        }
        let (mut position, mut chain) =
            from.map_or((0, ChainHash::of_feed(cursor.hub_epoch, audience)), |from| (from.position, from.chain));
        self.write(|work| {
            let office = digest::office_index(work.connection, &office)?;
            let mut applied = AppliedFeed::default();
            for item in items {
                let hash = match item {
                    FeedItem::Entry(entry) => take(work, entry, office, &mut applied)?,
                    FeedItem::Own { epoch, position } => {
                        let held = own(work, *epoch, *position)?.ok_or_else(broken)?;
                        applied.held += 1;
                        held
                    }
                };
                position += 1;
                chain = chain.after(hash);
            }
            if (position, chain) != (cursor.position, cursor.chain) {
                return Err(broken());
            }
            put_cursor(work, audience, cursor)?;
            Ok(applied)
        })
    }

    /// Takes in entries that the hub holds and this node lacks, outside the order of a feed: one commit. As with a feed
    /// batch, what is held already is fine.
    ///
    /// # Errors
    ///
    /// When the disk refuses: nothing was taken in then.
    pub fn take_missing(&mut self, office: &OfficeCode, entries: &[Entry]) -> Result<AppliedFeed, StoreError> {
        self.write(|work| {
            let office = digest::office_index(work.connection, office)?;
            let mut applied = AppliedFeed::default();
            for entry in entries {
                let hash = take(work, entry, office, &mut applied)?;
                work.mark(&hash.0);
            }
            Ok(applied)
        })
    }

    /// Puts entries of a forked log aside: the hub has another branch of it. Their documents are judged afresh without
    /// them.
    ///
    /// # Errors
    ///
    /// When the disk refuses.
    pub fn give_way(&mut self, places: &[(EpochId, Position)]) -> Result<(), StoreError> {
        self.write(|work| {
            let mut logs = std::collections::BTreeMap::new();
            for (epoch, position) in places {
                let log = log::get(work.connection, *epoch)?;
                if let Some(held) = entry::at(work.connection, place(log.index, *position)?)? {
                    work.mark(&held.hash.0);
                    give_way(work, held)?;
                }
                logs.insert(log.index, log);
            }
            logs.values_mut().try_for_each(|log| rebuild_log_chain(work, log))
        })
    }

    /// Puts the cursor elsewhere: the hub was restored and its feed goes another way from there. Nothing held is
    /// dropped. With `None` the feed is read from its start.
    ///
    /// # Errors
    ///
    /// When the disk refuses.
    pub fn reset_feed_cursor(&mut self, audience: &str, cursor: Option<FeedCursor>) -> Result<(), StoreError> {
        self.write(|work| {
            if let Some(cursor) = cursor {
                return put_cursor(work, audience, cursor);
            }
            work.connection.prepare_cached("DELETE FROM feed_cursor WHERE audience = ?")?.execute([audience])?;
            work.mark(audience.as_bytes());
            Ok(())
        })
    }
}

fn put_cursor(work: &mut Work<'_>, audience: &str, cursor: FeedCursor) -> Result<(), StoreError> {
    let sql = "INSERT OR REPLACE INTO feed_cursor (audience, epoch, position, chain) VALUES (?, ?, ?, ?)";
    work.connection.prepare_cached(sql)?.execute(params![
        audience,
        cursor.hub_epoch.0,
        signed(cursor.position),
        cursor.chain.0
    ])?;
    work.mark(&cursor.chain.0);
    Ok(())
}

/// An entry we hold came back through the feed: the hub accepted it.
fn own(work: &mut Work<'_>, epoch: EpochId, position: Position) -> Result<Option<EntryHash>, StoreError> {
    let Some(log) = log::find(work.connection, epoch)? else { return Ok(None) };
    let Some(stored) = entry::at(work.connection, place(log.index, position)?)? else { return Ok(None) };
    let hash = stored.entry_hash();
    forgive(work, stored.place, stored.office, hash)?;
    Ok(Some(hash))
}

fn take(work: &mut Work<'_>, entry: &Entry, office: i64, applied: &mut AppliedFeed) -> Result<EntryHash, StoreError> {
    let hash = entry.entry_hash();
    let mut log = log::find_or_note(work.connection, entry.epoch)?;
    let place = place(log.index, entry.position)?;
    // Bytes that the disk lost come back with the feed.
    repair::heal(work.connection, place, entry)?;
    if let Some(held) = entry::at(work.connection, place)? {
        if held.hash == entry.hash && held.id == entry.document {
            forgive(work, place, held.office, hash)?;
            applied.held += 1;
            return Ok(hash);
        }
        give_way(work, held)?;
        applied.set_aside += 1;
        insert(work, place, office, entry)?;
        rebuild_log_chain(work, &mut log)?;
    } else {
        insert(work, place, office, entry)?;
        if entry.position == log.position + 1 {
            advance_over_held(work, &mut log)?;
        }
        judge_afresh(work, entry, entry.position < log.position)?;
        applied.new += 1;
    }
    if entry.epoch == work.epoch && !work.spent {
        work.connection.execute("UPDATE replica SET spent = 1", [])?;
        work.spent = true;
    }
    Ok(hash)
}

fn insert(work: &mut Work<'_>, place: i64, office: i64, entry: &Entry) -> Result<(), StoreError> {
    let mut checked = door(entry).map(|_| ()).map_err(|refusal| (refusal.code, refusal.detail, refusal.change));
    let document = match document::find(work.connection, entry.document)? {
        None => document::insert(work.connection, entry.document, office)?,
        Some((document, owner)) => {
            if owner != office && checked.is_ok() {
                checked = Err((codes::SCOPE, "the document belongs to another office".to_owned(), true));
            }
            document
        }
    };
    let (state, change) = match &checked {
        Ok(()) => (EntryState::Pending, true),
        Err((_, _, change)) => (EntryState::Refused, *change),
    };
    entry::insert(work.connection, place, document, state, NewBytes::of(entry, change))?;
    if let Err((code, detail, _)) = &checked {
        note(work, place, &Reason { source: RefusalSource::Door, code, detail, at: None })?;
    }
    // Held is held, whatever the gate says: the hub counts it as well.
    let (_, owner) = document::find(work.connection, entry.document)?.unwrap_or((document, office));
    work.digest_with(owner, entry.entry_hash())
}

/// A change that was lost came back: others of its document may build on it, and the gate may have refused what
/// arrived meanwhile. Of a log only met in a feed the place does not tell that it was lost: what builds on it does.
fn judge_afresh(work: &Work<'_>, entry: &Entry, inside_log: bool) -> Result<(), StoreError> {
    let Some((document, _)) = document::find(work.connection, entry.document)? else { return Ok(()) };
    if inside_log || is_built_on(work, document, entry)? {
        reopen(work, document)?;
    } else if work.office.is_some_and(|office| !office.is_village()) {
        // Until the step is here that brings a document before this office, the gate takes it for a stranger's.
        reopen_refused(work, document)?;
    }
    Ok(())
}

/// All that the gate refused of a document waits for judgement again.
fn reopen_refused(work: &Work<'_>, document: i64) -> Result<(), StoreError> {
    let sql = "UPDATE entry SET state = 0 WHERE document = ? AND place IN (SELECT entry FROM refusal WHERE source = 2)";
    work.connection.prepare_cached(sql)?.execute([document])?;
    Ok(())
}

/// Whether a visible change of its document was made on top of this one.
fn is_built_on(work: &Work<'_>, document: i64, entry: &Entry) -> Result<bool, StoreError> {
    let mut found = false;
    let read = entry::for_each_of_document(work.connection, document, |stored| {
        found |= stored.state == EntryState::Accepted
            && RawChange::parse(&stored.raw).is_ok_and(|change| change.dependencies.contains(&entry.hash));
        Ok(())
    });
    match read {
        // What is damaged next to it does not keep it out.
        Err(StoreError::Damaged(_)) => Ok(found),
        read => read.map(|()| found),
    }
}

/// All that is visible of a document, and all that the gate refused of it, waits for judgement again. Says how many.
fn reopen(work: &Work<'_>, document: i64) -> Result<usize, StoreError> {
    let sql = "UPDATE entry SET state = 0 WHERE document = ?
               AND (state = 1 OR place IN (SELECT entry FROM refusal WHERE source = 2))";
    Ok(work.connection.prepare_cached(sql)?.execute([document])?)
}

/// Our entry goes aside; its document is judged afresh without it.
fn give_way(work: &mut Work<'_>, held: Stored) -> Result<(), StoreError> {
    let refused = take_back(work.connection, held.place)? == Some(RefusalSource::Hub);
    if !refused {
        work.digest_without(held.office, held.entry_hash())?;
    }
    change_run::withdraw(work.connection, held.place, held.id, held.hash)?;
    work.connection.prepare_cached("DELETE FROM entry WHERE place = ?")?.execute([held.place])?;
    let document = held.document;
    aside::keep(work.connection, &held.into_entry())?;
    // What the gate refused next to it may be right without it.
    let rest = reopen(work, document)?;
    rows::remove(work.connection, document)?;
    if rest == 0 {
        let sql = "DELETE FROM document WHERE idx = ?1 AND idx NOT IN (SELECT document FROM entry WHERE document = ?1)";
        work.connection.prepare_cached(sql)?.execute([document])?;
    }
    Ok(())
}

/// The held entries right above the log's end are part of it now.
pub(crate) fn advance_over_held(work: &Work<'_>, log: &mut LogRow) -> Result<(), StoreError> {
    while let Some(stored) = entry::at(work.connection, place(log.index, log.position + 1)?)? {
        log.advance(work.connection, stored.entry_hash())?;
    }
    log.save(work.connection)
}

/// After an entry was replaced, the chain of the log is another one.
fn rebuild_log_chain(work: &Work<'_>, log: &mut LogRow) -> Result<(), StoreError> {
    let mut statement = work.connection.prepare_cached("DELETE FROM chain_mark WHERE owner = ?")?;
    statement.execute([log::owner(log.index)])?;
    log.position = 0;
    log.chain = ChainHash::of_log(log.epoch);
    advance_over_held(work, log)?;
    // What the hub acknowledged and signed for was another branch from here on.
    let sql = "UPDATE log SET acknowledged = min(acknowledged, position), receipt = NULL, receipted = 0 WHERE idx = ?";
    work.connection.prepare_cached(sql)?.execute([log.index])?;
    Ok(())
}
