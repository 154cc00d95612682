//! What a program knows in several versions: those it learned while it runs, beside the one it ships.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

/// Versions that were learned. They live as long as the program: there are few, and records name them for ever.
#[derive(Debug)]
pub struct Versions<T: 'static>(RwLock<BTreeMap<u32, &'static T>>);

impl<T: PartialEq> Versions<T> {
    /// None learned yet.
    pub const fn new() -> Self {
        Self(RwLock::new(BTreeMap::new()))
    }

    /// The one with this number, if it was learned.
    pub fn get(&self, version: u32) -> Option<&'static T> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(&version).copied()
    }

    /// The one with the highest number.
    pub fn newest(&self) -> Option<&'static T> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).last_key_value().map(|(_, newest)| *newest)
    }

    /// Learns one. Says whether it may be used under this number: not where another one is known under it already.
    pub fn learn(&self, version: u32, value: T) -> bool {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(there) = known.get(&version) {
            return **there == value;
        }
        known.insert(version, Box::leak(Box::new(value)));
        true
    }
}

impl<T: PartialEq> Default for Versions<T> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_stays_with_what_was_learned_under_it() {
        let versions = Versions::new();
        assert_eq!((versions.get(2), versions.newest()), (None, None));
        assert!(versions.learn(3, "three") && versions.learn(2, "two"));
        assert!(versions.learn(3, "three"), "once more is nothing new");
        assert!(!versions.learn(3, "other"));
        assert_eq!(
            (versions.get(2), versions.get(3), versions.newest()),
            (Some(&"two"), Some(&"three"), Some(&"three"))
        );
    }
}
