//! A clerk's work: each step is one change, recorded, shown and counted in one commit.

use std::collections::BTreeMap;

use change_log::{ChangeHash, DocumentId, EntryHash};
use office_model::{FieldPath, OfficeCode, Status};
use serde_json::Value;
use service_document::{
    AttachedFile, Authored, DocumentError, NewTransaction, REFERRALS_MAX, SignedBy, Stamp, TransactionDocument, by_hub,
};

use crate::admission::judging;
use crate::documents::{change_run, document};
use crate::entries::digest;
use crate::entries::entry::{self, EntryState, NewBytes, place};
use crate::entries::log::{self, LogRow};
use crate::file::work::Work;
use crate::numbers::numbering::{GivenNumber, Issuer, Numbering};
use crate::views::rows;
use crate::{Replica, Role, StoreError};

/// Who and when, as known at the counter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clock {
    /// Device clock, milliseconds since 1970 UTC.
    pub millis: i64,
    /// Hub clock minus device clock in milliseconds, if known.
    pub hub_offset_millis: Option<i64>,
    /// The clerk's id.
    pub clerk: String,
}

impl Clock {
    /// When that is by the hub's clock, as far as that is known: milliseconds since 1970 UTC.
    pub const fn at_millis(&self) -> i64 {
        by_hub(self.millis, self.hub_offset_millis)
    }

    pub(crate) fn stamp(&self, work: &Work<'_>) -> Stamp {
        Stamp {
            epoch: work.epoch,
            millis: self.millis,
            hub_offset_millis: self.hub_offset_millis,
            clerk: self.clerk.clone(),
        }
    }
}

/// A step, and the one that it goes right on to.
#[derive(Debug, Clone, Copy)]
pub struct Steps<'a> {
    /// Where to.
    pub to: Status,
    /// Why.
    pub reason: Option<&'a str>,
    /// Where it goes on to without a word.
    pub then: Option<Status>,
    /// What is to stay of the letter that it leads to.
    pub by: SignedBy<'a>,
}

impl Replica {
    /// Records a new transaction. When this returns it is on the disk, visible, and will be sent.
    ///
    /// # Errors
    ///
    /// When the values cannot be stored, the office is not this node's, the folder was found to be a copy, or the disk
    /// refuses. Nothing was saved then.
    pub fn create_transaction(&mut self, new: &NewTransaction, clock: &Clock) -> Result<DocumentId, StoreError> {
        let ids = self.create_transactions(std::slice::from_ref(new), clock)?;
        ids.first().copied().ok_or(StoreError::Misuse("no transaction was made"))
    }

    /// Records many new transactions with one commit: all, or none. Records that are alike to the last byte, of one
    /// clerk and one moment, would be one and the same change: the later ones are stamped a millisecond later each.
    ///
    /// # Errors
    ///
    /// As [`Replica::create_transaction`].
    pub fn create_transactions(
        &mut self,
        many: &[NewTransaction],
        clock: &Clock,
    ) -> Result<Vec<DocumentId>, StoreError> {
        let made = self.create_numbered(many, &Numbering::none(), clock)?;
        Ok(made.into_iter().map(|(id, _)| id).collect())
    }

    /// [`Replica::create_transactions`], and gives letters their numbers from this node's leases, as long as there are
    /// any: records are never refused for want of a number.
    ///
    /// # Errors
    ///
    /// As [`Replica::create_transaction`]. No number was given out then.
    pub fn create_numbered(
        &mut self,
        many: &[NewTransaction],
        numbering: &Numbering<'_>,
        clock: &Clock,
    ) -> Result<Vec<(DocumentId, Option<GivenNumber>)>, StoreError> {
        self.create_all(many, &[], numbering, clock)
    }

    /// [`Replica::create_numbered`] of one transaction with these files, whose bytes are on the disk already: attached by a
    /// change each, right behind it.
    ///
    /// # Errors
    ///
    /// As [`Replica::create_numbered`], and when they are too many.
    pub fn create_with_files(
        &mut self,
        new: &NewTransaction,
        files: &[AttachedFile],
        numbering: &Numbering<'_>,
        clock: &Clock,
    ) -> Result<(DocumentId, Option<GivenNumber>), StoreError> {
        let made = self.create_all(std::slice::from_ref(new), files, numbering, clock)?;
        made.into_iter().next().ok_or(StoreError::Misuse("no transaction was made"))
    }

    fn create_all(
        &mut self,
        many: &[NewTransaction],
        files: &[AttachedFile],
        numbering: &Numbering<'_>,
        clock: &Clock,
    ) -> Result<Vec<(DocumentId, Option<GivenNumber>)>, StoreError> {
        self.write(|work| {
            let mut log = own_log(work)?;
            let mut issuer = Issuer::open(work, numbering, clock)?;
            let stamp = clock.stamp(work);
            let mut apart = Apart::default();
            let mut ids = Vec::with_capacity(many.len());
            for new in many {
                if let Some(own) = work.office.filter(|own| *own != new.office) {
                    return Err(StoreError::Office { own, other: new.office });
                }
                let code = (numbering.code)(new.service, new.catalogue_version).filter(|_| new.number.is_none());
                let given = code.as_ref().and_then(|code| issuer.issue(code));
                let numbered = code.map(|_| NewTransaction {
                    number: given.as_ref().map(|given| given.text.clone()),
                    serials: Some(given.iter().map(|given| given.serial.clone()).collect()),
                    ..new.clone()
                });
                let (made, authored, millis) = apart.create(work, numbered.as_ref().unwrap_or(new), &stamp)?;
                let id = DocumentId::derive(work.epoch, log.position + 1, millis);
                let office = digest::office_index(work.connection, &new.office)?;
                let index = document::insert(work.connection, id, office)?;
                append(work, &mut log, (id, index, office), &authored)?;
                rows::put_transaction(work.connection, index, made.row())?;
                for file in files {
                    change_one(work, &mut log, id, |document| document.attach(file, &stamp))?;
                }
                ids.push((id, given));
            }
            issuer.close(work)?;
            close(work, &log)?;
            Ok(ids)
        })
    }

    /// Sets fields of a transaction. `None` when everything was so already.
    ///
    /// # Errors
    ///
    /// As [`Replica::create_transaction`], and when there is no such document or path.
    pub fn edit(
        &mut self,
        id: DocumentId,
        edits: &[(FieldPath, Value)],
        clock: &Clock,
    ) -> Result<Option<ChangeHash>, StoreError> {
        self.change(id, clock, |document, stamp| document.edit(edits, stamp))
    }

    /// Moves a transaction to another status.
    ///
    /// # Errors
    ///
    /// As [`Replica::create_transaction`], and when the rules of the service do not allow it.
    pub fn step(
        &mut self,
        id: DocumentId,
        to: Status,
        reason: Option<&str>,
        clock: &Clock,
    ) -> Result<ChangeHash, StoreError> {
        self.steps(id, Steps { to, reason, then: None, by: SignedBy::default() }, |_| Vec::new(), clock)
    }

    /// Moves a transaction to another status, right on to the next where one is given, and refers it to those
    /// offices that `refer` names once it has moved: with one commit, all or nothing. The hash is the last step's.
    ///
    /// # Errors
    ///
    /// As [`Replica::step`], for either step.
    pub fn steps(
        &mut self,
        id: DocumentId,
        steps: Steps<'_>,
        refer: impl FnOnce(&TransactionDocument) -> Vec<OfficeCode>,
        clock: &Clock,
    ) -> Result<ChangeHash, StoreError> {
        self.write(|work| {
            let mut log = own_log(work)?;
            let stamp = clock.stamp(work);
            let mut last = None;
            let Steps { to, reason, then, by } = steps;
            for (to, reason) in [(to, reason)].into_iter().chain(then.map(|next| (next, None))) {
                let step = |document: &mut TransactionDocument| document.step_signed(to, reason, by, &stamp);
                last = change_one(work, &mut log, id, |document| step(document).map(Some))?;
            }
            change_one(work, &mut log, id, |document| {
                let held = document.row().referrals.iter().map(|referral| referral.office).collect::<Vec<_>>();
                let new = refer(document).into_iter().filter(|office| !held.contains(office));
                // A record that is referred to as many as it may be still takes its step.
                let new = new.take(REFERRALS_MAX.saturating_sub(held.len()));
                document.refer(&new.map(|office| (office, "")).collect::<Vec<_>>(), &stamp)
            })?;
            close(work, &log)?;
            last.ok_or(StoreError::Misuse("a step made no change"))
        })
    }

    /// Settles a divergence: the value given stands from now on.
    ///
    /// # Errors
    ///
    /// As [`Replica::create_transaction`], and when there is nothing to settle at that path.
    pub fn settle(
        &mut self,
        id: DocumentId,
        path: &FieldPath,
        value: &Value,
        clock: &Clock,
    ) -> Result<ChangeHash, StoreError> {
        self.change(id, clock, |document, stamp| document.settle(path, value.clone(), stamp).map(Some))?
            .ok_or(StoreError::Misuse("settling made no change"))
    }

    /// Any one change of a document, recorded like every other.
    ///
    /// # Errors
    ///
    /// As [`Replica::create_transaction`], and whatever `act` says.
    pub fn change(
        &mut self,
        id: DocumentId,
        clock: &Clock,
        act: impl FnOnce(&mut TransactionDocument, &Stamp) -> Result<Option<Authored>, DocumentError>,
    ) -> Result<Option<ChangeHash>, StoreError> {
        self.write(|work| {
            let mut log = own_log(work)?;
            let stamp = clock.stamp(work);
            let hash = change_one(work, &mut log, id, |document| act(document, &stamp))?;
            if hash.is_some() {
                close(work, &log)?;
            }
            Ok(hash)
        })
    }

    /// One change of each of many documents with one commit: all, or none. Says how many changed.
    ///
    /// # Errors
    ///
    /// As [`Replica::change`].
    pub fn change_many(
        &mut self,
        ids: &[DocumentId],
        clock: &Clock,
        mut act: impl FnMut(&mut TransactionDocument, &Stamp) -> Result<Option<Authored>, DocumentError>,
    ) -> Result<usize, StoreError> {
        self.write(|work| {
            let mut log = own_log(work)?;
            let stamp = clock.stamp(work);
            let mut changed = 0;
            for id in ids {
                let hash = change_one(work, &mut log, *id, |document| act(document, &stamp))?;
                changed += usize::from(hash.is_some());
            }
            if changed > 0 {
                close(work, &log)?;
            }
            Ok(changed)
        })
    }
}

/// Keeps records apart that are alike.
#[derive(Default)]
struct Apart {
    /// For what was met already, by its hash at the time it was meant to have: the first time that may be free.
    free: BTreeMap<ChangeHash, i64>,
}

impl Apart {
    /// Makes a document, and says with which time.
    fn create(
        &mut self,
        work: &Work<'_>,
        new: &NewTransaction,
        stamp: &Stamp,
    ) -> Result<(TransactionDocument, Authored, i64), StoreError> {
        let (made, authored) = TransactionDocument::create(new, stamp)?;
        if entry::find(work.connection, authored.hash)?.is_none() {
            return Ok((made, authored, stamp.millis));
        }
        let free = self.free.entry(authored.hash).or_insert(stamp.millis);
        let mut later = stamp.clone();
        loop {
            *free += 1;
            later.millis = *free;
            let (made, authored) = TransactionDocument::create(new, &later)?;
            if entry::find(work.connection, authored.hash)?.is_none() {
                return Ok((made, authored, later.millis));
            }
        }
    }
}

pub(crate) fn change_one(
    work: &mut Work<'_>,
    log: &mut LogRow,
    id: DocumentId,
    act: impl FnOnce(&mut TransactionDocument) -> Result<Option<Authored>, DocumentError>,
) -> Result<Option<ChangeHash>, StoreError> {
    let (index, office) = document::find(work.connection, id)?.ok_or(StoreError::NoDocument(id))?;
    let mut loaded = document::load(work.connection, index)?.ok_or(StoreError::NoDocument(id))?;
    if rows::changes(work.connection, index)? != Some(loaded.row().changes) && log.has_holes(work.connection)? {
        // The disk lost a change of this document that was perhaps made in this epoch: the next one would get its number.
        return Err(StoreError::EpochSpent);
    }
    let Some(authored) = act(&mut loaded)? else { return Ok(None) };
    append(work, log, (id, index, office), &authored)?;
    rows::put_transaction(work.connection, index, loaded.row())?;
    Ok(Some(authored.hash))
}

pub(crate) fn own_log(work: &Work<'_>) -> Result<LogRow, StoreError> {
    if work.spent {
        return Err(StoreError::EpochSpent);
    }
    log::get(work.connection, work.epoch)
}

pub(crate) fn append(
    work: &mut Work<'_>,
    log: &mut LogRow,
    document: (DocumentId, i64, i64),
    authored: &Authored,
) -> Result<(), StoreError> {
    let (id, index, office) = document;
    let place = place(log.index, log.position + 1)?;
    let bytes = NewBytes { epoch: log.epoch, hash: authored.hash, raw: &authored.raw, change: true };
    entry::insert(work.connection, place, index, EntryState::Accepted, bytes)?;
    let hash = EntryHash::of(id, authored.hash);
    log.advance(work.connection, hash)?;
    match work.role {
        Role::Hub => judging::show(work, place, (index, office), hash),
        Role::Node => {
            change_run::tell(work.connection, place)?;
            work.digest_with(office, hash)
        }
    }
}

pub(crate) fn close(work: &mut Work<'_>, log: &LogRow) -> Result<(), StoreError> {
    log.save(work.connection)?;
    work.mark(&log.chain.0);
    Ok(())
}
