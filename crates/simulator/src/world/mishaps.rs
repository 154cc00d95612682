//! What goes wrong in a run: programs die, backups are put back, disks lose things, machines are cloned.

use change_log::{DocumentId, EpochId};
use exchange_driver::begin_life;
use replica_store::{Refusal, Replica};
use sync_exchange::Pace;

use super::{ABOVE, COPIES_MAX, NODES_PER_OFFICE, OFFICES, SimNode, World};
use crate::Failure;
use crate::call::Link;

impl World {
    pub(super) fn crash(&mut self, index: usize) -> Result<(), Failure> {
        let fresh = EpochId(self.dice.bytes());
        self.nodes.get_mut(index).map_or(Ok(()), |node| node.machine.crash(fresh))
    }

    pub(super) fn crash_hub(&mut self) -> Result<(), Failure> {
        let fresh = EpochId(self.dice.bytes());
        self.hub.crash(fresh)?;
        begin_life(self.hub.replica()?, self.hub_identity.key.verifying_key(), false, self.now).map_err(Failure::other)
    }

    pub(super) fn restore(&mut self, index: usize) -> Result<(), Failure> {
        let fresh = EpochId(self.dice.bytes());
        let Some(node) = self.nodes.get_mut(index) else { return Ok(()) };
        // What it never sent is gone with the disk: only what the hub acknowledged must come back.
        let sent = sent_documents(node.machine.replica()?)?;
        if node.machine.restore(fresh)? {
            node.restored = true;
            node.saved.retain(|document, _| sent.contains(document));
        }
        Ok(())
    }

    pub(super) fn restore_hub(&mut self) -> Result<(), Failure> {
        let fresh = EpochId(self.dice.bytes());
        self.hub_restored |= self.hub.restore(fresh)?;
        begin_life(self.hub.replica()?, self.hub_identity.key.verifying_key(), false, self.now).map_err(Failure::other)
    }

    /// The last that happens: the hub's disk dies after offices were told something, which they alone still know, and nothing
    /// else comes behind it. Or its whole machine is put back, which nothing tells but the offices.
    pub(super) fn forget(&mut self) -> Result<(), Failure> {
        let unseen = self.dice.chance(50);
        if unseen {
            self.hub.take_image()?;
        } else {
            self.hub.backup()?;
        }
        for index in 0..self.nodes.len() {
            if self.dice.chance(60) {
                self.publish(index, true)?;
            }
        }
        for index in 0..self.nodes.len() {
            for _ in 0..self.dice.below(4) {
                self.exchange(index, Link { up: None, down: None, buffered: false })?;
            }
        }
        if !unseen {
            return self.restore_hub();
        }
        self.hub_restored = true;
        self.went_back_unseen = true;
        self.hub.put_image_back(EpochId(self.dice.bytes()))?;
        begin_life(self.hub.replica()?, self.hub_identity.key.verifying_key(), false, self.now).map_err(Failure::other)
    }

    /// A disk loses something that somebody else still holds, or miscounts.
    pub(super) fn damage(&mut self, index: usize) -> Result<(), Failure> {
        let (what, which) = (self.dice.below(8), self.dice.number());
        let Some(node) = self.nodes.get_mut(index) else { return Ok(()) };
        let office = node.identity.office;
        let (ours, hub) = (node.machine.replica()?, self.hub.replica()?);
        let mut places = Vec::new();
        ours.survey(&office, |holding| places.push((holding.epoch, holding.position))).map_err(Failure::other)?;
        let Some((epoch, position)) = places.get(usize::try_from(which).unwrap_or(0) % places.len().max(1)).copied()
        else {
            return Ok(());
        };
        match (what, hub.entry(epoch, position)) {
            (0..=2, Ok(Some(_))) => ours.lose_entry(epoch, position).map(drop),
            (3..=5, Ok(Some(_))) => hub.lose_entry(epoch, position).map(drop),
            (6, _) => {
                if which & 1 == 0 {
                    ours.skew_digest(&office)
                } else {
                    hub.skew_digest(&office)
                }
            }
            (7, Ok(Some(_))) => {
                let code = "told-wrong".to_owned();
                let refusal = Refusal { number: 0, position, code, detail: String::new() };
                ours.mark_refused(epoch, &[refusal]).map(drop)
            }
            _ => Ok(()),
        }
        .map_err(Failure::other)
    }

    /// A machine is cloned while it runs; both go on under one name.
    pub(super) fn copy(&mut self, index: usize) -> Result<(), Failure> {
        if self.nodes.len() >= OFFICES.len() * NODES_PER_OFFICE + ABOVE.len() + COPIES_MAX {
            return Ok(());
        }
        let fresh = EpochId(self.dice.bytes());
        let dir = self.folder.path().join(format!("copy-{}", self.nodes.len()));
        let pace = Pace::new(self.dice.number());
        let Some(node) = self.nodes.get_mut(index) else { return Ok(()) };
        // What two clones hold that the hub took from neither is recorded anew by both: see the decision on forks.
        if std::mem::replace(&mut node.cloned, true) {
            return Ok(());
        }
        let machine = node.machine.copy(&dir, fresh)?;
        let copy = SimNode {
            machine,
            identity: node.identity.clone(),
            pace,
            saved: node.saved.clone(),
            restored: node.restored,
            cloned: true,
        };
        self.nodes.push(copy);
        Ok(())
    }
}

/// Documents whose first change the hub acknowledged.
fn sent_documents(replica: &Replica) -> Result<Vec<DocumentId>, Failure> {
    let mut documents = Vec::new();
    for log in replica.logs().map_err(Failure::other)?.into_iter().filter(|log| log.own) {
        let count = usize::try_from(log.acknowledged).unwrap_or(usize::MAX);
        let entries = replica.entries(log.epoch, 0, count, usize::MAX).map_err(Failure::other)?;
        documents.extend(entries.into_iter().map(|entry| entry.document));
    }
    Ok(documents)
}
