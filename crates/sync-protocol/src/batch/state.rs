//! What both sides of a stream know alike, batch after batch.

use change_log::{ChangeHash, DocumentId, Entry, EpochId, Position, RawChange};
use sha2::{Digest as _, Sha256};

use super::item::Last;
use super::model::Model;
use super::places::{Known, Places};
use super::{BatchError, Item, References, dictionary};

/// Bytes of the check over the hashes of a batch's items.
pub(super) const CHECK_BYTES: usize = 8;

/// What a stream has learnt and named.
#[derive(Debug, Clone)]
pub(super) struct State {
    /// What the shipped sample teaches, until the first batch.
    model: Option<Model>,
    pub(super) places: Places,
    pub(super) last: Last,
}

impl State {
    /// Knows nothing.
    pub(super) fn blank() -> Self {
        Self { model: Some(Model::new()), places: Places::default(), last: Last::default() }
    }

    /// Knows what the shipped sample teaches.
    pub(super) fn taught() -> Self {
        Self { model: None, places: Places::default(), last: Last::default() }
    }

    /// Its parts, to work with.
    pub(super) fn parts(&mut self) -> (&mut Model, &mut Places, &mut Last) {
        let model = self.model.get_or_insert_with(|| dictionary::taught().clone());
        (model, &mut self.places, &mut self.last)
    }

    /// What the stream has learnt.
    pub(super) fn into_model(self) -> Model {
        self.model.unwrap_or_else(|| dictionary::taught().clone())
    }

    /// Names what both sides expect to come first: the entry after `position` of this log, made near `millis`.
    pub(super) fn expect(&mut self, epoch: EpochId, position: Position, millis: i64) -> Result<(), BatchError> {
        self.places.name(epoch, position)?;
        self.last.millis = millis;
        Ok(())
    }

    pub(super) fn learn(&mut self, entry: &Entry, change: &RawChange<'_>) {
        self.places.learn(entry.epoch, entry.position, Known::of(entry.document, change));
    }
}

/// A check over the hashes of what a batch holds.
pub(super) fn check_of(items: &[Item]) -> [u8; CHECK_BYTES] {
    let mut check = Sha256::new();
    for item in items {
        match item {
            Item::Own { epoch, position } => {
                check.update(epoch.0);
                check.update(position.to_be_bytes());
            }
            Item::Entry(entry) => check.update(entry.entry_hash().0),
        }
    }
    let digest: [u8; 32] = check.finalize().into();
    *digest.first_chunk().unwrap_or(&[0; CHECK_BYTES])
}

/// For a stream that can look nothing up.
pub(super) struct Nothing;

impl References for Nothing {
    fn place_of(&self, _: &ChangeHash) -> Option<(EpochId, Position)> {
        None
    }

    fn known(&self, _: &EpochId, _: Position) -> Option<Known> {
        None
    }
}

/// The id that a document gets when this is its first change.
pub(super) fn first_document(epoch: EpochId, position: Position, millis: i64) -> DocumentId {
    DocumentId::derive(epoch, position, millis)
}
