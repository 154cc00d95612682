//! The register of letter numbers: every serial of a book accounted for, issued or not.

use std::collections::BTreeSet;

/// Who holds a block of a register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BlockState {
    /// Its node may still issue from it.
    Open,
    /// Nobody will: the node's database was restored, copied or replaced, or the year is over.
    Closed,
}

/// A block that was granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block<H> {
    /// The lowest serial.
    pub first: u32,
    /// The highest serial.
    pub last: u32,
    /// The node that holds it.
    pub holder: H,
    /// Whether it may still issue.
    pub state: BlockState,
}

/// Why serials stand for no letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GapReason<H> {
    /// Free: their holder may issue them yet.
    Free(H),
    /// They never will be issued: see [`BlockState::Closed`].
    Lost(H),
    /// A later number of the same block was issued. Either the record has not arrived here, or its disk lost it.
    Missing(H),
    /// Granted to nobody, as far as is known here: the hub leaves numbers out after it was restored from a backup.
    LeftOut,
}

/// A stretch of the register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stretch<H> {
    /// One serial that was issued.
    Issued(u32),
    /// Serials that were not.
    Gap {
        /// The lowest.
        first: u32,
        /// The highest.
        last: u32,
        /// Why.
        reason: GapReason<H>,
    },
}

/// Every serial from `from` to the highest that was granted or issued, in order, gaps with their reason.
/// `issued`: serials, in any order; `blocks` do not overlap.
pub fn account<H: Copy + PartialEq>(issued: &BTreeSet<u32>, blocks: &[Block<H>], from: u32) -> Vec<Stretch<H>> {
    let highest = blocks.iter().map(|block| block.last).chain(issued.last().copied()).max().unwrap_or(0);
    let mut blocks: Vec<&Block<H>> = blocks.iter().collect();
    blocks.sort_by_key(|block| block.first);
    let mut stretches: Vec<Stretch<H>> = Vec::new();
    let mut at = from.max(1);
    while at <= highest {
        if issued.contains(&at) {
            stretches.push(Stretch::Issued(at));
            at += 1;
            continue;
        }
        let next_issued = issued.range(at..).next().map_or(u32::MAX, |serial| *serial);
        let block = blocks.iter().find(|block| (block.first..=block.last).contains(&at));
        let (end, reason) = if let Some(block) = block {
            let end = block.last.min(next_issued - 1);
            let reason = match block.state {
                _ if next_issued <= block.last => GapReason::Missing(block.holder),
                BlockState::Open => GapReason::Free(block.holder),
                BlockState::Closed => GapReason::Lost(block.holder),
            };
            (end, reason)
        } else {
            let next_block = blocks.iter().map(|block| block.first).find(|first| *first > at).unwrap_or(u32::MAX);
            (highest.min(next_issued - 1).min(next_block - 1), GapReason::LeftOut)
        };
        stretches.push(Stretch::Gap { first: at, last: end, reason });
        at = end.saturating_add(1);
    }
    stretches
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_gap_has_its_reason() {
        let block = |first, last, holder, state| Block { first, last, holder, state };
        let blocks = [
            block(1, 5, 'a', BlockState::Closed),
            block(6, 9, 'b', BlockState::Open),
            block(20, 22, 'a', BlockState::Open),
        ];
        let issued = BTreeSet::from([1, 3, 6, 7, 20]);
        let gap = |first, last, reason| Stretch::Gap { first, last, reason };
        let all = [
            Stretch::Issued(1),
            gap(2, 2, GapReason::Missing('a')),
            Stretch::Issued(3),
            gap(4, 5, GapReason::Lost('a')),
            Stretch::Issued(6),
            Stretch::Issued(7),
            gap(8, 9, GapReason::Free('b')),
            gap(10, 19, GapReason::LeftOut),
            Stretch::Issued(20),
            gap(21, 22, GapReason::Free('a')),
        ];
        assert_eq!(account(&issued, &blocks, 1), all);
        assert_eq!(account(&issued, &blocks, 21), all[9..]);
        assert_eq!(account::<char>(&BTreeSet::new(), &[], 1), []);
    }

    proptest! {
        #[test]
        fn every_serial_is_accounted_for_once(
            issued in prop::collection::btree_set(1_u32..120, 0..30),
            cuts in prop::collection::btree_set(1_u32..120, 0..8),
            from in 0_u32..130,
        ) {
            let cuts: Vec<u32> = cuts.into_iter().collect();
            let blocks: Vec<Block<u8>> = cuts.chunks_exact(2)
                .map(|pair| Block { first: pair[0], last: pair[1], holder: 1, state: BlockState::Open })
                .collect();
            let highest = blocks.iter().map(|block| block.last).chain(issued.last().copied()).max().unwrap_or(0);
            let mut next = from.max(1);
            for stretch in account(&issued, &blocks, from) {
                let (first, last) = match stretch {
                    Stretch::Issued(serial) => {
                        prop_assert!(issued.contains(&serial));
                        (serial, serial)
                    }
                    Stretch::Gap { first, last, .. } => {
                        prop_assert_eq!(issued.range(first..=last).next(), None);
                        (first, last)
                    }
                };
                prop_assert_eq!(first, next);
                prop_assert!(first <= last);
                next = last + 1;
            }
            prop_assert!(next > highest);
        }
    }
}
