//! What people do in a run: record, change, decide, answer, publish.

use change_log::EpochId;
use exchange_driver::{is_granted, sign_publication};
use office_model::{Answer, Status};
use replica_store::{ListFilter, NewPublication, Numbering, Page, StoreError};
use serde_json::{Map, Value, json};
use service_document::{NewTransaction, Publication, Stamp, TransactionDocument};

use super::{CONDITIONAL, World, answers};
use crate::Failure;

impl World {
    /// A village records; an office above judges instead.
    pub(crate) fn record(&mut self, index: usize) -> Result<(), Failure> {
        let clock = self.clock(index);
        let label = format!("{:016x}", self.dice.number());
        let dies = self.dice.chance(5).then(|| self.dice.below(2) as u64);
        let service = if self.dice.chance(25) { "P06" } else { CONDITIONAL };
        let Some(node) = self.nodes.get_mut(index) else { return Ok(()) };
        if !node.identity.office.is_village() {
            return self.judge_above(index);
        }
        let mut fields = Map::new();
        fields.insert("nama".to_owned(), json!(format!("Warga {label}")));
        fields.insert("isi".to_owned(), json!(label));
        let new = NewTransaction {
            office: node.identity.office,
            service: service.parse().map_err(Failure::other)?,
            catalogue_version: 1,
            fields,
            number: None,
            serials: None,
        };
        let replica = node.machine.replica()?;
        if let Some(commits) = dies {
            replica.crash_after(commits);
        }
        let (hub, key) = (node.identity.hub, node.identity.hub_key);
        let trusts = |lease: &service_document::Lease| is_granted(lease, hub, &key);
        let numbering = Numbering { code: &|_, _| Some("470".to_owned()), trusts: &trusts };
        match replica.create_numbered(std::slice::from_ref(&new), &numbering, &clock) {
            Ok(made) => {
                for (document, given) in made {
                    node.saved.insert(document, label.clone());
                    let Some(given) = given else { continue };
                    let number = (node.identity.office, given.serial);
                    if self.numbers.insert(number.clone(), label.clone()).is_some() {
                        self.twice.push(number);
                    }
                }
                if dies.is_some() { self.crash(index) } else { Ok(()) }
            }
            // A crash that was planned and did not come to pass must not hang over what follows.
            Err(StoreError::EpochSpent) => self.crash(index).and_then(|()| self.begin_epoch(index)),
            Err(error) if dies.is_none() => Err(Failure::other(error)),
            Err(_) => self.crash(index),
        }
    }

    fn judge_above(&mut self, index: usize) -> Result<(), Failure> {
        let office = self.nodes.get(index).map(|node| node.identity.office);
        if office.as_ref().is_some_and(answers) { self.answer(index) } else { self.decide(index) }
    }

    /// A unit or a health facility answers what was referred to it, anew as well.
    fn answer(&mut self, index: usize) -> Result<(), Failure> {
        let clock = self.clock(index);
        let (which, answer) = (self.dice.number(), self.dice.below(Answer::ALL.len()));
        let Some(node) = self.nodes.get_mut(index) else { return Ok(()) };
        let (office, replica) = (node.identity.office, node.machine.replica()?);
        let listed = replica.list(&ListFilter::default(), Page { after: None, count: 40 }).map_err(Failure::other)?;
        let Some(row) = listed.get(usize::try_from(which).unwrap_or(0) % listed.len().max(1)) else { return Ok(()) };
        let answer = Answer::ALL.get(answer).copied().unwrap_or(Answer::Selesai);
        let act = |document: &mut TransactionDocument, stamp: &Stamp| {
            document.answer(office, answer, Some("alamat kurang"), stamp)
        };
        match replica.change(row.document, &clock, act) {
            Ok(change) => {
                self.done.answered += u64::from(change.is_some());
                Ok(())
            }
            // What its disk lost may be the very referral.
            Err(StoreError::Document(_) | StoreError::NoDocument(_)) => Ok(()),
            Err(StoreError::EpochSpent) => self.begin_epoch(index),
            Err(error) => Err(Failure::other(error)),
        }
    }

    /// A sub-district decides about a record that waits for it.
    fn decide(&mut self, index: usize) -> Result<(), Failure> {
        let clock = self.clock(index);
        let (which, signs) = (self.dice.number(), self.dice.chance(60));
        let Some(node) = self.nodes.get_mut(index) else { return Ok(()) };
        let replica = node.machine.replica()?;
        let filter = ListFilter { status: Some("menunggu_camat".to_owned()), ..ListFilter::default() };
        let listed = replica.list(&filter, Page { after: None, count: 40 }).map_err(Failure::other)?;
        let Some(row) = listed.get(usize::try_from(which).unwrap_or(0) % listed.len().max(1)) else { return Ok(()) };
        // As the program does: what its disk lost may be the very step that the decision would answer.
        let waits = match replica.document(row.document) {
            Ok(document) => document.is_some_and(|document| document.row().status == row.status),
            Err(StoreError::Document(_)) => false,
            Err(error) => return Err(Failure::other(error)),
        };
        if !waits {
            return Ok(());
        }
        let to = if signs { Status::Ditandatangani } else { Status::Dikembalikan };
        match replica.step(row.document, to, Some("berkas kurang"), &clock) {
            Ok(_) => {
                self.done.decided += 1;
                Ok(())
            }
            Err(StoreError::Document(_) | StoreError::NoDocument(_)) => Ok(()),
            Err(StoreError::EpochSpent) => self.begin_epoch(index),
            Err(error) => Err(Failure::other(error)),
        }
    }

    fn begin_epoch(&mut self, index: usize) -> Result<(), Failure> {
        let fresh = EpochId(self.dice.bytes());
        let Some(node) = self.nodes.get_mut(index) else { return Ok(()) };
        node.machine.replica()?.begin_epoch(fresh).map_err(Failure::other)
    }

    /// An edit or a step on any record this node can see.
    pub(super) fn change(&mut self, index: usize) -> Result<(), Failure> {
        let clock = self.clock(index);
        let (which, what, value) = (self.dice.number(), self.dice.below(8), self.dice.below(5));
        if (which >> 32).is_multiple_of(24) {
            self.publish(index, (which >> 40).is_multiple_of(2))?;
        }
        let Some(to) = self.referred_to(which >> 16) else { return Ok(()) };
        let Some(node) = self.nodes.get_mut(index) else { return Ok(()) };
        if !node.identity.office.is_village() {
            return self.judge_above(index);
        }
        let replica = node.machine.replica()?;
        let listed = replica.list(&ListFilter::default(), Page { after: None, count: 40 }).map_err(Failure::other)?;
        let Some(row) = listed.get(usize::try_from(which).unwrap_or(0) % listed.len().max(1)) else { return Ok(()) };
        let done = match what {
            0 => replica.step(row.document, Status::Diajukan, None, &clock).map(drop),
            // On to the sub-district, where the service goes there.
            1..=4 => {
                [Status::Diajukan, Status::Diperiksa, Status::MenungguCamat].into_iter().try_for_each(
                    |to| match replica.step(row.document, to, None, &clock) {
                        Ok(_) | Err(StoreError::Document(_)) => Ok(()),
                        Err(error) => Err(error),
                    },
                )
            }
            5 => replica.step(row.document, Status::Dibatalkan, Some("salah ketik"), &clock).map(drop),
            6 => {
                let act = |document: &mut TransactionDocument, stamp: &Stamp| document.refer(&[(to, "mohon")], stamp);
                replica.change(row.document, &clock, act).map(drop)
            }
            _ => {
                let path = "lokasi".parse().map_err(Failure::other)?;
                let edits = [(path, Value::from(format!("Dusun {value}")))];
                replica.edit(row.document, &edits, &clock).map(drop)
            }
        };
        match done {
            // A step that the rules do not allow from where the record is now, or a record that the disk lost.
            Ok(()) | Err(StoreError::Document(_) | StoreError::NoDocument(_)) => Ok(()),
            Err(StoreError::EpochSpent) => self.begin_epoch(index),
            Err(error) => Err(Failure::other(error)),
        }
    }

    /// The office of this node is told what it works by: by itself, or by the hub.
    pub(super) fn publish(&mut self, index: usize, by_hub: bool) -> Result<(), Failure> {
        let clock = self.clock(index);
        let Some(node) = self.nodes.get_mut(index) else { return Ok(()) };
        let topic = if by_hub { "notice/1" } else { "profile" };
        let body = format!("{{\"at\":{}}}", self.now);
        let new = [NewPublication { office: node.identity.office, topic: topic.to_owned(), body }];
        let replica = if by_hub { self.hub.replica()? } else { node.machine.replica()? };
        let signed = |one: &Publication| by_hub.then(|| sign_publication(one, &self.hub_identity));
        match replica.publish(&new, &signed, &clock) {
            Ok(_) => Ok(()),
            Err(StoreError::EpochSpent) if by_hub => Ok(()),
            Err(StoreError::EpochSpent) => self.begin_epoch(index),
            Err(error) => Err(Failure::other(error)),
        }
    }
}
