//! What a fork set aside, recorded anew.
//!
//! Two copies of one folder wrote different changes under one actor and number; no document can hold both (they would
//! poison it on every replica). The branch that the hub does not have was set aside. Its bytes stay there; what its
//! people did is done again, as changes of the present epoch, with the clerk and the time it had. A document
//! begun in the branch begins again under an id of its own. An edit is made again on top of what its maker saw, so
//! that it stands beside what was done elsewhere meanwhile, and people decide where both touched one field.

use std::collections::{BTreeMap, BTreeSet};

use change_log::{ChangeHash, DocumentId, EntryHash, RawChange};
use office_model::OfficeCode;
use rusqlite::params;
use service_document::{Authored, HistoryItem, Publication, Stamp, TransactionDocument};
use uuid::Uuid;

use crate::documents::authoring::{append, close, own_log};
use crate::documents::document;
use crate::entries::digest;
use crate::entries::entry::{self, EntryState};
use crate::entries::log::LogRow;
use crate::file::rebuild;
use crate::file::work::Work;
use crate::views::rows;
use crate::{Replica, Role, StoreError};

/// What was recorded anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RecordedAnew {
    /// Changes of this epoch that it took.
    pub changes: u64,
    /// Changes set aside that could not be done again: a person must look at them.
    pub left: u64,
}

/// One document's changes that were set aside.
struct Branch {
    rows: Vec<i64>,
    raws: Vec<Vec<u8>>,
    hashes: BTreeSet<ChangeHash>,
}

/// Changes done again, to go into the log.
struct Again {
    id: DocumentId,
    office: OfficeCode,
    authored: Vec<Authored>,
}

impl Replica {
    /// Records anew what own logs lost to a fork, all in one commit (node). To be called when this node and the hub
    /// agree on everything else: then nothing of the branch stands in a document any more.
    ///
    /// # Errors
    ///
    /// When the disk refuses: nothing was recorded then.
    pub fn record_anew(&mut self) -> Result<RecordedAnew, StoreError> {
        let waiting = "SELECT 1 FROM aside a JOIN log l ON l.epoch = a.epoch WHERE a.anew = 0 AND (l.own OR l.forked)";
        if self.role() == Role::Hub || self.epoch_spent() || !self.connection.prepare_cached(waiting)?.exists([])? {
            return Ok(RecordedAnew::default());
        }
        self.write(|work| {
            let mut log = own_log(work)?;
            let mut report = RecordedAnew::default();
            for (id, branch) in branches(work)? {
                let done = match again(work, &log, id, &branch)? {
                    Some(again) => Some(put(work, &mut log, &again)?),
                    None => None,
                };
                report.changes += done.unwrap_or(0);
                report.left += if done.is_none() { branch.rows.len() as u64 } else { 0 };
                let mut statement = work.connection.prepare_cached("UPDATE aside SET anew = ? WHERE idx = ?")?;
                for row in &branch.rows {
                    statement.execute(params![if done.is_some() { 1 } else { 2 }, row])?;
                }
            }
            close(work, &log)?;
            Ok(report)
        })
    }
}

/// What waits, by document, in the order it was made.
fn branches(work: &Work<'_>) -> Result<Vec<(DocumentId, Branch)>, StoreError> {
    let sql = "SELECT a.idx, a.document, a.hash, a.raw FROM aside a JOIN log l ON l.epoch = a.epoch
               WHERE a.anew = 0 AND (l.own OR l.forked) ORDER BY l.idx, a.position";
    let mut statement = work.connection.prepare_cached(sql)?;
    let mut found = statement.query([])?;
    let mut branches: Vec<(DocumentId, Branch)> = Vec::new();
    let mut indexes: BTreeMap<DocumentId, usize> = BTreeMap::new();
    while let Some(row) = found.next()? {
        let id = DocumentId(Uuid::from_bytes(row.get(1)?));
        let index = *indexes.entry(id).or_insert_with(|| {
            branches.push((id, Branch { rows: Vec::new(), raws: Vec::new(), hashes: BTreeSet::new() }));
            branches.len() - 1
        });
        if let Some((_, branch)) = branches.get_mut(index) {
            branch.rows.push(row.get(0)?);
            branch.hashes.insert(ChangeHash(row.get(2)?));
            branch.raws.push(row.get(3)?);
        }
    }
    Ok(branches)
}

/// Does a branch again; `None` where that cannot be.
fn again(work: &Work<'_>, log: &LogRow, id: DocumentId, branch: &Branch) -> Result<Option<Again>, StoreError> {
    let held = match document::find(work.connection, id)? {
        Some((index, _)) => entry::of_document(work.connection, index)?,
        None => Vec::new(),
    };
    let held: BTreeMap<ChangeHash, Vec<u8>> = held
        .into_iter()
        .filter(|stored| stored.state == EntryState::Accepted)
        .map(|stored| (stored.hash, stored.raw))
        .collect();
    if let ([raw], true) = (branch.raws.as_slice(), held.is_empty())
        && let Some((publication, authored, stamp)) = Publication::again(raw, work.epoch)
    {
        let id = DocumentId::derive(work.epoch, log.position + 1, stamp.millis);
        return Ok(Some(Again { id, office: publication.office, authored: vec![authored] }));
    }
    let Some(seen) = seen_by(branch, &held) else { return Ok(None) };
    let whole = seen.iter().filter_map(|hash| held.get(hash)).chain(&branch.raws).map(Vec::as_slice);
    let Ok(whole) = TransactionDocument::load(whole) else { return Ok(None) };
    let items: Vec<HistoryItem> =
        whole.history().into_iter().filter(|item| branch.hashes.contains(&item.hash)).collect();
    // A number under our present epoch can be used once only: then everything held is what it is made on top of.
    let ours = |raw: &Vec<u8>| RawChange::parse(raw).is_ok_and(|change| change.actor == work.epoch);
    let base: Vec<&[u8]> = if held.values().any(ours) {
        held.values().map(Vec::as_slice).collect()
    } else {
        seen.iter().filter_map(|hash| held.get(hash)).map(Vec::as_slice).collect()
    };
    let office = whole.row().office;
    if base.is_empty() {
        return Ok(begin(work, log, branch, &items, office));
    }
    let Ok(mut document) = TransactionDocument::load(base.iter().copied()) else { return Ok(None) };
    let Some(authored) = repeat(work, &mut document, &items) else { return Ok(None) };
    let all = held.values().chain(authored.iter().map(|authored| &authored.raw)).map(Vec::as_slice);
    Ok(TransactionDocument::load(all).is_ok().then_some(Again { id, office, authored }))
}

/// A document that began in the branch begins again.
fn begin(work: &Work<'_>, log: &LogRow, branch: &Branch, items: &[HistoryItem], office: OfficeCode) -> Option<Again> {
    let (first, rest) = items.split_first()?;
    let raw = branch.raws.iter().find(|raw| RawChange::parse(raw).is_ok_and(|change| change.hash == first.hash))?;
    let begun = TransactionDocument::load([raw.as_slice()]).ok()?;
    let (mut document, authored) = TransactionDocument::create(&begun.as_new().ok()?, &stamp(work, first)).ok()?;
    let mut all = vec![authored];
    all.extend(repeat(work, &mut document, rest)?);
    let id = DocumentId::derive(work.epoch, log.position + 1, first.millis);
    Some(Again { id, office, authored: all })
}

fn repeat(work: &Work<'_>, document: &mut TransactionDocument, items: &[HistoryItem]) -> Option<Vec<Authored>> {
    let mut all = Vec::new();
    for item in items {
        all.extend(document.repeat(item, &stamp(work, item)).ok()?);
    }
    Some(all)
}

fn stamp(work: &Work<'_>, item: &HistoryItem) -> Stamp {
    Stamp {
        epoch: work.epoch,
        millis: item.millis,
        hub_offset_millis: item.hub_offset_millis,
        clerk: item.clerk.clone(),
    }
}

/// The held changes that the branch builds on; `None` when one is not held.
fn seen_by(branch: &Branch, held: &BTreeMap<ChangeHash, Vec<u8>>) -> Option<BTreeSet<ChangeHash>> {
    let dependencies = |raw: &Vec<u8>| RawChange::parse(raw).ok().map(|change| change.dependencies);
    let mut open = Vec::new();
    for raw in &branch.raws {
        open.extend(dependencies(raw)?);
    }
    let mut seen = BTreeSet::new();
    while let Some(hash) = open.pop() {
        if branch.hashes.contains(&hash) || !seen.insert(hash) {
            continue;
        }
        open.extend(dependencies(held.get(&hash)?)?);
    }
    Some(seen)
}

/// Puts the changes into the log and the document into the lists. Says how many there were.
fn put(work: &mut Work<'_>, log: &mut LogRow, again: &Again) -> Result<u64, StoreError> {
    let (index, office) = if let Some(known) = document::find(work.connection, again.id)? {
        known
    } else {
        let office = digest::office_index(work.connection, &again.office)?;
        (document::insert(work.connection, again.id, office)?, office)
    };
    for authored in &again.authored {
        append(work, log, (again.id, index, office), authored)?;
        work.mark(&EntryHash::of(again.id, authored.hash).0);
    }
    if let Some(row) = rebuild::load(&entry::of_document(work.connection, index)?)? {
        rows::put(work.connection, index, &row)?;
    }
    Ok(again.authored.len() as u64)
}
