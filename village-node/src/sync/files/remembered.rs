//! What is remembered of attached files between two times that they move, as long as the program runs.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use change_log::BlobHash;

/// What the hub does not have yet is asked for again after so long, then twice as long, and so on.
const AGAIN: (Duration, Duration) = (Duration::from_secs(30), Duration::from_secs(6 * 3600));

/// How much of each file the hub was last heard to hold. What left this machine may have been lost on the way.
#[derive(Default)]
pub(crate) struct HeldThere(Mutex<BTreeMap<BlobHash, u64>>);

impl HeldThere {
    /// The hub holds so much now. How much more that is than before; nothing when it was not asked before.
    pub(super) fn note(&self, hash: BlobHash, held: u64) -> u64 {
        let before = self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(hash, held);
        before.map_or(0, |before| held.saturating_sub(before))
    }

    pub(super) fn forget(&self, hash: BlobHash) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&hash);
    }

    /// How much of it the hub was last heard to hold; nothing where it was not asked since this program began, or has all.
    pub(crate) fn of(&self, hash: BlobHash) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&hash).copied().unwrap_or_default()
    }

    /// Those that it was heard of.
    pub(crate) fn all(&self) -> Vec<(BlobHash, u64)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().map(|(hash, held)| (*hash, *held)).collect()
    }
}

/// What is remembered between two times: when to ask again for what the hub did not have.
#[derive(Default)]
pub(crate) struct Missing(Mutex<BTreeMap<BlobHash, (Instant, Duration)>>);

impl Missing {
    pub(in crate::sync) fn is_due(&self, hash: BlobHash) -> bool {
        let missing = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        missing.get(&hash).is_none_or(|(asked, pause)| asked.elapsed() >= *pause)
    }

    pub(super) fn note(&self, hash: BlobHash) {
        let mut missing = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let pause = missing.get(&hash).map_or(AGAIN.0, |(_, pause)| (*pause * 2).min(AGAIN.1));
        missing.insert(hash, (Instant::now(), pause));
    }

    pub(super) fn forget(&self, hash: BlobHash) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&hash);
    }

    /// Somebody asks: all is due.
    pub(in crate::sync) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
