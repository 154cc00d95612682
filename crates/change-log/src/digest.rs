//! The digest of a set of entries: count and 256-bit sum, free of order and kept incrementally.
//!
//! It finds faults, not attackers: chains, signatures and receipts answer those.

use std::fmt;

use data_encoding::HEXLOWER;

use crate::EntryHash;

/// Count and sum (modulo 2^256, little-endian) of the entry hashes of a set.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Digest {
    /// Entries in the set.
    pub count: u64,
    /// Sum of their hashes, little-endian.
    pub sum: [u8; 32],
}

impl Digest {
    /// The digest with one more entry.
    #[must_use]
    pub fn with(self, entry: EntryHash) -> Self {
        Self { count: self.count.wrapping_add(1), sum: add(self.sum, entry.0) }
    }

    /// The digest with one entry less.
    #[must_use]
    pub fn without(self, entry: EntryHash) -> Self {
        Self { count: self.count.wrapping_sub(1), sum: subtract(self.sum, entry.0) }
    }

    /// The digest of this set and a disjoint other one together.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self { count: self.count.wrapping_add(other.count), sum: add(self.sum, other.sum) }
    }

    /// The digest of this set after the members of `other`, all in it, are taken out.
    #[must_use]
    pub fn difference(self, other: Self) -> Self {
        Self { count: self.count.wrapping_sub(other.count), sum: subtract(self.sum, other.sum) }
    }
}

impl FromIterator<EntryHash> for Digest {
    fn from_iter<I: IntoIterator<Item = EntryHash>>(entries: I) -> Self {
        entries.into_iter().fold(Self::default(), Self::with)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.count, HEXLOWER.encode(&self.sum))
    }
}

fn add(left: [u8; 32], right: [u8; 32]) -> [u8; 32] {
    let mut carry = 0u16;
    let mut sum = left;
    for (byte, other) in sum.iter_mut().zip(right) {
        carry += u16::from(*byte) + u16::from(other);
        *byte = carry.to_le_bytes()[0];
        carry >>= 8;
    }
    sum
}

fn subtract(left: [u8; 32], right: [u8; 32]) -> [u8; 32] {
    let mut borrow = 0i16;
    let mut difference = left;
    for (byte, other) in difference.iter_mut().zip(right) {
        let value = i16::from(*byte) - i16::from(other) - borrow;
        borrow = i16::from(value < 0);
        *byte = value.to_le_bytes()[0];
    }
    difference
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn order_does_not_matter_and_removal_undoes(hashes in prop::collection::vec(any::<[u8; 32]>(), 0..40)) {
            let forward: Digest = hashes.iter().copied().map(EntryHash).collect();
            let backward: Digest = hashes.iter().rev().copied().map(EntryHash).collect();
            prop_assert_eq!(forward, backward);
            let emptied = hashes.iter().fold(forward, |digest, hash| digest.without(EntryHash(*hash)));
            prop_assert_eq!(emptied, Digest::default());
        }

        #[test]
        fn union_and_difference_are_inverse(a in any::<[[u8; 32]; 5]>(), b in any::<[[u8; 32]; 3]>()) {
            let left: Digest = a.into_iter().map(EntryHash).collect();
            let right: Digest = b.into_iter().map(EntryHash).collect();
            prop_assert_eq!(left.union(right).difference(right), left);
        }
    }
}
