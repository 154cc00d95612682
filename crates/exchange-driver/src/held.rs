//! What a replica holds, as the codec's references.

use change_log::{ChangeHash, EpochId, Position, RawChange};
use replica_store::Reader;
use sync_protocol::batch::{Known, References};

/// The entries of a store. What cannot be read counts as not held: it is then sent in full.
pub(crate) struct Held<'a>(pub(crate) &'a Reader);

impl References for Held<'_> {
    fn place_of(&self, change: &ChangeHash) -> Option<(EpochId, Position)> {
        self.0.place_of(*change).ok().flatten()
    }

    fn known(&self, epoch: &EpochId, position: Position) -> Option<Known> {
        let entry = self.0.entry(*epoch, position).ok().flatten()?;
        Some(Known::of(entry.document, &RawChange::parse(&entry.raw).ok()?))
    }
}
