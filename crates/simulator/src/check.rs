//! What must hold after every run.

use std::collections::BTreeMap;
use std::fmt;

use exchange_driver::{Verified, verify_hub, verify_node};
use office_model::OfficeCode;
use replica_store::{EntryState, ListFilter, Page, Reader, codes};
use service_document::TransactionDocument;

use crate::{Faults, World};

/// Why a run failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Something promised was not kept.
    #[error("promise broken: {0}")]
    Promise(String),
    /// Something failed that nothing in the run makes fail.
    #[error("unexpected failure: {0}")]
    Other(String),
}

impl Failure {
    pub(crate) fn other(error: impl fmt::Display) -> Self {
        Self::Other(error.to_string())
    }
}

impl World {
    /// Equal digests and equal contents everywhere, everything saved there exactly once, chains and views sound.
    pub(crate) fn check(&mut self) -> Result<(), Failure> {
        let mut saved: BTreeMap<OfficeCode, BTreeMap<_, _>> = BTreeMap::new();
        for node in &self.nodes {
            saved
                .entry(node.identity.office)
                .or_default()
                .extend(node.saved.iter().map(|(id, label)| (label.clone(), *id)));
        }
        // With backups put back on both sides, what stood only on the two lost disks is gone with them.
        let lossless = !(self.hub_restored && self.nodes.iter().any(|node| node.restored));
        let forked = self.faults == Faults::Copies;
        let hub = self.hub.replica()?;
        let told_twice = hub.issued_twice(usize::MAX).map_err(Failure::other)?;
        for number in &self.twice {
            // Two clones of one machine cannot know of each other; but nobody is left in the dark.
            let known = forked && told_twice.contains(number);
            promise(known, || format!("letter number {} of {} was given twice", number.1, number.0))?;
        }
        sound(&verify_hub(hub, &mut |_, _| ()).map_err(Failure::other)?)?;
        for node in &mut self.nodes {
            let office = node.identity.office;
            let replica = node.machine.replica()?;
            sound(&verify_node(replica, &node.identity, &mut |_, _| ()).map_err(Failure::other)?)?;
            let (ours, theirs) = (
                replica.office_digest(&office).map_err(Failure::other)?,
                hub.office_digest(&office).map_err(Failure::other)?,
            );
            promise(ours == theirs, || format!("digests of {office} differ: {ours} here, {theirs} at the hub"))?;
            let ours = contents(replica, &ListFilter::default(), |_| true)?;
            let theirs = if office.is_village() {
                contents(hub, &ListFilter { office: Some(office), ..ListFilter::default() }, |_| true)?
            } else {
                // What was brought before it, and nothing else.
                contents(hub, &ListFilter::default(), |document| document.row().before.contains(&office))?
            };
            let apart = ours.keys().chain(theirs.keys()).filter(|id| ours.get(*id) != theirs.get(*id));
            let apart: std::collections::BTreeSet<_> =
                apart.map(|id| (id, ours.contains_key(id), theirs.contains_key(id))).collect();
            promise(apart.is_empty(), || {
                format!("contents of {office} differ though digests agree: (id, here, at the hub) {apart:?}")
            })?;
            let mut published = replica.publication_documents(&office).map_err(Failure::other)?;
            if self.went_back_unseen {
                // At its place the hub wrote something else, before an office showed that it went back; and said so.
                let kept_out = replica.quarantine(usize::MAX).map_err(Failure::other)?;
                let is_of_branch = |id: &_| kept_out.iter().any(|one| one.code == codes::FORK && one.document == *id);
                published.retain(|id| !is_of_branch(id));
            }
            let there = hub.publication_documents(&office).map_err(Failure::other)?;
            promise(published == there, || format!("what is published for {office} differs"))?;
            tells_all(replica, office)?;
            for (label, document) in saved.get(&office).into_iter().flatten().filter(|_| lossless) {
                let found = ours.get(&document.to_string()).is_some_and(|json| json.contains(label.as_str()));
                // A record of a branch that lost its place stands under another id.
                promise(found || forked, || format!("{document} was saved and is gone"))?;
                let times = ours.values().filter(|json| json.contains(label.as_str())).count();
                promise(times == 1, || format!("{document} was saved once and is there {times} times"))?;
            }
        }
        Ok(())
    }
}

fn promise(kept: bool, otherwise: impl FnOnce() -> String) -> Result<(), Failure> {
    if kept { Ok(()) } else { Err(Failure::Promise(otherwise())) }
}

/// Nothing wrong, and everything signed by the other side.
fn sound(verified: &Verified) -> Result<(), Failure> {
    promise(verified.report.is_sound(), || format!("verify finds {:?}", verified.report))?;
    let bare = verified.covered.iter().find(|log| log.signed < log.position);
    promise(bare.is_none(), || format!("not signed to the end: {bare:?}"))
}

/// The change feed of a node tells of everything visible, each change once, and of nothing else.
fn tells_all(replica: &Reader, office: OfficeCode) -> Result<(), Failure> {
    let rows = replica.list(&ListFilter::default(), Page { after: None, count: usize::MAX }).map_err(Failure::other)?;
    let leases = replica.leases(&office).map_err(Failure::other)?;
    let published = replica.publication_documents(&office).map_err(Failure::other)?;
    let documents = rows.iter().map(|row| row.document).chain(leases.iter().map(|state| state.document));
    let documents = documents.chain(published);
    let mut visible = Vec::new();
    for document in documents {
        let entries = replica.document_entries(document).map_err(Failure::other)?;
        let accepted = entries.iter().filter(|(_, state)| *state == EntryState::Accepted);
        visible.extend(accepted.map(|(entry, _)| (Some(entry.document), Some(entry.hash))));
    }
    let told = replica.changes_after(0, usize::MAX).map_err(Failure::other)?;
    let mut told: Vec<_> =
        told.iter().filter(|change| !change.withdrawn).map(|change| (change.document, change.hash)).collect();
    visible.sort();
    told.sort();
    promise(visible == told, || {
        format!("the change feed of {office} tells of {} changes, {} are visible", told.len(), visible.len())
    })
}

/// Every such document, whole, by id.
fn contents(
    replica: &Reader,
    filter: &ListFilter,
    is_such: impl Fn(&TransactionDocument) -> bool,
) -> Result<BTreeMap<String, String>, Failure> {
    let rows = replica.list(filter, Page { after: None, count: usize::MAX >> 1 }).map_err(Failure::other)?;
    let mut contents = BTreeMap::new();
    for row in rows {
        let document = replica.document(row.document).map_err(Failure::other)?;
        if document.as_ref().is_some_and(|document| !is_such(document)) {
            continue;
        }
        let json = document.map(|document| document.to_json().to_string()).unwrap_or_default();
        let twice = contents.insert(row.document.to_string(), format!("{json} {:?}", row.status));
        promise(twice.is_none(), || format!("{} is listed twice", row.document))?;
    }
    Ok(contents)
}
