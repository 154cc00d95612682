//! Epochs and places in logs that a stream has named, and what stands there.

use std::collections::{BTreeMap, VecDeque};

use change_log::{ChangeHash, DocumentId, EpochId, Position, RawChange, read_operations};

use super::mixer::{Kind, Mixer, context, hash};
use super::range::Coder;
use super::{BatchError, References};

/// A stream may name this many epochs.
const EPOCHS_MAX: usize = 65_536;
/// A stream remembers what stands at this many places; what was named longer ago is looked up outside.
const REMEMBERED_MAX: usize = 32_768;
/// What later changes may build on, of one change.
const REFERENCES_MAX: usize = 16;

/// What a place in a log tells about the change there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The document it belongs to.
    pub document: DocumentId,
    /// Its hash.
    pub hash: ChangeHash,
    pub(super) sequence: u64,
    pub(super) start_op: u64,
    pub(super) max_op: u64,
    /// Stands for its first value: what such changes are followed by.
    pub(super) trace: u32,
    /// Operations of earlier changes that it names, in order of first mention.
    pub(super) references: Vec<(EpochId, u64)>,
}

impl Known {
    /// What there is to know of a change that belongs to `document`.
    pub fn of(document: DocumentId, change: &RawChange<'_>) -> Self {
        let operations = read_operations(change).unwrap_or_default();
        let mut references = Vec::new();
        for id in operations.iter().flat_map(super::draft::named_by) {
            let actor = id.actor.checked_sub(1).map_or(Some(change.actor), |at| change.other_actors.get(at).copied());
            let Some(actor) = actor else { continue };
            let is_own = id.actor == 0 && id.counter >= change.start_op;
            if !is_own && !references.contains(&(actor, id.counter)) && references.len() < REFERENCES_MAX {
                references.push((actor, id.counter));
            }
        }
        let trace = operations.iter().find(|one| !one.value.is_empty()).map_or(0, |one| hash(one.value));
        Self {
            document,
            hash: change.hash,
            sequence: change.sequence,
            start_op: change.start_op,
            max_op: change.max_op(),
            trace,
            references,
        }
    }
}

/// Epochs and places that the stream has named.
#[derive(Debug, Clone, Default)]
pub(super) struct Places {
    epochs: BTreeMap<EpochId, usize>,
    listed: Vec<(EpochId, Position)>,
    known: BTreeMap<(EpochId, Position), Known>,
    by_hash: BTreeMap<ChangeHash, (EpochId, Position)>,
    order: VecDeque<(EpochId, Position)>,
}

impl Places {
    /// The number of an epoch that was named before.
    fn number(&self, epoch: &EpochId) -> Option<usize> {
        self.epochs.get(epoch).copied()
    }

    /// The epoch with this number.
    fn epoch(&self, number: u64) -> Option<EpochId> {
        usize::try_from(number).ok().and_then(|number| self.listed.get(number)).map(|(epoch, _)| *epoch)
    }

    /// Names an epoch, whose next place will probably be the one after `position`.
    pub(super) fn name(&mut self, epoch: EpochId, position: Position) -> Result<usize, BatchError> {
        if let Some(number) = self.number(&epoch) {
            return Ok(number);
        }
        if self.listed.len() >= EPOCHS_MAX {
            return Err(BatchError::TooLarge);
        }
        self.epochs.insert(epoch, self.listed.len());
        self.listed.push((epoch, position));
        Ok(self.listed.len() - 1)
    }

    /// Codes an epoch: a new one is spelled out, and named on both sides.
    pub(super) fn code(
        &mut self,
        mixer: &mut Mixer,
        channel: &mut impl Coder,
        epoch: EpochId,
    ) -> Result<EpochId, BatchError> {
        let new = self.listed.len() as u64;
        let number = self.number(&epoch).map_or(new, |number| number as u64);
        let number = mixer.number(channel, Kind::Number, &[context(&[80])], number);
        if number < new {
            return self.epoch(number).ok_or(BatchError::Malformed);
        }
        let spelled = EpochId(super::item::spell(channel, epoch.0));
        self.name(spelled, 0)?;
        Ok(spelled)
    }

    /// The place last named in an epoch.
    pub(super) fn last(&mut self, epoch: &EpochId) -> Option<&mut Position> {
        let number = self.number(epoch)?;
        self.listed.get_mut(number).map(|(_, position)| position)
    }

    pub(super) fn learn(&mut self, epoch: EpochId, position: Position, known: Known) {
        self.by_hash.insert(known.hash, (epoch, position));
        if self.known.insert((epoch, position), known).is_none() {
            self.order.push_back((epoch, position));
        }
        if self.order.len() > REMEMBERED_MAX
            && let Some(gone) = self.order.pop_front().and_then(|oldest| self.known.remove(&oldest))
        {
            self.by_hash.remove(&gone.hash);
        }
    }

    pub(super) fn place_of(&self, change: &ChangeHash, outside: &impl References) -> Option<(EpochId, Position)> {
        self.by_hash.get(change).copied().or_else(|| outside.place_of(change))
    }

    pub(super) fn known(&self, epoch: &EpochId, position: Position, outside: &impl References) -> Option<Known> {
        self.known.get(&(*epoch, position)).cloned().or_else(|| outside.known(epoch, position))
    }
}
