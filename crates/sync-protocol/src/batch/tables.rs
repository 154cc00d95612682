//! What both sides of a stream have learnt so far, always in the same order: shapes, fields, messages, epochs, places.

use std::collections::BTreeMap;
use std::sync::Arc;

use change_log::{ChangeHash, EpochId, Position};

use super::shape::{FieldKey, Shape};
use super::values::FieldValues;
use super::{BatchError, Known, References};

/// A stream may teach this many shapes, fields, messages or epochs.
const LEARNT_MAX: usize = 65_536;
/// Bytes of shapes and messages that a stream may teach.
const LEARNT_BYTES_MAX: usize = 16 * 1024 * 1024;

/// A numbered list of distinct byte strings.
#[derive(Debug, Clone, Default)]
pub(super) struct Numbered {
    numbers: BTreeMap<Vec<u8>, usize>,
    pub(super) items: Vec<Vec<u8>>,
    bytes: usize,
}

impl Numbered {
    /// The number of `item`; when it is new, also that it was.
    pub(super) fn number(&mut self, item: &[u8]) -> Result<(usize, bool), BatchError> {
        if let Some(number) = self.numbers.get(item) {
            return Ok((*number, false));
        }
        self.bytes += item.len();
        if self.items.len() >= LEARNT_MAX || self.bytes > LEARNT_BYTES_MAX {
            return Err(BatchError::TooLarge);
        }
        let number = self.items.len();
        self.numbers.insert(item.to_vec(), number);
        self.items.push(item.to_vec());
        Ok((number, true))
    }
}

/// Shapes, fields and messages: what one document has in common with the next.
#[derive(Debug, Clone, Default)]
pub(super) struct Tables {
    pub(super) shape_bytes: Numbered,
    pub(super) shapes: Vec<(Arc<Shape>, Vec<usize>)>,
    pub(super) messages: Numbered,
    fields: BTreeMap<FieldKey, usize>,
    pub(super) values: Vec<FieldValues>,
}

impl Tables {
    /// The number of a shape; a new one is read and its fields are numbered.
    pub(super) fn shape(&mut self, bytes: &[u8]) -> Result<(usize, bool), BatchError> {
        let (number, is_new) = self.shape_bytes.number(bytes)?;
        if is_new {
            let shape = Shape::read(bytes)?;
            let mut slots = Vec::with_capacity(shape.fields.len());
            for field in &shape.fields {
                let next = self.values.len();
                let slot = *self.fields.entry(field.clone()).or_insert(next);
                if slot == next {
                    if next >= LEARNT_MAX {
                        return Err(BatchError::TooLarge);
                    }
                    self.values.push(FieldValues::default());
                }
                slots.push(slot);
            }
            self.shapes.push((Arc::new(shape), slots));
        }
        Ok((number, is_new))
    }
}

/// Epochs and places that the stream has named.
#[derive(Debug, Clone, Default)]
pub(super) struct Places {
    epochs: BTreeMap<EpochId, usize>,
    pub(super) listed: Vec<EpochId>,
    pub(super) last: Vec<Position>,
    pub(super) millis: i64,
    known: BTreeMap<(EpochId, Position), Known>,
    by_hash: BTreeMap<ChangeHash, (EpochId, Position)>,
}

impl Places {
    /// The number of an epoch; when it is new, also that it was.
    pub(super) fn epoch(&mut self, epoch: EpochId) -> Result<(usize, bool), BatchError> {
        if let Some(number) = self.epochs.get(&epoch) {
            return Ok((*number, false));
        }
        if self.listed.len() >= LEARNT_MAX {
            return Err(BatchError::TooLarge);
        }
        let number = self.listed.len();
        self.epochs.insert(epoch, number);
        self.listed.push(epoch);
        self.last.push(0);
        Ok((number, true))
    }

    pub(super) fn learn(&mut self, epoch: EpochId, position: Position, known: Known) {
        self.by_hash.insert(known.hash, (epoch, position));
        self.known.insert((epoch, position), known);
    }

    pub(super) fn place_of(&self, change: &ChangeHash, outside: &impl References) -> Option<(EpochId, Position)> {
        self.by_hash.get(change).copied().or_else(|| outside.place_of(change))
    }

    pub(super) fn known(&self, epoch: &EpochId, position: Position, outside: &impl References) -> Option<Known> {
        self.known.get(&(*epoch, position)).copied().or_else(|| outside.known(epoch, position))
    }
}
